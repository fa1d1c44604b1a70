"""Workspaces: snapshots, forks, resets; what each of them sees."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.domain.errors import InvalidError, MissingError, NotVisibleError
from sandbox.operations import intake, proposing, reading, workspaces
from sandbox.operations.context import Sandbox
from tests.sandbox.operations.acting import baseline, brief, create, edit, submit, value
from tests.sandbox.tiny import agent_caller


def test_unsealed_work_keeps_its_view_of_untouched_issues(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="mine")
    intake.put_issues(sandbox, [baseline("AIR-2", 2, summary="moved")])
    assert value(sandbox, "AIR-2", "summary") == "Crash on upload"

    submit(sandbox)
    assert value(sandbox, "AIR-2", "summary") == "moved"


def test_an_issue_that_was_asked_for_comes_also_to_work_that_was_begun_before(
    sandbox: Sandbox,
) -> None:
    intake.put_issues(sandbox, [baseline("AIR-2", 2, summary="moved")])
    edit(sandbox, "AIR-1", summary="mine")
    with pytest.raises(NotVisibleError):
        value(sandbox, "AIR-77", "summary")
    late = baseline("AIR-2", 3, summary="late")
    for key, issue_id in (("AIR-77", "10077"), ("AIR-78", "10078")):
        doc = {**late.doc, "id": issue_id, "key": key}
        new = late.model_copy(update={"issue_id": issue_id, "key": key, "doc": doc})
        intake.put_issues(sandbox, [new])
    assert value(sandbox, "AIR-77", "summary") == "late"
    assert value(sandbox, "AIR-2", "summary") == "moved"
    with pytest.raises(NotVisibleError):
        value(sandbox, "AIR-78", "summary")


def test_the_issues_of_open_workspaces_are_told_newest_work_first(sandbox: Sandbox) -> None:
    assert workspaces.open_issues(sandbox) == []
    edit(sandbox, "AIR-1", summary="mine")
    other = agent_caller(sandbox, task="other")
    edit(sandbox, "AIR-2", other, summary="theirs")
    first, second = (reading.issue(sandbox, other, key).issue_id for key in ("AIR-1", "AIR-2"))
    assert workspaces.open_issues(sandbox) == [second, first]
    workspaces.discard(sandbox, workspaces.listed(sandbox)[1].id)
    assert workspaces.open_issues(sandbox) == [first]


def test_a_workspace_without_work_sees_the_newest(sandbox: Sandbox) -> None:
    assert value(sandbox, "AIR-2", "summary") == "Crash on upload"
    intake.put_issues(sandbox, [baseline("AIR-2", 2, summary="moved")])

    assert value(sandbox, "AIR-2", "summary") == "moved"


def test_a_fork_starts_from_what_its_parent_saw(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="before")
    [parent] = workspaces.listed(sandbox)
    copy = workspaces.fork(sandbox, parent.id, "other")
    edit(sandbox, "AIR-1", summary="after")

    other = agent_caller(sandbox, task="other")
    assert value(sandbox, "AIR-1", "summary", other) == "before"
    edit(sandbox, "AIR-1", other, summary="elsewhere")
    assert value(sandbox, "AIR-1", "summary") == "after"
    assert [one.id for one in workspaces.listed(sandbox)] == [parent.id, copy.id]


def test_a_forks_first_set_holds_what_it_inherited(sandbox: Sandbox) -> None:
    made = create(sandbox)
    [parent] = workspaces.listed(sandbox)
    workspaces.fork(sandbox, parent.id, "other")
    other = agent_caller(sandbox, task="other")
    edit(sandbox, made.key, other, summary="as I would")
    edit(sandbox, "AIR-1", other, summary="x")

    first = submit(sandbox, other)
    assert brief(first.changes) == [("create", made.key, None), ("edit", "AIR-1", "summary")]
    edit(sandbox, "AIR-2", other, summary="y")
    assert brief(submit(sandbox, other).changes) == [("edit", "AIR-2", "summary")]


def test_a_fork_does_not_inherit_what_was_sealed(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="sealed")
    parent = submit(sandbox).workspace
    workspaces.fork(sandbox, parent, "other")
    other = agent_caller(sandbox, task="other")
    edit(sandbox, "AIR-2", other, summary="own")

    assert brief(submit(sandbox, other).changes) == [("edit", "AIR-2", "summary")]


def test_a_task_has_one_workspace(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="x")
    [parent] = workspaces.listed(sandbox)
    workspaces.fork(sandbox, parent.id, "other")

    with pytest.raises(InvalidError):
        workspaces.fork(sandbox, parent.id, "other")


def test_a_reset_forgets_what_was_not_sealed(sandbox: Sandbox) -> None:
    made = create(sandbox)
    edit(sandbox, "AIR-1", summary="x")
    [ws] = workspaces.listed(sandbox)
    workspaces.reset(sandbox, ws.id)

    assert value(sandbox, "AIR-1", "summary") == "Fix the login page"
    assert proposing.pending(sandbox, agent_caller(sandbox)) == []
    with pytest.raises(NotVisibleError):
        reading.issue(sandbox, agent_caller(sandbox), made.key)


def test_a_discarded_workspace_opens_again_empty_with_new_keys(sandbox: Sandbox) -> None:
    made = create(sandbox)
    sealed = submit(sandbox)
    workspaces.discard(sandbox, sealed.workspace)
    assert workspaces.listed(sandbox) == []

    again = create(sandbox)
    assert again.key != made.key
    assert submit(sandbox).id == f"{sealed.workspace}.2"


def test_an_unknown_workspace_is_missing(sandbox: Sandbox) -> None:
    with pytest.raises(MissingError):
        workspaces.reset(sandbox, "ws-000000000000")
    with pytest.raises(MissingError):
        workspaces.discard(sandbox, "ws-000000000000")


def test_first_calls_at_once_open_one_workspace(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: reading.issue(sandbox, me, "AIR-1").key, range(16)))

    assert set(seen) == {"AIR-1"}
    assert len(workspaces.listed(sandbox)) == 1


def test_writes_at_once_are_all_kept(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: create(sandbox, summary=f"No. {n}"), range(8)))
        list(pool.map(lambda one: edit(sandbox, one.key, labels=[one.key]), made))

    assert len({one.key for one in made}) == 8
    assert [value(sandbox, one.key, "labels") for one in made] == [[one.key] for one in made]
    assert len(submit(sandbox).changes) == 8
