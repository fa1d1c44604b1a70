"""Handing in: sets are sealed, numbered, stacked; a round replaces what was sent back."""

from dataclasses import replace

import pytest

from sandbox.contract.digest import seal
from sandbox.contract.shapes import Flavour, Verdict
from sandbox.domain.errors import ForbiddenError, InvalidError
from sandbox.operations import commenting, intake, proposing, reading, workspaces, writing
from sandbox.operations.context import Sandbox
from sandbox.operations.remembered import Group, forget
from sandbox.store.workspaces import change, taint
from tests.sandbox.operations.acting import (
    V3,
    brief,
    create,
    decide,
    edit,
    submit,
    value,
)
from tests.sandbox.tiny import agent_caller, person_caller, rich


def test_a_set_says_whose_it_is_and_is_sealed(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox, task="login")
    edit(sandbox, "AIR-1", me, summary="x")
    made = submit(sandbox, me)

    assert (made.agent, made.person, made.task) == (me.agent, me.person, "login")
    assert (made.id, made.number, made.round) == (f"{made.workspace}.1", 1, 1)
    assert made.title == "AIR-1 · x"
    assert made.reason == "because"
    assert made.seal == seal(made)


def test_a_title_counts_the_other_issues(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="x")
    edit(sandbox, "AIR-2", summary="y")

    assert submit(sandbox).title == "AIR-1 · x (+1)"


def test_there_may_be_nothing_to_propose(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidError, match="nothing to propose"):
        submit(sandbox)

    edit(sandbox, "AIR-1", summary="x")
    edit(sandbox, "AIR-1", summary="Fix the login page")
    with pytest.raises(InvalidError, match="nothing to propose"):
        submit(sandbox)


def test_new_issues_are_listed_with_their_temporary_keys(sandbox: Sandbox) -> None:
    made = create(sandbox)

    assert submit(sandbox).temporary_keys == {made.key: made.issue_id}


