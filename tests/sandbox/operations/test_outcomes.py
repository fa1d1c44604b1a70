"""What people decide, and what upstream does meanwhile, arrives in the agent's shadows."""

import pytest

from sandbox.contract.shapes import ChangeSet, Flavour, IssueBaseline, Verdict
from sandbox.domain.errors import NotVisibleError
from sandbox.operations import commenting, intake, linking, proposing, reading, writing
from sandbox.operations.context import Sandbox
from sandbox.store import issues, workspaces
from tests.sandbox.operations.acting import (
    V3,
    baseline,
    brief,
    changed,
    create,
    decide,
    edit,
    renamed,
    said,
    submit,
    value,
)
from tests.sandbox.tiny import agent_caller, rich, tiny_issues

PROMOTED, REJECTED = Verdict.PROMOTED, Verdict.REJECTED


def overlay(sandbox: Sandbox) -> list[str]:
    """Return the keys of the issues that the agent's workspace has versions of."""
    with sandbox.database.read() as conn:
        [ws] = workspaces.listed(conn, sandbox.site)
        return sorted(one.key for one in issues.overlay(conn, ws))


def test_upstream_moves_under_an_edit_of_another_field(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="mine")
    intake.put_issues(sandbox, [baseline("AIR-1", 2, summary="theirs", duedate="2026-12-24")])

    assert value(sandbox, "AIR-1", "summary") == "mine"
    assert value(sandbox, "AIR-1", "duedate") == "2026-12-24"


