"""What people like to ask their inbox for, as stored."""

from sqlalchemy import Connection, delete, insert, select

from gateway.store.desk_tables import SavedFilterRow

_FILTER = SavedFilterRow.metadata.tables["saved_filter"]


def listed(conn: Connection, site: str, person: str) -> dict[str, str]:
    """Return name to query of somebody's saved filters, by name."""
    own = (_FILTER.c.site == site) & (_FILTER.c.person == person)
    query = select(_FILTER.c.name, _FILTER.c.query).where(own)
    return dict(sorted((row.name, row.query) for row in conn.execute(query)))


def put(conn: Connection, site: str, person: str, name: str, query: str) -> None:
    """Store a filter in place of one of the same name."""
    remove(conn, site, person, name)
    row = {"person": person, "site": site, "name": name, "query": query}
    conn.execute(insert(_FILTER).values(row))


def remove(conn: Connection, site: str, person: str, name: str) -> None:
    """Forget a filter; one that is not there is no fault."""
    own = (_FILTER.c.site == site) & (_FILTER.c.person == person)
    conn.execute(delete(_FILTER).where(own, _FILTER.c.name == name))
