"""Reads in the audit what people are to be told of, and stores it to be delivered.

Apart from every decision, so that no trouble with notifications can hold one up: a review
is stored and audited as ever, and this follows a second later. What happened while
notifications were off, or longer than a day ago, nobody is told any more.
"""

import secrets
from collections.abc import Mapping

from sqlalchemy import Connection

from gateway.notify_settings import Event
from gateway.operations import desk
from gateway.operations.context import Gateway
from gateway.review.called import called_in
from gateway.review.states import State
from gateway.store import audit, notices, people, preferences, reviews
from gateway.store.audit import Entry
from gateway.store.notices import Notice

#: Who was told just now is not told the same again: ten conflicts are one message.
_JUST_NOW = 60 * 1_000_000
_DAY = 24 * 3600 * 1_000_000
#: Under which name people's own addresses are kept, and how their channel begins.
MAIL, PERSON = "mail", "person"

#: Audited kind to what people are told, where the kind alone says it.
TOLD: Mapping[str, Event] = {
    "set_received": Event.WAITING,
    "review_send_back": Event.SENT_BACK,
    "operation_drifted": Event.CONFLICT,
    "approval_lapsed": Event.CONFLICT,
    "operation_cannot_tell": Event.NEEDS_PERSON,
    "duplicate_found": Event.NEEDS_PERSON,
    "restored": Event.NEEDS_PERSON,
    "review_remark": Event.MENTIONED,
}


def notice_news(gateway: Gateway) -> int:
    """Store what the audit has of news; returns how many notices that were."""
    if not gateway.settings.notify.sends:
        return 0
    with gateway.database.read() as conn:
        if notices.read_until(conn, gateway.site) == audit.head(conn).seq:
            return 0
    with gateway.database.write() as conn:
        before = notices.read_until(conn, gateway.site)
        end = audit.head(conn).seq
        fresh = () if before is None else audit.entries(conn, after=before)
        until = fresh[-1].seq if fresh else end
        if before == until or not notices.set_read_until(conn, gateway.site, before, until):
            return 0
        return sum(_tell(conn, gateway, entry) for entry in fresh)


def ask_for_test(gateway: Gateway) -> None:
    """Have a test message sent through every channel."""
    with gateway.database.write() as conn:
        notice = Notice(_new_id(), Event.TEST, None, gateway.clock())
        notices.add(conn, gateway.site, notice, gateway.settings.notify.channels)


def event_of(entry: Entry, state: State | None) -> Event | None:
    """Return what people are told of an audited fact; ``state`` is the review's by now."""
    if entry.kind == "review_approve":
        # All approvals were there: whoever promotes it knows already.
        return Event.SECOND_APPROVER if state is State.REVIEW else None
    if entry.kind == "review_settled":
        whole = entry.body.get("applied") == entry.body.get("of")
        return Event.PROMOTED if whole else Event.NEEDS_PERSON
    return TOLD.get(entry.kind)


def _tell(conn: Connection, gateway: Gateway, entry: Entry) -> bool:
    """Store the notice of one audited fact; returns whether there is one."""
    notify, number = gateway.settings.notify, entry.body.get("review")
    if gateway.clock() - entry.at > _DAY:
        return False
    standing = reviews.standing(conn, number) if isinstance(number, int) else None
    event = event_of(entry, None if standing is None else standing.state)
    called = _called(conn, entry) if event is Event.MENTIONED else ()
    if event not in notify.events or (event is Event.MENTIONED and not called):
        return False
    notice = Notice(_new_id(), event, None if standing is None else standing.id, entry.at, called)
    if notices.told_since(conn, gateway.site, notice, entry.at - _JUST_NOW):
        return False
    notices.add(conn, gateway.site, notice, (*notify.channels, *_own(conn, gateway, notice)))
    return True


def _called(conn: Connection, entry: Entry) -> tuple[str, ...]:
    """Return who is called by name in a remark, but whoever wrote it."""
    everybody = people.listed(conn)
    names = {name: one.person for one in everybody for name in (one.name, one.person)}
    found = (names.get(one) for one in called_in(str(entry.body.get("words") or "")))
    return tuple(dict.fromkeys(one for one in found if one and one != entry.actor))


def _own(conn: Connection, gateway: Gateway, notice: Notice) -> tuple[str, ...]:
    """Return the channels of those who want mails of their own, and whom it is for.

    Whether they may see the set is asked when it is sent.
    """
    wanted = preferences.of_everybody(conn, MAIL)
    if notice.review_id is None or not wanted or not gateway.settings.notify.people_at:
        return ()
    to = notice.people or desk.for_whom(conn, gateway, notice.review_id)
    return tuple(f"{PERSON} {one}" for one in to if one in wanted)


def _new_id() -> str:
    return secrets.token_hex(12)
