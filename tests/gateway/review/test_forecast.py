"""What an issue would be: changes laid over Jira's side, conflicts left to people."""

from gateway.promotion.fields import Fields
from gateway.review.forecast import forecast
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import DONE, change, create, doc, edit, site, text

FIELDS = Fields.of(site())
STATUSES = {str(one["id"]): one for one in site().statuses}


def test_what_one_side_changed_is_taken_and_sets_merge() -> None:
    now = doc(labels=["web", "mine"], summary="Jira's")
    changes = [edit("labels", ["web", "checked"]), edit("priority", {"id": "1"}, id="c2")]
    found = forecast(now, changes, {"c1": doc(), "c2": doc()}, FIELDS)
    assert found.fields["labels"] == ["web", "mine", "checked"]
    assert found.fields["priority"] == {"id": "1"}
    assert found.fields["summary"] == "Jira's"
    assert found.conflicts == frozenset()


def test_a_conflict_leaves_jiras_value_and_is_named() -> None:
    found = forecast(doc(summary="Jira's"), [edit("summary", "Ours")], {"c1": doc()}, FIELDS)
    assert found.fields["summary"] == "Jira's"
    assert found.conflicts == {"summary"}


def test_a_transition_a_comment_and_a_new_issue_are_pictured_the_rest_is_named() -> None:
    moved = change(ChangeKind.TRANSITION, {"status": {"id": "10"}, "fields": {"resolution": "x"}})
    said = change(ChangeKind.COMMENT, {"id": "c", "body": text("안녕")}, id="c2")
    watched = change(ChangeKind.WATCHER, {"add": {}}, id="c3")
    found = forecast(doc(), [moved, said, watched], {}, FIELDS, STATUSES)
    assert (found.fields["status"], found.fields["resolution"]) == (DONE, "x")
    assert found.fields["comment"] == {"comments": [{"id": "c", "body": text("안녕")}]}
    assert found.more == (ChangeKind.WATCHER,)
    assert forecast({}, [create()], {}, FIELDS).fields["summary"] == "Cache the login page"
