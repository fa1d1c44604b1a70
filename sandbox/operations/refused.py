"""What people refused in a task and its agent hands in once more.

The agent hears of it before a person has to read it again. Whatever gets past here (idle work
that is sealed, an outcome that is not told yet) the gateway flags as a repeat.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    ChangeOutcome,
    ChangeSet,
    Outcome,
    Verdict,
)
from sandbox.contract.wishes import same_wish
from sandbox.domain.errors import InvalidError
from sandbox.operations.news import sentence

#: A set's state when the gateway itself did not take it: no person has said no.
_NOT_TAKEN = "refused"
#: The state of a set that people refused as a whole.
_WHOLLY = "rejected"
#: So many refusals are named; more would say nothing new.
_NAMED = 5


class RepeatedError(InvalidError):
    """People refused the very same in this task before."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that was refused, in which set, by whom and in which words."""

    change: Change
    outcome: Outcome
    decided: ChangeOutcome

    @property
    def text(self) -> str:
        """The refusal in one line."""
        told = sentence(self.change, self.outcome, self.decided)
        return f"{told} That was {self.outcome.change_set}."


def refuse_repeats(
    changes: Sequence[Change], sets: Sequence[tuple[ChangeSet, Outcome | None]]
) -> None:
    """Refuse to hand in what people refused; raises RepeatedError with their words."""
    found = repeated(changes, sets)
    if not found:
        return
    lines = [one.text for one in found[:_NAMED]]
    if len(found) > _NAMED:
        lines.append(f"{len(found) - _NAMED} more.")
    raise RepeatedError((f"People refused the very same in this task: {' '.join(lines)}",))


def repeats(
    changes: Iterable[Change], sets: Sequence[tuple[ChangeSet, Outcome | None]]
) -> tuple[Change, ...]:
    """Return those of some staged changes that people refused, with what needs them."""
    every = [*changes]
    refused = [one for one in every if repeated((one,), sets)]
    gone = {one.id for one in refused}
    new = {one.issue_id for one in refused if one.kind is ChangeKind.CREATE}
    for one in every:
        # In the order in which they were written: what something needs stands before it.
        if one.id not in gone and (gone & {*one.depends_on} or one.issue_id in new):
            refused.append(one)
            gone.add(one.id)
    return tuple(refused)


def repeated(
    changes: Iterable[Change], sets: Sequence[tuple[ChangeSet, Outcome | None]]
) -> tuple[Refusal, ...]:
    """Return what the newest decision about the very same was a refusal of; sets oldest first."""
    past = [one for pair in reversed(sets) for one in _decided(*pair)]
    newest = (
        next((one for one in past if same_wish(one.change, change)), None) for change in changes
    )
    return tuple(
        one for one in newest if one is not None and one.decided.verdict is Verdict.REJECTED
    )


def _decided(change_set: ChangeSet, outcome: Outcome | None) -> Iterator[Refusal]:
    """Yield what people decided about a set's changes, for or against."""
    if outcome is None or outcome.state == _NOT_TAKEN:
        return
    decided = {one.change_id: one for one in outcome.changes}
    for change in change_set.changes:
        own = decided.get(change.id)
        if own is None and outcome.state == _WHOLLY:
            own = ChangeOutcome(change_id=change.id, verdict=Verdict.REJECTED, words=outcome.words)
        if own is not None and own.verdict is not Verdict.SENT_BACK:
            yield Refusal(change, outcome, own)
