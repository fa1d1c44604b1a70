"""Who may do what to a review: every state, every act, one function."""

import itertools
from dataclasses import replace

import pytest

from gateway.policy.policy import Policy
from gateway.policy.self_approval import SelfApproval
from gateway.review.people import Person, Role
from gateway.review.rules import Act, Situation, event_of, may, obstacles
from gateway.review.states import (
    TRANSITIONS,
    Event,
    IllegalTransitionError,
    State,
    diagram,
    next_state,
)
from gateway.review.values import ChangeView, Flag
from sandbox.contract.compare import Three
from tests.gateway.promotion.world import PERSON, edit

APPROVER = Person(person="eve", name="Eve", role=Role.APPROVER, jira_account="acc-eve")
SITUATION = Situation(
    state=State.REVIEW,
    digest="d1",
    changes=(),
    flags=(),
    person_served=PERSON,
    policy=Policy(),
)


def view(three: Three = Three.OURS, verdict: str = "keep", *flags: Flag) -> ChangeView:
    return ChangeView(
        change=edit("summary", "x"),
        field_name="Summary",
        field_type="string",
        rich=False,
        three=three,
        verdict=verdict,
        flags=flags,
    )


def code(act: Act, person: Person | None, situation: Situation, shown: str = "d1") -> str:
    refusal = may(act, person, situation, shown=shown, words="because")
    return "" if refusal is None else refusal.code


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_only_pairs_in_the_table_are_legal(state: State, event: Event) -> None:
    if event in TRANSITIONS[state]:
        assert next_state(state, event) is TRANSITIONS[state][event]
    else:
        with pytest.raises(IllegalTransitionError, match=f"cannot {event}"):
            next_state(state, event)


#: Acts to a state in which they can be done, where that is not the review.
WHERE = {
    Act.PROMOTE: State.APPROVED,
    Act.WITHDRAW: State.APPROVED,
    Act.STOP: State.PROMOTING,
}


def test_every_state_has_a_row_and_a_place_in_the_diagram() -> None:
    assert set(TRANSITIONS) == set(State)
    assert all(state in diagram() for state in State)


@pytest.mark.parametrize(("act", "state"), list(itertools.product(Act, State)))
def test_an_act_is_allowed_in_exactly_the_states_that_know_its_event(
    act: Act, state: State
) -> None:
    found = code(act, APPROVER, replace(SITUATION, state=state))
    legal = {
        Act.DECIDE: {State.REVIEW},
        Act.APPROVE: {State.REVIEW},
        Act.WITHDRAW: {State.APPROVED},
        Act.REJECT: {State.REVIEW, State.APPROVED},
        Act.SEND_BACK: {State.REVIEW, State.APPROVED},
        Act.PROMOTE: {State.APPROVED, State.PARTLY_PROMOTED, State.FAILED},
        Act.STOP: {State.PROMOTING},
    }[act]
    assert (found == "") == (state in legal)
    if state in legal and act is not Act.DECIDE:
        assert event_of(act, state) in TRANSITIONS[state]


@pytest.mark.parametrize(("act", "role"), list(itertools.product(Act, Role)))
def test_each_act_takes_its_role(act: Act, role: Role) -> None:
    state = WHERE.get(act, State.REVIEW)
    person = APPROVER.model_copy(update={"role": role})
    found = code(act, person, replace(SITUATION, state=state))
    needs = {
        Role.NONE: set(),
        Role.VIEWER: set(),
        Role.REVIEWER: set(Act) - {Act.APPROVE, Act.PROMOTE},
    }
    assert (found == "") == (act in needs.get(role, set(Act)))


@pytest.mark.parametrize("act", Act)
def test_nobody_decides_nothing(act: Act) -> None:
    assert code(act, None, SITUATION) == "nobody"


