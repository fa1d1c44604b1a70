"""What a transition did the last times is told from our own receipts, and nothing else is."""

from typing import Any

from gateway.promotion.values import APP, SOMEBODY, WORKFLOW, PlannedOperation, Receipt, SideEffect
from gateway.review.earlier import AlsoChanged, Earlier, earlier
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import DOING, DONE, change
from tests.gateway.web.samples import operation

MOVE = change(ChangeKind.TRANSITION, {"status": DONE})


def done(status: Any, *effects: SideEffect) -> tuple[PlannedOperation, Receipt]:
    planned = operation(0).model_copy(update={"wants": {"status": status}})
    return planned, Receipt(status=204, at=1, known_by="answer", side_effects=effects)


def effect(field: str, after: str | None = "Done", how: str = WORKFLOW, **more: Any) -> SideEffect:
    return SideEffect(field=field, before=None, after=after, how=how, **more)


def test_what_jira_changed_together_with_the_same_status_is_counted_the_newest_first() -> None:
    found = earlier(
        MOVE,
        [
            done(DONE, effect("resolution", "Fixed"), effect("sprint")),
            done(DOING, effect("priority")),
            done(DONE, effect("resolution", "Done")),
            done(DONE),
        ],
    )
    assert found == Earlier(
        times=3,
        also=(
            AlsoChanged(field="resolution", after="Fixed", times=2),
            AlsoChanged(field="sprint", after="Done", times=1),
        ),
    )


def test_what_others_did_afterwards_or_elsewhere_is_no_part_of_it() -> None:
    others = [
        effect("labels", how=APP),
        effect("labels", how=SOMEBODY),
        effect("labels", issue="AIR-9", issue_id="9"),
    ]
    assert earlier(MOVE, [done(DONE, *others)]) == Earlier(times=1)


def test_without_a_receipt_of_that_status_nothing_is_said() -> None:
    assert earlier(MOVE, []) is None
    assert earlier(MOVE, [done(DOING, effect("resolution"))]) is None
    assert earlier(change(ChangeKind.TRANSITION, {}), [done({}, effect("x"))]) is None


def test_only_the_last_times_count() -> None:
    found = earlier(MOVE, [done(DONE, effect("resolution"))] * 9)
    assert found is not None
    assert (found.times, found.also[0].times) == (5, 5)
