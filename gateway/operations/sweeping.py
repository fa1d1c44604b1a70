"""Reading everything in scope, a page at a time, each page stored before the next is asked.

The place is stored with the page, so a gateway that was killed goes on from there. Pages
go by key, never by number: an issue that comes or goes meanwhile moves no other.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from gateway.operations import keeping, vanishing
from gateway.operations.context import Gateway
from gateway.operations.keeping import Compared
from gateway.operations.metadata import site_metadata
from gateway.operations.scoping import from_place, unordered
from gateway.operations.whole_issue import watchers_of
from gateway.review.refusals import RefusedError
from gateway.store import baselines, reading, sites
from gateway.store.reading import Place, Sweep
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError, UnreadableError
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject, SiteBaseline

LOG = logging.getLogger(__name__)

#: Issues that are read before they are stored.
PAGE = 100
#: A reading that was left longer ago is begun anew: too much has changed behind it.
_LEFT = 24 * 3600 * 1_000_000
#: Seconds until it is looked again whether another process still reads.
_LOOK_AGAIN = 0.5
#: How often one reading may begin anew because Jira no longer knows its place.
_RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a whole reading is."""

    read: int
    #: None: Jira does not say how many there are.
    total: int | None
    #: Read in this run, without what an earlier run had read already.
    now_read: int
    seconds: float


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a whole reading found."""

    read: int
    new: int
    changed: int
    gone: tuple[str, ...]
    inferred: tuple[str, ...]
    warnings: tuple[str, ...]


def sweep(
    gateway: Gateway,
    upstream: Upstream,
    jql: str,
    on_progress: OnProgress = lambda _: None,
    *,
    whole: bool = True,
) -> Swept:
    """Read everything in scope, or go on where a reading of the same scope was left.

    ``whole`` is False for a part of the scope: then nothing counts as missing.
    """
    at, resumed = _begun(gateway, upstream, jql)
    try:
        at = _read_on(gateway, upstream, at, resumed, on_progress)
        return _finished(gateway, upstream, at, whole=whole)
    except reading.TakenOverError as error:
        again = "Nothing is missed: what was read is stored."
        raise RefusedError(Refusal("taken_over", str(error), again)) from None
    finally:
        with gateway.database.write() as conn:
            reading.leave_sweep(conn, gateway.site, at.owner)


def _read_on(
    gateway: Gateway, upstream: Upstream, at: Sweep, resumed: int, on_progress: OnProgress
) -> Sweep:
    jql = at.jql
    began, total, restarts = gateway.clock(), upstream.count(unordered(jql)), 0
    while not at.place.finished:
        try:
            docs, place = next_page(upstream, jql, at.place)
        except OurFaultError as error:
            if not _lost_place(error, at.place, restarts):
                raise
            restarts += 1
            at = replace(at, place=Place())
            continue
        at, met = _keep(gateway, upstream, docs, replace(at, place=place))
        on_progress(Progress(met, total, met - resumed, (gateway.clock() - began) / 1_000_000))
    return at


def next_page(upstream: Upstream, jql: str, place: Place) -> tuple[list[JsonObject], Place]:
    """Return some more issues in the order of their keys, and the place behind them."""
    docs = list(islice(upstream.search(from_place(jql, place)), PAGE))
    following = _behind(place, [str(one.get("key")) for one in docs])
    if following == place:
        raise UnreadableError("Jira repeats a page of a search without end.")
    return docs, following


def pages(upstream: Upstream, jql: str) -> Iterator[list[JsonObject]]:
    """Yield pages of whole issues in the order of their keys, each asked behind the one before.

    Data Center goes on by number otherwise, and an issue that is deleted or moved meanwhile
    would hide another one. JQL's ``id`` is another name of ``key`` and compares alike.
    """
    place, restarts = Place(), 0
    while not place.finished:
        try:
            docs, place = next_page(upstream, jql, place)
        except OurFaultError as error:
            if not _lost_place(error, place, restarts):
                raise
            place, restarts = Place(), restarts + 1
            continue
        if docs:
            yield docs


def _lost_place(error: OurFaultError, place: Place, restarts: int) -> bool:
    """Return whether the issue or project that the place names is no longer there."""
    return error.status == 400 and place != Place() and restarts < _RESTARTS


def moment_of(doc: JsonObject) -> int:
    """Return when an issue changed last, in microseconds by Jira's clock; 0: it does not say."""
    fields = doc.get("fields")
    said = fields.get("updated") if isinstance(fields, dict) else None
    try:
        return int(datetime.fromisoformat(str(said)).timestamp() * 1_000) * 1_000
    except ValueError:
        return 0


