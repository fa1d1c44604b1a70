"""Tells reviewers who else has a change set before them; it decides nothing and holds nothing."""

from sqlalchemy.exc import DBAPIError

from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.states import State
from gateway.review.values import ReviewView
from gateway.store import opening
from gateway.store.opening import Opened

_MINUTE = 60_000_000
#: Who opened it longer ago is not named any more, and who did lately is not noted again.
_NAMED, _AGAIN = 15 * _MINUTE, _MINUTE
_KEPT = 24 * 60 * _MINUTE


def open_by(gateway: Gateway, person: Person, view: ReviewView) -> tuple[Opened, ...]:
    """Note that somebody opened a set to be decided; returns who else did lately."""
    if view.state is not State.REVIEW:
        return ()
    now = gateway.clock()
    with gateway.database.read() as conn:
        lately = opening.lately(conn, view.id, now - _NAMED)
    own = [one.at for one in lately if one.person == person.person]
    if not own or now - own[0] >= _AGAIN:
        _note(gateway, person, view.id, now)
    return tuple(one for one in lately if one.person != person.person)


def _note(gateway: Gateway, person: Person, review_id: int, now: int) -> None:
    try:
        with gateway.database.write() as conn:
            opening.note(conn, review_id, person.person, now, forget=now - _KEPT)
    except DBAPIError:
        # The same person has it in two windows, or the database is busy: the page matters more.
        return
