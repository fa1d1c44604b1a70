"""When nothing is promoted: windows that an administrator makes, a time that a person chooses.

Both only delay what was approved and released; ``store.claiming`` asks them at each claim.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.operations.reviewing import ask, commit
from gateway.operations.settling import settle
from gateway.promotion.freezing import Delay, Schedule, Window, delay, instant, week_minute
from gateway.review.people import Person, Role, at_least, sees
from gateway.review.refusals import RefusedError
from gateway.review.rules import Act
from gateway.review.states import TURNS, Event, State, Turn
from gateway.review.values import InboxRow
from gateway.store import audit, bell, outbox, people, reviews, sites, windows
from gateway.store.database import database_now
from gateway.store.windows import zone_of
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject

#: What stands at requests that somebody stopped.
STOPPED = "Somebody stopped the promotion before it was begun."
_DAY = 24 * 3600 * 1_000_000
#: A set may be released so long before it is written.
_LONGEST = 90 * _DAY
_LONGEST_WINDOW = 366 * _DAY
_LONGEST_REASON = 200
_FIRST_YEAR, _LAST_YEAR = 2000, 2999
#: So many windows are on or to come.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A window as somebody wrote it down."""

    #: ``Fri 18:00`` when it comes each week; else ``2026-12-24T18:00``.
    begins: str
    ends: str
    zone: str
    reason: str
    #: Key; empty: every project.
    project: str = ""
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A window, by whom it was made, and whether it is on."""

    window: Window
    by: str
    made_at: int
    #: When it ends if it is on now and others do not go on; None: it is not on.
    on: Delay | None


def listed(gateway: Gateway, person: Person | None) -> tuple[Listed, ...]:
    """Return the windows on or to come that somebody may know of; None: all of them."""
    with gateway.database.read() as conn:
        found = windows.listed(conn, gateway.site)
        names = {one.person: one.name for one in people.listed(conn)}
        now = database_now(conn)
    return tuple(
        Listed(
            one.window,
            names.get(one.made_by, one.made_by),
            one.made_at,
            delay((one.window,), None, (one.window.project,), now),
        )
        for one in found
        if person is None or _known_to(gateway, person, one.window.project)
    )


def _known_to(gateway: Gateway, person: Person, project: str) -> bool:
    return not project or sees(person, gateway.site, (project,))


def add(gateway: Gateway, by: str, wanted: Wanted) -> int:
    """Make a window and return its number; raises RefusedError.

    ``by`` is an admin, or the command line where the gateway runs.
    """
    window = _window(wanted)
    with gateway.database.write() as conn:
        if wanted.project:
            _known_project(conn, gateway, wanted.project)
        if len(windows.listed(conn, gateway.site)) >= _MOST:
            raise _refused("many", "There are as many windows as there can be.", "End one first.")
        number = windows.add(conn, gateway.site, window, by, gateway.clock())
        body: JsonObject = {"window": number, "project": wanted.project, "zone": window.zone_name}
        body |= {"weekly": wanted.weekly, "from": wanted.begins.strip(), "to": wanted.ends.strip()}
        body |= {"reason": window.reason}
        audit.append(conn, at=gateway.clock(), actor=by, kind="freeze_made", body=body)
    return number


def end(gateway: Gateway, by: str, number: int) -> None:
    """End a window: what was approved and released goes on; raises RefusedError."""
    with gateway.database.write() as conn:
        if not windows.end(conn, gateway.site, number, by, gateway.clock()):
            raise _refused("window", "This window has ended already.", "Look at the list again.")
        body: JsonObject = {"window": number}
        audit.append(conn, at=gateway.clock(), actor=by, kind="freeze_ended", body=body)
        bell.ring(conn)


def schedule(gateway: Gateway, person: str, moment: str, zone: str) -> Schedule | None:
    """Return the chosen time before which a set must not be written; empty: at once.

    Raises RefusedError.
    """
    if not moment.strip():
        return None
    at = _moment(moment, zone)
    with gateway.database.read() as conn:
        now = database_now(conn)
    if at <= now:
        raise _refused(
            "past", "The time that was chosen is over already.", "Choose a later one, or none."
        )
    if at > now + _LONGEST:
        raise _refused(
            "far", "A set waits for 90 days at most.", "Choose an earlier time, or promote later."
        )
    return Schedule(at, zone.strip(), person)


def stop(gateway: Gateway, person: str, review_id: int, digest: str) -> bool:
    """Begin nothing more of a promotion; returns whether nothing of it had begun.

    Then it is approved as before it was released. Else what is under way is finished, and
    what was not begun can be tried again. Raises RefusedError, StaleError.
    """
    asked = ask(gateway, Act.STOP, person, review_id, digest, read_now=False)
    back = False

    def store(conn: Connection) -> bool:
        nonlocal back
        review = reviews.lock(conn, review_id)
        if review is None or review.state is not State.PROMOTING:
            return False
        back = outbox.stop(conn, review_id, digest, STOPPED)
        if back:
            return reviews.move(conn, review, Event.CALL_BACK)
        settle(conn, gateway, review_id, digest, review)
        return True

    commit(gateway, asked, store, {"digest": digest})
    return back


def delays(gateway: Gateway, rows: Iterable[InboxRow]) -> dict[int, Delay]:
    """Return why those lines wait that somebody has released."""
    sets = {row.id: row.projects for row in rows if TURNS[row.state] is Turn.GATEWAY}
    if not sets:
        return {}
    with gateway.database.read() as conn:
        return windows.delays(conn, gateway.site, sets)


def may_manage(person: Person) -> bool:
    """Return whether somebody, as they stand on the whole site, may make and end windows."""
    return at_least(person.role, Role.ADMIN)


def _window(wanted: Wanted) -> Window:
    reason = " ".join(wanted.reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise _refused(
            "reason", "A window needs a reason of 1 to 200 characters.", "Say it in a few words."
        )
    begins, ends = _week(wanted) if wanted.weekly else _once(wanted)
    return Window(
        id=0,
        project=wanted.project,
        zone=zone_of(wanted.zone.strip()),
        zone_name=wanted.zone.strip(),
        weekly=wanted.weekly,
        begins=begins,
        ends=ends,
        reason=reason,
    )


def _week(wanted: Wanted) -> tuple[int, int]:
    _known_zone(wanted.zone)
    begins, ends = week_minute(wanted.begins), week_minute(wanted.ends)
    if begins is None or ends is None:
        raise _refused(
            "weekly",
            "A weekly window goes from a weekday and time to another.",
            "Write them like Fri 18:00.",
        )
    if begins == ends:
        raise _refused(
            "length", "A window has to end after it begins.", "Choose another beginning or end."
        )
    return begins, ends


def _once(wanted: Wanted) -> tuple[int, int]:
    begins, ends = _moment(wanted.begins, wanted.zone), _moment(wanted.ends, wanted.zone, late=True)
    if ends <= begins:
        raise _refused(
            "length", "A window has to end after it begins.", "Choose another beginning or end."
        )
    if ends - begins > _LONGEST_WINDOW:
        raise _refused("long", "A window lasts a year at most.", "Choose an earlier end.")
    return begins, ends


def _moment(text: str, zone: str, *, late: bool = False) -> int:
    """Return the moment of a local date and time in a zone."""
    known, wall = _known_zone(zone), _wall(text)
    if wall is None:
        raise _refused(
            "moment",
            "This is no date and time.",
            "Write it like 2026-12-24T18:00, in the zone that stands beside it.",
        )
    return instant(wall, known, late=late)


def _wall(text: str) -> datetime | None:
    """Return a local date and time; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo is None and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _known_zone(name: str) -> ZoneInfo:
    found = zone_of(name.strip())
    if found is None:
        raise _refused(
            "zone", "There is no time zone of this name.", "Write it like Asia/Seoul or UTC."
        )
    return found


def _known_project(conn: Connection, gateway: Gateway, project: str) -> None:
    metadata = sites.metadata(conn, gateway.site)
    known: Collection[object] = (
        () if metadata is None else [one.get("key") for one in metadata.projects]
    )
    if project not in known:
        raise _refused(
            "project", "There is no such project here.", "Choose one of the list, or all of them."
        )


def _refused(code: str, sentence: str, next_step: str) -> RefusedError:
    return RefusedError(Refusal(code, sentence, next_step))