def test_labels_of_both_sides_are_kept(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", labels=["team", "mine"])
    intake.put_issues(sandbox, [baseline("AIR-1", 2, labels=["team", "theirs"])])

    assert value(sandbox, "AIR-1", "labels") == ["team", "theirs", "mine"]


def test_a_comment_made_here_stands_behind_new_ones_from_upstream(sandbox: Sandbox) -> None:
    _comment(sandbox, "AIR-1", "mine")
    intake.put_issues(sandbox, [_with_comment("AIR-1", 2, "777", "theirs")])

    assert said(sandbox, "AIR-1") == ["Please look at this.", "theirs", "mine"]


def test_a_change_names_the_revision_that_it_was_made_on(sandbox: Sandbox) -> None:
    intake.put_issues(sandbox, [baseline("AIR-1", 5, summary="theirs")])
    edit(sandbox, "AIR-1", summary="mine")

    [change] = submit(sandbox).changes
    assert (change.before, change.base_revision) == ("theirs", 5)


def test_an_equal_baseline_is_no_new_revision_of_the_issue(sandbox: Sandbox) -> None:
    intake.put_issues(sandbox, [baseline("AIR-1", 9)])

    assert reading.issue(sandbox, agent_caller(sandbox), "AIR-1").base_revision == 1


def test_an_older_baseline_that_comes_late_is_ignored(sandbox: Sandbox) -> None:
    intake.put_issues(sandbox, [baseline("AIR-1", 5, summary="new")])
    intake.put_issues(sandbox, [baseline("AIR-1", 4, summary="old")])

    assert value(sandbox, "AIR-1", "summary") == "new"


def test_an_issue_that_upstream_removed_is_gone(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="mine")
    intake.remove_issues(sandbox, ["10001"])

    submit(sandbox)  # the wish stays, so that a person hears of the conflict
    with pytest.raises(NotVisibleError):
        reading.issue(sandbox, agent_caller(sandbox), "AIR-1")


@pytest.mark.parametrize("baseline_first", [True, False])
def test_a_promoted_edit_becomes_the_baseline(sandbox: Sandbox, *, baseline_first: bool) -> None:
    edit(sandbox, "AIR-1", summary="wanted")
    sealed = submit(sandbox)
    _arrive(
        sandbox, sealed, [baseline("AIR-1", 2, summary="wanted")], baseline_first=baseline_first
    )

    assert value(sandbox, "AIR-1", "summary") == "wanted"
    assert overlay(sandbox) == []


def test_what_upstream_made_of_a_promoted_value_is_what_the_agent_sees(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="wanted")
    sealed = submit(sandbox)
    _arrive(sandbox, sealed, [baseline("AIR-1", 2, summary="Wanted by all")], baseline_first=False)

    assert value(sandbox, "AIR-1", "summary") == "Wanted by all"


def test_a_promotion_is_seen_through_later_unsealed_work(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="wanted")
    sealed = submit(sandbox)
    edit(sandbox, "AIR-2", summary="next")
    _arrive(sandbox, sealed, [baseline("AIR-1", 2, summary="wanted")], baseline_first=True)

    assert value(sandbox, "AIR-1", "summary") == "wanted"
    assert value(sandbox, "AIR-2", "summary") == "next"
    assert overlay(sandbox) == ["AIR-2"]


def test_a_rejected_edit_goes_back_to_the_baseline(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="no", labels=["yes"])
    sealed = submit(sandbox)
    refused = next(one.id for one in sealed.changes if one.field == "summary")
    decide(sandbox, sealed, "partly_promoted", {refused: REJECTED})

    assert value(sandbox, "AIR-1", "summary") == "Fix the login page"
    assert value(sandbox, "AIR-1", "labels") == ["yes"]


def test_a_rejected_edit_stays_where_a_later_one_stands_on_it(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="no")
    sealed = submit(sandbox)
    edit(sandbox, "AIR-1", summary="later")
    decide(sandbox, sealed, "rejected")

    assert value(sandbox, "AIR-1", "summary") == "later"


def test_a_rejected_edit_goes_back_to_the_pending_one_below_it(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="pending")
    submit(sandbox)
    edit(sandbox, "AIR-1", summary="no")
    decide(sandbox, submit(sandbox), "rejected")

    assert value(sandbox, "AIR-1", "summary") == "pending"


def test_a_rejected_transition_takes_its_resolution_along(sandbox: Sandbox) -> None:
    me = agent_caller(sandbox)
    offered = {str(one["name"]): one for one in reading.transitions(sandbox, me, "AIR-1")}
    writing.transition_issue(sandbox, me, "AIR-1", str(offered["Done"]["id"]), dialect=V3)
    assert value(sandbox, "AIR-1", "resolution") is not None
    decide(sandbox, submit(sandbox), "rejected")

    status = value(sandbox, "AIR-1", "status")
    assert isinstance(status, dict)
    assert status["name"] == "To Do"
    assert value(sandbox, "AIR-1", "resolution") is None
    assert overlay(sandbox) == []


def test_a_rejected_comment_and_link_leave(sandbox: Sandbox) -> None:
    _comment(sandbox, "AIR-1", "no")
    linking.link(sandbox, agent_caller(sandbox), "Blocks", "AIR-1", "AIR-2")
    decide(sandbox, submit(sandbox), "rejected")

    assert said(sandbox, "AIR-1") == ["Please look at this."]
    assert value(sandbox, "AIR-2", "issuelinks") == []
    assert overlay(sandbox) == []


def test_what_was_sent_back_stays(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="again")
    decide(sandbox, submit(sandbox), "changes_requested")

    assert value(sandbox, "AIR-1", "summary") == "again"


@pytest.mark.parametrize("verdict", [Verdict.CONFLICT, Verdict.FAILED])
def test_what_could_not_be_written_stays_the_agent_s_wish(
    sandbox: Sandbox, verdict: Verdict
) -> None:
    edit(sandbox, "AIR-1", summary="again", labels=["there"])
    sealed = submit(sandbox)
    by_field = {one.field: one.id for one in sealed.changes}
    decide(sandbox, sealed, "partly_promoted", {by_field["summary"]: verdict})

    assert value(sandbox, "AIR-1", "summary") == "again"


def test_what_was_undone_goes_back_to_the_baseline(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="wanted")
    sealed = submit(sandbox)
    decide(sandbox, sealed, "promoted", {sealed.changes[0].id: PROMOTED})
    intake.put_issues(sandbox, [baseline("AIR-1", 2, summary="wanted")])
    decide(sandbox, sealed, "promoted", {sealed.changes[0].id: Verdict.UNDONE})
    intake.put_issues(sandbox, [baseline("AIR-1", 3, summary="Fix the login page")])

    assert value(sandbox, "AIR-1", "summary") == "Fix the login page"
    assert overlay(sandbox) == []


@pytest.mark.parametrize("baseline_first", [True, False])
def test_a_promoted_comment_is_not_shown_twice(sandbox: Sandbox, *, baseline_first: bool) -> None:
    _comment(sandbox, "AIR-1", "mine")
    sealed = submit(sandbox)
    arrived = _with_comment("AIR-1", 2, "20001", "mine")
    made = {"c1": ("AIR-1", "20001")}
    _arrive(sandbox, sealed, [arrived], made, baseline_first=baseline_first)

    assert said(sandbox, "AIR-1") == ["Please look at this.", "mine"]
    assert overlay(sandbox) == []


def test_a_rejected_new_issue_is_gone_with_what_hangs_on_it(sandbox: Sandbox) -> None:
    made = create(sandbox)
    linking.link(sandbox, agent_caller(sandbox), "Blocks", "AIR-1", made.key)
    decide(sandbox, submit(sandbox), "changes_requested", {"c1": REJECTED})

    with pytest.raises(NotVisibleError):
        reading.issue(sandbox, agent_caller(sandbox), made.key)
    assert value(sandbox, "AIR-1", "issuelinks") == []
    told = proposing.outcome_for_issue(sandbox, agent_caller(sandbox), made.key)
    assert [(one.kind.value, decided.verdict) for one, _, decided in told] == [("create", REJECTED)]


@pytest.mark.parametrize("baseline_first", [True, False])
def test_a_temporary_key_leads_to_what_was_made_of_it(
    sandbox: Sandbox, *, baseline_first: bool
) -> None:
    made = create(sandbox)
    sealed = submit(sandbox)
    _arrive(
        sandbox,
        sealed,
        [_made("Made here")],
        {"c1": ("AIR-6", "10007")},
        baseline_first=baseline_first,
    )

    me = agent_caller(sandbox)
    for ref in (made.key, made.issue_id, "AIR-6", "10007"):
        assert reading.issue(sandbox, me, ref).key == "AIR-6"
    found = reading.search(sandbox, me, "")
    assert sorted(one.key for one in found.issues if one.key.startswith("AIR-6")) == ["AIR-6"]
    assert len(found.issues) == 6
    assert overlay(sandbox) == []


@pytest.mark.parametrize("baseline_first", [True, False])
def test_work_on_a_new_issue_goes_on_after_its_promotion(
    sandbox: Sandbox, *, baseline_first: bool
) -> None:
    made = create(sandbox)
    sealed = submit(sandbox)
    edit(sandbox, made.key, summary="Later words")
    _comment(sandbox, made.key, "later")
    _arrive(
        sandbox,
        sealed,
        [_made("Made here")],
        {"c1": ("AIR-6", "10007")},
        baseline_first=baseline_first,
    )
    edit(sandbox, made.key, labels=["after"])

    assert value(sandbox, "AIR-6", "summary") == "Later words"
    assert said(sandbox, "AIR-6")[-1] == "later"
    assert brief(proposing.pending(sandbox, agent_caller(sandbox)))[-1] == (
        "edit",
        "AIR-6",
        "labels",
    )


def _arrive(
    sandbox: Sandbox,
    sealed: ChangeSet,
    baselines: list[IssueBaseline],
    made: dict[str, tuple[str, str]] | None = None,
    *,
    baseline_first: bool,
) -> None:
    """Have a promotion arrive: its outcome and the new baselines, in either order."""
    verdicts = {one.id: PROMOTED for one in sealed.changes}
    if baseline_first:
        intake.put_issues(sandbox, baselines)
    decide(sandbox, sealed, "promoted", verdicts, made)
    if not baseline_first:
        intake.put_issues(sandbox, baselines)


def _comment(sandbox: Sandbox, ref: str, text: str) -> None:
    me = agent_caller(sandbox)
    commenting.add_comment(sandbox, me, ref, rich(Flavour.CLOUD, text), dialect=V3)


def _with_comment(key: str, revision: int, comment_id: str, text: str) -> IssueBaseline:
    fields = baseline(key, revision).doc["fields"]
    assert isinstance(fields, dict)
    page = fields["comment"]
    assert isinstance(page, dict)
    listed = page["comments"]
    assert isinstance(listed, list)
    assert isinstance(listed[0], dict)
    comment = {**listed[0], "id": comment_id, "body": rich(Flavour.CLOUD, text)}
    page = {**page, "comments": [*listed, comment], "total": 2, "maxResults": 2}
    return baseline(key, revision, comment=page)


def _made(summary: str) -> IssueBaseline:
    found = next(one for one in tiny_issues(Flavour.CLOUD) if one.key == "AIR-1")
    return changed(renamed(found, "AIR-6", "10007"), 2, summary=summary)
