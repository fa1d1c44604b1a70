"""The dry run: everything that promotion does but the write, as the account that writes.

Only reads are sent. What Jira refuses to tell is left out of the evidence; what it could
not be asked blocks.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pydantic import JsonValue

from gateway.operations import grounds, reviewing
from gateway.operations.context import Gateway
from gateway.operations.looking_up import now_of
from gateway.operations.seeing import Sight
from gateway.promotion.authors import Author
from gateway.promotion.drift import Now
from gateway.promotion.fields import Fields
from gateway.promotion.permissions import PERMISSIONS
from gateway.promotion.preflight import (
    OperationReport,
    Preflight,
    Remark,
    blocked,
    exact,
    ok,
    report_of,
    worst,
)
from gateway.promotion.preflight_checks import remarks
from gateway.promotion.preflight_evidence import Evidence, Question, questions
from gateway.promotion.references import unresolved, with_real
from gateway.promotion.service import AGENT
from gateway.promotion.states import OpState
from gateway.promotion.values import PlannedOperation, Request
from gateway.review.dry_runs import DryRun
from gateway.review.rules import READ_ONLY, obstacles
from gateway.review.states import State
from gateway.store import dry_runs, outbox, sites
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError, UpstreamError
from sandbox.contract.shapes import ChangeKind, Flavour

#: Questions that are asked at the same time; few, so that nobody's Jira is flooded.
_AT_ONCE = 6
#: Not to be sent again, or not at all.
_DONE = frozenset({OpState.APPLIED, OpState.SUPERSEDED, OpState.LEFT})
_AUTHOR = Question("author")
_OPEN = frozenset({State.REVIEW, State.CHANGES_REQUESTED})


def dry_run(gateway: Gateway, review_id: int) -> Preflight:
    """Return what promotion of a review would find now; raises UnknownReviewError."""
    return dry_run_of(gateway, reviewing.look(gateway, review_id))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What Jira said to one account, and the address it is asked at."""

    evidence: Evidence
    base_url: str


@dataclass(frozen=True, slots=True)
class _Run:
    """One dry run: the review, what Jira said, and which issues do not exist yet."""

    sight: Sight
    planned: tuple[PlannedOperation, ...]
    #: By the account that writes.
    by: dict[Author, _Seen]
    #: Temporary key to temporary id, of the issues that do not exist in Jira yet.
    temporary: dict[str, str]
    real: dict[str, str]

    @property
    def makers(self) -> dict[str, int]:
        """Temporary id and key to the request that makes the issue; 0 in an earlier set."""
        own = {one.issue_id: one.position for one in self.planned if one.kind is ChangeKind.CREATE}
        return {
            name: own.get(issue_id, 0)
            for key, issue_id in self.temporary.items()
            for name in (key, issue_id)
        }


def dry_run_of(gateway: Gateway, sight: Sight) -> Preflight:
    """Return what promotion of a review that was just looked at would find."""
    review = sight.review
    with gateway.database.read() as conn:
        real = outbox.resolved(conn, gateway.site)
        stored = sites.get(conn, gateway.site)
        known = grounds.temporary_keys(conn, review.site, review.change_set.workspace)
    planned = tuple(_with_real(one, real) for one in (sight.plan.operations if sight.plan else ()))
    fields = Fields() if stored is None or stored.baseline is None else Fields.of(stored.baseline)
    run = _Run(
        sight=sight,
        planned=planned,
        by=_by_author(gateway, planned, _waiting(sight, planned), fields),
        temporary={key: one for key, one in known.items() if one not in real},
        real=real,
    )
    whole = tuple(_whole(gateway, run, None if stored is None else stored.paused))
    reports = tuple(_report(gateway, one, run) for one in planned)
    found = Preflight(
        review=review.id,
        digest=sight.situation.digest,
        checked_at=gateway.clock(),
        site_url=gateway.identity.base_url,
        author=", ".join(dict.fromkeys(_names(run))),
        verdict=worst([*(one.verdict for one in whole), *(one.verdict for one in reports)]),
        remarks=whole,
        operations=reports,
    )
    _keep(gateway, found)
    return found


