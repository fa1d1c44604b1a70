"""The scope guards every argument of every verb, and is judged on the baseline."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.contract.shapes import ChangeKind, Flavour, Scope
from sandbox.domain.errors import (
    InvalidError,
    JiraError,
    NotVisibleError,
    RefusedError,
    UnauthorizedError,
)
from sandbox.domain.parts import objects_of
from sandbox.operations import (
    attaching,
    commenting,
    linking,
    proposing,
    reading,
    writing,
)
from sandbox.operations.context import Caller, Sandbox
from tests.sandbox.operations.acting import V3, create, edit
from tests.sandbox.tiny import agent_caller, rich, tiny_scope

#: Every verb that names an issue, with the issue that it is told to touch.
VERBS: dict[str, Callable[[Sandbox, Caller, str], object]] = {
    "read": reading.issue,
    "text": lambda box, me, ref: reading.issue_text(box, me, ref, V3),
    "transitions": reading.transitions,
    "edit meta": reading.edit_meta,
    "edit": lambda box, me, ref: writing.edit_issue(box, me, ref, {"summary": "x"}, dialect=V3),
    "transition": lambda box, me, ref: writing.transition_issue(box, me, ref, "41", dialect=V3),
    "assign": lambda box, me, ref: writing.assign(box, me, ref, None),
    "sprint": lambda box, me, ref: writing.move_to_sprint(box, me, "1", ["AIR-1", ref]),
    "comment": lambda box, me, ref: commenting.add_comment(
        box, me, ref, rich(Flavour.CLOUD, "x"), dialect=V3
    ),
    "comment edit": lambda box, me, ref: commenting.edit_comment(
        box, me, ref, "100061", rich(Flavour.CLOUD, "x"), dialect=V3
    ),
    "worklog": lambda box, me, ref: commenting.add_worklog(
        box, me, ref, {"timeSpent": "1h"}, dialect=V3
    ),
    "watch": lambda box, me, ref: commenting.add_watcher(box, me, ref, me.person),
    "unwatch": lambda box, me, ref: commenting.remove_watcher(box, me, ref, me.person),
    "link from": lambda box, me, ref: linking.link(box, me, "Blocks", ref, "AIR-1"),
    "link to": lambda box, me, ref: linking.link(box, me, "Blocks", "AIR-1", ref),
    "remote link": lambda box, me, ref: linking.add_remote_link(
        box, me, ref, {"object": {"url": "https://example.com", "title": "x"}}
    ),
    "attach": lambda box, me, ref: attaching.add_attachment(box, me, ref, "a", "text/plain", b""),
    "link in an edit": lambda box, me, ref: writing.edit_issue(
        box,
        me,
        "AIR-1",
        {"summary": "x"},
        {
            "issuelinks": [
                {"add": {"type": {"name": "Blocks"}, "outwardIssue": {"key": ref}}},
            ]
        },
        dialect=V3,
    ),
    "parent": lambda box, me, ref: create(
        box, me, issuetype={"name": "Sub-task"}, parent={"key": ref}
    ),
    "parent of an issue": lambda box, me, ref: writing.edit_issue(
        box, me, "AIR-5", {"parent": {"key": ref}}, dialect=V3
    ),
    "epic": lambda box, me, ref: create(box, me, customfield_10014=ref),
    "epic of an issue": lambda box, me, ref: writing.edit_issue(
        box, me, "AIR-1", {}, {"customfield_10014": [{"set": ref}]}, dialect=V3
    ),
}


@pytest.mark.parametrize("name", list(VERBS))
def test_absent_and_out_of_scope_answer_the_same_and_write_nothing(
    sandbox: Sandbox, name: str
) -> None:
    me = agent_caller(sandbox)
    answers = []
    for ref in ("OPS-1", "OPS-99"):
        with pytest.raises((NotVisibleError, InvalidError)) as refused:
            VERBS[name](sandbox, me, ref)
        answers.append((refused.value.status, refused.value.messages, refused.value.errors))

    assert answers[0] == answers[1]
    assert proposing.pending(sandbox, me) == []


@pytest.mark.parametrize("name", [one for one in VERBS if one not in ("parent", "epic")])
def test_my_issues_only_hides_the_issues_of_others(sandbox: Sandbox, name: str) -> None:
    me = agent_caller(sandbox, tiny_scope(mine_only=True))

    with pytest.raises((NotVisibleError, InvalidError)):
        VERBS[name](sandbox, me, "AIR-2")


def test_my_issues_are_assigned_reported_or_watched(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, tiny_scope(mine_only=True))

    seen = [one.key for one in reading.search(sandbox, me, "order by key asc").issues]

    assert sorted(seen) == ["AIR-1", "AIR-3", "AIR-4", "AIR-5"]


def test_taking_an_issue_does_not_make_it_mine(sandbox: Sandbox) -> None:
    wide, mine = agent_caller(sandbox), agent_caller(sandbox, tiny_scope(mine_only=True))
    writing.assign(sandbox, wide, "AIR-2", wide.person)

    with pytest.raises(NotVisibleError):
        reading.issue(sandbox, mine, "AIR-2")
    with pytest.raises(NotVisibleError):
        edit(sandbox, "AIR-2", mine, summary="x")


def test_giving_an_issue_away_does_not_take_it_from_my_sight(sandbox: Sandbox) -> None:
    mine = agent_caller(sandbox, tiny_scope(mine_only=True))
    writing.assign(sandbox, mine, "AIR-1", None)

    assert reading.issue(sandbox, mine, "AIR-1").fields["assignee"] is None


def test_what_i_made_here_is_mine(sandbox: Sandbox) -> None:
    mine = agent_caller(sandbox, tiny_scope(mine_only=True))
    made = create(sandbox, mine)
    edit(sandbox, made.key, mine, summary="again")

    assert reading.issue(sandbox, mine, made.key).fields["summary"] == "again"


@pytest.mark.parametrize("ref", ["OPS", "NOPE"])
def test_an_unknown_project_is_refused_like_a_foreign_one(sandbox: Sandbox, ref: str) -> None:
    with pytest.raises(RefusedError) as refused:
        create(sandbox, project={"key": ref})

    assert str(refused.value.refusal).replace(ref, "X") == (
        "Project 'X' is not one that this token may create issues in. It may use: AIR."
    )


def test_a_project_by_id_is_refused_without_its_key(sandbox: Sandbox) -> None:
    with pytest.raises(RefusedError) as refused:
        create(sandbox, project={"id": "10001"})

    assert "OPS" not in str(refused.value.refusal)


def test_a_type_out_of_scope_is_neither_seen_nor_made(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, tiny_scope(issue_types=("Task",)))
    with pytest.raises(NotVisibleError):
        reading.issue(sandbox, me, "AIR-2")
    with pytest.raises(RefusedError):
        create(sandbox, me, issuetype={"name": "Bug"})


def test_an_edit_may_not_carry_an_issue_out_of_scope(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, tiny_scope(issue_types=("Task",)))
    with pytest.raises(JiraError):
        edit(sandbox, "AIR-1", me, issuetype={"name": "Bug"})

    assert proposing.pending(sandbox, me) == []


def test_a_field_out_of_scope_is_neither_shown_nor_written(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, tiny_scope(fields=("summary",)))
    with pytest.raises(RefusedError):
        edit(sandbox, "AIR-1", me, description=None)
    with pytest.raises(RefusedError):
        commenting.add_comment(sandbox, me, "AIR-1", rich(Flavour.CLOUD, "x"), dialect=V3)

    seen = reading.issue(sandbox, me, "AIR-1")
    assert sorted(seen.fields) == ["issuetype", "project", "status", "summary"]
    items = [item for one in seen.histories for item in objects_of(one["items"])]
    assert {item["field"] for item in items} == {"status", "summary"}
    assert "About AIR-1" not in reading.issue_text(sandbox, me, "AIR-1", V3)


def test_a_field_out_of_scope_cannot_be_searched_by(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, tiny_scope(fields=("summary",)))

    with pytest.raises(InvalidError):
        reading.search(sandbox, me, "description ~ browse")


def test_a_kind_out_of_scope_is_refused_with_what_is_allowed(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, tiny_scope(kinds=(ChangeKind.COMMENT,)))
    with pytest.raises(RefusedError) as refused:
        edit(sandbox, "AIR-1", me, summary="x")

    assert str(refused.value.refusal) == (
        "This token may not stage a change of kind 'edit'. It may stage: comment."
    )


def test_an_empty_scope_sees_nothing(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, Scope())
    assert reading.search(sandbox, me, "").issues == ()
    assert reading.projects(sandbox, me) == []
    with pytest.raises(NotVisibleError):
        reading.issue(sandbox, me, "AIR-1")


def test_quotes_of_issues_out_of_sight_are_left_out(sandbox: Sandbox) -> None:
    wide = agent_caller(sandbox)
    linking.link(sandbox, wide, "Blocks", "AIR-1", "AIR-2")
    linking.link(sandbox, wide, "Blocks", "AIR-1", "AIR-3")

    mine = agent_caller(sandbox, tiny_scope(mine_only=True))
    text = reading.issue_text(sandbox, mine, "AIR-1", V3)

    assert "AIR-3" in text
    assert "AIR-2" not in text


def test_nobody_comes_to_a_shadow_without_agent_and_scope(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    for caller in (replace(me, agent=None), replace(me, scope=None)):
        with pytest.raises(UnauthorizedError):
            reading.issue(sandbox, caller, "AIR-1")
        with pytest.raises(UnauthorizedError):
            edit(sandbox, "AIR-1", caller, summary="x")
