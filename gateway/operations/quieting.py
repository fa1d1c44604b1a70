"""Whether a change set can be written without mails, and who said that it shall be.

Asked of Jira as the very accounts that will write: the right to keep Jira quiet is theirs.
"""

from dataclasses import dataclass

from gateway.operations.context import Gateway
from gateway.promotion.authors import Author
from gateway.promotion.fields import part
from gateway.promotion.quiet import PERMISSIONS, is_quiet, quietable
from gateway.promotion.values import Plan
from gateway.upstream.errors import UpstreamError
from sandbox.contract.scope import Refusal

NOWHERE = "No request of this change set can be written without mails."
UNREAD = "Jira could not be asked whether mails can be left out."
NOT_ALLOWED = "The account that writes may not keep Jira from sending mails."


@dataclass(frozen=True, slots=True)
class QuietOffer:
    """What the reviewer can choose."""

    #: True: requests that can be quiet are quiet now.
    chosen: bool
    #: Why it cannot be chosen; None when it can.
    refusal: Refusal | None
    #: How many requests it is about.
    requests: int = 0

    @property
    def offered(self) -> bool:
        """Whether there is a choice."""
        return self.refusal is None


def offer(gateway: Gateway, plan: Plan | None) -> QuietOffer:
    """Return what can be chosen for a plan; asks Jira for permissions."""
    found = () if plan is None else quietable(plan.operations, plan.identity.flavour)
    chosen = any(is_quiet(one) for one in found)
    if not found:
        return QuietOffer(
            chosen, Refusal("quiet", NOWHERE, "Jira decides by itself whom it notifies.")
        )
    wanted = {(one.author, one.project_key) for one in found}
    try:
        allowed = all(_may(gateway, author, project) for author, project in wanted)
    except UpstreamError:
        return QuietOffer(chosen, Refusal("quiet", UNREAD, "Try again in a moment."), len(found))
    if not allowed:
        step = "It takes the right to administer the project. Promote with mails."
        return QuietOffer(chosen, Refusal("quiet", NOT_ALLOWED, step), len(found))
    return QuietOffer(chosen, None, len(found))


def _may(gateway: Gateway, author: Author, project: str) -> bool:
    given = gateway.writing_as(author).upstream.permissions(project, PERMISSIONS)
    return any(part(one, "havePermission") is True for one in given.values())
