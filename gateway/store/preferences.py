"""What people chose about their pages."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.store.preference_tables import PreferenceRow
from gateway.store.prepared import Prepared

_PREFERENCE = PreferenceRow.metadata.tables["preference"]
_CHOSEN = Prepared(
    lambda: select(_PREFERENCE.c.name, _PREFERENCE.c.value).where(
        _PREFERENCE.c.person == bindparam("person")
    )
)


def chosen(conn: Connection, person: str) -> dict[str, str]:
    """Return name to value of all that somebody chose."""
    return {row.name: row.value for row in _CHOSEN.run(conn, person=person)}


def of_everybody(conn: Connection, name: str) -> dict[str, str]:
    """Return person to what they chose of one thing; who chose nothing is not among them."""
    query = select(_PREFERENCE.c.person, _PREFERENCE.c.value).where(_PREFERENCE.c.name == name)
    return {row.person: row.value for row in conn.execute(query) if row.value}


def choose(conn: Connection, person: str, values: Mapping[str, str]) -> None:
    """Keep choices in place of earlier ones."""
    names = sorted(values)
    own = _PREFERENCE.c.person == person
    conn.execute(delete(_PREFERENCE).where(own, _PREFERENCE.c.name.in_(names)))
    rows = [{"person": person, "name": name, "value": values[name]} for name in names]
    if rows:
        conn.execute(insert(_PREFERENCE), rows)
