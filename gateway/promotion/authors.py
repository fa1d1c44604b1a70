"""As whom each operation is written: what the policy wants and what Jira's rules allow.

Time is logged by whoever spent it: a worklog has no author but its owner.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import ChangeKind


class AuthorKind(StrEnum):
    """Who writes approved changes, by the site's policy."""

    SERVICE = "service"
    REQUESTER = "requester"
    APPROVER = "approver"


class Author(Frozen):
    """The Jira account that writes an operation: part of the approval digest."""

    kind: AuthorKind = AuthorKind.SERVICE
    #: Jira account; empty where nobody asked Jira for it.
    account: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Writers:
    """Who could write, as far as their accounts are connected."""

    policy: AuthorKind = AuthorKind.SERVICE
    #: The account that the gateway itself writes with.
    service: Author = field(default_factory=Author)
    #: The person the agent worked for; None when they have not connected.
    requester: Author | None = None
    #: Whoever looks and could approve; None when they have not connected.
    approver: Author | None = None
    #: Jira account of the person the agent worked for.
    served: str = ""
    served_name: str = ""
    #: How many people have to approve the same digest.
    approvals: int = 1


class NoAuthorError(Exception):
    """Nobody can write this as it has to be written; the message says what to do."""


#: Kinds that have no author but the person whose work they are. Votes would be such a kind;
#: there is none, because neither profile of tools has one: the sandbox refuses them.
OWN = frozenset({ChangeKind.WORKLOG})


def author_of(kind: ChangeKind, writers: Writers) -> Author:
    """Return who writes an operation of this kind; raises NoAuthorError."""
    if kind in OWN:
        return _owner(writers)
    if writers.policy is AuthorKind.REQUESTER:
        return _requester(writers)
    if writers.policy is AuthorKind.APPROVER:
        return _approver(writers)
    return writers.service


def _owner(writers: Writers) -> Author:
    if writers.requester is not None:
        return writers.requester
    if writers.service.account == writers.served:
        return writers.service
    name = writers.served_name or writers.served
    raise NoAuthorError(
        f"Time can only be logged as {name}, who has connected no Jira account. "
        "Leave it out, or ask them to connect."
    )


def _requester(writers: Writers) -> Author:
    if writers.requester is not None:
        return writers.requester
    if writers.service.account and writers.service.account == writers.served:
        return writers.service
    name = writers.served_name or writers.served
    raise NoAuthorError(
        f"Changes are written as the person the agent worked for, but {name} has connected "
        "no Jira account. Ask them to connect."
    )


def _approver(writers: Writers) -> Author:
    if writers.approvals > 1:
        raise NoAuthorError(
            "Changes are written as the person who approves, but more than one has to. "
            "Set AIRLOCK_AUTHOR to service or requester."
        )
    if writers.approver is None:
        raise NoAuthorError(
            "Changes are written as the person who approves, but you have connected no Jira "
            "account. Connect it, or ask somebody else to approve."
        )
    return writers.approver
