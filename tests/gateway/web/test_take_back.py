"""A decision about a change is taken back: as the agent handed it in, and nobody decided."""

import pytest

from gateway.operations import deciding, reviewing
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from gateway.review.settling import Wish
from gateway.review.settling import mark as value_mark
from gateway.review.states import State
from gateway.review.values import ChangeView
from tests.gateway.web.conftest import Visit

BACK = 'data-act="undo"'


def change(eve: Visit, review: int, name: str = "c1") -> ChangeView:
    issues = reviewing.view(eve.house.gateway, review).issues
    return next(one for issue in issues for one in issue.changes if one.change.id == name)


@pytest.mark.parametrize("verdict", ["keep", "reject"])
def test_a_verdict_and_its_words_are_taken_back(eve: Visit, verdict: str) -> None:
    review = eve.arrive()
    before = eve.digest(review)
    assert BACK not in eve.get(f"/cs/{review}").text
    form = {"verdict": verdict, "words": "왜냐하면", "digest": before}
    eve.post(f"/cs/{review}/changes/c1", **form)
    assert eve.get(f"/cs/{review}").text.count(BACK) == 1
    assert change(eve, review).decided
    answer = eve.post(f"/cs/{review}/changes/c1", verdict="undo", digest=eve.digest(review))
    assert answer.headers["location"] == f"/cs/{review}#c-c1"
    found = change(eve, review)
    assert (found.decided, found.verdict, found.words) == (False, "keep", "")
    assert eve.digest(review) == before
    assert BACK not in eve.get(f"/cs/{review}").text
    assert "결정을 되돌림" in eve.get(f"/history?cs={review}&lang=ko").text


def test_a_value_of_a_person_goes_with_it(eve: Visit) -> None:
    review = eve.arrive()
    wish = Wish("edit", value_mark(change(eve, review)), "Mine", (), "")
    reviewing.put_value(eve.house.gateway, "eve", review, "c1", wish, eve.digest(review))
    assert change(eve, review).pick
    deciding.take_back(eve.house.gateway, "eve", review, "c1", eve.digest(review))
    assert not change(eve, review).pick
    assert not change(eve, review).decided


def test_what_nobody_decided_about_stays_as_it_is(eve: Visit) -> None:
    review = eve.arrive()
    edition = eve.digest(review)
    deciding.take_back(eve.house.gateway, "eve", review, "c1", edition)
    assert eve.digest(review) == edition
    with pytest.raises(UnknownReviewError):
        deciding.take_back(eve.house.gateway, "eve", review, "c9", edition)


def test_an_old_page_a_stranger_and_what_is_approved_are_refused(eve: Visit) -> None:
    review, gateway = eve.arrive(), eve.house.gateway
    shown = eve.digest(review)
    reviewing.decide(gateway, "eve", review, "c1", "reject", "no", shown)
    with pytest.raises(StaleError):
        deciding.take_back(gateway, "eve", review, "c1", shown)
    now = eve.digest(review)
    with pytest.raises(RefusedError):
        deciding.take_back(gateway, "nobody", review, "c1", now)
    reviewing.approve(gateway, "eve", review, now)
    with pytest.raises(RefusedError):
        deciding.take_back(gateway, "eve", review, "c1", now)
    assert reviewing.view(gateway, review).state is State.APPROVED
    assert change(eve, review).verdict == "reject"
