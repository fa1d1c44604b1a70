"""Every failure case of promotion.md 1.4 has tests of its own, and those that it names exist.

``test_matrix.py`` runs the cases kind by kind; these are what only one kind, or none, shows.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from gateway.promotion.steps import Step

HERE = "tests.gateway.operations."
CASES_ = HERE + "test_promoting_cases:"
GONE = HERE + "test_promoting_gone:"
EDGES = HERE + "test_promoting_edges:"
ONCE = HERE + "test_promoting:"
TOGETHER = HERE + "test_promoting_together:"
REVIEW = HERE + "test_reviewing:"
JIRA = HERE + "test_connection:"
LIMITS = HERE + "test_limits:"
UNDO = HERE + "test_undoing:"
WIRE = "tests.gateway.upstream.test_wire:"
PLAN = "tests.gateway.promotion.test_plan:"
COMPARE = "tests.sandbox.contract.test_compare:"
CELL = HERE + "test_matrix:test_cell"

#: Case number to the tests that show it.
CASES: dict[int, tuple[str, ...]] = {
    1: (
        CELL,
        HERE + "test_promoting_riding:test_dying_anywhere_leaves_one_effect_and_one_comment",
        HERE + "test_promoting_killed:test_killed_at_any_step_there_is_exactly_one_effect",
    ),
    2: (CELL,),
    3: (CELL, ONCE + "test_a_lost_answer_is_looked_up_and_there_is_one_effect"),
    4: (CELL, WIRE + "test_every_answer_says_whose_fault_it_is"),
    5: (
        ONCE + "test_being_told_to_wait_costs_no_attempt",
        LIMITS + "test_a_limit_of_one_issue_holds_that_issue_alone",
        LIMITS + "test_a_limit_of_the_site_holds_everything_and_costs_no_attempt",
        WIRE + "test_retry_after_is_seconds_or_a_date",
    ),
    6: (
        CASES_ + "test_6_what_is_in_jira_twice_is_an_alarm",
        ONCE + "test_who_was_overtaken_writes_nothing_and_records_nothing",
        TOGETHER + "test_four_processes_share_the_work_and_write_one_at_a_time_per_issue",
    ),
    7: (
        ONCE + "test_a_touched_field_that_moved_after_the_approval_is_not_written",
        ONCE + "test_an_edit_between_our_read_and_our_write_is_flagged",
    ),
    8: (ONCE + "test_an_untouched_field_that_moved_stays_and_labels_merge",),
    9: (
        GONE + "test_9_an_issue_that_is_not_there_is_never_made_again",
        GONE + "test_9_what_was_archived_or_has_other_readers_cannot_be_approved",
        EDGES + "test_9_an_issue_that_goes_right_before_the_write_is_not_made_again",
    ),
    10: (
        CASES_ + "test_10_two_new_issues_alike_are_two",
        CASES_ + "test_10_a_new_issue_that_is_never_found_is_for_a_person_with_the_evidence",
        CASES_ + "test_10_a_person_decides_what_nobody_can_tell",
    ),
    11: (
        CASES_ + "test_11_a_transition_is_planned_again_by_its_target",
        ONCE + "test_a_transition_goes_by_target_status_and_takes_every_step",
        ONCE + "test_a_refusal_is_shown_in_jiras_words_and_stops_the_set",
        ONCE + "test_what_jira_has_already_is_not_written_again",
    ),
    12: (
        REVIEW + "test_a_digest_that_was_not_shown_approves_nothing",
        REVIEW + "test_leaving_a_change_out_makes_another_digest_and_the_old_one_stale",
    ),
    13: (
        REVIEW + "test_approving_while_somebody_decides_has_one_winner",
        EDGES + "test_13_two_of_two_at_the_very_same_moment_lose_no_approval",
        EDGES + "test_13_one_person_twice_at_the_very_same_moment_is_one",
        EDGES + "test_13_an_approval_and_a_rejection_at_the_very_same_moment_have_one_winner",
    ),
    14: (
        TOGETHER + "test_a_failure_stops_the_set_or_only_itself",
        TOGETHER + "test_what_depends_on_a_failure_never_runs",
    ),
    15: (
        JIRA + "test_a_login_lost_in_the_middle_keeps_approvals_and_attempts",
        WIRE + "test_every_answer_says_whose_fault_it_is",
    ),
    16: (CELL,),
    17: (CELL,),
    18: (CELL, CASES_ + "test_18_what_was_approved_before_approvals_were_signed_is_not_sent"),
    19: (HERE + "test_preflight:test_drift_blocks_and_says_which_field",),
    20: (
        COMPARE + "test_every_kind_of_nothing_is_the_same",
        COMPARE + "test_values_that_mean_the_same_are_equal",
    ),
    21: (
        ONCE + "test_temporary_names_are_filled_in_with_real_ones",
        PLAN + "test_a_new_parent_is_made_before_its_new_subtask",
        PLAN + "test_new_issues_that_need_each_other_cannot_be_planned",
    ),
    22: (
        ONCE + "test_what_was_altered_in_the_database_is_not_written",
        CASES_ + "test_22_a_cut_audit_refuses_the_promotion",
        CASES_ + "test_22_an_operation_turned_to_another_issue_is_not_written",
    ),
    23: (
        JIRA + "test_another_address_after_the_approval_is_not_written_to",
        WIRE + "test_a_redirect_is_never_followed",
    ),
    24: (
        UNDO + "test_a_later_edit_is_a_conflict_that_cannot_be_approved",
        UNDO + "test_an_undo_waiting_and_an_undo_done_are_not_made_again",
        UNDO + "test_an_undo_can_be_undone",
        UNDO + "test_what_is_not_or_not_yet_written_is_not_undone",
    ),
}
#: Shown without a database: these cases end before one is asked.
PURE = frozenset({20})
#: Fixtures that lend each kind of database in turn.
DATABASES = frozenset({"house", "quick", "riding", "known", "four_eyes", "database_url", "runs"})
#: Where the promoter's hook is called.
ROOT = Path(__file__).parents[3]
CODE = tuple((ROOT / "gateway" / "operations").glob("*.py"))


def test_every_case_is_there() -> None:
    assert sorted(CASES) == list(range(1, 25))


def test_every_fault_point_is_one_that_the_promoter_passes() -> None:
    named = {match for path in CODE for match in re.findall(r"Step\.(\w+)", path.read_text())}
    assert named == set(Step.__members__), "a point of the enumeration that nobody passes, or none"


@pytest.mark.parametrize("number", CASES)
def test_the_tests_of_a_case_exist_and_run_on_both_databases(number: int) -> None:
    both = [on_both(name) for name in CASES[number]]
    assert any(both) or number in PURE


def on_both(name: str) -> bool:
    """Return whether a test runs on each kind of database; fails where there is no such test."""
    module, _, test = name.partition(":")
    return bool(DATABASES & _tests(module)[test])


@cache
def _tests(module: str) -> dict[str, frozenset[str]]:
    """Return the names of a file's tests, each with what it takes."""
    path = ROOT / f"{module.replace('.', '/')}.py"
    found = ast.parse(path.read_text(encoding="utf-8")).body
    return {
        one.name: frozenset(arg.arg for arg in one.args.args)
        for one in found
        if isinstance(one, ast.FunctionDef)
    }
