"""A promotion to many issues: their number is typed, and a telephone asks twice."""

import pytest

from gateway.operations import retrying, reviewing
from gateway.review.large import TWICE_ABOVE, TYPED_ABOVE
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from tests.gateway.operations.conftest import House, keep_issues
from tests.gateway.promotion.world import change_set, doc, edit
from tests.gateway.web.conftest import Visit

ASKED = 'name="typed"'
TWICE = "ask-twice"


def approved(eve: Visit, issues: int) -> int:
    """Return an approved set that changes so many issues, one of them twice."""
    review = arrived(eve.house, issues)
    assert eve.post(f"/cs/{review}/approve", digest=eve.digest(review)).status_code == 303
    return review


def arrived(house: House, issues: int) -> int:
    """Let a set arrive that changes so many issues, the first of them twice."""
    for number in range(3, issues + 1):
        house.jira.add(doc(f"AIR-{number}", str(10_000 + number)))
    with house.gateway.database.write() as conn:
        keep_issues(conn, house)
    places = [
        {"issue_id": str(10_000 + one), "issue_key": f"AIR-{one}"} for one in range(1, issues + 1)
    ]
    twice = edit("labels", ["4.2"], id="twice", **places[0])
    return house.arrive(
        change_set(
            *(edit("summary", f"결제 {n}", id=f"c{n}", **one) for n, one in enumerate(places)),
            twice,
            number=issues,
        )
    )


def state(eve: Visit, review: int) -> State:
    return reviewing.view(eve.house.gateway, review, read_now=False).state


@pytest.mark.parametrize("typed", ["", " ", "20", "211", "-21", "21.0", "스물하나"])
def test_above_twenty_issues_their_number_has_to_be_typed(eve: Visit, typed: str) -> None:
    review = approved(eve, TYPED_ABOVE + 1)
    html = eve.get(f"/cs/{review}/promote").text
    assert ASKED in html
    assert "This writes to 21 issues. Type that number." in html
    refused = eve.post(f"/cs/{review}/promote?lang=ko", digest=eve.digest(review), typed=typed)
    assert refused.status_code == 409
    assert "이슈 21개에 쓰는데" in refused.text
    assert "이슈 수를 입력하세요" in refused.text
    assert state(eve, review) is State.APPROVED


@pytest.mark.parametrize("typed", ["21", " 21 ", "２１"])
def test_with_that_number_it_begins(eve: Visit, typed: str) -> None:
    review = approved(eve, TYPED_ABOVE + 1)
    answer = eve.post(f"/cs/{review}/promote", digest=eve.digest(review), typed=typed)
    assert answer.headers["location"] == f"/cs/{review}/run"
    assert state(eve, review) is State.PROMOTING


@pytest.mark.parametrize(
    ("issues", "twice"), [(TWICE_ABOVE, False), (TWICE_ABOVE + 1, True), (TYPED_ABOVE, True)]
)
def test_below_that_nothing_is_typed_and_a_telephone_asks_twice(
    eve: Visit, issues: int, *, twice: bool
) -> None:
    review = approved(eve, issues)
    html = eve.get(f"/cs/{review}/promote").text
    assert ASKED not in html
    assert (TWICE in html) is twice
    answer = eve.post(f"/cs/{review}/promote", digest=eve.digest(review))
    assert answer.headers["location"] == f"/cs/{review}/run"


def test_the_rest_is_tried_again_without_typing_it_anew(eve: Visit) -> None:
    review = approved(eve, TYPED_ABOVE + 1)
    eve.house.jira.faults_of = {"10007": ["400"] * 2}
    eve.post(f"/cs/{review}/promote", digest=eve.digest(review), typed="21", carry_on="yes")
    eve.house.promote_all()
    assert state(eve, review) is State.PARTLY_PROMOTED
    eve.house.jira.faults_of = {}
    answer = eve.post(f"/cs/{review}/promote", digest=eve.digest(review))
    assert answer.headers["location"] == f"/cs/{review}/run"
    eve.house.promote_all()
    assert state(eve, review) is State.PROMOTED


def test_no_door_promotes_to_many_issues_without_their_number(eve: Visit) -> None:
    review = approved(eve, TYPED_ABOVE + 1)
    for door in (reviewing.promote, retrying.retry):
        with pytest.raises(RefusedError):
            door(eve.house.gateway, "eve", review, eve.digest(review))
    assert state(eve, review) is State.APPROVED


def test_the_number_is_asked_of_whoever_may_promote_what_they_were_shown(eve: Visit) -> None:
    review = approved(eve, TYPED_ABOVE + 1)
    stale = eve.post(f"/cs/{review}/promote", digest="0" * 64)
    assert "changed while you looked" in stale.text
    eve.sign_in("rob")
    refused = eve.post(f"/cs/{review}/promote", digest=eve.digest(review))
    assert refused.status_code == 403
    assert "21" not in refused.text.partition("<main")[2]


def test_what_is_called_back_takes_its_number_anew(eve: Visit) -> None:
    review = approved(eve, TYPED_ABOVE + 1)
    eve.post(f"/cs/{review}/promote", digest=eve.digest(review), typed="21")
    eve.post(f"/cs/{review}/stop", digest=eve.digest(review))
    assert state(eve, review) is State.APPROVED
    assert eve.post(f"/cs/{review}/promote", digest=eve.digest(review)).status_code == 409
    assert state(eve, review) is State.APPROVED
