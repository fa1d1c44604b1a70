"""What a site's policy can say. Its version is part of every approval digest."""

from collections.abc import Collection

from gateway.policy.self_approval import SelfApproval
from sandbox.contract.digest import digest
from sandbox.contract.frozen import Frozen


class Policy(Frozen):
    """Rules that people chose for their site; every limit has a careful default."""

    #: What the person an agent worked for may approve of it.
    person_served_may_approve: SelfApproval = SelfApproval.HARMLESS
    #: How many different people must approve the same digest.
    approvals: int = 1
    #: Project key to how many, where it is more: of several projects the most counts.
    approvals_in: tuple[tuple[str, int], ...] = ()
    #: Whether an undo may delete what a promotion made.
    deletes: bool = False
    #: Whether agent and approver are named in Jira's history, and in a visible comment.
    name_in_history: bool = True
    name_in_comment: bool = False
    #: More issues than this is worth a warning.
    bulk_issues: int = 10
    #: More changes than this is worth a warning.
    bulk_changes: int = 40
    #: A text that loses more than this share is worth a warning.
    shrink_share: float = 0.5
    #: A text of which more than this share is replaced is worth a warning.
    rewrite_share: float = 0.6

    def approvals_for(self, projects: Collection[str]) -> int:
        """Return how many different people must approve what is about these projects."""
        named = (number for key, number in self.approvals_in if key in projects)
        return max((self.approvals, *named))

    @property
    def version(self) -> str:
        """A digest of all rules."""
        return digest(self.model_dump(mode="json"))[:16]
