"""Who follows which projects and who looks after which change sets, as stored."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from gateway.store.desk_tables import AssignmentRow, FollowedProjectRow

_FOLLOWED = FollowedProjectRow.metadata.tables["followed_project"]
_ASSIGNMENT = AssignmentRow.metadata.tables["assignment"]


def follows(conn: Connection, site: str) -> dict[str, frozenset[str]]:
    """Return person to the keys of the projects that they follow."""
    query = select(_FOLLOWED.c.person, _FOLLOWED.c.project).where(_FOLLOWED.c.site == site)
    found: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(query):
        found[row.person].add(row.project)
    return {person: frozenset(keys) for person, keys in found.items()}


def follow(conn: Connection, site: str, person: str, projects: Collection[str]) -> None:
    """Have somebody follow exactly these projects."""
    own = (_FOLLOWED.c.site == site) & (_FOLLOWED.c.person == person)
    conn.execute(delete(_FOLLOWED).where(own))
    rows = [{"person": person, "site": site, "project": key} for key in sorted(set(projects))]
    if rows:
        conn.execute(insert(_FOLLOWED), rows)


def assigned(conn: Connection, site: str) -> dict[int, str]:
    """Return review to whoever looks after it."""
    query = select(_ASSIGNMENT.c.review_id, _ASSIGNMENT.c.person)
    rows = conn.execute(query.where(_ASSIGNMENT.c.site == site))
    return {row.review_id: row.person for row in rows}


def assignee(conn: Connection, review_id: int) -> str:
    """Return who looks after a review; empty: nobody."""
    query = select(_ASSIGNMENT.c.person).where(_ASSIGNMENT.c.review_id == review_id)
    return conn.execute(query).scalar() or ""


def assign(conn: Connection, site: str, review_id: int, person: str, by: str, now: int) -> None:
    """Give a review to somebody; an empty ``person``: to nobody. Its row has to be locked."""
    conn.execute(delete(_ASSIGNMENT).where(_ASSIGNMENT.c.review_id == review_id))
    if person:
        row = {"review_id": review_id, "site": site, "person": person, "by": by, "at": now}
        conn.execute(insert(_ASSIGNMENT).values(row))


def carry(conn: Connection, before: int, after: int) -> None:
    """Give a later round to whoever looked after the one before."""
    row = conn.execute(select(_ASSIGNMENT).where(_ASSIGNMENT.c.review_id == before)).first()
    if row is not None:
        assign(conn, row.site, after, row.person, row.by, row.at)