def _keep(gateway: Gateway, found: Preflight) -> None:
    """Keep what it came to: while it is fresh, a blocked one stops promotion."""
    first = next(iter(found.troubles), None)
    kept = DryRun(
        digest=found.digest,
        sentence="" if first is None else first.sentence,
        next_step="" if first is None else first.next_step,
        checked_at=found.checked_at,
    )
    with gateway.database.write() as conn:
        dry_runs.keep(conn, found.review, kept)


def _with_real(planned: PlannedOperation, real: dict[str, str]) -> PlannedOperation:
    issue_id = real.get(planned.issue_id, planned.issue_id)
    return with_real(planned, real).model_copy(update={"issue_id": issue_id})


def _names(run: _Run) -> list[str]:
    return [one.evidence.author for one in run.by.values() if one.evidence.author]


def _whole(gateway: Gateway, run: _Run, paused: str | None) -> Iterable[Remark]:
    """Yield what stands in the way of the whole set."""
    sight = run.sight
    if sight.review.refused is not None:
        yield blocked("refused", sight.review.refused, "Reject the set.")
        return
    if paused is not None:
        yield blocked("paused", paused, "Nothing is written before that is put right.")
    if gateway.settings.read_only:
        step = "Ask whoever runs it for credentials that may write."
        yield blocked("read_only", READ_ONLY, step)
    if sight.plan is not None and sight.plan.identity != gateway.identity:
        yield blocked("site", "It was approved for another Jira than the one that is connected.")
    for one in run.by.values():
        unread = one.evidence.troubles.get(_AUTHOR)
        if unread is not None:
            step = "Try again; if it stays so, run 'airlock doctor --jira'."
            yield blocked("unread", unread, step)
    found = obstacles(sight.situation) if sight.review.state in _OPEN else ()
    for sentence in found:
        yield blocked("obstacle", sentence, "Open the change set to see what stands in the way.")
    if sight.plan is None and not found:
        yield blocked("nothing", "There is nothing to approve.", "Reject the set.")


def _report(gateway: Gateway, planned: PlannedOperation, run: _Run) -> OperationReport:
    seen = run.by.get(planned.author)
    base_url = gateway.identity.base_url if seen is None else seen.base_url
    request = exact(planned, base_url, run.makers)
    if seen is None or _is_done(run.sight, planned):
        return report_of(planned, request, [_not_sent(run.sight, planned)])
    found = [*_earlier(planned, run), *remarks(planned, seen.evidence)]
    return report_of(planned, request, found, seen.evidence.author)


def _not_sent(sight: Sight, planned: PlannedOperation) -> Remark:
    here = (one.state for one in sight.operations if one.position == planned.position)
    if OpState.LEFT in here:
        return ok("left", "A person left it out, so it is not sent.")
    return ok("done", "It was written before, and is not sent again.")


def _earlier(planned: PlannedOperation, run: _Run) -> Iterable[Remark]:
    """Yield a remark when issues of an earlier set have to exist first."""
    makers = run.makers
    lacking = unresolved(planned.request, run.temporary, run.real)
    keys = {one: key for key, one in run.temporary.items()}
    waiting = sorted(keys.get(one, one) for one in lacking if not makers.get(one))
    if waiting:
        sentence = (
            f"An earlier change set has to be promoted first: it creates {', '.join(waiting)}."
        )
        yield blocked("temporary", sentence, "Promote that one first.")


def _waiting(sight: Sight, planned: Iterable[PlannedOperation]) -> list[PlannedOperation]:
    return [one for one in planned if not _is_done(sight, one)]


def _is_done(sight: Sight, planned: PlannedOperation) -> bool:
    return any(one.position == planned.position and one.state in _DONE for one in sight.operations)


