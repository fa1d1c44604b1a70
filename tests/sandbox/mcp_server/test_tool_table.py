import json

import pytest
from jsonschema import Draft202012Validator

from sandbox.mcp_server import wording
from sandbox.mcp_server.profiles import ATLASSIAN, MCP_ATLASSIAN, NEVER_OFFERED, PROFILES
from sandbox.mcp_server.server import wire
from sandbox.mcp_server.tool import Tool, check_arguments, given

#: The official server's names, with its required and its further arguments, as publicly
#: documented (reference/mcp.md). ``cloudId`` is required there and optional here.
OFFICIAL: dict[str, tuple[set[str], set[str]]] = {
    "atlassianUserInfo": (set(), set()),
    "getAccessibleAtlassianResources": (set(), set()),
    "getVisibleJiraProjects": (
        set(),
        {"searchString", "action", "startAt", "maxResults", "expandIssueTypes"},
    ),
    "getJiraProjectIssueTypesMetadata": ({"projectIdOrKey"}, {"startAt", "maxResults"}),
    "getJiraIssueTypeMetaWithFields": (
        {"projectIdOrKey", "issueTypeId"},
        {"startAt", "maxResults"},
    ),
    "getJiraIssue": (
        {"issueIdOrKey"},
        {"fields", "fieldsByKeys", "expand", "properties", "updateHistory", "failFast",
         "responseContentFormat"},
    ),
    "getTransitionsForJiraIssue": (
        {"issueIdOrKey"},
        {"expand", "transitionId", "skipRemoteOnlyCondition", "includeUnavailableTransitions",
         "sortByOpsBarAndStatus"},
    ),
    "getJiraIssueRemoteIssueLinks": ({"issueIdOrKey"}, {"globalId"}),
    "getIssueLinkTypes": (set(), set()),
    "lookupJiraAccountId": ({"searchString"}, set()),
    "searchJiraIssuesUsingJql": (
        {"jql"},
        {"maxResults", "fields", "nextPageToken", "responseContentFormat", "searchResultMode"},
    ),
    "createJiraIssue": (
        {"projectKey", "issueTypeName", "summary"},
        {"description", "parent", "assignee_account_id", "additional_fields", "transition",
         "contentFormat", "responseContentFormat"},
    ),
    "editJiraIssue": ({"issueIdOrKey", "fields"}, {"contentFormat", "responseContentFormat"}),
    "transitionJiraIssue": (
        {"issueIdOrKey", "transition"},
        {"fields", "update", "historyMetadata"},
    ),
    "addCommentToJiraIssue": (
        {"issueIdOrKey", "commentBody"},
        {"commentVisibility", "commentId", "contentFormat", "responseContentFormat"},
    ),
    "addWorklogToJiraIssue": ({"issueIdOrKey", "timeSpent"}, {"visibility"}),
    "createIssueLink": ({"type", "inwardIssue", "outwardIssue"}, set()),
}  # fmt: skip
OWN = {"submitForReview", "getReviewOutcome", "showMyPendingChanges"}
#: Arguments that the official server has not; none is required.
OUR_ARGUMENTS = {"dropRichContent", "textFrom"}
WITHOUT_CLOUD_ID = {"atlassianUserInfo", "getAccessibleAtlassianResources"} | OWN
READING = {name for name in OFFICIAL if name.startswith(("get", "lookup", "search", "atlassian"))}

EVERY = pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)


def test_the_tools_are_the_official_ones_and_three_of_our_own() -> None:
    assert set(TOOLS) == set(OFFICIAL) | OWN


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_tool_takes_the_official_arguments(name: str) -> None:
    required, further = OFFICIAL[name]
    cloud = set() if name in WITHOUT_CLOUD_ID else {"cloudId"}
    assert set(TOOLS[name].required) == required
    assert set(TOOLS[name].properties) - OUR_ARGUMENTS == required | further | cloud


@EVERY
def test_nothing_deletes_and_nothing_works_in_bulk(tool: Tool) -> None:
    said = tool.name.casefold()
    assert not [word for word in (*NEVER_OFFERED, "destroy", "clear") if word in said]


@EVERY
def test_every_tool_has_all_four_annotations(tool: Tool) -> None:
    hints = tool.annotations
    reads = tool.name in READING or tool.name in OWN - {"submitForReview"}
    assert hints.read_only_hint is reads
    assert hints.idempotent_hint is reads
    # Nothing leaves the sandbox, and what is staged destroys nothing.
    assert hints.destructive_hint is False
    assert hints.open_world_hint is False


@EVERY
def test_every_schema_is_closed_and_says_what_each_argument_is(tool: Tool) -> None:
    schema = tool.input_schema
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert set(schema.get("required", [])) <= set(schema["properties"])
    assert all(one["description"] for one in schema["properties"].values())
    assert all({"type", "anyOf"} & set(one) for one in schema["properties"].values())


@EVERY
def test_every_description_is_short_and_a_sentence(tool: Tool) -> None:
    assert tool.title
    assert tool.description.endswith(".")
    assert len(tool.description) < 250


def test_the_whole_list_costs_less_than_six_thousand_tokens() -> None:
    listed = [
        _wire(tool).model_dump(mode="json", by_alias=True, exclude_none=True)
        for tool in TOOLS.values()
    ]
    assert len(json.dumps(listed)) / 4 < 6000


def test_the_instructions_say_what_a_model_must_know() -> None:
    assert len(wording.INSTRUCTIONS) < 600
    for word in ("shadow", "person approves", "submitForReview", "getReviewOutcome"):
        assert word in wording.INSTRUCTIONS


def test_an_unknown_argument_is_refused_with_the_nearest_name() -> None:
    wrong = check_arguments(TOOLS["createJiraIssue"], {"sumary": "x"})
    assert wrong is not None
    assert "no argument 'sumary'" in wrong
    assert "Did you mean 'summary'?" in wrong


def test_an_unknown_argument_like_no_other_gets_the_list() -> None:
    wrong = check_arguments(TOOLS["getIssueLinkTypes"], {"zzz": 1})
    assert wrong is not None
    assert "Did you mean" not in wrong
    assert "Its arguments: cloudId." in wrong


def test_a_null_stands_for_an_argument_that_was_left_out() -> None:
    tool = TOOLS["getJiraIssue"]
    sent = {"issueIdOrKey": "WEB-1", "fields": None, "cloudId": None}
    assert given(tool, sent) == {"issueIdOrKey": "WEB-1"}
    assert given(tool, {"issueIdOrKey": None}) == {"issueIdOrKey": None}
    assert given(tool, {"feilds": None}) == {"feilds": None}


def test_a_complaint_does_not_repeat_a_whole_description() -> None:
    sent = {"projectKey": "WEB", "issueTypeName": "Bug", "summary": "x", "description": 7}
    tool = TOOLS["createJiraIssue"]
    assert "description" in (check_arguments(tool, sent) or "")
    wrong = check_arguments(tool, {**sent, "description": "x" * 33_000})
    assert wrong is not None
    assert len(wrong) < 500