@pytest.mark.parametrize("act", Act)
def test_every_act_names_the_digest_that_was_shown(act: Act) -> None:
    state = WHERE.get(act, State.REVIEW)
    assert code(act, APPROVER, replace(SITUATION, state=state), shown="old") == "stale"
    assert code(act, APPROVER, replace(SITUATION, state=state), shown="") == "stale"


_WARNED = (view(Three.OURS, "keep", Flag(id="big_rewrite", severity="warn")),)
_NOT_THEIRS = (view(Three.OURS, "keep", Flag(id="not_assignee", severity="warn")),)
#: Harmless, and then for each part of the rule a set that is not.
SEEN = (
    SITUATION,
    replace(SITUATION, changes=_WARNED),
    replace(SITUATION, changes=_NOT_THEIRS),
    replace(SITUATION, flags=(Flag(id="bulk", severity="warn"),)),
    replace(SITUATION, stays=frozenset({"notices", "comment"})),
    replace(SITUATION, stays=frozenset({"maybe_no_way"})),
)


def test_the_person_served_approves_only_where_the_policy_says_so() -> None:
    ann = APPROVER.model_copy(update={"jira_account": PERSON})
    for seen in SEEN:
        found = {
            policy: code(
                Act.APPROVE, ann, replace(seen, policy=Policy(person_served_may_approve=policy))
            )
            for policy in SelfApproval
        }
        harmless = "" if seen is SITUATION else "self"
        assert found == {"no": "self", "harmless": harmless, "yes": ""}
        # By default, and whatever it is: saying no is always theirs.
        assert code(Act.APPROVE, ann, seen) == harmless
        assert code(Act.APPROVE, APPROVER, seen) == ""
        assert code(Act.REJECT, ann, seen) == ""


def test_of_what_was_left_out_the_person_served_needs_nobody() -> None:
    ann = APPROVER.model_copy(update={"jira_account": PERSON})
    warned = Flag(id="not_assignee", severity="warn")
    kept, out = (view(Three.OURS, verdict, warned) for verdict in ("keep", "reject"))
    assert code(Act.APPROVE, ann, replace(SITUATION, changes=(view(), out))) == ""
    assert code(Act.APPROVE, ann, replace(SITUATION, changes=(view(), kept))) == "self"


def test_nobody_approves_twice() -> None:
    assert (
        code(Act.APPROVE, APPROVER, replace(SITUATION, approved_by=frozenset({"eve"}))) == "twice"
    )


def test_rejecting_needs_words() -> None:
    for act in (Act.REJECT, Act.SEND_BACK):
        refusal = may(act, APPROVER, SITUATION, shown="d1", words=" ")
        assert refusal is not None
        assert refusal.code == "words"


BLOCK = Flag(id="secret", severity="block")


@pytest.mark.parametrize(
    ("change", "blocked"),
    [
        ({"readable": False}, True),
        ({"troubles": ("No.",)}, True),
        ({"changes": (view(Three.CONFLICT),)}, True),
        ({"changes": (view(Three.CONFLICT, "reject"), view())}, False),
        ({"changes": (view(Three.OURS, "keep", BLOCK),)}, True),
        ({"changes": (view(Three.OURS, "reject", BLOCK),)}, False),
        ({"changes": (view(Three.OURS, "keep", Flag(id="bulk", severity="warn")),)}, False),
        ({"flags": (BLOCK,)}, True),
    ],
)
def test_only_what_is_clean_and_readable_can_be_approved(
    change: dict[str, object], blocked: bool
) -> None:
    situation = replace(SITUATION, **change)  # type: ignore[arg-type]  # one field each
    assert bool(obstacles(situation)) == blocked
    assert (code(Act.APPROVE, APPROVER, situation) == "obstacle") == blocked


def test_an_empty_plan_cannot_be_approved() -> None:
    assert obstacles(replace(SITUATION, digest="")) == ("Nothing would change in Jira.",)
    assert code(Act.APPROVE, APPROVER, replace(SITUATION, digest=""), shown="") == "stale"
