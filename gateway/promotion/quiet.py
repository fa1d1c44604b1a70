"""Promotion without mails, where Jira lets itself be told: a query of some requests.

Jira takes it only from somebody who administers Jira or the project. Cloud ignores it
from everybody else, Data Center refuses the whole write.
"""

from collections.abc import Iterable

from gateway.promotion.values import PlannedOperation, Request
from sandbox.contract.shapes import ChangeKind, Flavour

#: One of these is what it takes.
PERMISSIONS = ("ADMINISTER", "ADMINISTER_PROJECTS")
_QUERY = {"notifyUsers": "false"}
#: Endpoints that know the query.
_KINDS = {
    Flavour.CLOUD: frozenset({ChangeKind.EDIT, ChangeKind.COMMENT_EDIT, ChangeKind.WORKLOG}),
    Flavour.SERVER: frozenset({ChangeKind.EDIT}),
}


def quieted(request: Request, kind: ChangeKind, flavour: Flavour) -> Request:
    """Return a request that asks Jira to send no mails, if its endpoint can be asked."""
    if kind not in _KINDS[flavour]:
        return request
    return request.model_copy(update={"query": {**request.query, **_QUERY}})


def quietable(
    operations: Iterable[PlannedOperation], flavour: Flavour
) -> tuple[PlannedOperation, ...]:
    """Return the operations that could be written without mails."""
    return tuple(one for one in operations if one.kind in _KINDS[flavour])


def is_quiet(operation: PlannedOperation) -> bool:
    """Return whether an operation asks Jira to send no mails."""
    return operation.request.query.get("notifyUsers") == "false"
