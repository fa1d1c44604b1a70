"""What our write set off on other issues, told from their changelogs alone."""

from typing import Any

from gateway.promotion.beside import late, related, set_off, since
from gateway.promotion.drift import Now
from gateway.promotion.naming import HISTORY_TYPE
from gateway.promotion.plan import make_plan
from gateway.promotion.readback import effects
from gateway.promotion.values import APP, SOMEBODY, WORKFLOW, Receipt, SideEffect
from sandbox.contract.shapes import JsonObject
from tests.gateway.promotion.world import change_set, doc, edit, ground

GATE = frozenset({"gate"})
T = "2026-11-02T10:00:05.000+0000"


def entry(
    number: str, field: str, at: str = T, by: str = "gate", **more: Any
) -> dict[str, JsonObject | Any]:
    item = {"field": field, "fieldId": field, "fromString": "old", "toString": "new"}
    author = {"accountId": by, "displayName": by.title(), "accountType": more.pop("type", "")}
    return {"id": number, "created": at, "author": author, "items": [item], **more}


def issue(*histories: Any, key: str = "AIR-2", **fields: Any) -> JsonObject:
    return {**doc(key, "10002", **fields), "changelog": {"histories": [*histories]}}


def test_parents_links_and_subtasks_hang_together_with_an_issue() -> None:
    one = doc(
        parent={"id": "1", "key": "AIR-7"},
        subtasks=[{"id": "2", "key": "AIR-8"}],
        issuelinks=[{"inwardIssue": {"id": "3", "key": "WEB-1"}}, {"outwardIssue": {"id": "4"}}],
    )
    assert related(one) == {"1": "AIR-7", "2": "AIR-8", "3": "WEB-1", "4": "4"}
    assert related(None) == {}


def test_the_moment_is_that_of_our_own_entry_by_jiras_clock() -> None:
    own = issue(entry("1", "summary"), entry("2", "labels", "2026-11-02T10:00:09.000+0000", "bob"))
    now = Now(own, account=GATE)
    assert since(effects(None, own), now) == T
    assert since([], now) == doc()["fields"]["updated"]  # type: ignore[index,call-overload]


def test_only_what_came_with_or_after_our_write_is_a_side_effect() -> None:
    other = issue(
        entry("1", "labels", "2026-11-02T10:00:04.999+0000", "bob"),
        entry("2", "priority"),
        entry("3", "status", "2026-11-02T19:00:05.001+0900", "robo", type="app"),
        entry("4", "assignee", "2026-11-02T10:00:06.000+0000", "bob"),
        entry("5", "summary", historyMetadata={"type": HISTORY_TYPE}),
        entry("6", "updated"),
    )
    found = set_off(other, T, GATE, project="AIR")
    assert {(one.field, one.how, one.by) for one in found} == {
        ("priority", WORKFLOW, "Gate"),
        ("status", APP, "Robo"),
        ("assignee", SOMEBODY, "Bob"),
    }
    assert {(one.issue, one.issue_id) for one in found} == {("AIR-2", "10002")}
    assert {(one.before, one.after) for one in found} == {("old", "new")}


def test_values_of_another_project_are_not_told() -> None:
    other = issue(entry("2", "priority"), key="WEB-2", project={"id": "9", "key": "WEB"})
    [found] = set_off(other, T, GATE, project="AIR")
    assert (found.issue, found.field, found.before, found.after) == (
        "WEB-2",
        "priority",
        None,
        None,
    )


def test_what_an_app_does_after_the_reading_back_is_named_when_it_is_read() -> None:
    changed = edit("summary", "new")
    [planned] = make_plan(change_set(changed), {}, ground(changed)).operations
    named = SideEffect(field="labels", after="new")
    receipt = Receipt(status=204, at=1, known_by="answer", side_effects=(named,))
    one = issue(
        entry("1", "summary"),
        entry("2", "labels", "2026-11-02T10:00:06.000+0000", "robo", type="app"),
        entry("3", "priority", "2026-11-02T10:00:07.000+0000", "robo", type="app"),
        entry("4", "assignee", "2026-11-02T10:00:08.000+0000", "bob"),
        entry("5", "duedate", "2026-11-02T10:10:05.001+0000", "robo", type="app"),
        entry("0", "environment", "2026-11-02T10:00:04.000+0000", "robo", type="app"),
    )
    [found] = late(planned, receipt, one, GATE)
    assert (found.field, found.how, found.by) == ("priority", APP, "Robo")
    assert late(planned, receipt, issue(entry("1", "summary", by="bob")), GATE) == ()
    assert late(planned, receipt, None, GATE) == ()


def test_a_moment_that_nobody_can_read_names_nothing() -> None:
    assert set_off(issue(entry("1", "priority")), "soon", GATE, project="AIR") == ()
    assert set_off(issue(entry("1", "priority", "soon")), T, GATE, project="AIR") == ()
