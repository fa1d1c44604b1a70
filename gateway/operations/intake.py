"""Intake: reading Jira, keeping what was read as baselines, and pushing it inwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.operations import keeping, vanishing
from gateway.operations.context import Gateway
from gateway.operations.keeping import Compared
from gateway.operations.metadata import place_of
from gateway.operations.scoping import changed_since, scope_jql
from gateway.operations.sweeping import OnProgress, Swept, moment_of, pages, sweep
from gateway.operations.whole_issue import Whole
from gateway.store import baselines, reading, sites
from sandbox.contract.shapes import JsonObject, SiteBaseline

#: Microseconds in a millisecond, the unit of a moment in JQL.
_MILLI = 1_000


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What one intake found."""

    #: Issues that were read.
    issues: int
    new: int
    changed: int
    gone: int
    #: One sentence for each thing that Jira did not tell and we assumed.
    inferred: tuple[str, ...]
    #: What a person should look at before going on.
    warnings: tuple[str, ...]
    seconds: float


def taken_in(gateway: Gateway) -> bool:
    """Return whether everything in scope was read at least once."""
    with gateway.database.read() as conn:
        return reading.get(conn, gateway.site).swept_at > 0


def take_in(
    gateway: Gateway,
    jql: str | None = None,
    *,
    everything: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> IntakeReport:
    """Read the site and its issues; store and push what changed.

    A reading that was killed goes on where it was. ``jql`` takes in some issues only, and
    then none is counted as gone. ``everything`` pushes unchanged issues too, for a sandbox
    that lost its database.
    """
    began = gateway.clock()
    with gateway.database.write() as conn:
        sites.register(conn, gateway.identity)
    if jql is not None and _metadata(gateway) is not None:
        report = _take_some(gateway, jql, began)
    else:
        scope, upstream = jql or scope_jql(gateway), gateway.upstream.patient()
        swept = sweep(gateway, upstream, scope, on_progress, whole=jql is None)
        report = _report_of(swept, gateway.clock() - began)
    if everything:
        push_all(gateway)
    return report


def refresh(gateway: Gateway, issue_ids: Iterable[str], *, anew: bool = False) -> tuple[str, ...]:
    """Read some issues again and push what changed; returns the ids that changed or are gone.

    An issue that is not yet known (created by a promotion) becomes known. When many are
    gone at once nothing is removed and a person is asked. ``anew``: watchers and web links
    too, although the issue itself looks as before.
    """
    docs: list[JsonObject] = []
    gone: list[str] = []
    for issue_id in dict.fromkeys(issue_ids):
        doc = gateway.upstream.issue(issue_id)
        if doc is None:
            gone.append(issue_id)
        else:
            docs.append(doc)
    wholes = keeping.read_whole(gateway, gateway.upstream, docs, anew=anew)
    found = keeping.compare(gateway, wholes)
    compared = Compared(found.new, found.changed, _removable(gateway, gone))
    _keep(gateway, compared)
    return (*(one.issue_id for one in (*found.new, *found.changed)), *compared.gone)


def known_of(gateway: Gateway, issue_ids: Iterable[str]) -> list[str]:
    """Return those of some issues that were taken in: only these may be asked for by id."""
    wanted = list(dict.fromkeys(issue_ids))
    with gateway.database.read() as conn:
        known = baselines.digests(conn, gateway.site, wanted)
    return [one for one in wanted if one in known]


def take_changes(
    gateway: Gateway, overlap: float, *, known_kinds: bool = True
) -> IntakeReport | None:
    """Read what changed upstream since the last time; None when that asks for a whole intake.

    ``overlap`` is how many seconds are read twice, because Jira's search lags behind. The
    cursor is stored, goes by Jira's own clock, and moves when everything was kept. A whole
    intake is asked for before the first one, and (with ``known_kinds``) when an issue is of
    a kind or in a status whose screens and transitions were not observed yet.
    """
    began = gateway.clock()
    metadata = _metadata(gateway)
    with gateway.database.read() as conn:
        until = reading.get(conn, gateway.site).read_until
    if metadata is None or not until:
        return None
    since = max(until // _MILLI - round(overlap * _MILLI), 0)
    reports: list[IntakeReport] = []
    newest = 0
    for docs in pages(gateway.upstream, changed_since(scope_jql(gateway), since)):
        if known_kinds and not set(map(place_of, docs)) <= _places(metadata):
            return None
        wholes = keeping.read_whole(gateway, gateway.upstream, docs)
        compared = keeping.compare(gateway, wholes)
        _keep(gateway, compared)
        newest = max(newest, *map(moment_of, docs))
        reports.append(_report(gateway, began, wholes, compared))
    with gateway.database.write() as conn:
        reading.set_read_until(conn, gateway.site, newest)
    return _together(reports, gateway.clock() - began)


def push_all(gateway: Gateway) -> None:
    """Push the stored site and all its issues again, without reading Jira."""
    metadata = _metadata(gateway)
    if metadata is not None:
        keeping.push(gateway, metadata, everything=True)


def _take_some(gateway: Gateway, jql: str, began: int) -> IntakeReport:
    upstream = gateway.upstream.patient()
    wholes = keeping.read_whole(gateway, upstream, upstream.search(jql))
    compared = keeping.compare(gateway, wholes)
    _keep(gateway, compared)
    return _report(gateway, began, wholes, compared)


def _keep(gateway: Gateway, compared: Compared) -> None:
    with gateway.database.write() as conn:
        keeping.store(conn, gateway, compared)
    keeping.push(gateway)


def _removable(gateway: Gateway, issue_ids: Sequence[str]) -> tuple[str, ...]:
    """Return which known issues may be removed now; asks a person when they are many."""
    known = known_of(gateway, issue_ids)
    if known and vanishing.too_many(gateway, len(known)):
        vanishing.ask(gateway, known)
        return ()
    return tuple(known)


def _metadata(gateway: Gateway) -> SiteBaseline | None:
    with gateway.database.read() as conn:
        return sites.metadata(conn, gateway.site)


def _places(metadata: SiteBaseline) -> set[tuple[str, str, str]]:
    return {(one.project_id, one.type_id, one.status_id) for one in metadata.transitions}


def _together(pages: Sequence[IntakeReport], spent: int) -> IntakeReport:
    return IntakeReport(
        issues=sum(one.issues for one in pages),
        new=sum(one.new for one in pages),
        changed=sum(one.changed for one in pages),
        gone=0,
        inferred=(),
        warnings=(),
        seconds=spent / 1_000_000,
    )


def _report_of(swept: Swept, spent: int) -> IntakeReport:
    return IntakeReport(
        issues=swept.read,
        new=swept.new,
        changed=swept.changed,
        gone=len(swept.gone),
        inferred=swept.inferred,
        warnings=swept.warnings,
        seconds=spent / 1_000_000,
    )


def _report(
    gateway: Gateway, began: int, wholes: Sequence[Whole], compared: Compared
) -> IntakeReport:
    return IntakeReport(
        issues=len(wholes),
        new=len(compared.new),
        changed=len(compared.changed),
        gone=len(compared.gone),
        inferred=(),
        warnings=(),
        seconds=(gateway.clock() - began) / 1_000_000,
    )
