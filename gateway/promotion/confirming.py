"""What takes a second, separate confirmation of every approver, beside the approval itself."""

from collections.abc import Iterable

from gateway.promotion.values import Confirmation, PlannedOperation
from sandbox.contract.shapes import ChangeKind

#: Something would be deleted in Jira.
DELETE = "delete"
#: A customer would read it.
CUSTOMER_REPLY = "customer_reply"
#: All there are; the pages have a sentence for each.
CODES = (DELETE, CUSTOMER_REPLY)


def needed(operations: Iterable[PlannedOperation]) -> tuple[Confirmation, ...]:
    """Return what has to be confirmed, each with the issues that it is about."""
    keys: dict[str, dict[str, None]] = {}
    for one in operations:
        if one.kind is ChangeKind.DELETE:
            keys.setdefault(DELETE, {})[one.issue_key] = None
        if one.customers:
            keys.setdefault(CUSTOMER_REPLY, {})[one.issue_key] = None
    return tuple(Confirmation(code=code, keys=tuple(keys[code])) for code in CODES if code in keys)


def missing(plan_needs: Iterable[Confirmation], given: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that nobody has confirmed yet."""
    have = set(given)
    return tuple(one.code for one in plan_needs if one.code not in have)
