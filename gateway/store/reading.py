"""How far Jira was read: the cursor of the polls, the whole reading under way, hints."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from gateway.store.tables import GatewayTable

_READING = GatewayTable.metadata.tables["reading"]
_SEEN = GatewayTable.metadata.tables["sweep_seen"]
_HINT = GatewayTable.metadata.tables["hint"]
#: More hints than this wait for the next poll, which finds the same without them.
MOST_HINTS = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reading in the order of keys stands: projects that are done, and the key."""

    done: tuple[str, ...] = ()
    #: The project being read; empty between two projects.
    project: str = ""
    #: The last key that was read of it.
    key: str = ""
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """A whole reading that is under way."""

    #: Which issues; another scope is another reading.
    jql: str
    #: By our clock.
    began: int
    #: The newest change upstream when it began, by Jira's clock: polls go on from there.
    newest: int
    #: Who reads, and when they stored a page last, by our clock: two never read at once.
    owner: str = ""
    touched: int = 0
    place: Place = Place()
    new: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a site was read. Zero: never."""

    read_until: int = 0
    swept_at: int = 0
    sweep: Sweep | None = None


class TakenOverError(Exception):
    """Another process goes on with the whole reading."""


def get(conn: Connection, site: str, *, lock: bool = False) -> Reading:
    """Return how far a site was read; ``lock`` keeps others from changing it meanwhile."""
    query = select(_READING).where(_READING.c.site == site)
    row = conn.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        return Reading()
    return Reading(int(row["read_until"]), int(row["swept_at"]), _sweep(row["sweep"]))


def put_sweep(conn: Connection, site: str, sweep: Sweep, seen: Collection[str] = ()) -> None:
    """Remember a whole reading's place, and the issues that it met on the way there.

    Raises TakenOverError when it is no longer its owner's.
    """
    _still(conn, site, sweep)
    _change(conn, site, sweep=json.dumps(asdict(sweep)))
    known = set(conn.execute(_met(site).where(_SEEN.c.issue_id.in_([*seen]))).scalars())
    rows = [{"site": site, "issue_id": one} for one in dict.fromkeys(seen) if one not in known]
    if rows:
        conn.execute(insert(_SEEN), rows)


def leave_sweep(conn: Connection, site: str, owner: str) -> None:
    """Let others go on at once with a reading that failed; its place stays."""
    found = get(conn, site, lock=True).sweep
    if found is not None and found.owner == owner:
        _change(conn, site, sweep=json.dumps(asdict(replace(found, touched=0))))


def take_sweep(conn: Connection, site: str, sweep: Sweep, *, anew: bool) -> None:
    """Begin a whole reading, or become the owner of the one that was left."""
    get(conn, site, lock=True)
    if anew:
        conn.execute(delete(_SEEN).where(_SEEN.c.site == site))
    _change(conn, site, sweep=json.dumps(asdict(sweep)))


def seen(conn: Connection, site: str) -> set[str]:
    """Return the ids that the whole reading under way has met."""
    return set(conn.execute(_met(site)).scalars())


def count_seen(conn: Connection, site: str) -> int:
    """Return how many issues the whole reading under way has met."""
    query = select(func.count()).select_from(_SEEN).where(_SEEN.c.site == site)
    return int(conn.execute(query).scalar_one())


def end_sweep(conn: Connection, site: str, sweep: Sweep, *, whole: bool = True) -> None:
    """Close a reading; when it was a whole one, polls go on from where Jira was at its start."""
    found = _still(conn, site, sweep)
    conn.execute(delete(_SEEN).where(_SEEN.c.site == site))
    if whole:
        until = max(found.read_until, sweep.newest)
        _change(conn, site, sweep="", swept_at=sweep.began, read_until=until)
    else:
        _change(conn, site, sweep="")


def set_read_until(conn: Connection, site: str, until: int) -> None:
    """Move the cursor of the polls; it never goes back."""
    if until > get(conn, site).read_until:
        _change(conn, site, read_until=until)


def add_hints(conn: Connection, site: str, issue_ids: Collection[str], now: int) -> int:
    """Queue issues to be read again; returns how many were not queued yet."""
    waiting = set(hints(conn, site))
    room = MOST_HINTS - len(waiting)
    added = [one for one in dict.fromkeys(issue_ids) if one not in waiting][: max(room, 0)]
    if added:
        conn.execute(insert(_HINT), [{"site": site, "issue_id": one, "at": now} for one in added])
    return len(added)


def hints(conn: Connection, site: str) -> list[str]:
    """Return the ids that wait to be read again, oldest first."""
    query = select(_HINT.c.issue_id).where(_HINT.c.site == site)
    return list(conn.execute(query.order_by(_HINT.c.at, _HINT.c.issue_id)).scalars())


def drop_hints(conn: Connection, site: str, issue_ids: Collection[str]) -> None:
    """Forget hints that were followed."""
    conn.execute(delete(_HINT).where(_HINT.c.site == site, _HINT.c.issue_id.in_([*issue_ids])))


def _still(conn: Connection, site: str, sweep: Sweep) -> Reading:
    found = get(conn, site, lock=True)
    if found.sweep is None or found.sweep.owner != sweep.owner:
        raise TakenOverError("Another process goes on with reading Jira.")
    return found


def _met(site: str) -> Select[Any]:
    return select(_SEEN.c.issue_id).where(_SEEN.c.site == site)


def _sweep(text: str) -> Sweep | None:
    if not text:
        return None
    body = json.loads(text)
    place = body.pop("place")
    place["done"] = tuple(place["done"])
    known = {one.name for one in fields(Sweep)}
    return Sweep(**{name: one for name, one in body.items() if name in known}, place=Place(**place))


def _change(conn: Connection, site: str, **columns: object) -> None:
    there = conn.execute(select(_READING.c.site).where(_READING.c.site == site)).first()
    if there is None:
        blank = {"read_until": 0, "swept_at": 0, "sweep": ""}
        conn.execute(insert(_READING).values(site=site, **{**blank, **columns}))
    else:
        conn.execute(update(_READING).where(_READING.c.site == site).values(**columns))
