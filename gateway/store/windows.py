"""Freeze windows and chosen times, as stored; what they mean is in ``promotion.freezing``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from gateway.promotion.freezing import Delay, Schedule, Window, delay, shut_projects
from gateway.review.states import State
from gateway.store.database import database_now
from gateway.store.prepared import CLOCK, Prepared
from gateway.store.window_tables import FreezeWindowRow

_TABLES = FreezeWindowRow.metadata.tables
_WINDOW = _TABLES["freeze_window"]
_TIMING = _TABLES["timing"]
_REVIEW = _TABLES["review"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A window with who made it."""

    window: Window
    made_by: str
    made_at: int


@dataclass(frozen=True, slots=True)
class Shut:
    """What must not be taken up now."""

    #: Nothing of the site at all.
    whole: bool = False
    #: Numbers of sets, as ``;12;15;``; empty: none.
    sets: str = ""


#: Where no window is on.
OPEN = Shut()


def add(conn: Connection, site: str, window: Window, by: str, now: int) -> int:
    """Store a window, whatever its number, and return the one that it has."""
    made = conn.execute(
        insert(_WINDOW)
        .values(
            site=site,
            project=window.project,
            zone=window.zone_name,
            weekly=window.weekly,
            begins=window.begins,
            ends=window.ends,
            reason=window.reason,
            made_by=by,
            made_at=now,
        )
        .returning(_WINDOW.c.id)
    )
    return int(made.scalar_one())


def end(conn: Connection, site: str, number: int, by: str, now: int) -> bool:
    """End a window; False when there is none of that number that still counts."""
    query = update(_WINDOW).where(
        _WINDOW.c.site == site, _WINDOW.c.id == number, _WINDOW.c.ended_at.is_(None)
    )
    return conn.execute(query.values(ended_by=by, ended_at=now)).rowcount == 1


def listed(conn: Connection, site: str) -> tuple[Stored, ...]:
    """Return the windows that are on or still to come, the oldest first."""
    query = select(_WINDOW).where(_counts(_WINDOW.c.site == site)).order_by(_WINDOW.c.id)
    return tuple(
        Stored(_window(row), row.made_by, row.made_at) for row in conn.execute(query).all()
    )


def there_are(site: BindParameter[str]) -> ColumnElement[bool]:
    """Return the condition that a site has windows, on or to come: asked by every claim."""
    return exists().where(_counts(_WINDOW.c.site == site))


def shut(conn: Connection, site: str, now: int) -> Shut:
    """Return what must not be taken up at ``now``, by the database's clock."""
    found = [_window(row) for row in _LIVE.run(conn, here=site)]
    keys = shut_projects(found, now)
    if not keys:
        return OPEN
    if "" in keys:
        return Shut(whole=True)
    rows = _UNDER_WAY.run(conn, here=site)
    # How a set was released before there were windows nobody knows: it waits for any.
    own = [
        str(row.id)
        for row in rows
        if row.projects is None or not keys.isdisjoint(row.projects.split())
    ]
    return Shut(sets=f";{';'.join(own)};" if own else "")


def set_timing(
    conn: Connection,
    review_id: int,
    projects: Collection[str],
    schedule: Schedule | None,
    by: str,
) -> None:
    """Store how a set is released, in place of an earlier time."""
    conn.execute(delete(_TIMING).where(_TIMING.c.review_id == review_id))
    conn.execute(
        insert(_TIMING).values(
            review_id=review_id,
            projects=f" {' '.join(sorted(projects))} ",
            not_before=None if schedule is None else schedule.not_before,
            zone="" if schedule is None else schedule.zone,
            by=by,
        )
    )


def delay_of(conn: Connection, site: str, review_id: int) -> Delay | None:
    """Return why a released set waits, by what was stored of it then; None: it does not."""
    row = conn.execute(select(_TIMING).where(_TIMING.c.review_id == review_id)).first()
    sets = {} if row is None else {review_id: row.projects.split()}
    return delays(conn, site, sets).get(review_id)


def delays(conn: Connection, site: str, sets: Mapping[int, Collection[str]]) -> dict[int, Delay]:
    """Return why which of these sets wait, each with the keys of its projects."""
    if not sets:
        return {}
    now = database_now(conn)
    found = [_window(row) for row in _LIVE.run(conn, here=site)]
    rows = conn.execute(select(_TIMING).where(_TIMING.c.review_id.in_([*sets])))
    chosen = {row.review_id: _schedule(row) for row in rows}
    every = {
        number: delay(found, chosen.get(number), projects, now) for number, projects in sets.items()
    }
    return {number: one for number, one in every.items() if one is not None}


def _counts(here: ColumnElement[bool]) -> ColumnElement[bool]:
    to_come = or_(_WINDOW.c.weekly, _WINDOW.c.ends > CLOCK)
    return here & _WINDOW.c.ended_at.is_(None) & to_come


_LIVE = Prepared(
    lambda: select(_WINDOW).where(_counts(_WINDOW.c.site == bindparam("here"))).order_by("id")
)
_UNDER_WAY = Prepared(
    lambda: (
        select(_REVIEW.c.id, _TIMING.c.projects)
        .select_from(_REVIEW.outerjoin(_TIMING, _TIMING.c.review_id == _REVIEW.c.id))
        .where(_REVIEW.c.site == bindparam("here"), _REVIEW.c.state == State.PROMOTING)
    )
)


def _window(row: Row[tuple[object, ...]]) -> Window:
    return Window(
        id=row.id,
        project=row.project,
        zone=zone_of(row.zone),
        zone_name=row.zone,
        weekly=bool(row.weekly),
        begins=row.begins,
        ends=row.ends,
        reason=row.reason,
    )


def _schedule(row: Row[tuple[object, ...]]) -> Schedule | None:
    return None if row.not_before is None else Schedule(row.not_before, row.zone, row.by)


@cache
def zone_of(name: str) -> ZoneInfo | None:
    """Return a time zone by its name; None when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
