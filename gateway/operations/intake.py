"""Intake: reading Jira, keeping what was read as baselines, and pushing it inwards.

The gateway keeps baselines as Jira told them; the sandbox gets the same without the
upstream's address. What the sandbox did not confirm is pushed again by the next intake.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.operations.context import Gateway
from gateway.operations.metadata import place_of, site_metadata
from gateway.operations.whole_issue import Whole, whole_issue
from gateway.protection.addresses import shape_inward
from gateway.review.refusals import RefusedError
from gateway.store import baselines, sites
from gateway.upstream.client import Upstream
from sandbox.contract.addresses import Address
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import IssueBaseline, JsonObject, SiteBaseline

LOG = logging.getLogger(__name__)

#: More issues than this share of a site vanishing at once asks a person (and so does any
#: at all on a tiny site, but for one).
_MOST_GONE = 0.01


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What one intake found."""

    #: Issues in scope upstream.
    issues: int
    new: int
    changed: int
    gone: int
    #: One sentence for each thing that Jira did not tell and we assumed.
    inferred: tuple[str, ...]
    #: What a person should look at before going on.
    warnings: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Compared:
    """What was read beside what was stored."""

    new: tuple[Whole, ...]
    changed: tuple[Whole, ...]
    gone: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def take_in(gateway: Gateway, jql: str | None = None, *, everything: bool = False) -> IntakeReport:
    """Read the site and its issues; store and push what changed.

    ``jql`` takes in some issues only, and then none is counted as gone. ``everything``
    pushes unchanged issues too, for a sandbox that lost its database.
    """
    began = gateway.clock()
    upstream = gateway.upstream.patient()
    _register(gateway)
    wholes = _read(gateway, upstream, upstream.search(jql or scope_jql(gateway)))
    metadata = _metadata(gateway, upstream, wholes)
    compared = _compare(gateway, wholes, all_seen=jql is None)
    _store(gateway, compared, metadata)
    _push(gateway, metadata, everything=everything)
    return _report(gateway, began, wholes, compared, tuple(metadata.inferred))


def refresh(gateway: Gateway, issue_ids: Iterable[str]) -> tuple[str, ...]:
    """Read some issues again and push what changed; returns the ids that changed or are gone.

    An issue that is not yet known (created by a promotion) becomes known.
    """
    docs: list[JsonObject] = []
    gone: list[str] = []
    for issue_id in dict.fromkeys(issue_ids):
        doc = gateway.upstream.issue(issue_id)
        if doc is None:
            gone.append(issue_id)
        else:
            docs.append(doc)
    wholes = _read(gateway, gateway.upstream, docs)
    found = _compare(gateway, wholes, all_seen=False)
    compared = _Compared(found.new, found.changed, _known(gateway, gone))
    _store(gateway, compared, None)
    _push(gateway, None)
    return (*(one.issue_id for one in (*found.new, *found.changed)), *compared.gone)


def take_changes(
    gateway: Gateway, minutes: int, *, known_kinds: bool = True
) -> IntakeReport | None:
    """Read what changed upstream in the last minutes; None when that asks for a whole intake.

    That is the case before the first intake, and (with ``known_kinds``) when an issue is of
    a kind or in a status whose screens and transitions were not observed yet.
    """
    began = gateway.clock()
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.site)
    if metadata is None:
        return None
    jql = changed_since(scope_jql(gateway), minutes)
    wholes = _read(gateway, gateway.upstream, gateway.upstream.search(jql))
    if known_kinds and not {place_of(one.doc) for one in wholes} <= _places(metadata):
        return None
    compared = _compare(gateway, wholes, all_seen=False)
    _store(gateway, compared, None)
    _push(gateway, None)
    return _report(gateway, began, wholes, compared)


def changed_since(jql: str, minutes: int) -> str:
    """Return the query for those of a query's issues that changed in the last minutes."""
    parts = re.split(r"\border\s+by\b", jql, maxsplit=1, flags=re.IGNORECASE)
    recent = f"updated >= -{minutes}m"
    return f"({parts[0].strip()}) AND {recent}" if parts[0].strip() else recent


def _places(metadata: SiteBaseline) -> set[tuple[str, str, str]]:
    return {(one.project_id, one.type_id, one.status_id) for one in metadata.transitions}


def push_all(gateway: Gateway) -> None:
    """Push the stored site and all its issues again, without reading Jira."""
    with gateway.database.read() as conn:
        stored = sites.get(conn, gateway.site)
    if stored is not None and stored.baseline is not None:
        _push(gateway, stored.baseline, everything=True)


def scope_jql(gateway: Gateway) -> str:
    """Return which issues are taken in: the given JQL, or all of the given projects."""
    settings = gateway.settings
    if settings.intake_jql:
        return settings.intake_jql
    if not settings.projects:
        raise RefusedError(
            Refusal(
                "no_scope",
                "It is not said which issues may be taken in.",
                "Set AIRLOCK_PROJECTS (or JIRA_PROJECTS_FILTER) to project keys.",
            )
        )
    keys = ", ".join(_quoted(key) for key in settings.projects)
    return f"project in ({keys})"


