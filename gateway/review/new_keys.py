"""New issues by the keys that Jira gave them, once it did. Pure."""

from collections.abc import Iterable

from gateway.promotion.references import is_temporary_id
from gateway.promotion.values import PlannedOperation, Receipt
from gateway.review.values import IssueView


def with_keys(
    issues: Iterable[IssueView],
    done: Iterable[tuple[PlannedOperation, Receipt | None]],
    base_url: str,
) -> tuple[IssueView, ...]:
    """Return a set's issues, those that were made meanwhile by their keys and addresses."""
    made = {
        planned.issue_id: receipt.upstream_key
        for planned, receipt in done
        if receipt is not None and is_temporary_id(planned.issue_id)
    }
    return tuple(
        one.model_copy(update={"key": key, "url": f"{base_url}/browse/{key}"})
        if one.new and (key := made.get(one.issue_id))
        else one
        for one in issues
    )
