"""Drafts of a setting: counted, never looser than the record, and nothing that approves."""

from collections.abc import Iterable

import pytest

from gateway.people_settings import people_of
from gateway.policy.drafting import (
    APPROVALS,
    ENOUGH,
    SELF_APPROVAL,
    Draft,
    Drafted,
    Fate,
    Past,
    Sort,
    Tally,
    drafted,
)
from gateway.policy.policy import Policy
from gateway.policy.self_approval import SelfApproval
from gateway.settings import TABLE
from sandbox.contract.shapes import ChangeKind

LABELS = Sort("robot", ChangeKind.EDIT, "labels", "AIR")
TITLE = Sort("robot", ChangeKind.EDIT, "summary", "AIR")
OTHER = Sort("other", ChangeKind.EDIT, "labels", "AIR")
AWAY = Sort("robot", ChangeKind.EDIT, "labels", "OPS")


def past(sort: Sort = LABELS, kept: int = ENOUGH, edited: int = 0, left: int = 0) -> list[Past]:
    fates = [Fate.KEPT] * kept + [Fate.EDITED] * edited + [Fate.LEFT_OUT] * left
    return [Past(sort, one) for one in fates]


def draft(policy: Policy, found: Iterable[Past] = ()) -> Drafted:
    return drafted(LABELS, list(found), policy, ("AIR", "OPS"))


def looser(found: Drafted) -> list[Draft]:
    return [one for one in found.drafts if not one.tighter]


def test_its_like_is_counted_apart_from_what_a_setting_would_reach_too() -> None:
    mixed = [
        *past(kept=3, edited=1, left=2),
        *past(TITLE, 4),
        *past(OTHER, 0, 0, 1),
        *past(AWAY, 5),
    ]
    found = draft(Policy(), mixed)
    assert found.own == Tally(3, 1, 2)
    assert found.own.every == 6
    assert found.elsewhere == Tally(5)
    also = {one.setting: one.also for one in found.drafts}
    assert also == {APPROVALS: Tally(4, 0, 1), SELF_APPROVAL: Tally(9, 0, 1)}


@pytest.mark.parametrize(
    "found", [[], past(kept=ENOUGH - 1), past(edited=1), past(left=1)],
    ids=["nothing", "too few", "one edited", "one left out"],
)  # fmt: skip
def test_nothing_is_looser_than_the_record(found: list[Past]) -> None:
    strict = Policy(approvals=3, person_served_may_approve=SelfApproval.NO)
    assert looser(draft(strict, found)) == []
    assert len(looser(draft(strict, past()))) == 2


@pytest.mark.parametrize(
    ("policy", "then"),
    [
        (Policy(approvals=2), "1,2@OPS"),
        (Policy(approvals_in=(("AIR", 3),)), "1,2@AIR"),
        (Policy(approvals=2, approvals_in=(("AIR", 3), ("WEB", 4))), "2,4@WEB"),
        (Policy(approvals=3), "2,3@OPS"),
    ],
)
def test_one_person_less_here_is_no_less_elsewhere(policy: Policy, then: str) -> None:
    [one] = [each for each in looser(draft(policy, past())) if each.setting == APPROVALS]
    assert one.then == then
    after = _read(**{APPROVALS: then})
    assert after.approvals_for(("AIR",)) == policy.approvals_for(("AIR",)) - 1 >= 1
    for key in ("OPS", *dict(policy.approvals_in)):
        if key != "AIR":
            assert after.approvals_for((key,)) == policy.approvals_for((key,))


def test_one_person_always_has_to_approve() -> None:
    found = draft(Policy(), past())
    assert found.settled
    assert looser(found) == []
    yes = draft(Policy(person_served_may_approve=SelfApproval.YES), past())
    assert looser(yes) == []


@pytest.mark.parametrize("served", SelfApproval)
@pytest.mark.parametrize("number", [1, 2, 9])
def test_every_draft_is_a_setting_that_can_be_read_and_is_other(
    served: SelfApproval, number: int
) -> None:
    policy = Policy(approvals=number, person_served_may_approve=served)
    for one in draft(policy, past()).drafts:
        assert one.now != one.then
        assert _read(**{one.setting: one.now}) != _read(**{one.setting: one.then})
        assert one.then != SelfApproval.YES
    assert all(one.then.split(",")[0] != "0" for one in draft(policy, past()).drafts)


def _read(**given: str) -> Policy:
    names = {one.name: one.default for one in TABLE} | given
    rules = people_of(names, make_believe=True)
    return Policy(
        approvals=rules.approvals,
        approvals_in=rules.approvals_in,
        person_served_may_approve=rules.self_approval,
    )