def test_a_change_tells_when_the_issue_was_last_read(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    edit(sandbox, "AIR-1", me, summary="blind")
    reading.issue(sandbox, me, "AIR-2")
    edit(sandbox, "AIR-2", me, summary="seen")

    blind, seen = submit(sandbox).changes
    assert blind.read_at is None
    assert seen.read_at is not None
    assert seen.read_at < seen.written_at


def test_the_reads_of_a_set_are_those_before_its_seal(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    reading.issue(sandbox, me, "AIR-1", fields=("summary",))
    edit(sandbox, "AIR-1", me, summary="x")
    made = submit(sandbox)
    reading.issue(sandbox, me, "AIR-2")

    found = intake.reads_of(sandbox, made.id)
    assert found is not None
    assert [(one.issue_key, one.fields) for one in found] == [("AIR-1", ("summary",))]


def test_the_reads_of_an_unknown_set_are_unknown(sandbox: Sandbox) -> None:
    assert intake.reads_of(sandbox, "ws-000000000000.1") is None


def test_later_writes_are_the_next_set_on_top_of_the_pending_one(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first")
    first = submit(sandbox)
    edit(sandbox, "AIR-1", summary="second")
    second = submit(sandbox)

    assert [(one.before, one.after) for one in second.changes] == [("first", "second")]
    assert (second.number, second.round, second.replaces) == (2, 1, None)
    stored = dict(intake.change_sets_after(sandbox, 0))
    assert [one.id for one in stored.values()] == [first.id, second.id]
    assert stored[min(stored)] == first


def test_a_gateway_fetches_from_where_it_was(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first")
    submit(sandbox)
    [(position, _)] = intake.change_sets_after(sandbox, 0)

    assert intake.change_sets_after(sandbox, position) == []


def test_the_round_after_a_set_was_sent_back_is_complete(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first", labels=["a"])
    sent = submit(sandbox)
    decide(sandbox, sent, "changes_requested")
    edit(sandbox, "AIR-1", summary="better")
    again = submit(sandbox)

    assert (again.round, again.replaces) == (2, sent.id)
    assert [(one.field, one.before, one.after) for one in again.changes] == [
        ("labels", ["team"], ["a"]),
        ("summary", "Fix the login page", "better"),
    ]


def test_rounds_go_on(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first")
    for expected in (1, 2, 3):
        made = submit(sandbox)
        assert made.round == expected
        decide(sandbox, made, "changes_requested")
        edit(sandbox, "AIR-1", summary=f"round {expected + 1}")

    last = submit(sandbox)
    assert [(one.before, one.after) for one in last.changes] == [("Fix the login page", "round 4")]


def test_a_round_does_not_repeat_what_was_refused(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="no", labels=["ok"])
    sent = submit(sandbox)
    ids = {one.field: one.id for one in sent.changes}
    verdicts = {str(ids["summary"]): Verdict.REJECTED, str(ids["labels"]): Verdict.SENT_BACK}
    decide(sandbox, sent, "changes_requested", verdicts)
    edit(sandbox, "AIR-2", summary="y")

    assert brief(submit(sandbox).changes) == [
        ("edit", "AIR-1", "labels"),
        ("edit", "AIR-2", "summary"),
    ]


def test_a_set_is_replaced_only_once(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first")
    decide(sandbox, submit(sandbox), "changes_requested")
    edit(sandbox, "AIR-1", summary="second")
    second = submit(sandbox)
    edit(sandbox, "AIR-2", summary="other")
    third = submit(sandbox)

    assert third.replaces is None
    assert brief(third.changes) == [("edit", "AIR-2", "summary")]
    assert second.round == 2


def test_a_round_leaves_the_pending_set_between_alone(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first")
    sent = submit(sandbox)
    edit(sandbox, "AIR-2", summary="pending")
    submit(sandbox)
    decide(sandbox, sent, "changes_requested")
    edit(sandbox, "AIR-3", summary="later")
    again = submit(sandbox)

    assert again.replaces == sent.id
    assert brief(again.changes) == [("edit", "AIR-1", "summary"), ("edit", "AIR-3", "summary")]


def test_a_reset_takes_the_sent_back_wishes_back(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="first")
    sent = submit(sandbox)
    decide(sandbox, sent, "changes_requested")
    workspaces.reset(sandbox, sent.workspace)
    edit(sandbox, "AIR-2", summary="other")

    assert brief(submit(sandbox).changes) == [("edit", "AIR-2", "summary")]


def test_an_agent_reads_who_decided_what_and_why(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="no")
    sent = submit(sandbox)
    decide(sandbox, sent, "rejected", {"c1": Verdict.REJECTED})

    me = agent_caller(sandbox)
    [(change_set, outcome)] = proposing.outcomes(sandbox, me)
    assert change_set.id == sent.id
    assert outcome is not None
    assert (outcome.decided_by, outcome.words) == ("Soo-jin", "as I said")
    [(change, _, decided)] = proposing.outcome_for_issue(sandbox, me, "AIR-1")
    assert (change.field, decided.verdict) == ("summary", Verdict.REJECTED)


def test_idle_work_is_sealed_and_busy_work_is_not(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="x")

    assert workspaces.seal_idle(sandbox, 3_600_000_000) == []
    [made] = workspaces.seal_idle(sandbox, 0)
    assert brief(made.changes) == [("edit", "AIR-1", "summary")]
    assert workspaces.seal_idle(sandbox, 0) == []


def test_taint_stays_with_the_person_in_other_tasks_forks_and_after_a_reset(
    sandbox: Sandbox,
) -> None:
    me = agent_caller(sandbox, task="first")
    edit(sandbox, "AIR-1", me, summary="하나")
    [ws] = workspaces.listed(sandbox)
    with sandbox.database.write() as conn:
        taint(conn, [ws.id])
    forget(sandbox, Group.WORKSPACES)
    workspaces.fork(sandbox, ws.id, "forked")
    workspaces.reset(sandbox, ws.id)
    workspaces.discard(sandbox, ws.id)
    others = [replace(me, task=task) for task in ("first", "forked", "another")]
    for number, one in enumerate([*others, replace(me, agent="another-token", task="")]):
        edit(sandbox, "AIR-1", one, summary=f"제목 {number}")
        assert submit(sandbox, one).tainted
    assert [one.tainted for one in workspaces.listed(sandbox)] == [True] * 4


def test_a_tainted_workspace_says_so(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    edit(sandbox, "AIR-1", me, summary="x")
    [ws] = workspaces.listed(sandbox)
    with sandbox.database.write() as conn:
        change(conn, ws.id, tainted=True)

    assert submit(sandbox, me).tainted


def test_a_comment_made_and_reworded_is_one_change(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    made = commenting.add_comment(sandbox, me, "AIR-1", rich(Flavour.CLOUD, "helo"), dialect=V3)
    hello = rich(Flavour.CLOUD, "hello")
    commenting.edit_comment(sandbox, me, "AIR-1", str(made["id"]), hello, dialect=V3)

    [change] = submit(sandbox).changes
    assert (change.kind.value, change.after) == ("comment", {"id": made["id"], "body": hello})


def test_an_upstream_has_no_review(upstream: Sandbox) -> None:
    person = person_caller(upstream)
    writing.edit_issue(upstream, person, "AIR-1", {"summary": "x"}, dialect=V3)

    with pytest.raises(ForbiddenError):
        proposing.seal(upstream, person, proposing.Said())
    assert value(upstream, "AIR-1", "summary", person) == "x"
