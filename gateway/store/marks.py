"""What people set aside, and notes of what is still to be done, as stored."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from gateway.review.resting import FollowUp, Mark, Rest
from gateway.store.desk_tables import FollowUpRow, RestRow

_REST = RestRow.metadata.tables["rest"]
_FOLLOW_UP = FollowUpRow.metadata.tables["follow_up"]


def rests(conn: Connection, site: str, person: str) -> dict[int, Rest]:
    """Return review to how somebody set it aside, those that have ended included."""
    query = select(_REST).where(_REST.c.site == site, _REST.c.person == person)
    return {
        row.review_id: Rest(row.until, Mark(row.edition, row.revision))
        for row in conn.execute(query)
    }


def set_aside(conn: Connection, site: str, person: str, review_id: int, rest: Rest | None) -> None:
    """Store that somebody set a review aside; None: they want to see it."""
    own = (_REST.c.person == person) & (_REST.c.review_id == review_id)
    conn.execute(delete(_REST).where(own))
    if rest is not None:
        conn.execute(
            insert(_REST).values(
                person=person,
                review_id=review_id,
                site=site,
                until=rest.until,
                edition=rest.mark.edition,
                revision=rest.mark.revision,
            )
        )


def follow_ups(
    conn: Connection, site: str, review_ids: Collection[int] | None = None
) -> dict[int, FollowUp]:
    """Return review to its note; ``review_ids`` asks for some reviews only."""
    query = select(_FOLLOW_UP).where(_FOLLOW_UP.c.site == site)
    if review_ids is not None:
        query = query.where(_FOLLOW_UP.c.review_id.in_([*review_ids]))
    return {row.review_id: _follow_up(row) for row in conn.execute(query)}


def set_follow_up(conn: Connection, site: str, review_id: int, given: FollowUp | None) -> None:
    """Store a review's note in place of an earlier one; None: nothing is left to do."""
    conn.execute(delete(_FOLLOW_UP).where(_FOLLOW_UP.c.review_id == review_id))
    if given is not None:
        conn.execute(
            insert(_FOLLOW_UP).values(
                review_id=review_id, site=site, note=given.note, by=given.by, at=given.at
            )
        )


def carry(conn: Connection, before: int, after: int) -> None:
    """Give a later round the note of the one before."""
    row = conn.execute(select(_FOLLOW_UP).where(_FOLLOW_UP.c.review_id == before)).first()
    if row is not None:
        set_follow_up(conn, row.site, before, None)
        set_follow_up(conn, row.site, after, _follow_up(row))


def _follow_up(row: Any) -> FollowUp:
    return FollowUp(row.note, row.by, row.at)
