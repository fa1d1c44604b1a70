"""What people marked as viewed, by what it was: another text, value or round is another row."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from gateway.store.viewing_tables import ViewedRow

_VIEWED = ViewedRow.metadata.tables["viewed"]


def viewed(conn: Connection, person: str, site: str, workspace: str) -> frozenset[str]:
    """Return the contents of a workspace that somebody has viewed."""
    query = select(_VIEWED.c.content).where(_own(person, site, workspace))
    return frozenset(conn.execute(query).scalars())


def mark(
    conn: Connection, person: str, site: str, workspace: str, contents: Collection[str], now: int
) -> None:
    """Mark contents as viewed; those that are marked stay so."""
    new = set(contents) - viewed(conn, person, site, workspace)
    rows = [
        {"person": person, "site": site, "workspace": workspace, "content": one, "at": now}
        for one in sorted(new)
    ]
    if rows:
        conn.execute(insert(_VIEWED), rows)


def unmark(
    conn: Connection, person: str, site: str, workspace: str, contents: Collection[str]
) -> None:
    """Take marks away."""
    own = _own(person, site, workspace)
    conn.execute(delete(_VIEWED).where(own, _VIEWED.c.content.in_(sorted(contents))))


def _own(person: str, site: str, workspace: str) -> ColumnElement[bool]:
    return and_(
        _VIEWED.c.person == person, _VIEWED.c.site == site, _VIEWED.c.workspace == workspace
    )
