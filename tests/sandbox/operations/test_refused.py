"""What people refused is not handed in a second time in the same task."""

import pytest

from sandbox.contract.shapes import ChangeSet, Verdict
from sandbox.domain.errors import NotVisibleError
from sandbox.operations import commenting, proposing, workspaces
from sandbox.operations.context import Sandbox
from sandbox.operations.refused import RepeatedError
from tests.sandbox.operations.acting import V3, brief, create, decide, edit, said, submit, value
from tests.sandbox.tiny import agent_caller, rich

REJECTED, PROMOTED = Verdict.REJECTED, Verdict.PROMOTED


def refuse(sandbox: Sandbox, sent: ChangeSet) -> None:
    """Have people refuse all of a set."""
    decide(sandbox, sent, "rejected", {one.id: REJECTED for one in sent.changes})


def refused(sandbox: Sandbox) -> str:
    """Hand in, which is refused; returns why. Everything stays staged."""
    staged = proposing.pending(sandbox, agent_caller(sandbox))
    count = len(proposing.outcomes(sandbox, agent_caller(sandbox)))
    with pytest.raises(RepeatedError) as error:
        submit(sandbox)
    assert proposing.pending(sandbox, agent_caller(sandbox)) == staged != []
    assert len(proposing.outcomes(sandbox, agent_caller(sandbox))) == count
    return str(error.value)


def test_the_very_same_edit_is_refused_with_a_pointer_to_the_refusal(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="로그인 고치기")
    sent = submit(sandbox)
    decide(sandbox, sent, "rejected")  # as a whole, in words for the whole
    edit(sandbox, "AIR-1", summary="로그인 고치기", labels=["new"])

    why = refused(sandbox)
    assert "AIR-1 summary: rejected by Soo-jin (“as I said”)" in why
    assert sent.id in why
    assert "labels" not in why
    # What the agent takes back is no obstacle to the rest.
    edit(sandbox, "AIR-1", summary="Fix the login page")
    assert brief(submit(sandbox).changes) == [("edit", "AIR-1", "labels")]


def test_comments_and_new_issues_are_the_same_by_what_they_say(sandbox: Sandbox) -> None:
    def write(words: str, summary: str) -> None:
        body = rich(sandbox.flavour, words)
        caller = agent_caller(sandbox)
        commenting.add_comment(sandbox, caller, "AIR-2", body, dialect=V3)
        create(sandbox, summary=summary)

    write("안녕하세요", "새 일")
    refuse(sandbox, submit(sandbox))
    write("안녕하세요", "새 일")
    why = refused(sandbox)
    assert "AIR-2 comment: rejected" in why
    assert "create: rejected" in why
    workspaces.reset_own(sandbox, agent_caller(sandbox))
    write("안녕", "다른 일")
    assert len(submit(sandbox).changes) == 2


def test_the_newest_decision_about_the_very_same_counts(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", duedate="2026-12-24")
    refuse(sandbox, submit(sandbox))
    edit(sandbox, "AIR-1", duedate="2026-12-24")
    refused(sandbox)
    # Idle work goes to people all the same, who see that it is a repeat; now they agree.
    [workspace] = workspaces.listed(sandbox)
    sealed = proposing.seal_unsealed(sandbox, workspace.id)
    assert sealed is not None
    decide(sandbox, sealed, "failed", {"c1": Verdict.CONFLICT})
    edit(sandbox, "AIR-1", duedate=None)
    edit(sandbox, "AIR-1", summary="other")
    submit(sandbox)
    edit(sandbox, "AIR-1", duedate="2026-12-24")
    assert brief(submit(sandbox).changes) == [("edit", "AIR-1", "duedate")]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("changes_requested", Verdict.SENT_BACK),
        # The gateway did not take the set; no person has said anything.
        ("refused", REJECTED),
    ],
)
def test_only_a_persons_no_is_a_no(sandbox: Sandbox, state: str, verdict: Verdict) -> None:
    edit(sandbox, "AIR-1", summary="mine")
    decide(sandbox, submit(sandbox), state, {"c1": verdict})
    edit(sandbox, "AIR-1", summary="mine", labels=["x"])
    assert value(sandbox, "AIR-1", "summary") == "mine"
    assert ("edit", "AIR-1", "summary") in brief(submit(sandbox).changes)


def test_another_task_is_another_matter(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="mine")
    refuse(sandbox, submit(sandbox))
    other = agent_caller(sandbox, task="other")
    edit(sandbox, "AIR-1", caller=other, summary="mine")
    assert brief(submit(sandbox, other).changes) == [("edit", "AIR-1", "summary")]


def test_a_long_list_is_cut_and_counted(sandbox: Sandbox) -> None:
    def write() -> None:
        for number in range(8):
            create(sandbox, summary=f"task {number}")

    write()
    refuse(sandbox, submit(sandbox))
    write()
    why = refused(sandbox)
    assert why.count("rejected by Soo-jin") == 5
    assert why.endswith("3 more.")


def test_what_was_refused_is_taken_back_alone_and_the_rest_handed_in(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)

    def write() -> str:
        body = rich(sandbox.flavour, "안녕하세요")
        commenting.add_comment(sandbox, me, "AIR-2", body, dialect=V3)
        new = create(sandbox, summary="새 일").key
        edit(sandbox, new, duedate="2026-12-24")
        commenting.add_comment(sandbox, me, new, body, dialect=V3)
        edit(sandbox, "AIR-1", summary="로그인 고치기")
        return new

    write()
    refuse(sandbox, submit(sandbox))
    new = write()
    edit(sandbox, "AIR-1", labels=["stays"])
    commenting.add_comment(sandbox, me, "AIR-2", rich(sandbox.flavour, "다른 말"), dialect=V3)
    refused(sandbox)
    assert proposing.take_back_refused(sandbox, me) == 4
    assert proposing.take_back_refused(sandbox, me) == 0
    assert value(sandbox, "AIR-1", "summary") == "Fix the login page"
    assert value(sandbox, "AIR-1", "labels") == ["stays"]
    assert said(sandbox, "AIR-2") == ["Please look at this.", "다른 말"]
    with pytest.raises(NotVisibleError):
        value(sandbox, new, "summary")
    sent = submit(sandbox)
    assert brief(sent.changes) == [("edit", "AIR-1", "labels"), ("comment", "AIR-2", None)]


def test_a_field_goes_back_to_what_still_waits_below_it(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="no")
    refuse(sandbox, submit(sandbox))
    edit(sandbox, "AIR-1", summary="waits")
    submit(sandbox)
    edit(sandbox, "AIR-1", summary="no")
    assert proposing.take_back_refused(sandbox, agent_caller(sandbox)) == 1
    assert value(sandbox, "AIR-1", "summary") == "waits"
    assert proposing.pending(sandbox, agent_caller(sandbox)) == []
