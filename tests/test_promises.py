"""The promises of promotion, each with the tests that show it: none may lose its test.

Whoever renames or drops one of these tests has to say here what shows the promise now.
"""

import pytest

from tests.promised import Shown, missing

GATE, UP, WEB = "gateway/operations/", "gateway/upstream/", "gateway/web/"
PURE, CLI = "gateway/promotion/", "gateway/cli/"

#: Promise to the files below this folder and their tests that show it.
PROMISES: dict[str, Shown] = {
    # The outbox.
    "approvals, held operations and audit row in one transaction, released against that digest": {
        GATE + "test_approving_whole": (
            "test_where_one_part_cannot_be_stored_none_is",
            "test_a_release_without_its_audit_row_releases_nothing",
        ),
        GATE + "test_reviewing": ("test_promote_needs_the_approved_digest",),
    },
    "intent before the socket, leases by the database's clock, fences, quarantine, then probe": {
        GATE + "test_matrix": ("test_cell",),
        GATE + "test_promoting_together": ("test_a_beating_heart_keeps_its_operation_from_others",),
    },
    "what no probe can tell is for a person, with the evidence": {
        GATE + "test_promoting_cases": (
            "test_10_a_new_issue_that_is_never_found_is_for_a_person_with_the_evidence",
            "test_10_a_person_decides_what_nobody_can_tell",
        ),
    },
    "many processes share the work, one write at a time per issue, in order": {
        GATE + "test_promoting_together": (
            "test_four_processes_share_the_work_and_write_one_at_a_time_per_issue",
            "test_a_set_that_stops_goes_in_order_even_with_many_promoters",
            "test_promoting_wakes_the_promoters_of_every_process",
        ),
        PURE + "test_plan": ("test_creates_come_first_and_links_last",),
    },
    "stop or carry on; what depends on a failure never runs": {
        GATE + "test_promoting_together": (
            "test_a_failure_stops_the_set_or_only_itself",
            "test_what_depends_on_a_failure_never_runs",
        ),
    },
    # Kinds and cases.
    "every kind has preconditions, request, marker, probe, read-back, inverse": {
        PURE + "test_kinds_table": (
            "test_every_kind_has_all_six",
            "test_planned_requests_are_those_of_the_table",
            "test_every_kind_is_undone_or_says_why_not",
        ),
    },
    "every field type and rich text is written, read back and undone": {
        "journeys/test_kinds_every_field": (
            "test_it_is_written_and_read_back",
            "test_its_undo_puts_back_what_was_there",
            "test_somebody_elses_edit_is_a_conflict_or_merges_and_is_never_lost",
        ),
    },
    "new issues with epic, parent and sub-task; temporary keys replaced everywhere": {
        "journeys/test_kinds_new": (
            "test_an_epic_its_story_and_its_subtask_are_made_in_that_order",
            "test_links_between_two_new_issues_and_an_old_one",
            "test_a_later_set_goes_on_with_an_issue_that_an_earlier_one_makes",
        ),
        PURE + "test_markers": (
            "test_temporary_names_become_real_ones_everywhere_but_inside_other_words",
        ),
    },
    "the 24 failure cases with every kind on both databases, each fault point died at": {
        GATE + "test_matrix": (
            "test_cell",
            "test_every_cell_is_run_or_says_why_not",
            "test_every_point_at_which_a_promoter_can_die_is_died_at",
        ),
        GATE + "test_promoting_table": ("test_every_fault_point_is_one_that_the_promoter_passes",),
    },
    "two sites of different flavour at the same time": {
        "journeys/test_two_sites": ("test_two_sites_are_promoted_at_the_same_time",),
    },
    "whatever Jira answers: no false receipt, no mass deletion": {
        "soak/test_fuzz_intake": ("test_garbage_takes_nothing_out_of_the_shadow",),
        "soak/test_walk": ("test_no_garbage_becomes_a_receipt",),
        GATE + "test_promoting_believing": (
            "test_an_answer_that_the_issue_does_not_bear_out_is_no_receipt",
        ),
    },
    "a lost answer's receipt tells what was replaced, or the undo says that nobody knows": {
        GATE + "test_undoing": (
            "test_a_lost_answer_still_tells_what_was_replaced_and_the_undo_puts_it_back",
            "test_where_jira_does_not_tell_what_was_replaced_the_undo_says_so",
        ),
    },
    # The real Jira of a real company.
    "reading and promotion have credentials of their own, neither an administrator's": {
        GATE + "test_connection": (
            "test_promotion_writes_with_its_own_account_and_the_rest_reads_with_the_other",
        ),
        GATE + "test_checking_jira": ("test_an_administrator_is_more_than_promotion_needs",),
    },
    "API tokens, scoped tokens, 3LO, PAT, client certificates, proxy and CA": {
        UP + "test_ways_in": (
            "test_an_api_token_over_tls_with_the_companys_own_ca",
            "test_what_goes_through_the_api_is_the_sites_all_the_same",
            "test_data_center_below_a_context_path",
            "test_a_client_certificate_with_and_without_a_password",
            "test_the_companys_proxy_and_the_hosts_that_go_without",
        ),
    },
    "people connect their own account, encrypted at rest": {
        GATE + "test_accounts": (
            "test_a_consent_is_kept_encrypted_and_used_as_that_account",
            "test_an_own_token_proves_whose_account_it_is",
        ),
    },
    "the policy picks the author, shown before approval; time only as its owner": {
        "journeys/test_authors": (
            "test_each_policy_has_its_author_and_a_lost_account_stops_only_its_own",
        ),
        PURE + "test_authors": (
            "test_the_author_is_part_of_what_is_approved",
            "test_time_is_logged_by_its_owner_whatever_the_policy",
        ),
        "sandbox/jira_api/test_writing": (
            "test_nobody_votes_for_somebody_else_and_nothing_is_written",
        ),
        "sandbox/mcp_server/test_tool_table": ("test_no_tool_votes_because_a_vote_is_its_owners",),
    },
    "an answer as to somebody else pauses everything, approvals kept": {
        GATE + "test_connection": (
            "test_an_answer_as_to_somebody_else_stops_everything_at_once",
            "test_a_login_lost_in_the_middle_keeps_approvals_and_attempts",
        ),
    },
    "limits are kept as Jira sends them, and the waiting is seen": {
        GATE + "test_limits": (
            "test_a_limit_of_one_issue_holds_that_issue_alone",
            "test_however_jira_asks_to_wait_it_costs_no_attempt",
        ),
        WEB + "test_run_page": ("test_a_request_that_waits_says_until_when",),
    },
    "no mails only where endpoint and permission allow it": {
        GATE + "test_quieting": (
            "test_only_endpoints_that_know_it_are_told",
            "test_without_the_permission_it_is_not_offered",
        ),
    },
    "site identity in the digest, no redirects, URLs of base and ids only": {
        GATE + "test_connection": ("test_another_address_after_the_approval_is_not_written_to",),
        UP + "test_wire": (
            "test_a_redirect_is_never_followed",
            "test_a_path_that_leaves_the_rest_api_is_refused",
        ),
    },
    "the doctor says what is missing": {
        GATE + "test_checking_jira": (
            "test_a_missing_permission_is_a_sentence_with_a_next_step",
            "test_missing_scopes_are_named_where_atlassian_told_them",
            "test_clocks_that_differ_are_told_with_their_direction",
        ),
    },
    # Freshness.
    "polls by epoch milliseconds with overlap, resumable after a kill": {
        GATE + "test_sweeping": (
            "test_the_polls_go_on_by_jira_s_clock_from_where_the_reading_began",
        ),
        "journeys/test_long_intake": (
            "test_an_intake_that_is_killed_twice_reads_nothing_twice_and_misses_nothing",
        ),
    },
    "open workspaces each minute and at submit, a daily sweep": {
        GATE + "test_following": (
            "test_issues_that_agents_work_on_are_read_again_by_their_ids",
            "test_a_sealed_set_s_issues_are_read_again_before_anybody_sees_it",
        ),
        GATE + "test_intake_polling": ("test_everything_is_read_again_after_a_day",),
    },
    "many that vanish ask a person": {
        GATE + "test_sweeping": (
            "test_many_missing_issues_wait_for_a_person",
            "test_issues_that_vanish_one_by_one_ask_after_a_handful",
        ),
    },
    "webhooks are signed": {
        WEB + "test_hooks": (
            "test_a_signed_event_queues_its_issue_and_nothing_else",
            "test_what_is_not_signed_is_refused_alike",
        ),
    },
    "no admin endpoint; each issue once, however others come and go": {
        GATE + "test_intake_polling": ("test_no_endpoint_of_administrators_is_asked",),
        GATE + "test_sweeping": (
            "test_every_issue_is_read_once_however_others_come_and_go",
            "test_a_poll_of_many_goes_by_key_and_misses_none_while_others_go",
        ),
    },
    "an issue that is not here yet is looked up inside the scope, and answers as an absent one": {
        GATE + "test_following": (
            "test_a_wanted_issue_is_looked_for_inside_the_scope_and_taken_in",
            "test_one_agent_may_have_only_so_many_looked_up_in_a_minute",
        ),
        "sandbox/operations/test_scope": (
            "test_absent_and_out_of_scope_answer_the_same_and_write_nothing",
        ),
    },
    "long readings show a bar, the rate and the time left": {
        CLI + "test_progress": ("test_rate_and_time_left_are_told",),
    },
    # The life after a decision.
    "promoted becomes baseline, rejected leaves, sent back stays, the rest is rebased": {
        "sandbox/operations/test_outcomes": (
            "test_a_promoted_edit_becomes_the_baseline",
            "test_a_rejected_edit_goes_back_to_the_baseline",
            "test_what_was_sent_back_stays",
        ),
        "sandbox/operations/test_rebasing": (
            "test_a_later_edit_stands_on_what_an_earlier_set_brought_upstream",
        ),
    },
    "sets merge by element, scalars by the table of 64, texts by block": {
        "sandbox/contract/test_merging": (
            "test_a_scalar_follows_the_truth_table",
            "test_sets_lose_nothing_that_was_added_and_keep_nothing_that_was_removed",
            "test_what_does_not_overlap_merges",
        ),
        PURE + "test_drift": ("test_every_scalar_follows_the_table_of_three",),
    },
    "the agent's next call says who decided what and why": {
        GATE + "test_promoting_news": (
            "test_an_agent_reads_what_was_decided_about_each_change",
            "test_an_agent_is_told_what_was_not_written_and_why",
        ),
    },
    # Dry run.
    "a dry run does everything but the write, and prints the exact requests": {
        "journeys/test_dry_run": ("test_what_is_printed_is_what_is_sent_and_nothing_else_was",),
        PURE + "test_preflight": (
            "test_what_jira_would_refuse_is_blocked",
            "test_every_kind_says_which_permission_it_takes",
            "test_deleting_takes_the_permission_for_what_goes",
        ),
        GATE + "test_preflight": ("test_it_is_checked_as_the_account_that_writes",),
    },
    "a blocked dry run stops promotion, a stale one counts for nothing": {
        GATE + "test_preflight": (
            "test_a_blocked_dry_run_stops_promotion_until_a_newer_one_is_not",
            "test_a_stale_dry_run_neither_stops_nor_excuses",
        ),
    },
    # Undo.
    "undo is a new set from what was really replaced, under the same approval": {
        GATE + "test_undoing": (
            "test_an_undo_is_a_review_that_puts_everything_back_after_its_own_approval",
            "test_one_operation_of_several_is_undone_alone",
            "test_an_edit_after_the_undos_approval_is_not_overwritten",
        ),
    },
    "what cannot be undone is said before the approval": {
        PURE + "test_undo": ("test_that_a_comment_stays_is_told_before_it_is_approved",),
        GATE + "test_undoing": ("test_a_comment_stays_and_the_page_says_so",),
    },
    # Side effects.
    "what followed is named, also on other issues and later, and stops what it hits": {
        "journeys/test_kinds_named": (
            "test_what_jira_did_besides_is_named_on_the_receipt",
            "test_a_rule_that_hits_a_later_request_makes_it_wait_for_a_person",
            "test_what_a_rule_does_to_a_linked_issue_is_named_and_stops_what_it_hits",
        ),
        GATE + "test_promoting_beside": (
            "test_what_an_app_does_later_is_named_when_somebody_looks",
        ),
    },
    "Jira names the agent and the approver": {
        "journeys/test_kinds_named": (
            "test_agent_and_approver_stand_in_the_history_and_in_the_property",
            "test_a_visible_comment_names_them_only_where_a_setting_wishes_so",
        ),
    },
    # Audit.
    "a chain that is signed, exportable, and says when it is unanchored": {
        "gateway/store/test_audit": ("test_each_alteration_is_seen",),
        CLI + "test_audit": (
            "test_a_signed_head_can_be_checked_by_whoever_has_the_public_key",
            "test_an_anchor_shows_a_cut_tail_and_a_fork",
            "test_an_export_holds_all_that_the_hashes_cover",
        ),
        WEB + "test_history_page": ("test_the_page_says_that_the_chain_holds_and_shows_its_head",),
    },
    "a restored backup comes up paused, tokens void, everything unfinished looked up first": {
        GATE + "test_restoring": (
            "test_nothing_is_written_twice_after_a_backup_is_restored",
            "test_sessions_and_links_of_the_backup_are_void",
        ),
        GATE + "test_restoring_tokens": (
            "test_the_sandbox_refuses_the_tokens_of_a_restored_gateway",
            "test_what_several_processes_are_sending_is_all_remembered",
        ),
        WEB + "test_oauth_tokens": (
            "test_after_a_restored_backup_neither_code_nor_refresh_token_is_good",
        ),
        "sandbox/operations/test_tokens": (
            "test_a_restored_sandbox_takes_no_token_that_was_good_when_its_backup_was_made",
        ),
    },
    # Kinds.
    "fields and a comment travel together where Jira allows it": {
        "journeys/test_kinds_named": (
            "test_fields_and_a_comment_travel_with_the_transition_and_with_the_edit",
        ),
        GATE + "test_promoting_riding": (
            "test_one_request_has_one_receipt_and_both_are_read_back",
        ),
    },
    "a required field of a screen blocks before the approval": {
        "gateway/policy/test_flags": (
            "test_a_field_that_the_transitions_screen_requires_blocks_until_it_is_filled_in",
        ),
    },
    "service projects: internal, or a reply that was confirmed": {
        "journeys/test_kinds_named": (
            "test_a_comment_in_a_service_project_is_internal_without_being_asked",
            "test_a_reply_to_customers_takes_a_confirmation_of_its_own",
        ),
    },
    "deleting only where it is switched on, and confirmed a second time": {
        GATE + "test_matrix": ("test_cell",),
        PURE + "test_kinds_table": ("test_no_agent_may_delete",),
    },
}


@pytest.mark.parametrize("promise", PROMISES)
def test_each_promise_has_tests_that_exist(promise: str) -> None:
    assert PROMISES[promise]
    assert missing(PROMISES[promise]) == []
