"""Issues as the gateway read them, every revision: the evidence for *before* values.

An issue that left the scope gets a last row without a body, so that nothing grows on an
old baseline of it.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.digest import digest
from sandbox.contract.shapes import IssueBaseline

_BASELINE = GatewayTable.metadata.tables["baseline"]
#: Body and digest of the row that says an issue is gone.
_GONE = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading of an issue."""

    issue_id: str
    revision: int


def content_digest(baseline: IssueBaseline) -> str:
    """Return the digest of what was read, whenever and as which revision."""
    body = baseline.model_dump(mode="json", exclude={"fetched_at", "revision"})
    # What may be asked for in addition; a search says it in another order than GET.
    body["doc"].pop("expand", None)
    return digest(body)


def put(conn: Connection, baseline: IssueBaseline) -> None:
    """Store one revision of an issue, in upstream form."""
    conn.execute(
        insert(_BASELINE).values(
            site=baseline.site,
            issue_id=baseline.issue_id,
            revision=baseline.revision,
            key=baseline.key,
            fetched_at=baseline.fetched_at,
            digest=content_digest(baseline),
            body=baseline.model_dump_json(),
        )
    )


def mark_gone(
    conn: Connection, site: str, issue_ids: Collection[str], revision: int, now: int
) -> None:
    """Note that issues are no longer in scope upstream."""
    for issue_id in issue_ids:
        known = latest(conn, site, issue_id)
        conn.execute(
            insert(_BASELINE).values(
                site=site,
                issue_id=issue_id,
                revision=revision,
                key="" if known is None else known.key,
                fetched_at=now,
                digest=_GONE,
                body=_GONE,
            )
        )


def latest(conn: Connection, site: str, issue_id: str) -> IssueBaseline | None:
    """Return the newest baseline of an issue, or None when it is unknown or gone."""
    body = _LATEST.run(conn, site=site, issue=issue_id).scalar()
    return _issue(body) if body else None


def at(conn: Connection, site: str, issue_id: str, revision: int) -> IssueBaseline | None:
    """Return an issue as it was at a revision of the site, or None."""
    body = _AT.run(conn, site=site, issue=issue_id, revision=revision).scalar()
    return _issue(body) if body else None


def by_key(conn: Connection, site: str, key: str) -> IssueBaseline | None:
    """Return the newest baseline of the issue that has this key now, or None."""
    query = (
        select(_BASELINE.c.issue_id)
        .where(_BASELINE.c.site == site, _BASELINE.c.key == key)
        .order_by(_BASELINE.c.revision.desc())
    )
    for issue_id in conn.execute(query).scalars():
        found = latest(conn, site, issue_id)
        if found is not None and found.key == key:
            return found
    return None


def ids(conn: Connection, site: str, keys: Collection[str]) -> dict[str, str]:
    """Return key to id of the issues that have, or last had, one of the keys."""
    query = select(_BASELINE.c.key, _BASELINE.c.issue_id).where(
        _BASELINE.c.site == site, _BASELINE.c.key.in_([*keys])
    )
    return {row.key: row.issue_id for row in conn.execute(query.order_by(_BASELINE.c.revision))}


def marks(conn: Connection, site: str, keys: Collection[str]) -> dict[str, Mark]:
    """Return key to the newest reading of the issues that have, or last had, one of the keys."""
    query = select(_BASELINE.c.key, _BASELINE.c.issue_id, _BASELINE.c.revision).where(
        _BASELINE.c.site == site, _BASELINE.c.key.in_([*keys])
    )
    rows = conn.execute(query.order_by(_BASELINE.c.revision))
    return {row.key: Mark(row.issue_id, row.revision) for row in rows}


def naming(conn: Connection, site: str, project: str, member: tuple[str, str], since: int) -> bool:
    """Return whether a project's readings after a revision have this member, name and text."""
    # As our own JSON writes it, without spaces; within a text its quotes would be escaped.
    text = f"{json.dumps(member[0])}:{json.dumps(member[1], ensure_ascii=False)}"
    query = select(_BASELINE.c.issue_id).where(
        _BASELINE.c.site == site,
        _BASELINE.c.key.startswith(f"{project}-", autoescape=True),
        _BASELINE.c.revision > since,
        _BASELINE.c.body.contains(text, autoescape=True),
    )
    return conn.execute(query.limit(1)).first() is not None


def revisions(conn: Connection, site: str, issue_ids: Collection[str]) -> dict[str, int]:
    """Return issue id to the newest revision of it, of issues that left too."""
    query = select(_BASELINE.c.issue_id, func.max(_BASELINE.c.revision)).where(
        _BASELINE.c.site == site, _BASELINE.c.issue_id.in_([*issue_ids])
    )
    rows = conn.execute(query.group_by(_BASELINE.c.issue_id))
    return {str(row[0]): int(row[1]) for row in rows}


