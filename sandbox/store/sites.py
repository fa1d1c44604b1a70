"""Sites: their metadata, newest revision, and how fresh their registry is."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from sandbox.contract.shapes import SiteBaseline, TrustedIssuer
from sandbox.store.tables import SiteRow, table

_SITE = table(SiteRow)


@dataclass(frozen=True, slots=True)
class StoredSite:
    """A site as it is stored."""

    baseline: SiteBaseline
    #: The newest baseline revision.
    revision: int
    registry_pushed_at: int
    registry_valid_until: int


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the gateway last said about who may call, but for the grants."""

    valid_until: int
    #: Who signs access tokens.
    issuer: TrustedIssuer | None


def get(conn: Connection, site: str) -> StoredSite | None:
    """Return a site, or None before its metadata was pushed."""
    row = conn.execute(select(_SITE).where(_SITE.c.site == site)).one_or_none()
    if row is None:
        return None
    return StoredSite(
        baseline=SiteBaseline.model_validate_json(row.baseline),
        revision=row.revision,
        registry_pushed_at=row.registry_pushed_at,
        registry_valid_until=row.registry_valid_until,
    )


def vouched(conn: Connection, site: str) -> Vouched | None:
    """Return how long the registry is good for, and whose access tokens are."""
    columns = (_SITE.c.registry_valid_until, _SITE.c.registry_issuer)
    row = conn.execute(select(*columns).where(_SITE.c.site == site)).one_or_none()
    if row is None:
        return None
    told = row.registry_issuer
    return Vouched(
        row.registry_valid_until, TrustedIssuer.model_validate_json(told) if told else None
    )


def put(conn: Connection, baseline: SiteBaseline) -> None:
    """Store a site's metadata in place of what was there."""
    body = baseline.model_dump_json()
    changed = conn.execute(
        update(_SITE).where(_SITE.c.site == baseline.site).values(baseline=body)
    ).rowcount
    if not changed:
        conn.execute(
            insert(_SITE).values(
                site=baseline.site,
                baseline=body,
                revision=0,
                registry_pushed_at=0,
                registry_valid_until=0,
                registry_issuer="",
            )
        )


def next_revision(conn: Connection, site: str) -> int:
    """Give out the next baseline revision; the site's row stays locked until commit."""
    given: int = conn.execute(
        update(_SITE)
        .where(_SITE.c.site == site)
        .values(revision=_SITE.c.revision + 1)
        .returning(_SITE.c.revision)
    ).scalar_one()
    return given


def set_revision(conn: Connection, site: str, revision: int) -> None:
    """Note the newest revision that the gateway pushed; it never goes back."""
    conn.execute(
        update(_SITE)
        .where(_SITE.c.site == site, _SITE.c.revision < revision)
        .values(revision=revision)
    )