def _by_author(
    gateway: Gateway,
    plan: tuple[PlannedOperation, ...],
    waiting: list[PlannedOperation],
    fields: Fields,
) -> dict[Author, _Seen]:
    """Ask Jira as each account that would write."""
    found: dict[Author, _Seen] = {}
    for author in dict.fromkeys(one.author for one in waiting):
        own = [one for one in waiting if one.author == author]
        try:
            upstream = gateway.writing_as(author).upstream
        except UpstreamError as error:
            lost = Evidence(author.name, fields, {}, {_AUTHOR: error.sentence})
            found[author] = _Seen(lost, gateway.identity.base_url)
        else:
            evidence = replace(_evidence(upstream, own, fields), plan=plan)
            found[author] = _Seen(evidence, upstream.address.url)
    return found


def _evidence(upstream: Upstream, planned: list[PlannedOperation], fields: Fields) -> Evidence:
    """Ask Jira everything, a few questions at a time, each one once."""
    asked = dict.fromkeys(one for each in planned for one in questions(each, fields))
    answers: dict[Question, object] = {}
    troubles: dict[Question, str] = {}

    def ask(question: Question) -> None:
        try:
            answers[question] = _ANSWERS[question.about](upstream, *question.ids)
        except OurFaultError as error:
            # "There is no such thing" is an answer; "you may not ask" is none.
            if error.status == 404 and question.about in _ABSENCE:
                answers[question] = None
        except UpstreamError as error:
            troubles[question] = error.sentence

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="airlock-dry-run") as pool:
        list(pool.map(ask, [_AUTHOR, *asked]))
    author = answers.get(_AUTHOR)
    return Evidence(author if isinstance(author, str) else "", fields, answers, troubles)


#: Questions to which 404 is an answer: the thing is not there.
_ABSENCE = frozenset({"user", "sprint", "create"})


def _author(upstream: Upstream) -> str:
    myself = upstream.myself()
    return str(myself.get("displayName") or myself.get("name") or myself.get("accountId") or "")


def _now(upstream: Upstream, issue_id: str, kind: str = ChangeKind.EDIT) -> Now:
    about = PlannedOperation(
        position=0,
        kind=ChangeKind(kind),
        change_ids=(),
        issue_id=issue_id,
        issue_key="",
        project_key="",
        request=Request(method="GET", path="/"),
    )
    return now_of(upstream, about)


def _allowed(upstream: Upstream, name: str, value: str) -> JsonValue:
    query = {name: value, "permissions": ",".join(PERMISSIONS)}
    return _get(upstream, "mypermissions", query)


def _agent(upstream: Upstream, name: str, value: str) -> JsonValue:
    return _get(upstream, "mypermissions", {name: value, "permissions": AGENT})


def _user(upstream: Upstream, name: str, value: str) -> JsonValue:
    wanted = "username" if name == "name" else name
    return _get(upstream, "user", {wanted: value})


def _sprint(upstream: Upstream, sprint: str) -> JsonValue:
    path = f"/rest/agile/1.0/sprint/{int(sprint)}"
    return upstream.send(Request(method="GET", path=path)).body


def _get(upstream: Upstream, path: str, query: dict[str, str] | None = None) -> JsonValue:
    root = "/rest/api/3" if upstream.flavour is Flavour.CLOUD else "/rest/api/2"
    request = Request(method="GET", path=f"{root}/{path}", query=query or {})
    return upstream.send(request).body


#: What each question is asked by.
_ANSWERS: dict[str, Callable[..., object]] = {
    "author": _author,
    "now": _now,
    "allowed": _allowed,
    "agent": _agent,
    "user": _user,
    "sprint": _sprint,
    "fields": Upstream.fields,
    "link_types": Upstream.link_types,
    "edit": Upstream.edit_meta,
    "create": Upstream.create_meta,
    "transitions": Upstream.transitions,
    "attaching": lambda upstream: _get(upstream, "attachment/meta"),
}
