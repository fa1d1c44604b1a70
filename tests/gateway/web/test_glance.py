"""One button for what has no flag: it marks, decides nothing, and says what it leaves."""

import re
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.review.states import State
from gateway.review.values import Flag, ReviewView, Round
from gateway.review.viewing import unflagged
from gateway.web.language import Lang, Tongue
from gateway.web.page_values import Glance
from gateway.web.presenting import present
from gateway.web.templating import render
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.conftest import Visit
from tests.gateway.web.samples import ADMIN, NOW, change, review
from tests.gateway.web.test_every_leaf import SHELL
from tests.gateway.web.visit import SAME

EN = Tongue(Lang.EN)


def looked(*viewed: str, state: State = State.REVIEW) -> ReviewView:
    """Return the sample review, where some changes were marked as viewed."""
    view = review(state)
    names = [one.change.id for issue in view.issues for one in issue.changes]
    contents = {name: f"{at:020x}" for at, name in enumerate(names)}
    return view.model_copy(update={"contents": contents, "viewed": frozenset(viewed)})


def glance_of(view: ReviewView) -> Glance | None:
    return present(view, ADMIN, EN, NOW).glance


@pytest.mark.parametrize("severity", ["block", "warn", "info", "other"])
def test_a_flag_of_any_severity_asks_for_a_look_of_its_own(severity: str) -> None:
    calm: dict[str, Any] = {"field": "labels", "base": [], "wants": ["x"]}
    assert unflagged(change("c1", ChangeKind.EDIT, **calm))
    flag = Flag(id="x", severity=severity, change_id="c1")
    assert not unflagged(change("c1", ChangeKind.EDIT, **calm, flags=(flag,)))
    assert not unflagged(change("c1", ChangeKind.EDIT, **calm, three=Three.CONFLICT))
    assert not unflagged(change("c1", ChangeKind.EDIT, **calm, now_known=False))


def test_a_glance_takes_the_unflagged_and_names_the_rest_with_links() -> None:
    found = glance_of(looked("c1"))
    assert found is not None
    assert [row.id for row in found.rows] == ["c3", "c4", "c5", "c7", "c8"]
    assert [(one.key, one.anchor, one.look) for one in found.left] == [
        ("WEB-7", "c-c2", "bad"),
        ("WEB-7", "c-c6", "warn"),
    ]
    # One alone is marked by its own button; what is left is still said.
    found = glance_of(looked("c1", "c3", "c4", "c5", "c7"))
    assert found is not None
    assert not found.rows
    assert len(found.left) == 2
    every = [f"c{number}" for number in range(1, 9)]
    assert glance_of(looked(*every)) is None
    assert glance_of(looked(state=State.APPROVED)) is None
    assert glance_of(review()) is None


def test_what_the_page_does_not_show_is_not_marked() -> None:
    view = looked()
    old = [one.change for issue in view.issues for one in issue.changes]
    before = Round(
        review_id=3,
        number=1,
        words="",
        decided_by="",
        changes=tuple(one for one in old if one.id not in {"c4", "c5", "c6"}),
    )
    page = present(view.model_copy(update={"before": before}), ADMIN, EN, NOW, only_fresh=True)
    assert page.glance is not None
    assert [row.id for row in page.glance.rows] == ["c4", "c5"]
    shown = render("change_set.html", EN, shell=SHELL, page=page, box=None, opened=())
    form = shown.split("data-glance")[1].split("</form>")[0]
    assert "Mark 2 changes without a flag as viewed" in form
    assert form.count('name="content"') == 2
    assert "1 change asks for a look of its own" in shown


def test_one_press_marks_all_and_the_digest_stays(visit: Visit) -> None:
    gateway = visit.house.gateway
    number = visit.house.arrive(
        change_set(
            edit("labels", ["x"], id="c1"),
            edit("priority", {"id": "2", "name": "High"}, id="c2"),
            edit("summary", "paste\u200bd", id="c3"),
        )
    )
    visit.sign_in("eve")
    digest = visit.digest(number)
    page = visit.get(f"/cs/{number}").text
    form = page.split("data-glance")[1].split("</form>")[0]
    marks = re.findall(r'name="content" value="([0-9a-f]{20})"', form)
    assert len(marks) == 2
    answer = visit.http.post(
        f"/cs/{number}/viewed", data={"content": marks, "mark": "yes"}, headers=SAME
    )
    assert answer.headers["location"] == f"/cs/{number}"
    assert reviewing.view(gateway, number, viewer="eve").viewed == {"c1", "c2"}
    assert visit.digest(number) == digest
    left = visit.get(f"/cs/{number}?lang=ko").text.split("data-glance")[1].split("</details>")[0]
    assert "따로 살펴볼 변경 1개" in left
    assert 'href="#c-c3"' in left
    assert 'name="content"' not in left
