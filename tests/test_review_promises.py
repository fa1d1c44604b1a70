"""What the reviewer's web app has to be and to show besides its features, with its tests."""

import pytest

from tests.promised import missing, named

PROMISES: dict[str, tuple[str, ...]] = {
    "a blocked flag clears by pick, edit, rejection or a new round": (
        "browser/test_review_pages::a_conflict_is_settled_by_keyboard_and_edited",
        "gateway/operations/test_settling::the_agents_value_is_taken_over_jiras",
        "gateway/operations/test_reviewing::a_field_that_moved_in_jira_cannot_be_approved",
    ),
    "idle drafts are sealed, never lost": (
        "journeys/test_idle::an_idle_draft_is_sealed_and_never_lost",
    ),
    "turns, triage and routing by project": (
        "gateway/review/test_routing::a_set_is_for_those_who_follow_one_of_its_projects_and_may_decide",
    ),
    "overlap with other pending sets": (
        "gateway/web/test_sheet_page::other_open_sets_on_the_same_issues_are_named",
    ),
    "sandbox browser: Jira now, shadow, after promotion; playing another person": (
        "gateway/web/test_sandbox_browser::an_issue_is_seen_three_ways",
        "gateway/web/test_sandbox_browser::a_person_is_played_through_the_control_door_and_audited",
        "gateway/web/test_sandbox_browser::outside_the_demo_nobody_can_be_played",
    ),
    "tokens shown once and revoked at once": (
        "gateway/web/test_agents_page::a_token_is_shown_once_and_never_again",
        "gateway/web/test_agents_page::a_revoked_token_is_told_to_the_sandbox_at_once",
        "browser/test_rooms::a_token_made_here_works_in_the_sandbox_until_it_is_revoked",
    ),
    "every ADF node, unknown ones shown, safe links, golden and XSS corpora": (
        "gateway/web/test_adf_html::every_node_of_the_published_schema_is_known_or_named",
        "gateway/web/test_adf_html::a_node_looks_as_recorded",
        "gateway/web/test_adf_html::an_attack_stays_text_wherever_it_stands",
        "gateway/web/test_adf_html::an_unknown_node_is_named_and_shown_whole",
        "gateway/web/test_adf_diff::words_are_compared_latin_by_word_and_korean_by_syllable",
        "gateway/web/test_adf_diff::table_cells_pair_by_column_even_when_they_read_alike",
    ),
    "attachments are downloads": (
        "gateway/web/test_files::whoever_sees_the_set_saves_the_file_and_no_browser_shows_it",
    ),
    "one-time links and local accounts": (
        "gateway/web/test_sign_in::a_link_signs_in_once",
        "gateway/web/test_sign_in::the_first_person_asked_for_becomes_admin_and_nobody_else_is_let_in",
        "gateway/web/test_local_accounts::a_password_is_hashed_as_owasp_advises",
    ),
    "OIDC with groups, at real issuers": (
        "gateway/web/test_oidc::groups_give_the_role_and_the_session_is_an_ordinary_one",
        "browser/test_journeys::somebody_signs_in_with_their_companys_account",
        "gateway/identity/test_issuer::groups_give_roles_in_projects_and_nothing_elsewhere",
    ),
    "roles for each site and project; Jira's permission limits what is seen and approved": (
        "gateway/web/test_project_roles::a_page_offers_what_the_role_in_its_projects_allows",
        "gateway/web/test_jira_rights::who_could_not_edit_it_there_cannot_approve_it_here",
        "gateway/web/test_jira_rights::whom_jira_does_not_show_it_is_told_that_there_is_none",
    ),
    "the person served approves what is harmless; agents never do": (
        "gateway/web/test_self_approval::a_harmless_set_is_theirs_to_approve",
        "gateway/web/test_self_approval::for_the_rest_the_page_says_why_somebody_else_has_to",
        "gateway/operations/test_reviewing::who_may_not_approve_does_not",
    ),
    "sessions in the database; promotion asks for a young sign-in": (
        "gateway/web/test_sign_in::signing_out_ends_the_session_for_good",
        "gateway/web/test_pages::promotion_takes_a_sign_in_that_is_not_old",
        "gateway/cli/test_commands::a_sign_in_link_is_printed",
    ),
    "links to this machine are text": (
        "gateway/web/test_links::no_page_leads_to_another_port_of_this_machine",
    ),
    "tokens are worthless on pages, cookies on the API": (
        "gateway/web/test_who_may::no_token_opens_a_page_and_no_agents_token_the_api",
        "gateway/web/test_who_may::cookies_open_nothing_of_the_api_and_no_hook",
    ),
    "one function decides every approval": (
        "gateway/web/test_one_function::what_the_function_refuses_no_door_lets_through",
    ),
    "signed webhook, Slack, mail over SMTP": (
        "gateway/operations/test_notices::a_webhook_is_signed_and_has_a_link_and_no_word_of_any_issue",
        "gateway/operations/test_notices::a_mail_goes_over_starttls_to_a_server_that_is_trusted_and_to_no_other",
    ),
    "machine API: problems, ETag and If-Match, Idempotency-Key; approving needs a browser": (
        "gateway/web/test_api::every_failure_is_a_problem",
        "gateway/web/test_api::a_decision_names_what_was_seen",
        "gateway/web/test_api::the_same_key_gets_the_same_answer_and_another_request_none",
        "gateway/web/test_api::approving_needs_a_person_in_a_browser",
    ),
    "airlock changes": (
        "gateway/cli/test_commands::people_decide_from_the_terminal_but_approve_in_a_browser",
        "gateway/cli/test_commands::what_failed_is_tried_again_from_the_terminal",
    ),
    "strict CSP, nothing from elsewhere": (
        "gateway/web/test_security::the_policy_allows_nothing_inline_and_nothing_from_elsewhere",
        "gateway/web/test_security::no_page_needs_anything_inline",
    ),
    "by keyboard alone an unflagged set takes four keystrokes, promotion included": (
        "browser/test_review_pages::an_unflagged_set_takes_four_keystrokes_from_the_inbox_also_in_hangul_mode",
    ),
    "journeys in Chromium: conflict, round 2, edit, blocks, a failure and its retry, undo": (
        "browser/test_review_pages::a_conflict_is_settled_by_keyboard_and_edited",
        "browser/test_review_pages::rich_text_is_kept_block_by_block",
        "browser/test_review_pages::approving_and_promoting_writes_to_jira_and_shows_the_receipts",
        "browser/test_journeys::sent_back_with_words_the_second_round_shows_what_is_new_and_is_approved",
        "browser/test_journeys::one_request_fails_the_rest_is_written_and_it_is_tried_again",
    ),
    "journeys in Chromium: four eyes, no script, telephone, Hangul, stale digest, SSE, OIDC": (
        "browser/test_journeys::four_eyes_the_first_persons_approval_waits_for_another",
        "browser/test_journeys::somebody_signs_in_with_their_companys_account",
        "browser/test_review_pages::everything_works_without_javascript",
        "browser/test_review_pages::a_telephone_needs_no_sideways_scrolling",
        "browser/test_review_pages::keys_work_in_hangul_mode_and_rest_while_something_is_written",
        "browser/test_review_pages::a_page_that_grew_old_says_what_changed_and_leads_back",
        "browser/test_review_pages::a_promotion_is_followed_over_a_cut_and_a_reload",
        "browser/test_telephone::the_first_change_is_on_the_first_screen",
        "browser/test_telephone::what_blocks_is_on_the_first_screen_beside_what_it_blocks",
    ),
    "axe finds nothing, and something in its negative control": (
        "browser/test_axe::no_page_has_an_accessibility_fault",
        "browser/test_axe::axe_finds_what_is_wrong",
        "gateway/web/test_every_page::axe_looks_at_every_page",
    ),
    "the 64 cases and the merges": (
        "sandbox/contract/test_compare::three_versions_of_a_value",
        "sandbox/contract/test_merging::a_scalar_follows_the_truth_table",
        "sandbox/contract/test_merging::sets_lose_nothing_that_was_added_and_keep_nothing_that_was_removed",
        "sandbox/contract/test_merging_text::rich_text_never_loses_what_either_side_wrote",
    ),
    "XSS and spoofing corpora on every page, 0 executed and 0 hidden": (
        "browser/test_spoofing::nothing_of_the_corpus_runs_or_is_fetched_on_any_page",
        "browser/test_spoofing::the_watch_sees_what_it_is_for",
        "gateway/web/test_spoofing::no_page_of_the_house_lets_the_corpus_out_or_hides_any_of_it",
        "gateway/web/test_every_page::every_page_stands_in_the_corpus",
    ),
    "who may: every route, every role, every way in": (
        "gateway/web/test_who_may::every_route_has_a_row",
        "gateway/web/test_who_may::a_role_opens_its_routes_and_no_other",
        "gateway/web/test_who_may::without_anything_only_public_routes_open",
        "gateway/web/test_who_may::no_write_is_taken_from_another_site",
    ),
    "speed": (
        "bench/test_pages::the_page_of_forty_changes",
        "bench/test_pages::the_inbox_of_ten_thousand",
    ),
    "pictures made by the tests": (
        "browser/test_review_pages::pages_look_as_in_the_documentation",
    ),
}


@pytest.mark.parametrize("promise", PROMISES)
def test_each_promise_has_tests_that_exist(promise: str) -> None:
    assert PROMISES[promise]
    assert missing(named(PROMISES[promise])) == []
