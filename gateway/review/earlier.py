"""What a transition did the last times it was promoted, by our own receipts. Pure."""

from collections.abc import Iterable

from pydantic import JsonValue

from gateway.promotion.fields import part
from gateway.promotion.values import WORKFLOW, PlannedOperation, Receipt
from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import Change

#: So many of the last times are looked at.
_LAST = 5


class AlsoChanged(Frozen):
    """A field that Jira changed together with the transition, as it was the last time."""

    field: str
    before: JsonValue = None
    after: JsonValue = None
    times: int = 1


class Earlier(Frozen):
    """The last times that something was moved to the same status of the same project."""

    times: int
    also: tuple[AlsoChanged, ...] = ()


def earlier(change: Change, done: Iterable[tuple[PlannedOperation, Receipt]]) -> Earlier | None:
    """Return what else changed with transitions to the same status, newest first; None: unknown.

    Only what Jira wrote in the entry of our own request counts, on the issue itself.
    """
    status = _status(change.after)
    same = [receipt for planned, receipt in done if _status(planned.wants) == status][:_LAST]
    if not status or not same:
        return None
    found: dict[str, AlsoChanged] = {}
    for receipt in same:
        for one in receipt.side_effects:
            if one.how != WORKFLOW or one.issue:
                continue
            known = found.get(one.field)
            found[one.field] = (
                AlsoChanged(field=one.field, before=one.before, after=one.after)
                if known is None
                else known.model_copy(update={"times": known.times + 1})
            )
    return Earlier(times=len(same), also=tuple(found.values()))


def _status(value: JsonValue) -> str:
    return str(part(value, "status", "id") or part(value, "status", "name") or "")
