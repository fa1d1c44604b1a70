"""A dry run's report: everything promotion would find, judged without writing. Pure.

What Jira did not tell counts against an operation, never for it: at best a warning. The
requests are shown exactly as they would be sent, with what is filled in later named.
"""

from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlencode

from gateway.promotion.markers import PLACEHOLDER
from gateway.promotion.naming import APPROVER, with_approver
from gateway.promotion.references import mentioned
from gateway.promotion.values import PlannedOperation
from sandbox.contract.digest import canonical
from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import ChangeKind, JsonObject


class Verdict(StrEnum):
    """What a dry run says of an operation, in rising order of trouble."""

    OK = "ok"
    WARNING = "warning"
    BLOCKED = "blocked"


class Remark(Frozen):
    """One thing that was found, with what to do about it."""

    verdict: Verdict
    #: A short name that does not change, for scripts: ``permission``, ``drift`` …
    code: str
    sentence: str
    next_step: str = ""


class Later(Frozen):
    """Something in a request that is filled in only when it is sent."""

    #: As it stands in the request shown.
    shown: str
    #: What it will be, as a sentence's end.
    becomes: str


class ExactRequest(Frozen):
    """One upstream request as it would be sent."""

    method: str
    url: str
    #: Canonical JSON; empty when there is no body.
    body: str = ""
    later: tuple[Later, ...] = ()


class OperationReport(Frozen):
    """What a dry run says of one operation."""

    position: int
    kind: ChangeKind
    issue_key: str
    change_ids: tuple[str, ...]
    request: ExactRequest
    verdict: Verdict
    remarks: tuple[Remark, ...] = ()
    #: Display name of the Jira account that would write it; empty when it is not known.
    author: str = ""


class Preflight(Frozen):
    """A dry run of one change set."""

    review: int
    #: The digest of what was looked at; empty when there is nothing to approve.
    digest: str
    #: Microseconds since 1970, UTC.
    checked_at: int
    site_url: str
    #: Display names of the Jira accounts that would write; empty when they are not known.
    author: str
    verdict: Verdict
    #: What concerns the whole set.
    remarks: tuple[Remark, ...]
    operations: tuple[OperationReport, ...]

    @property
    def troubles(self) -> tuple[Remark, ...]:
        """All remarks that block, the set's own first."""
        every = (*self.remarks, *(one for op in self.operations for one in op.remarks))
        return tuple(one for one in every if one.verdict is Verdict.BLOCKED)


_ORDER = (Verdict.OK, Verdict.WARNING, Verdict.BLOCKED)
_LEAVE_OUT = "Leave the change out, or send the change set back."


def ok(code: str, sentence: str) -> Remark:
    """Return something worth knowing that is in nobody's way."""
    return Remark(verdict=Verdict.OK, code=code, sentence=sentence)


def warning(code: str, sentence: str, next_step: str) -> Remark:
    """Return something that may go wrong, or that nobody could check."""
    return Remark(verdict=Verdict.WARNING, code=code, sentence=sentence, next_step=next_step)


def blocked(code: str, sentence: str, next_step: str = _LEAVE_OUT) -> Remark:
    """Return something that Jira, or the gateway, would refuse."""
    return Remark(verdict=Verdict.BLOCKED, code=code, sentence=sentence, next_step=next_step)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest of several verdicts; ok when there are none."""
    return max(verdicts, key=_ORDER.index, default=Verdict.OK)


def report_of(
    planned: PlannedOperation, request: ExactRequest, remarks: Iterable[Remark], author: str = ""
) -> OperationReport:
    """Return the report of one operation."""
    found = tuple(remarks)
    return OperationReport(
        position=planned.position,
        kind=planned.kind,
        issue_key=planned.issue_key,
        change_ids=planned.change_ids,
        request=request,
        verdict=worst(one.verdict for one in found),
        remarks=found,
        author=author,
    )


def exact(planned: PlannedOperation, base_url: str, creates: dict[str, int]) -> ExactRequest:
    """Return the request as it would be sent.

    ``creates`` tells, for each temporary id and key, which request makes that issue; it
    is 0 for an issue of an earlier change set.
    """
    request = planned.request
    query = f"?{urlencode(request.query)}" if request.query else ""
    body = "" if request.body is None else _text(request.body)
    return ExactRequest(
        method=request.method,
        url=base_url + request.path + query,
        body=body,
        later=tuple(_later(planned, body, creates)),
    )


def _later(planned: PlannedOperation, body: str, creates: dict[str, int]) -> Iterable[Later]:
    request = planned.request
    pairs = {name: name for name in creates}
    named = mentioned([request.body, list(request.query.values())], pairs)
    named |= {one for one in request.path.split("/") if one in creates}
    for name in sorted(named):
        what = "key" if "-" in name else "id"
        maker = creates[name]
        becomes = f"the {what} of the issue that request {maker} creates"
        if not maker:
            becomes = f"the {what} of the issue that an earlier change set creates"
        yield Later(shown=name, becomes=becomes)
    if planned.kind is ChangeKind.TRANSITION:
        yield Later(
            shown=_text({"transition": _transition(planned)})[1:-1],
            becomes="the id that Jira then offers for the same target status",
        )
    if _text(PLACEHOLDER) in body:
        yield Later(
            shown=_text(PLACEHOLDER), becomes="our mark, by which a lost answer is found again"
        )
    if with_approver(request.body, "", own=not planned.change_ids) != request.body:
        yield Later(shown=APPROVER, becomes="the name of whoever approves")


def _transition(planned: PlannedOperation) -> JsonObject:
    body = planned.request.body
    found = body.get("transition") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return canonical(value).decode("utf-8", "surrogatepass")