def _report(
    gateway: Gateway,
    began: int,
    wholes: Sequence[Whole],
    compared: _Compared,
    inferred: tuple[str, ...] = (),
) -> IntakeReport:
    return IntakeReport(
        issues=len(wholes),
        new=len(compared.new),
        changed=len(compared.changed),
        gone=len(compared.gone),
        inferred=inferred,
        warnings=compared.warnings,
        seconds=(gateway.clock() - began) / 1_000_000,
    )


def _quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _register(gateway: Gateway) -> None:
    with gateway.database.write() as conn:
        sites.register(conn, gateway.identity)


def _read(gateway: Gateway, upstream: Upstream, docs: Iterable[JsonObject]) -> tuple[Whole, ...]:
    """Return whole issues; what Jira does not inline is asked only when an issue changed."""
    found: dict[str, Whole] = {}
    for doc in docs:
        issue_id = str(doc.get("id"))
        with gateway.database.read() as conn:
            known = baselines.latest(conn, gateway.site, issue_id)
        # A page of a search may repeat an issue that moved between pages.
        found[issue_id] = whole_issue(upstream, doc, known)
    return tuple(found.values())


def _metadata(gateway: Gateway, upstream: Upstream, wholes: Sequence[Whole]) -> SiteBaseline:
    return site_metadata(
        upstream,
        site=gateway.site,
        projects=gateway.settings.projects,
        docs=[one.doc for one in wholes],
        people=[person for one in wholes for person in one.watchers],
        now=gateway.clock(),
    )


def _compare(gateway: Gateway, wholes: Sequence[Whole], *, all_seen: bool) -> _Compared:
    with gateway.database.read() as conn:
        known = baselines.digests(conn, gateway.site)
    read = {one.issue_id: baselines.content_digest(_baseline(gateway, one, 0)) for one in wholes}
    new = tuple(one for one in wholes if one.issue_id not in known)
    changed = tuple(
        one for one in wholes if one.issue_id in known and known[one.issue_id] != read[one.issue_id]
    )
    missing = tuple(sorted(known.keys() - read.keys())) if all_seen else ()
    if len(missing) > max(1, _MOST_GONE * len(known)):
        LOG.warning("intake_many_gone missing=%s known=%s", len(missing), len(known))
        return _Compared(new, changed, (), (_too_many_gone(len(missing), len(known)),))
    return _Compared(new, changed, missing)


def _too_many_gone(missing: int, known: int) -> str:
    return (
        f"{missing} of {known} issues were not in Jira's answer. Nothing was removed: check "
        f"the scope and what the account may see, then remove them by hand."
    )


def _known(gateway: Gateway, issue_ids: Sequence[str]) -> tuple[str, ...]:
    with gateway.database.read() as conn:
        known = baselines.digests(conn, gateway.site)
    return tuple(one for one in issue_ids if one in known)


def _baseline(gateway: Gateway, whole: Whole, revision: int) -> IssueBaseline:
    return IssueBaseline(
        site=gateway.site,
        issue_id=whole.issue_id,
        key=whole.key,
        revision=revision,
        fetched_at=gateway.clock(),
        dialect=gateway.identity.dialect,
        doc=whole.doc,
        extra=whole.extra,
    )


def _store(gateway: Gateway, compared: _Compared, metadata: SiteBaseline | None) -> None:
    """Store what changed under one new revision."""
    with gateway.database.write() as conn:
        if metadata is not None:
            sites.put_metadata(conn, metadata)
        if not (compared.new or compared.changed or compared.gone):
            return
        revision = sites.next_revision(conn, gateway.site)
        for one in (*compared.new, *compared.changed):
            baselines.put(conn, _baseline(gateway, one, revision))
        baselines.mark_gone(conn, gateway.site, compared.gone, revision, gateway.clock())


def _push(gateway: Gateway, metadata: SiteBaseline | None, *, everything: bool = False) -> None:
    """Push metadata and what the sandbox has not confirmed, without the upstream's address."""
    address = Address(gateway.identity.base_url)
    with gateway.sandbox.pushing:
        with gateway.database.read() as conn:
            stored = sites.get(conn, gateway.site)
            start = -1 if everything or stored is None else stored.pushed_revision
            issues = baselines.newer(conn, gateway.site, start)
            gone = baselines.gone_after(conn, gateway.site, start)
        if metadata is not None:
            gateway.sandbox.put_site(shape_inward(metadata, address))
        gateway.sandbox.put_issues(shape_inward(one, address) for one in issues)
        gateway.sandbox.remove_issues(gone)
        if stored is not None:
            with gateway.database.write() as conn:
                sites.set_pushed(conn, gateway.site, stored.revision)
