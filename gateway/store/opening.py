"""Who had a change set before them lately: for those who look at it at the same time."""

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from gateway.store.viewing_tables import OpenedRow

_OPENED = OpenedRow.metadata.tables["opened"]
_PERSON = GatewayTable.metadata.tables["person"]
_LATELY = Prepared(
    lambda: (
        select(_OPENED.c.person, _PERSON.c.name, _OPENED.c.at)
        .join(_PERSON, _PERSON.c.person == _OPENED.c.person)
        .where(_OPENED.c.review_id == bindparam("review"), _OPENED.c.at > bindparam("since"))
        .order_by(_OPENED.c.at.desc(), _OPENED.c.person)
    )
)


class Opened(NamedTuple):
    """One person who had it before them, and when (µs since 1970)."""

    person: str
    name: str
    at: int


def lately(conn: Connection, review_id: int, since: int) -> tuple[Opened, ...]:
    """Return who opened a set after a moment, the last one first."""
    rows = _LATELY.run(conn, review=review_id, since=since)
    return tuple(Opened(str(one.person), str(one.name), int(one.at)) for one in rows)


def note(conn: Connection, review_id: int, person: str, now: int, *, forget: int) -> None:
    """Keep that somebody has it before them now; what is older than ``forget`` is deleted."""
    own = (_OPENED.c.review_id == review_id, _OPENED.c.person == person)
    conn.execute(delete(_OPENED).where(_OPENED.c.at < forget))
    if not conn.execute(update(_OPENED).where(*own).values(at=now)).rowcount:
        conn.execute(insert(_OPENED).values(review_id=review_id, person=person, at=now))