def _behind(place: Place, keys: list[str]) -> Place:
    full = len(keys) == PAGE
    projects = list(dict.fromkeys(key.rpartition("-")[0] for key in keys))
    if place.project and not full:
        return Place((*place.done, place.project))
    if not full:
        return replace(place, finished=True)
    # Keys are ordered by project first: all but the page's last project are read whole.
    done = dict.fromkeys([*place.done, *projects[:-1]])
    return Place(tuple(done), projects[-1], keys[-1])


def _begun(gateway: Gateway, upstream: Upstream, jql: str) -> tuple[Sweep, int]:
    """Return the reading to go on with, and how many issues it has met already."""
    owner = secrets.token_hex(8)
    left = _free(gateway, upstream)
    now = gateway.clock()
    if left is not None and left.jql == jql and 0 <= now - left.began < _LEFT:
        at = replace(left, owner=owner, touched=now)
        with gateway.database.write() as conn:
            reading.take_sweep(conn, gateway.site, at, anew=False)
            met = reading.count_seen(conn, gateway.site)
        LOG.info("sweep_resumed met=%s", met)
        return at, met
    newest = next(iter(upstream.search(f"{unordered(jql)} ORDER BY updated DESC".strip())), {})
    at = Sweep(jql, now, moment_of(newest), owner, now)
    with gateway.database.write() as conn:
        reading.take_sweep(conn, gateway.site, at, anew=True)
    return at, 0


def _free(gateway: Gateway, upstream: Upstream) -> Sweep | None:
    """Return the reading that was left, once nobody works on it any more."""
    lease = round(gateway.settings.lease_seconds * 1_000_000)
    waited = 0.0
    while True:
        with gateway.database.read() as conn:
            left = reading.get(conn, gateway.site).sweep
        if left is None or not 0 <= gateway.clock() - left.touched < lease:
            return left
        if waited > 2 * gateway.settings.lease_seconds:
            raise RefusedError(
                Refusal(
                    "reading",
                    "Another process is reading all of Jira now.",
                    "Wait until it has finished; nothing is missed meanwhile.",
                )
            )
        upstream.sleep(_LOOK_AGAIN)
        waited += _LOOK_AGAIN


def _keep(
    gateway: Gateway, upstream: Upstream, docs: list[JsonObject], at: Sweep
) -> tuple[Sweep, int]:
    """Store a page and the place behind it in one transaction, and push it on.

    Returns the reading, and how many issues it has met by now.
    """
    wholes = keeping.read_whole(gateway, upstream, docs)
    compared = keeping.compare(gateway, wholes)
    at = replace(
        at,
        new=at.new + len(compared.new),
        changed=at.changed + len(compared.changed),
        touched=gateway.clock(),
    )
    with gateway.database.write() as conn:
        keeping.store(conn, gateway, compared)
        reading.put_sweep(conn, gateway.site, at, [one.issue_id for one in wholes])
        met = reading.count_seen(conn, gateway.site)
    keeping.push(gateway)
    return at, met


def _finished(gateway: Gateway, upstream: Upstream, at: Sweep, *, whole: bool) -> Swept:
    with gateway.database.read() as conn:
        seen = reading.seen(conn, gateway.site)
        known = baselines.digests(conn, gateway.site)
        # What came by another way since it began may lie before the place.
        lately = baselines.known_since(conn, gateway.site, at.began)
    metadata = _metadata(gateway, upstream, seen)
    missing = sorted(known.keys() - seen - lately) if whole else []
    gone, warnings = vanishing.settle(gateway, upstream, missing, at.jql)
    with gateway.database.write() as conn:
        sites.put_metadata(conn, metadata)
        keeping.store(conn, gateway, Compared(gone=gone))
        reading.end_sweep(conn, gateway.site, at, whole=whole)
    keeping.push(gateway, metadata)
    return Swept(len(seen), at.new, at.changed, gone, tuple(metadata.inferred), warnings)


def _metadata(gateway: Gateway, upstream: Upstream, seen: set[str]) -> SiteBaseline:
    """Read the site's metadata; only an issue that Jira still shows can be an example."""
    with gateway.database.read() as conn:
        issues = [one for one in baselines.all_latest(conn, gateway.site) if one.issue_id in seen]
    return site_metadata(
        upstream,
        site=gateway.site,
        projects=gateway.settings.projects,
        docs=[one.doc for one in issues],
        people=[person for one in issues for person in watchers_of(one.extra)],
        now=gateway.clock(),
    )
