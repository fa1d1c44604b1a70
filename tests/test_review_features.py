"""What the reviewer's web app promises, each with the tests that show it.

The features are numbered as in the design of the review pages. Whoever renames or drops one of
these tests says here what shows the feature now.
"""

import pytest

from tests.promised import missing, named

#: Feature to what it is, and the tests that show it.
FEATURES: dict[int, tuple[str, ...]] = {
    1: (
        "attention set: each set is one party's turn",
        "gateway/web/test_presenting::the_inbox_groups_by_whose_turn_it_is",
        "gateway/review/test_rules::every_state_has_a_row_and_a_place_in_the_diagram",
    ),
    2: (
        "a row: title, issues, requester, agent, plan, worst risk, conflicts, age, progress",
        "gateway/web/test_presenting::the_inbox_groups_by_whose_turn_it_is",
        "gateway/web/test_safe::the_inbox_counts_what_is_decided_until_the_set_is",
    ),
    3: (
        "one click from the row to the difference against Jira now",
        "browser/test_review_pages::one_click_from_the_inbox_to_what_changes",
    ),
    4: (
        "bulk approval of low-risk sets, what is skipped is named",
        "browser/test_inbox::two_sets_are_approved_by_keys_alone_and_the_report_names_what_was_skipped",
        "gateway/web/test_together::what_changed_since_it_was_shown_is_skipped_and_named",
    ),
    5: (
        "not now, which is no rejection",
        "gateway/operations/test_marking::a_rest_ends_at_its_time_or_with_any_change",
        "gateway/operations/test_marking::a_change_of_the_set_or_of_its_issue_brings_it_back",
    ),
    6: (
        "a follow-up note apart from the verdict",
        "gateway/operations/test_marking::a_note_of_what_is_still_to_do_outlives_the_verdict_and_goes_to_the_next_round",
    ),
    7: (
        "filters that can be saved, sorting by risk",
        "gateway/review/test_triage::whom_it_is_for_what_was_seen_and_what_it_does_narrow_it_too",
        "gateway/review/test_triage::the_order_is_by_age_or_by_what_there_is_to_look_at",
        "gateway/web/test_views::a_view_is_narrowed_saved_opened_and_removed",
    ),
    8: (
        "what was refused before is refused to the agent and shown as a repeat",
        "gateway/operations/test_repeats::the_newest_refusal_of_the_very_same_is_named",
        "sandbox/mcp_server/test_review_tools::what_people_refused_is_not_handed_in_again",
    ),
    9: (
        "no-ops are hidden and counted",
        "gateway/web/test_no_ops::what_jira_has_by_now_is_folded_and_counted",
        "gateway/web/test_no_ops::inbox_and_bar_count_the_same_once_we_read_it_again",
    ),
    10: (
        "notifications with a link that decides nothing",
        "gateway/web/test_one_function::opening_what_a_notification_links_to_decides_nothing",
        "gateway/operations/test_notices::a_webhook_is_signed_and_has_a_link_and_no_word_of_any_issue",
        "gateway/operations/test_notices::what_slack_gets_names_the_page_and_nothing_else",
        "gateway/operations/test_notices::a_mail_server_gets_one_mail_for_each_address",
    ),
    11: (
        "a minimal skin: what, why, difference, two buttons",
        "browser/test_settings::a_plain_page_has_what_changes_why_and_two_buttons",
    ),
    12: (
        "the plan line",
        "gateway/web/test_presenting::the_plan_line_counts_by_kind",
        "gateway/web/test_told_people::the_page_names_them_in_both_languages_and_the_sheet_too",
    ),
    13: (
        "the agent's why and the request that it quotes, as text",
        "gateway/web/test_agent_words::the_request_is_quoted_as_text_with_what_nobody_sees",
    ),
    14: (
        "Jira's own field names",
        "gateway/web/test_field_names::what_jira_changed_besides_is_named_as_the_site_names_it",
        "gateway/web/test_field_names::a_new_issue_and_the_history_do_so_too",
    ),
    15: (
        "changed fields first, the rest one touch away, folds that count",
        "gateway/web/test_left::the_page_counts_them_and_their_own_page_shows_them",
        "gateway/web/test_adf_diff::unchanged_blocks_fold_and_say_how_many",
    ),
    16: (
        "rich text as word difference, four ways to see it",
        "gateway/web/test_adf_diff::a_real_description_shows_every_kind_of_change",
        "gateway/web/test_settings_page::a_changed_text_is_shown_in_four_ways",
    ),
    17: (
        "attribute changes spelled out",
        "gateway/web/test_adf_diff::an_attribute_change_is_spelled_out",
        "gateway/web/test_adf_diff::a_changed_link_target_is_a_change",
    ),
    18: (
        "formatting apart from words",
        "gateway/web/test_adf_diff::formatting_alone_is_told_apart_from_words",
    ),
    19: (
        "values by their type",
        "gateway/web/test_presenting::a_plain_value_stands_as_old_beside_new",
        "gateway/web/test_presenting::no_shape_of_a_value_breaks_the_page",
        "gateway/web/test_language::a_time_of_jira_has_weekday_and_offset",
    ),
    20: ("sets as chips", "gateway/web/test_presenting::sets_are_chips_added_removed_and_kept"),
    21: (
        "transitions: from, to, by what, what the screen asks, what it did before",
        "gateway/web/test_presenting::a_transition_says_from_where_to_where_by_what",
        "gateway/web/test_row_notes::a_transition_says_what_its_screen_asks_and_what_it_did_before",
    ),
    22: (
        "new issues as previews with short names that Jira's key replaces",
        "gateway/web/test_new_names::a_new_issue_has_a_short_name_wherever_the_page_names_it",
        "gateway/web/test_new_names::once_jira_has_a_key_it_stands_for_the_temporary_one",
    ),
    23: (
        "comments and work logs as they will appear, who reads them in words",
        "gateway/web/test_presenting::who_can_read_a_comment_is_said_in_words",
        "gateway/web/test_presenting::every_other_kind_is_shown_as_it_will_appear",
    ),
    24: (
        "what Jira changed apart from what the agent changes",
        "gateway/web/test_presenting::what_jira_changed_meanwhile_stands_apart_from_what_the_agent_changes",
    ),
    25: (
        "only what is new since the last review",
        "gateway/web/test_sheet_page::a_later_round_shows_what_is_other_and_what_people_had_said",
        "gateway/web/test_sheet_page::what_is_as_in_the_round_before_can_be_hidden",
    ),
    26: (
        "viewed marks that end with the content",
        "gateway/web/test_viewed::marks_are_counted_kept_and_taken_away_and_are_nobody_elses",
        "gateway/web/test_viewed::what_jira_or_a_reviewer_made_another_is_to_be_looked_at_again",
    ),
    27: (
        "what the agent read beside what it writes",
        "gateway/web/test_row_notes::the_newest_reading_before_the_write_counts",
    ),
    28: (
        "where each part of a change comes from",
        "gateway/web/test_agent_words::a_source_leads_to_where_it_can_be_read",
        "gateway/web/test_agent_words::words_are_quoted_with_what_we_know_of_them",
        "gateway/review/test_sources::words_are_held_against_the_change_and_its_source",
        "sandbox/operations/test_citing::words_belong_to_the_changes_that_write_them",
    ),
    29: (
        "hidden characters revealed",
        "gateway/web/test_reveal::an_invisible_character_is_spelled",
        "gateway/web/test_reveal::decomposed_hangul_is_told_from_composed",
        "gateway/web/test_spoofing::every_format_character_of_unicode_is_shown",
    ),
    30: (
        "changes of spaces muted, as somebody likes",
        "gateway/web/test_settings_page::changes_of_spaces_alone_are_folded_until_somebody_wants_to_see_them",
    ),
    31: (
        "the same change on many issues looked at once",
        "browser/test_groups::the_same_label_on_five_issues_is_looked_at_once",
    ),
    32: (
        "the exact requests in their order",
        "gateway/web/test_every_leaf::every_leaf_of_every_operation_is_on_the_page",
        "journeys/test_dry_run::what_is_printed_is_what_is_sent_and_nothing_else_was",
    ),
    33: (
        "the issue as it will look, wide and on a telephone",
        "gateway/web/test_sandbox_browser::a_change_set_leads_to_its_issues_as_they_would_be_after_it",
    ),
    34: (
        "keep, leave out, edit: by field, issue and set",
        "gateway/web/test_pages::a_change_is_left_out_and_kept_again",
        "gateway/web/test_groups::several_changes_are_left_out_and_kept_again_at_once",
        "gateway/operations/test_settling::another_value_is_written_and_the_agent_is_told",
    ),
    35: (
        "rich text block by block",
        "browser/test_review_pages::rich_text_is_kept_block_by_block",
        "gateway/review/test_hunks::some_pieces_hold_only_blocks_of_either_side",
    ),
    36: (
        "an edit has three authors, the audit keeps all",
        "gateway/operations/test_settling::the_audit_keeps_all_three_versions",
    ),
    37: (
        "reasons as chips, which reach the agent",
        "gateway/web/test_reasons::a_change_is_left_out_for_a_reason_that_the_agent_reads",
    ),
    38: (
        "sent back, next round with what is new",
        "browser/test_journeys::sent_back_with_words_the_second_round_shows_what_is_new_and_is_approved",
    ),
    39: (
        "conflicts are picked before anything is approved",
        "browser/test_review_pages::a_conflict_is_settled_by_keyboard_and_edited",
        "gateway/web/test_pages::a_conflict_takes_the_approve_button_and_shows_three_columns",
        "gateway/operations/test_settling::texts_are_combined_and_taken_by_block",
    ),
    40: (
        "a decision taken back",
        "gateway/web/test_take_back::a_verdict_and_its_words_are_taken_back",
        "browser/test_keys::u_takes_back_the_last_decision_though_the_keys_went_on",
    ),
    41: (
        "after a decision the next undecided one",
        "browser/test_review_pages::the_keyboard_alone_goes_through_the_changes",
    ),
    42: (
        "keep all that is safe, and say what is left",
        "gateway/web/test_safe::the_button_keeps_the_plain_ones_and_the_page_says_what_is_left",
    ),
    43: (
        "an approval is of a digest: kept, reopened or nothing to do when Jira moves",
        "gateway/operations/test_lapsing::what_jira_contradicts_is_for_a_person_again",
        "gateway/operations/test_lapsing::what_does_not_contradict_it_leaves_an_approval_standing",
        "gateway/operations/test_promoting::what_jira_has_already_is_not_written_again",
    ),
    44: (
        "several approvers, one function, never an agent",
        "gateway/web/test_several_approvals::a_project_of_two_takes_two_people_and_the_page_says_who",
        "gateway/web/test_one_function::an_approval_is_stored_by_one_function_that_asks_the_rules_first",
    ),
    45: ("no bypass", "gateway/cli/test_main::there_is_no_command_that_approves_or_skips"),
    46: (
        "remarks, mentions, the agent's answers",
        "gateway/web/test_remarks::a_remark_stands_with_its_change_and_decides_nothing",
        "gateway/web/test_remarks::whoever_is_called_by_name_is_told_so",
    ),
    47: (
        "a rule drafted from a row, with what it would have matched",
        "gateway/web/test_rule_page::what_people_decided_is_counted_change_by_change",
        "gateway/web/test_rule_page::an_admin_drafts_what_the_record_allows_and_nothing_changes",
    ),
    48: (
        "the sheet: counts, author, mails, order, what stays",
        "gateway/web/test_sheet_page::the_sheet_names_author_order_and_what_the_dry_run_found",
        "gateway/web/test_sheet_page::mails_are_asked_away_only_where_jira_allows_it",
    ),
    49: (
        "Jira is read again before each write",
        "gateway/operations/test_promoting::a_touched_field_that_moved_after_the_approval_is_not_written",
    ),
    50: (
        "progress that outlives cut and reload",
        "browser/test_review_pages::a_promotion_is_followed_over_a_cut_and_a_reload",
        "gateway/web/test_run_page::a_stream_says_what_is_and_goes_on_where_it_was_cut",
    ),
    51: (
        "a failure in part: said, tried again, stopped",
        "browser/test_journeys::one_request_fails_the_rest_is_written_and_it_is_tried_again",
        "gateway/operations/test_freezing::stopping_finishes_what_has_begun_and_leaves_the_rest_to_be_tried_again",
    ),
    52: ("waiting is seen", "gateway/web/test_run_page::a_request_that_waits_says_until_when"),
    53: (
        "a dry run",
        "gateway/web/test_sheet_page::a_dry_run_before_the_approval_says_what_jira_would_say_and_writes_nothing",
    ),
    54: (
        "a chosen time, freeze windows",
        "gateway/operations/test_freezing::a_chosen_time_is_waited_for_and_stands_in_the_history",
        "gateway/operations/test_freezing::nothing_is_taken_up_while_a_window_is_on_and_it_goes_on_when_it_ends",
    ),
    55: (
        "the audit: filter, export, chain",
        "gateway/web/test_history_page::filters_leave_only_what_was_asked_for",
        "gateway/web/test_history_page::the_exported_lines_prove_the_chain_to_anybody",
    ),
    56: (
        "undo as a change set of its own",
        "gateway/operations/test_undoing::an_undo_is_a_review_that_puts_everything_back_after_its_own_approval",
        "gateway/operations/test_undoing::one_operation_of_several_is_undone_alone",
    ),
    57: (
        "what an undo cannot do is said",
        "gateway/web/test_every_leaf::what_cannot_be_undone_and_what_to_confirm_are_on_the_page",
        "gateway/operations/test_undoing::a_comment_stays_and_the_page_says_so",
    ),
    58: (
        "a report to paste",
        "gateway/web/test_reporting::a_report_names_what_was_written_and_quotes_no_issue",
    ),
    59: (
        "numbers for each agent",
        "gateway/operations/test_agent_record::decisions_edits_and_waits_are_counted",
        "gateway/web/test_agents_page::how_people_decided_about_an_agents_sets_stands_beside_it",
    ),
    60: (
        "keys for everything, off when wished, in Hangul mode",
        "browser/test_review_pages::keys_work_in_hangul_mode_and_rest_while_something_is_written",
        "browser/test_settings::single_keys_are_switched_off_and_on_again_without_a_script",
    ),
    61: (
        "Korean and English",
        "gateway/web/test_language::every_text_has_a_korean_one",
        "gateway/web/test_language::a_template_has_no_words_of_its_own",
    ),
    62: (
        "dark mode, nothing by colour alone",
        "browser/test_review_pages::the_theme_can_be_turned_and_is_kept",
        "browser/test_axe::no_page_has_an_accessibility_fault",
    ),
    63: ("without JavaScript", "browser/test_review_pages::everything_works_without_javascript"),
    64: (
        "the target's name, and the demo's banner",
        "gateway/web/test_pages::the_header_names_the_target_and_the_demo_says_so",
    ),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_each_feature_has_tests_that_exist(feature: int) -> None:
    _, *shown = FEATURES[feature]
    assert shown
    assert missing(named(shown)) == []


def test_no_feature_is_left_out() -> None:
    assert [*FEATURES] == [*range(1, 65)]