def projects(conn: Connection, site: str, issue_ids: Collection[str]) -> dict[str, str]:
    """Return issue id to the key of its project as last read, of issues that left too."""
    query = select(_BASELINE.c.issue_id, _BASELINE.c.key).where(
        _BASELINE.c.site == site, _BASELINE.c.issue_id.in_([*issue_ids]), _BASELINE.c.key != ""
    )
    rows = conn.execute(query.order_by(_BASELINE.c.revision))
    return {row.issue_id: row.key.rpartition("-")[0] for row in rows}


def all_latest(conn: Connection, site: str) -> list[IssueBaseline]:
    """Return the newest baseline of every issue that is not gone."""
    return newer(conn, site, -1)


def of_project(
    conn: Connection, site: str, project: str, most: int
) -> tuple[list[IssueBaseline], int]:
    """Return a project's newest baselines, those that changed last, and how many there are."""
    own = _BASELINE.c.key.startswith(f"{project}-", autoescape=True)
    query = _newest(_BASELINE.c.body, site=site).where(own).order_by(None)
    found = conn.execute(query.order_by(_BASELINE.c.revision.desc(), _BASELINE.c.key).limit(most))
    total = _newest(func.count(), site=site).where(own).order_by(None)
    issues = [IssueBaseline.model_validate_json(body) for body in found.scalars()]
    return issues, int(conn.execute(total).scalar_one())


def newer(conn: Connection, site: str, revision: int) -> list[IssueBaseline]:
    """Return the newest baselines of issues that changed after a revision."""
    query = _newest(_BASELINE.c.body, site=site).where(_BASELINE.c.revision > revision)
    return [IssueBaseline.model_validate_json(body) for body in conn.execute(query).scalars()]


def changed_after(conn: Connection, site: str, revision: int) -> frozenset[str]:
    """Return the issues that changed, left or came after a revision."""
    query = select(_BASELINE.c.issue_id).where(
        _BASELINE.c.site == site, _BASELINE.c.revision > revision
    )
    return frozenset(conn.execute(query).scalars())


def gone_after(conn: Connection, site: str, revision: int) -> list[str]:
    """Return the issues that left the scope after a revision and did not come back."""
    query = _newest(_BASELINE.c.issue_id, site=site, gone=True)
    return list(conn.execute(query.where(_BASELINE.c.revision > revision)).scalars())


def known_since(conn: Connection, site: str, since: int) -> set[str]:
    """Return the issues of which something was stored at or after a time, by our clock."""
    query = select(_BASELINE.c.issue_id).where(_BASELINE.c.site == site)
    return set(conn.execute(query.where(_BASELINE.c.fetched_at >= since)).scalars())


def count_gone_since(conn: Connection, site: str, since: int) -> int:
    """Return how many issues were found gone at or after a time, by our clock."""
    query = select(func.count()).where(
        _BASELINE.c.site == site, _BASELINE.c.body == _GONE, _BASELINE.c.fetched_at >= since
    )
    return int(conn.execute(query).scalar_one())


def digests(
    conn: Connection, site: str, issue_ids: Collection[str] | None = None
) -> dict[str, str]:
    """Return issue id to the digest of its newest baseline, without those gone.

    ``issue_ids`` asks for some issues only.
    """
    query = _newest(_BASELINE.c.issue_id, _BASELINE.c.digest, site=site)
    if issue_ids is not None:
        query = query.where(_BASELINE.c.issue_id.in_([*issue_ids]))
    rows = conn.execute(query)
    return {str(row[0]): str(row[1]) for row in rows}


def _newest_of_issue() -> Select[Any]:
    return (
        select(_BASELINE.c.body)
        .where(_BASELINE.c.site == bindparam("site"), _BASELINE.c.issue_id == bindparam("issue"))
        .order_by(_BASELINE.c.revision.desc())
        .limit(1)
    )


# A page asks for the same issues at every look: nobody changes what is read here.
_issue = lru_cache(maxsize=256)(IssueBaseline.model_validate_json)

_LATEST = Prepared(_newest_of_issue)
_AT = Prepared(lambda: _newest_of_issue().where(_BASELINE.c.revision <= bindparam("revision")))


def _newest(*columns: Any, site: str, gone: bool = False) -> Select[Any]:
    newest = (
        select(_BASELINE.c.issue_id, func.max(_BASELINE.c.revision).label("revision"))
        .where(_BASELINE.c.site == site)
        .group_by(_BASELINE.c.issue_id)
        .subquery()
    )
    return (
        select(*columns)
        .join(
            newest,
            (_BASELINE.c.issue_id == newest.c.issue_id)
            & (_BASELINE.c.revision == newest.c.revision),
        )
        .where(_BASELINE.c.site == site)
        .where(_BASELINE.c.body == _GONE if gone else _BASELINE.c.body != _GONE)
        .order_by(_BASELINE.c.issue_id)
    )
