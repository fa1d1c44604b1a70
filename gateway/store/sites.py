"""The site a gateway serves: its identity, metadata and counters."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, bindparam, func, insert, select, update

from gateway.promotion.values import SiteIdentity
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import Flavour, SiteBaseline

_SITE = GatewayTable.metadata.tables["site"]
#: A pause because Jira does not know us.
IDENTITY = "identity"
#: The pause of a database that came out of a backup; see ``gateway.operations.restoring``.
RESTORED = "restored"
#: What a site's metadata column holds before the first intake.
_NOTHING = "{}"


class OtherUpstreamError(Exception):
    """The database belongs to another Jira than the one that is configured."""

    def __init__(self, site: str, stored: SiteIdentity, now: SiteIdentity) -> None:
        """Say what is stored and what is configured."""
        super().__init__(
            f"Site '{site}' in this database is {stored.base_url} ({stored.flavour}), but "
            f"JIRA_URL now is {now.base_url} ({now.flavour}). Approvals are bound to the "
            f"first. Use another database, or another AIRLOCK_SITE."
        )


@dataclass(frozen=True, slots=True)
class StoredSite:
    """A site as it is stored; ``baseline`` is None before the first intake."""

    identity: SiteIdentity
    baseline: SiteBaseline | None
    revision: int
    #: What is newer has not reached the sandbox.
    pushed_revision: int
    fetched_position: int
    #: A sentence when everything for this site is paused.
    paused: str | None
    #: ``IDENTITY``: goes on by itself; anything else: when a person says so.
    paused_kind: str = ""


def register(conn: Connection, identity: SiteIdentity) -> None:
    """Bind this database to an upstream; raises OtherUpstreamError if it is another's."""
    stored = get(conn, identity.site)
    if stored is None:
        conn.execute(
            insert(_SITE).values(
                site=identity.site,
                base_url=identity.base_url,
                flavour=identity.flavour,
                metadata_body=_NOTHING,
                revision=0,
                pushed_revision=0,
                fetched_position=0,
                paused=None,
                paused_kind="",
            )
        )
    elif stored.identity != identity.model_copy(update={"api_url": ""}):
        # Another way to the same site voids approvals, not the database.
        raise OtherUpstreamError(identity.site, stored.identity, identity)


def names(conn: Connection) -> tuple[str, ...]:
    """Return the names of all sites."""
    return tuple(conn.execute(select(_SITE.c.site).order_by(_SITE.c.site)).scalars())


def get(conn: Connection, site: str) -> StoredSite | None:
    """Return a site, or None when this database has not seen it."""
    row = _GET.run(conn, site=site).first()
    if row is None:
        return None
    body = row.metadata_body
    return StoredSite(
        SiteIdentity(site=site, base_url=row.base_url, flavour=Flavour(row.flavour)),
        None if body == _NOTHING else _baseline(body),
        int(row.revision),
        int(row.pushed_revision),
        int(row.fetched_position),
        row.paused,
        row.paused_kind,
    )


_REVISION = Prepared(lambda: select(_SITE.c.revision).where(_SITE.c.site == bindparam("site")))
_GET = Prepared(lambda: select(_SITE).where(_SITE.c.site == bindparam("site")))
# Asked for before each write; a frozen value that seldom changes is shared.
_baseline = lru_cache(maxsize=8)(SiteBaseline.model_validate_json)


def metadata(conn: Connection, site: str) -> SiteBaseline | None:
    """Return a site's metadata in upstream form, or None before the first intake."""
    stored = get(conn, site)
    return None if stored is None else stored.baseline


def put_metadata(conn: Connection, baseline: SiteBaseline) -> None:
    """Store a site's metadata, in upstream form."""
    _change(conn, baseline.site, metadata_body=baseline.model_dump_json())


def revision(conn: Connection, site: str) -> int:
    """Return the revision of the newest baselines; 0: there are none."""
    return int(_REVISION.run(conn, site=site).scalar() or 0)


def next_revision(conn: Connection, site: str) -> int:
    """Return the revision that the next changed baselines get."""
    _change(conn, site, revision=func.coalesce(_SITE.c.revision, 0) + 1)
    return int(conn.execute(select(_SITE.c.revision).where(_SITE.c.site == site)).scalar_one())


def set_pushed(conn: Connection, site: str, revision: int) -> None:
    """Remember the newest revision that the sandbox has."""
    older = (_SITE.c.site == site) & (_SITE.c.pushed_revision < revision)
    conn.execute(update(_SITE).where(older).values(pushed_revision=revision))


def set_fetched(conn: Connection, site: str, position: int) -> None:
    """Remember the newest sealed set that was fetched."""
    _change(conn, site, fetched_position=position)


def pause(conn: Connection, site: str, sentence: str | None, kind: str = IDENTITY) -> None:
    """Pause everything for a site and say why; None goes on.

    A pause because Jira does not know us ends by itself as soon as it does again, and
    never takes the place of one that a person has to end.
    """
    stored = get(conn, site)
    if stored is not None and stored.paused_kind == RESTORED and kind != RESTORED:
        # Only who looked at the restored backup ends this one.
        return
    lasting = stored is not None and stored.paused is not None and stored.paused_kind != IDENTITY
    if sentence is not None and kind == IDENTITY and lasting:
        return
    _change(conn, site, paused=sentence, paused_kind="" if sentence is None else kind)


def paused(conn: Connection, site: str) -> str:
    """Return why everything is paused; empty when it is not."""
    return _PAUSED.run(conn, whose=site).scalar() or ""


_PAUSED = Prepared(lambda: select(_SITE.c.paused).where(_SITE.c.site == bindparam("whose")))


def end_pause(conn: Connection, site: str, kind: str) -> None:
    """Go on after a pause of this kind; another one stays."""
    stored = get(conn, site)
    if stored is not None and stored.paused_kind == kind:
        _change(conn, site, paused=None, paused_kind="")


def _change(conn: Connection, site: str, **columns: object) -> None:
    conn.execute(update(_SITE).where(_SITE.c.site == site).values(**columns))
