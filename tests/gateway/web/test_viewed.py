"""Marks of what a person has looked at: theirs, counted, void when it becomes something else."""

import re

from gateway.operations import reviewing
from gateway.review.settling import Wish
from gateway.review.settling import mark as value_mark
from gateway.review.values import ReviewView
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change, change_set, edit, text
from tests.gateway.web.conftest import Visit


def view(visit: Visit, review: int, person: str = "eve") -> ReviewView:
    return reviewing.view(visit.house.gateway, review, viewer=person)


def mark(visit: Visit, review: int, *names: str, on: str = "yes") -> None:
    contents = view(visit, review).contents
    answer = visit.http.post(
        f"/cs/{review}/viewed",
        data={"content": [contents[one] for one in names], "mark": on, "at": names[0]},
        headers={"Origin": "http://airlock.test", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.headers["location"] == f"/cs/{review}#c-{names[0]}"


def counted(visit: Visit, review: int) -> str:
    found = re.search(r"data-viewed>([^<]*)<", visit.get(f"/cs/{review}").text)
    assert found
    return found[1]


def test_marks_are_counted_kept_and_taken_away_and_are_nobody_elses(visit: Visit) -> None:
    review = visit.arrive()
    visit.sign_in("eve")
    digest = visit.digest(review)
    assert counted(visit, review) == "0 of 2 viewed"
    mark(visit, review, "c1", "c2")
    mark(visit, review, "c1")
    assert counted(visit, review) == "2 of 2 viewed"
    page = visit.get(f"/cs/{review}").text
    assert 'class="ticked"' in page
    assert view(visit, review, "max").viewed == frozenset()
    mark(visit, review, "c2", on="no")
    assert view(visit, review).viewed == {"c1"}
    # It decides nothing: the digest that was shown still stands.
    assert visit.digest(review) == digest


def test_a_round_keeps_the_marks_of_what_is_as_it_was(visit: Visit) -> None:
    gateway = visit.house.gateway
    said = change(ChangeKind.COMMENT, {"id": "1", "body": text("안녕")}, id="c3")
    first = change_set(edit("summary", "One"), edit("labels", ["x"], id="c2"), said)
    review = visit.house.arrive(first)
    visit.sign_in("eve")
    mark(visit, review, "c1", "c2", "c3")
    reviewing.send_back(gateway, "eve", review, visit.digest(review), "again")
    anew = said.model_copy(update={"id": "d3", "after": {"id": "2", "body": text("안녕")}})
    second = visit.house.arrive(
        change_set(
            edit("summary", "Two", id="d1"),
            edit("labels", ["x"], id="d2"),
            anew,
            number=2,
            round=2,
            replaces=first.id,
        )
    )
    assert view(visit, second).viewed == {"d2", "d3"}
    assert counted(visit, second) == "2 of 3 viewed"


def test_what_jira_or_a_reviewer_made_another_is_to_be_looked_at_again(visit: Visit) -> None:
    gateway = visit.house.gateway
    review = visit.arrive()
    visit.sign_in("eve")
    mark(visit, review, "c1", "c2")
    [shown] = [one for one in view(visit, review).issues[0].changes if one.change.id == "c1"]
    wish = Wish("edit", value_mark(shown), "A person's words", (), "")
    reviewing.put_value(gateway, "max", review, "c1", wish, visit.digest(review))
    assert view(visit, review).viewed == {"c2"}
    visit.house.jira.issues["10001"]["fields"]["labels"] = ["theirs"]
    assert view(visit, review).viewed == frozenset()


def test_what_is_no_digest_is_refused_and_much_at_once_is_cut(visit: Visit) -> None:
    review = visit.arrive()
    visit.sign_in("eve")
    assert visit.post(f"/cs/{review}/viewed", content="x").status_code == 400
    assert visit.post(f"/cs/{review}/viewed").status_code == 400
    assert view(visit, review).viewed == frozenset()
