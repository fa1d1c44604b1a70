"""An agent at work: it reads back what it wrote, nobody else does, upstream stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, Flavour
from sandbox.domain.errors import ForbiddenError, InvalidError, NotVisibleError
from sandbox.domain.issue import user_id
from sandbox.operations import (
    attaching,
    commenting,
    linking,
    metadata,
    proposing,
    reading,
    writing,
)
from sandbox.operations.context import Sandbox
from sandbox.store import issues
from tests.sandbox.operations.acting import V3, brief, create, edit, said, value
from tests.sandbox.tiny import agent_caller, person_id, rich, tiny_sandbox


def test_an_agent_reads_back_its_own_edit(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="Sign in works again")

    assert value(sandbox, "AIR-1", "summary") == "Sign in works again"


def test_another_task_does_not_see_the_edit(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="Sign in works again")

    other = agent_caller(sandbox, task="other")
    assert value(sandbox, "AIR-1", "summary", other) == "Fix the login page"


def test_an_edit_leaves_the_baseline_alone(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="Sign in works again")

    with sandbox.database.read() as conn:
        stored = issues.base_at(conn, sandbox.site, "10001")
    assert stored is not None
    assert stored.fields["summary"] == "Fix the login page"


def test_an_edit_that_changes_nothing_is_not_recorded(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="Fix the login page", labels=["team"])

    assert proposing.pending(sandbox, agent_caller(sandbox)) == []


def test_a_bad_field_leaves_nothing_half_written(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidError):
        edit(sandbox, "AIR-1", summary="ok", priority={"name": "no such priority"})

    assert value(sandbox, "AIR-1", "summary") == "Fix the login page"
    assert proposing.pending(sandbox, agent_caller(sandbox)) == []


def test_an_edit_can_comment_and_link_in_one_request(sandbox: Sandbox) -> None:
    comment: JsonValue = {"add": {"body": rich(Flavour.CLOUD, "done")}}
    link: JsonValue = {"add": {"type": {"name": "Blocks"}, "outwardIssue": {"key": "AIR-2"}}}
    writing.edit_issue(
        sandbox,
        agent_caller(sandbox),
        "AIR-1",
        {"summary": "x"},
        {"comment": [comment], "issuelinks": [link]},
        dialect=V3,
    )

    assert brief(proposing.pending(sandbox, agent_caller(sandbox))) == [
        ("edit", "AIR-1", "summary"),
        ("comment", "AIR-1", None),
        ("link", "AIR-1", None),
    ]


def test_a_comment_is_read_back_with_its_author(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    made = commenting.add_comment(sandbox, me, "AIR-2", rich(Flavour.CLOUD, "hi"), dialect=V3)

    assert said(sandbox, "AIR-2") == ["Please look at this.", "hi"]
    assert user_id(made["author"]) == me.person


def test_a_wiki_comment_is_stored_as_a_document_on_cloud(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    commenting.add_comment(sandbox, me, "AIR-2", "*hi*", dialect=Dialect.V2)

    [change] = proposing.pending(sandbox, me)
    assert isinstance(change.after, dict)
    assert isinstance(change.after["body"], dict)


def test_a_comment_put_in_the_same_words_is_not_recorded(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    body = rich(Flavour.CLOUD, "Please look at this.")
    commenting.edit_comment(sandbox, me, "AIR-1", "100011", body, dialect=V3)

    assert proposing.pending(sandbox, me) == []


def test_a_transition_moves_the_issue_and_names_both_statuses(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    offered = {str(one["name"]): one for one in reading.transitions(sandbox, me, "AIR-1")}
    writing.transition_issue(sandbox, me, "AIR-1", str(offered["Done"]["id"]), dialect=V3)

    [change] = proposing.pending(sandbox, me)
    status = value(sandbox, "AIR-1", "status")
    assert isinstance(status, dict)
    assert status["name"] == "Done"
    assert isinstance(change.after, dict)
    assert change.before == {"status": {"id": "10000", "name": "To Do"}}
    assert change.after["status"] == {"id": "10003", "name": "Done"}
    assert change.after["fields"] == {}  # the resolution is the workflow's, not the agent's


def test_a_new_issue_has_a_key_in_the_reserved_range(sandbox: Sandbox) -> None:
    made = create(sandbox)

    assert int(made.key.removeprefix("AIR-")) >= 9_000_000_000
    assert reading.issue(sandbox, agent_caller(sandbox), made.key.lower()).key == made.key


def test_keys_derive_from_the_task_and_not_from_what_others_did(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    for _ in range(2):
        create(sandbox, agent_caller(sandbox, task="other"))
    here = create(sandbox, agent_caller(sandbox, task="mine"))

    elsewhere = tiny_sandbox(tmp_path / "elsewhere")
    there = create(elsewhere, agent_caller(elsewhere, task="mine"))
    elsewhere.database.dispose()

    assert here.key == there.key
    assert create(sandbox, agent_caller(sandbox, task="mine")).key != here.key


def test_a_new_subtask_stands_in_its_parents_list(sandbox: Sandbox) -> None:
    made = create(sandbox, issuetype={"name": "Sub-task"}, parent={"key": "AIR-1"})

    listed = value(sandbox, "AIR-1", "subtasks")
    assert isinstance(listed, list)
    assert [one["key"] for one in listed if isinstance(one, dict)] == [made.key]
    assert brief(proposing.pending(sandbox, agent_caller(sandbox))) == [("create", made.key, None)]


def test_a_link_shows_on_both_issues_and_is_one_change(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    linking.link(sandbox, me, {"name": "Blocks"}, "AIR-1", "AIR-2")
    linking.link(sandbox, me, {"name": "Blocks"}, "AIR-1", "AIR-2")

    assert [len(_links(sandbox, ref)) for ref in ("AIR-1", "AIR-2")] == [1, 1]
    assert brief(proposing.pending(sandbox, me)) == [("link", "AIR-1", None)]


def _links(sandbox: Sandbox, ref: str) -> list[object]:
    found = value(sandbox, ref, "issuelinks")
    assert isinstance(found, list)
    return list(found)


def test_assigning_to_me_means_the_person_served(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    writing.assign(sandbox, me, "AIR-2", me.person)

    assert user_id(value(sandbox, "AIR-2", "assignee")) == person_id(Flavour.CLOUD, "mina")
    assert user_id(reading.person(sandbox, me)) == me.person


def test_moving_there_and_back_between_sprints_is_nothing(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    writing.move_to_sprint(sandbox, me, 1, ["AIR-1", "AIR-2"])
    assert len(proposing.pending(sandbox, me)) == 2

    writing.move_to_sprint(sandbox, me, None, ["AIR-1", "AIR-2"])
    assert proposing.pending(sandbox, me) == []


def test_an_attachment_is_read_back_and_told_by_its_digest(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    made = attaching.add_attachment(sandbox, me, "AIR-1", "a.txt", "text/plain", b"abc")

    assert reading.attachment(sandbox, me, str(made["id"]))[1] == b"abc"
    [change] = proposing.pending(sandbox, me)
    assert isinstance(change.after, dict)
    assert change.after["filename"] == "a.txt"
    assert str(change.after["sha256"]).startswith("ba7816bf")


def test_watching_twice_is_one_change(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    for _ in range(2):
        commenting.add_watcher(sandbox, me, "AIR-1", me.person)

    assert brief(proposing.pending(sandbox, me)) == [("watcher", "AIR-1", None)]


def test_what_only_an_upstream_does_is_refused_in_jiras_words(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    with pytest.raises(ForbiddenError):
        writing.delete_issue(sandbox, me, "AIR-1")
    with pytest.raises(ForbiddenError):
        commenting.delete_comment(sandbox, me, "AIR-1", "100011")
    with pytest.raises(ForbiddenError):
        linking.unlink(sandbox, me, "1")
    with pytest.raises(ForbiddenError):
        attaching.delete_attachment(sandbox, me, "1")
    with pytest.raises(ForbiddenError):
        writing.set_property(sandbox, me, "AIR-1", "airlock.last", {})
    with pytest.raises(ForbiddenError):
        metadata.create_version(sandbox, me, {"project": "AIR", "name": "x"})


def test_an_unknown_issue_is_not_visible(sandbox: Sandbox) -> None:
    with pytest.raises(NotVisibleError):
        edit(sandbox, "AIR-999", summary="x")


def test_the_text_of_an_issue_is_what_the_issue_says(sandbox: Sandbox) -> None:
    text = reading.issue_text(sandbox, agent_caller(sandbox), "AIR-1", Dialect.V2)

    assert '"About AIR-1, see https://u0.airlock.invalid/browse/AIR-1"' in text
    assert "/rest/api/3/" not in text


def found(sandbox: Sandbox, jql: str) -> list[str]:
    """Return the keys that a search answers."""
    page = reading.search(sandbox, agent_caller(sandbox), jql)
    assert page.total == len(page.issues) == reading.count(sandbox, agent_caller(sandbox), jql)
    return [one.key for one in page.issues]


def test_a_search_sees_what_was_written(sandbox: Sandbox) -> None:
    mine = "assignee = currentUser() ORDER BY key"
    assert found(sandbox, mine) == ["AIR-1", "AIR-5"]
    writing.assign(sandbox, agent_caller(sandbox), "AIR-1", None)
    writing.assign(sandbox, agent_caller(sandbox), "AIR-2", person_id(Flavour.CLOUD, "mina"))

    assert found(sandbox, mine) == ["AIR-2", "AIR-5"]


def test_a_search_finds_new_issues_and_new_words(sandbox: Sandbox) -> None:
    made = create(sandbox, summary="암호 재설정")
    edit(sandbox, "AIR-1", summary="Sign in")

    assert found(sandbox, "summary ~ 암호") == [made.key]
    assert found(sandbox, "summary ~ login") == []


def test_a_wrong_query_is_refused_in_jiras_words(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidError, match="Error in the JQL Query"):
        found(sandbox, "project =")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sandbox]:
    opened = tiny_sandbox(tmp_path, flavour=Flavour.SERVER)
    yield opened
    opened.database.dispose()


def test_a_server_site_speaks_wiki_and_names(server: Sandbox) -> None:
    me, v2 = agent_caller(server), Dialect.V2
    writing.edit_issue(server, me, "AIR-1", {"description": "h1. New"}, dialect=v2)
    writing.edit_issue(server, me, "AIR-2", {"assignee": {"name": "mina"}}, dialect=v2)
    commenting.add_comment(server, me, "AIR-1", "*hi* [~jonas]", dialect=v2)
    commenting.remove_watcher(server, me, "AIR-4", "mina")

    changes = {(one.issue_key, one.kind.value): one for one in proposing.pending(server, me)}
    assert changes["AIR-1", "edit"].after == "h1. New"
    assert user_id(changes["AIR-2", "edit"].after) == me.person
    assert user_id(reading.person(server, me)) == me.person
    assert '"body":"*hi* [~jonas]"' in reading.issue_text(server, me, "AIR-1", v2)
    assert ("AIR-4", "watcher") in changes


def test_a_server_site_says_that_an_issue_does_not_exist(server: Sandbox) -> None:
    with pytest.raises(NotVisibleError, match="Issue Does Not Exist"):
        reading.issue(server, agent_caller(server), "OPS-1")
