"""A dry run's checks: what Jira said becomes ok, warning or blocked, with words."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.promotion.deleting import Thing
from gateway.promotion.drift import Now
from gateway.promotion.fields import Fields
from gateway.promotion.permissions import DELETE_NEEDS, PERMISSIONS, needs_of_kind
from gateway.promotion.plan import make_plan
from gateway.promotion.preflight import ExactRequest, Verdict, exact, report_of, worst
from gateway.promotion.preflight_checks import remarks
from gateway.promotion.preflight_evidence import Evidence, Question, questions
from gateway.promotion.values import PlannedOperation
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.promotion.world import (
    ANN,
    BASE_URL,
    BOB,
    DOING,
    DONE,
    NEW_ID,
    NEW_KEY,
    change,
    change_set,
    create,
    doc,
    edit,
    ground,
    site,
    text,
    with_screens,
)

FIELDS = Fields.of(site())
MAY = {"permissions": {name: {"havePermission": True} for name in PERMISSIONS}}
SCREEN: dict[str, Any] = {
    "summary": {"required": True},
    "assignee": {"required": False},
    "priority": {"allowedValues": [{"id": "3", "name": "Medium"}, {"id": "2", "name": "High"}]},
    "components": {"allowedValues": [{"id": "71", "name": "API"}]},
    "project": {"required": True, "allowedValues": [{"id": "100", "key": "AIR"}]},
    "issuetype": {"required": True},
    "reporter": {"required": True},
}
START = {"id": "11", "to": DOING, "fields": {}}


def planned(*changes: Change) -> list[PlannedOperation]:
    return list(make_plan(change_set(*changes), {}, ground(*changes)).operations)


def answers(given: dict[str, Any], operation: PlannedOperation) -> dict[Question, Any]:
    """Answer each question of an operation; ``given`` overrides by what it is about."""
    known: dict[str, Any] = {
        "allowed": MAY,
        "now": Now(doc()),
        "edit": SCREEN,
        "create": SCREEN,
        "transitions": [START],
        "fields": [{"id": "customfield_10020"}],
        "link_types": [{"id": "1", "name": "Blocks"}],
        "user": BOB,
        "sprint": {"id": 3, "state": "active"},
        "attaching": {"enabled": True, "uploadLimit": 10},
        **given,
    }
    asked = questions(operation, FIELDS)
    return {one: known[one.about] for one in asked if known[one.about] is not MISSING}


#: Stands for a question that Jira would not answer.
MISSING = object()


def judged(operation: PlannedOperation, **given: Any) -> dict[str, Verdict]:
    """Return code to verdict of what is found, when Jira says this."""
    evidence = Evidence("Gate", FIELDS, answers(given, operation))
    return {one.code: one.verdict for one in remarks(operation, evidence)}


def without(name: str, value: bool | None = False) -> dict[str, Any]:
    """Return permissions without one of them, or without a word about it."""
    told = {**MAY["permissions"], name: {"havePermission": value}}
    return {"permissions": told if value is not None else {**MAY["permissions"], name: {}}}


SUMMARY = edit("summary", "New")
ASSIGNEE = edit("assignee", BOB)
PRIORITY = edit("priority", {"id": "2", "name": "High"})
COMPONENT = edit("components", [{"id": "71", "name": "API"}])
CUSTOM = edit("customfield_10777", "x")
MOVE = change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}})
COMMENT = change(ChangeKind.COMMENT, {"body": "Hello"})
EDITED = change(ChangeKind.COMMENT_EDIT, {"id": "5", "body": "Hello"})
LINK = change(
    ChangeKind.LINK,
    {
        "type": {"id": "1", "name": "Blocks"},
        "inwardIssue": {"id": "10001"},
        "outwardIssue": {"id": "10002"},
    },
)
WATCH = change(ChangeKind.WATCHER, {"add": BOB})
SPRINT = change(ChangeKind.SPRINT, {"id": 3})
LOG = change(ChangeKind.WORKLOG, {"timeSpentSeconds": 60, "started": "2026-11-01"})
REMOTE = change(ChangeKind.REMOTE_LINK, {"object": {"url": "http://x", "title": "x"}})


@pytest.mark.parametrize(
    "one", [SUMMARY, ASSIGNEE, PRIORITY, COMPONENT, MOVE, COMMENT, LINK, WATCH, SPRINT, LOG, REMOTE]
)
def test_what_jira_would_take_has_no_remark(one: Change) -> None:
    given = {"now": Now(doc(), watchers=[], remote_links=[])}
    assert judged(planned(one)[0], **given) == {}


ASKED = {"required": True, "name": "Cause"}
NEW_SCREEN_FIELD = [{**START, "fields": {"customfield_10001": ASKED}}]
BLOCKED: list[tuple[Change, dict[str, Any], str]] = [
    (SUMMARY, {"allowed": without("EDIT_ISSUES")}, "permission"),
    (ASSIGNEE, {"allowed": without("ASSIGN_ISSUES")}, "permission"),
    (MOVE, {"allowed": without("TRANSITION_ISSUES")}, "permission"),
    (COMMENT, {"allowed": without("ADD_COMMENTS")}, "permission"),
    (LOG, {"allowed": without("WORK_ON_ISSUES")}, "permission"),
    (LINK, {"allowed": without("LINK_ISSUES")}, "permission"),
    (REMOTE, {"allowed": without("LINK_ISSUES")}, "permission"),
    (WATCH, {"allowed": without("MANAGE_WATCHERS")}, "permission"),
    (SPRINT, {"allowed": without("SCHEDULE_ISSUES")}, "permission"),
    (SUMMARY, {"now": Now(doc(summary="Bob's"))}, "drift"),
    (SUMMARY, {"now": Now(None)}, "lost"),
    (SUMMARY, {"now": Now(doc("OPS-1", project={"key": "OPS"}))}, "lost"),
    (SUMMARY, {"now": MISSING}, "unread"),
    (SUMMARY, {"edit": {}}, "field_screen"),
    (CUSTOM, {"edit": {**SCREEN, "customfield_10777": {}}}, "field_gone"),
    (PRIORITY, {"edit": {"priority": {"allowedValues": [{"id": "3"}]}}}, "option"),
    (COMPONENT, {"edit": {"components": {"allowedValues": []}}}, "option"),
    (ASSIGNEE, {"user": None}, "user_gone"),
    (ASSIGNEE, {"user": {**BOB, "active": False}}, "user_inactive"),
    (WATCH, {"user": None, "now": Now(doc(), watchers=[])}, "user_gone"),
    (MOVE, {"transitions": []}, "transition"),
    (MOVE, {"transitions": [{"id": "11", "to": DONE}]}, "transition"),
    (MOVE, {"transitions": NEW_SCREEN_FIELD}, "field_required"),
    (LINK, {"link_types": []}, "link_type"),
    (SPRINT, {"sprint": None}, "sprint"),
    (SPRINT, {"sprint": {"state": "closed"}}, "sprint"),
    (create(), {"create": None}, "type"),
    (create(), {"allowed": without("CREATE_ISSUES")}, "permission"),
    (create(priority={"id": "9"}), {}, "option"),
    (create(labels=["x"]), {}, "field_screen"),
    (create(), {"create": {**SCREEN, "cf": {"required": True}}}, "field_required"),
]


@pytest.mark.parametrize(("one", "given", "code"), BLOCKED)
def test_what_jira_would_refuse_is_blocked(one: Change, given: dict[str, Any], code: str) -> None:
    assert judged(planned(one)[0], **given).get(code) is Verdict.BLOCKED


@pytest.mark.parametrize(
    ("one", "given", "code"),
    [
        (SUMMARY, {"allowed": MISSING}, "permission_unknown"),
        (SUMMARY, {"allowed": without("EDIT_ISSUES", None)}, "permission_unknown"),
        (SUMMARY, {"edit": MISSING}, "screen_unknown"),
        (MOVE, {"transitions": MISSING}, "transitions_unknown"),
        (create(), {"create": MISSING}, "screen_unknown"),
    ],
)
def test_what_jira_does_not_tell_is_a_warning(
    one: Change, given: dict[str, Any], code: str
) -> None:
    found = judged(planned(one)[0], **given)
    assert found.get(code) is Verdict.WARNING
    assert Verdict.BLOCKED not in found.values()


def test_a_hidden_end_of_a_link_blocks() -> None:
    [one] = planned(LINK)
    given = answers({}, one)
    given[Question("now", ("10002",))] = Now(None)
    found = [each.code for each in remarks(one, Evidence("Gate", FIELDS, given))]
    assert found == ["other_end"]


def test_an_own_comment_may_be_edited_by_either_permission() -> None:
    now = Now(doc(), comments=[{"id": "5", "body": None}])
    [one] = planned(EDITED)
    both = {"havePermission": False}
    told = {**MAY["permissions"], "EDIT_OWN_COMMENTS": both}
    assert "permission" not in judged(one, now=now, allowed={"permissions": told})
    told = {**told, "EDIT_ALL_COMMENTS": both}
    assert "permission" in judged(one, now=now, allowed={"permissions": told})


def test_a_comment_that_travels_along_takes_its_own_permission_and_its_screen() -> None:
    say = change(ChangeKind.COMMENT, {"id": "9", "body": text("Hi")}, id="s")
    shown = with_screens(ground(SUMMARY, say), edit_screen={"comment": ["add"]})
    [one] = make_plan(change_set(SUMMARY, say), {}, shown).operations
    with_comment = {**SCREEN, "comment": {"operations": ["add"]}}
    assert judged(one, edit=with_comment) == {}
    assert judged(one)["comment_screen"] is Verdict.BLOCKED
    denied = judged(one, edit=with_comment, allowed=without("ADD_COMMENTS"))
    assert denied["permission"] is Verdict.BLOCKED


def test_a_field_that_an_earlier_request_fills_in_is_not_missed() -> None:
    edited, moved = planned(edit("customfield_10001", "worn out", id="e"), MOVE)
    given = answers({"transitions": NEW_SCREEN_FIELD}, moved)
    evidence = Evidence("Gate", FIELDS, given, plan=(edited, moved))
    assert [one.code for one in remarks(moved, evidence)] == []
    alone = Evidence("Gate", FIELDS, given, plan=(moved,))
    assert [one.code for one in remarks(moved, alone)] == ["field_required"]


def test_a_resolution_that_jira_fills_in_by_itself_is_only_a_warning() -> None:
    shown = {"resolution": {"required": True, "name": "Resolution"}}
    found = judged(planned(MOVE)[0], transitions=[{**START, "fields": shown}])
    assert found == {"field_asked": Verdict.WARNING}


@pytest.mark.parametrize(("agent", "blocks"), [(True, False), (False, True), (None, False)])
def test_who_could_only_speak_publicly_says_nothing(agent: bool | None, blocks: bool) -> None:
    say = change(ChangeKind.COMMENT, {"id": "9", "body": text("Hi")}, id="s")
    desk = with_screens(ground(say), desk=True)
    [one] = make_plan(change_set(say), {}, desk).operations
    told = {"permissions": {"SERVICEDESK_AGENT": {"havePermission": agent}}}
    found = judged(one, agent=told)
    assert (found.get("internal") is Verdict.BLOCKED) is blocks


def test_what_jira_has_already_is_ok_and_said() -> None:
    found = judged(planned(SUMMARY)[0], now=Now(doc(summary="New")))
    assert found == {"there": Verdict.OK}


def test_a_second_step_waits_for_the_first() -> None:
    both = planned(change(ChangeKind.TRANSITION, {"status": DONE, "transition": {"id": "21"}}))
    assert [judged(one) for one in both] == [{}, {"later": Verdict.OK}]


def test_a_new_issue_s_comment_is_checked_as_far_as_it_can_be() -> None:
    comment = change(
        ChangeKind.COMMENT, {"body": "Hi"}, id="c2", issue_id=NEW_ID, issue_key=NEW_KEY
    )
    made, said = planned(create(), comment)
    assert judged(made) == {}
    assert judged(said) == {"later": Verdict.OK}
    denied = judged(said, allowed=without("ADD_COMMENTS"))
    assert denied["permission"] is Verdict.BLOCKED


def test_the_gravest_remark_is_the_verdict() -> None:
    assert worst([]) is Verdict.OK
    assert worst([Verdict.BLOCKED, Verdict.WARNING]) is Verdict.BLOCKED
    [one] = planned(SUMMARY)
    evidence = Evidence("Gate", FIELDS, answers({"edit": {}, "allowed": MISSING}, one))
    report = report_of(one, ExactRequest(method="PUT", url="x"), remarks(one, evidence))
    assert report.verdict is Verdict.BLOCKED
    assert all(each.sentence and each.next_step for each in report.remarks)


def test_an_exact_request_names_what_is_filled_in_later() -> None:
    made, said = planned(
        create(),
        change(ChangeKind.COMMENT, {"body": NEW_KEY}, id="c2", issue_id=NEW_ID, issue_key=NEW_KEY),
    )
    shown = exact(said, BASE_URL, {NEW_ID: made.position, NEW_KEY: made.position})
    assert shown.url == f"{BASE_URL}/rest/api/3/issue/{NEW_ID}/comment"
    assert NEW_KEY in shown.body
    assert [one.shown for one in shown.later[:2]] == [NEW_ID, NEW_KEY]
    assert "request 1" in shown.later[0].becomes
    assert shown.later[2].shown in shown.body
    earlier = exact(said, BASE_URL, {NEW_ID: 0, NEW_KEY: 0})
    assert "earlier change set" in earlier.later[0].becomes
    [move] = planned(MOVE)
    [transition, _] = exact(move, BASE_URL, {}).later
    assert transition.shown in exact(move, BASE_URL, {}).body


def test_users_of_server_are_asked_by_name() -> None:
    server = {"name": "ann", "key": "JIRAUSER1", "displayName": ANN["displayName"]}
    one = planned(edit("assignee", server))[0]
    assert Question("user", ("name", "ann")) in set(questions(one, FIELDS))


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_says_which_permission_it_takes(kind: ChangeKind) -> None:
    needs = needs_of_kind(kind, {"thing": "issue"})
    assert needs
    assert all(group and set(group) <= set(PERMISSIONS) for group in needs)


@pytest.mark.parametrize("thing", Thing)
def test_deleting_takes_the_permission_for_what_goes(thing: Thing) -> None:
    gone: dict[str, Any] = {"thing": thing.value, "id": "5", "name": "it", "was": {}}
    asked = change(ChangeKind.DELETE, gone, id="d")
    able = replace(ground(asked), deletes=True)
    [one] = make_plan(change_set(asked), {}, able).operations
    [group] = DELETE_NEEDS[thing]
    for held in (None, *group):
        told = {name: {"havePermission": name == held} for name in group}
        found = judged(one, allowed={"permissions": {**MAY["permissions"], **told}})
        assert ("permission" in found) is (held is None), held
