"""Only what needs no look of its own is approved together with others: a table of reasons."""

from dataclasses import replace

import pytest

from gateway.promotion.lasting import BY_CODE, NOTICES
from gateway.promotion.plan import REJECT
from gateway.promotion.settled import Pick
from gateway.promotion.values import Confirmation
from gateway.review.rules import Act, Situation, may
from gateway.review.together import REASONS, Weighed, own_look
from gateway.review.values import Flag
from sandbox.contract.compare import Three
from tests.gateway.review.test_rules import APPROVER, SITUATION, view

PLAIN = Weighed(changes=(view(),), flags=(), stays=frozenset({NOTICES.code}))
TOLD = Flag(id="notifies", severity="info", evidence={"count": "2"})
WARN, INFO = Flag(id="x", severity="warn"), Flag(id="x", severity="info")

CASES = [
    ("", PLAIN),
    ("", replace(PLAIN, flags=(TOLD,))),
    ("own_flag", replace(PLAIN, flags=(TOLD.model_copy(update={"severity": "warn"}),))),
    ("own_flag", replace(PLAIN, flags=(INFO,))),
    ("own_flag", replace(PLAIN, changes=(view(Three.OURS, "keep", WARN),))),
    # A flag of what was left out counts too: somebody touched the set.
    ("own_flag", replace(PLAIN, changes=(view(Three.OURS, REJECT, WARN),))),
    ("own_conflict", replace(PLAIN, changes=(view(), view(Three.CONFLICT)))),
    ("own_touched", replace(PLAIN, changes=(view(), view(Three.OURS, REJECT)))),
    (
        "own_touched",
        replace(PLAIN, changes=(view().model_copy(update={"pick": str(Pick.EDIT)}),)),
    ),
    ("own_round", replace(PLAIN, round=2)),
    ("own_confirmation", replace(PLAIN, confirmed_apart=True)),
    *(("own_lasting", replace(PLAIN, stays=frozenset({one}))) for one in {*BY_CODE} - {"notices"}),
]


@pytest.mark.parametrize(("code", "found"), CASES)
def test_what_needs_a_look_of_its_own(code: str, found: Weighed) -> None:
    refusal = own_look(found)
    assert (refusal.code if refusal else "") == code


def test_every_reason_has_a_case() -> None:
    assert {code for code, _ in CASES} == {"", *(code for code, _, _ in REASONS)}


def test_the_approval_asks_it_only_of_several_and_after_who_and_what_was_shown() -> None:
    flagged = replace(SITUATION, flags=(WARN,))
    assert _code(flagged, together=True) == "own_flag"
    assert _code(flagged, together=False) == ""
    assert _code(replace(SITUATION), together=True) == ""
    assert _code(flagged, together=True, shown="old") == "stale"
    apart = replace(SITUATION, confirmations=(Confirmation(code="delete", keys=("A-1",)),))
    assert _code(apart, together=True) == "own_confirmation"
    unread = replace(SITUATION, readable=False)
    assert _code(unread, together=True) == "obstacle"


def _code(situation: Situation, *, together: bool, shown: str = "d1") -> str:
    refusal = may(Act.APPROVE, APPROVER, situation, shown=shown, together=together)
    return "" if refusal is None else refusal.code
