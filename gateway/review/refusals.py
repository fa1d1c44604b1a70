"""Why a decision was not taken: errors that carry a sentence and a next step."""

from sandbox.contract.scope import Refusal


class ReviewError(Exception):
    """A decision that was not taken."""


class UnknownReviewError(ReviewError):
    """There is no such review (or no such change in it)."""

    def __init__(self, review_id: int, change_id: str | None = None) -> None:
        """Say which review, and which change of it, was asked for."""
        where = f"CS-{review_id}" if change_id is None else f"change {change_id} in CS-{review_id}"
        super().__init__(f"There is no {where}. Open the inbox to see what is waiting.")
        self.review_id = review_id
        self.change_id = change_id


class UnknownIssueError(ReviewError):
    """There is no such issue, or it is not for this person's eyes: both read the same."""

    def __init__(self, key: str) -> None:
        """Say which one was asked for."""
        super().__init__(f"There is no issue {key} here. Open the board to see those there are.")
        self.key = key


class RefusedError(ReviewError):
    """The rules refuse it; ``refusal`` says why and what to do next."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal."""
        super().__init__(str(refusal))
        self.refusal = refusal


class StaleError(ReviewError):
    """What was shown is no longer what would be done.

    ``changes`` are sentences saying what is different now; the page shows them and asks
    again with the new digest.
    """

    def __init__(self, review_id: int, shown: str, now: str, changes: tuple[str, ...] = ()) -> None:
        """Keep both digests and what changed between them."""
        super().__init__(
            f"CS-{review_id} is no longer what you were shown. Look at it again, then decide."
        )
        self.review_id = review_id
        self.shown = shown
        self.now = now
        self.changes = changes
