"""Fields stand by the site's own name wherever a page names one, with Jira's id in a tooltip."""

import re

from gateway.web.row_notes import RowNotes
from tests.gateway.promotion.world import change_set, create, edit
from tests.gateway.web.conftest import Visit
from tests.gateway.web.samples import review
from tests.gateway.web.test_row_notes import EN, KO

SPRINT = "customfield_10020"
NAMED = f'<span title="{SPRINT}">Sprint</span>'


def test_what_jira_changed_besides_is_named_as_the_site_names_it(eve: Visit) -> None:
    jira = eve.house.jira
    jira.after_write = lambda: jira.edit("10001", "Robo", **{SPRINT: "Sprint 12"})
    number = eve.arrive()
    form = {"digest": eve.digest(number)}
    eve.post(f"/cs/{number}/approve", **form)
    eve.post(f"/cs/{number}/promote", **form)
    eve.house.promote_all()
    page = eve.get(f"/cs/{number}/run").text
    assert f"<b>{NAMED}</b>" in page
    assert "Sprint 12" in page


def test_a_new_issue_and_the_history_do_so_too(eve: Visit) -> None:
    made = create(**{SPRINT: [{"id": 7, "name": "Sprint 7"}]})
    number = eve.house.arrive(change_set(made, edit(SPRINT, [{"id": 7, "name": "S 7"}], id="c2")))
    assert f'<dt title="{SPRINT}">Sprint</dt>' in eve.get(f"/cs/{number}").text
    form = {"verdict": "reject", "words": "no", "digest": eve.digest(number)}
    eve.post(f"/cs/{number}/changes/c2", **form)
    assert re.search(rf"AIR-1 · {NAMED}", eve.get("/history").text)


def test_a_change_that_another_needs_is_called_by_its_issue_and_field() -> None:
    view = review()
    first = view.issues[0].changes[0].change
    needs = (
        view.issues[0]
        .changes[0]
        .model_copy(
            update={"change": first.model_copy(update={"id": "c9", "depends_on": (first.id,)})}
        )
    )
    name = view.issues[0].changes[0].field_name
    assert f"Needs {first.issue_key} {name} first." in [*RowNotes(EN, view).of(needs)]
    assert f"먼저 필요한 변경: {first.issue_key} {name}" in [*RowNotes(KO, view).of(needs)]
