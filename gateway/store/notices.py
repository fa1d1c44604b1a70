"""What people are told and whether it arrived, as stored; nothing here sends or decides.

Whoever claims a delivery puts it off first: a process that dies while sending leaves it
due again, so that each arrives at least once.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from gateway.store.notice_tables import NoticeRow

_TABLES = NoticeRow.metadata.tables
_NOTICE = _TABLES["notice"]
_DELIVERY = _TABLES["delivery"]
_NOTICED = _TABLES["noticed"]


class Passage(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that people are told of."""

    notice: str
    event: str
    #: None: not about one change set.
    review_id: int | None
    at: int
    #: Whom it is for alone; none: whom the set is for.
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice on its way through one channel, claimed."""

    id: int
    channel: str
    #: This one included.
    attempts: int
    notice: Notice


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How one channel does."""

    channel: str
    arrived_at: int | None
    #: Not arrived yet.
    waiting: int
    #: Of those, how many have failed before.
    failing: int
    #: Given up since the last one that arrived.
    given_up: int
    #: A sentence about the newest failure since then; empty: none.
    trouble: str


def read_until(conn: Connection, site: str) -> int | None:
    """Return how far the audit was read; None when it never was."""
    found = conn.execute(select(_NOTICED.c.seq).where(_NOTICED.c.site == site)).scalar()
    return None if found is None else int(found)


def set_read_until(conn: Connection, site: str, before: int | None, seq: int) -> bool:
    """Move on from ``before``; False when another process has meanwhile."""
    if before is None:
        conn.execute(insert(_NOTICED).values(site=site, seq=seq))
        return True
    query = update(_NOTICED).where(_NOTICED.c.site == site, _NOTICED.c.seq == before)
    return conn.execute(query.values(seq=seq)).rowcount == 1


def add(conn: Connection, site: str, notice: Notice, channels: Iterable[str]) -> None:
    """Store a notice, due at once on every channel."""
    conn.execute(
        insert(_NOTICE).values(
            notice=notice.notice,
            site=site,
            event=notice.event,
            review_id=notice.review_id,
            at=notice.at,
            people=_people_text(notice),
        )
    )
    for channel in channels:
        conn.execute(
            insert(_DELIVERY).values(
                notice=notice.notice,
                channel=channel,
                state=Passage.WAITING,
                attempts=0,
                not_before=notice.at,
                trouble="",
            )
        )


def told_since(conn: Connection, site: str, notice: Notice, since: int) -> bool:
    """Return whether the same was noticed after ``since``."""
    same = (_NOTICE.c.site == site) & (_NOTICE.c.event == notice.event)
    query = select(_NOTICE.c.notice).where(same, _NOTICE.c.at > since)
    about = _NOTICE.c.review_id.is_not_distinct_from(notice.review_id)
    query = query.where(about, _NOTICE.c.people == _people_text(notice))
    return conn.execute(query.limit(1)).first() is not None


def is_due(conn: Connection, site: str, now: int) -> bool:
    """Return whether there is something to send."""
    query = select(_DELIVERY.c.id).where(*_due(site, now))
    return conn.execute(query.limit(1)).first() is not None


def claim(conn: Connection, site: str, now: int, lease: int) -> Delivery | None:
    """Take the delivery that is due for longest, and put it off by ``lease``; None: none is."""
    query = (
        select(_DELIVERY, _NOTICE.c.event, _NOTICE.c.review_id, _NOTICE.c.at, _NOTICE.c.people)
        .join(_NOTICE, _NOTICE.c.notice == _DELIVERY.c.notice)
        .where(*_due(site, now))
        .order_by(_DELIVERY.c.not_before, _DELIVERY.c.id)
        .limit(1)
    )
    row = conn.execute(query).first()
    if row is None:
        return None
    mine = update(_DELIVERY).where(
        _DELIVERY.c.id == row.id,
        _DELIVERY.c.state == Passage.WAITING,
        _DELIVERY.c.attempts == row.attempts,
    )
    taken = conn.execute(mine.values(attempts=row.attempts + 1, not_before=now + lease))
    if taken.rowcount != 1:
        return None
    people = tuple(json.loads(row.people)) if row.people else ()
    notice = Notice(row.notice, row.event, row.review_id, row.at, people)
    return Delivery(row.id, row.channel, row.attempts + 1, notice)


def arrived(conn: Connection, delivery: Delivery, now: int) -> None:
    """Remember that a delivery arrived, whoever has claimed it since."""
    _end(conn, delivery, now, Passage.ARRIVED, "")


def given_up(conn: Connection, delivery: Delivery, now: int, trouble: str) -> None:
    """Remember that a delivery is not tried again."""
    _end(conn, delivery, now, Passage.GIVEN_UP, trouble)


def put_off(conn: Connection, delivery: Delivery, until: int, trouble: str) -> None:
    """Remember why a delivery failed, and when it is tried again."""
    query = update(_DELIVERY).where(
        _DELIVERY.c.id == delivery.id,
        _DELIVERY.c.state == Passage.WAITING,
        _DELIVERY.c.attempts == delivery.attempts,
    )
    conn.execute(query.values(not_before=until, trouble=trouble))


def state_of(conn: Connection, site: str, channel: str) -> ChannelState:
    """Return how one channel does."""
    joined = _DELIVERY.join(_NOTICE, _NOTICE.c.notice == _DELIVERY.c.notice)
    mine = (_NOTICE.c.site == site) & (_DELIVERY.c.channel == channel)
    ended = select(func.max(_DELIVERY.c.ended_at)).select_from(joined)
    last = conn.execute(ended.where(mine, _DELIVERY.c.state == Passage.ARRIVED)).scalar()
    query = select(_DELIVERY.c.state, _DELIVERY.c.trouble, _DELIVERY.c.ended_at)
    rows = conn.execute(
        query.select_from(joined)
        .where(mine, _DELIVERY.c.state != Passage.ARRIVED)
        .order_by(_DELIVERY.c.id.desc())
        .limit(1000)
    ).all()
    waiting = [row for row in rows if row.state == Passage.WAITING]
    lost = [
        row for row in rows if row.state == Passage.GIVEN_UP and (row.ended_at or 0) > (last or 0)
    ]
    failing = [row for row in waiting if row.trouble]
    troubles = [row.trouble for row in (*failing, *lost)]
    return ChannelState(
        channel=channel,
        arrived_at=last,
        waiting=len(waiting),
        failing=len(failing),
        given_up=len(lost),
        trouble=troubles[0] if troubles else "",
    )


def _people_text(notice: Notice) -> str:
    return json.dumps([*notice.people], ensure_ascii=False) if notice.people else ""


def _due(site: str, now: int) -> tuple[ColumnElement[bool], ...]:
    mine = select(_NOTICE.c.notice).where(_NOTICE.c.site == site)
    return (
        _DELIVERY.c.state == Passage.WAITING,
        _DELIVERY.c.not_before <= now,
        _DELIVERY.c.notice.in_(mine),
    )


def _end(conn: Connection, delivery: Delivery, now: int, state: Passage, trouble: str) -> None:
    query = update(_DELIVERY).where(_DELIVERY.c.id == delivery.id)
    conn.execute(query.values(state=state, ended_at=now, trouble=trouble))
