import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sandbox.contract.shapes import ChangeKind, Scope
from sandbox.mcp_server import wording
from sandbox.mcp_server.mount import ToolSettings
from sandbox.mcp_server.profiles import (
    ATLASSIAN,
    MCP_ATLASSIAN,
    NEVER_OFFERED,
    PROFILES,
    Profile,
    no_such_tool,
    refusal,
)
from sandbox.mcp_server.server import wire
from sandbox.mcp_server.slim import tokens
from sandbox.mcp_server.tool import Tool, check_arguments, given
from tests.shared import shared

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
OWN = {
    "submitForReview",
    "getReviewOutcome",
    "answerReviewer",
    "showMyPendingChanges",
    "discardMyChanges",
    "whatMayIDo",
    "openTask",
}
#: Arguments that the other servers have not; none is required.
OUR_ARGUMENTS = {"dropRichContent", "textFrom", "commentsFrom", "drop_rich_content", "text_from"}
WITHOUT_CLOUD_ID = {"atlassianUserInfo", "getAccessibleAtlassianResources"} | OWN

TOOLS = ATLASSIAN.tools
EVERY = pytest.mark.parametrize(
    "tool",
    [one for profile in PROFILES.values() for one in profile.tools.values()],
    ids=lambda tool: tool.name,
)
PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.name)


def test_the_tools_are_the_official_ones_and_seven_of_our_own() -> None:
    assert set(TOOLS) == set(OFFICIAL) | OWN
    assert list(PROFILES) == ["atlassian", "mcp-atlassian"]


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_tool_takes_the_official_arguments(name: str) -> None:
    required, further = OFFICIAL[name]
    cloud = set() if name in WITHOUT_CLOUD_ID else {"cloudId"}
    assert set(TOOLS[name].required) == required
    assert set(TOOLS[name].properties) - OUR_ARGUMENTS == required | further | cloud


def test_the_other_profile_has_the_names_and_parameters_of_mcp_atlassian() -> None:
    recorded = json.loads(shared("data/mcp_atlassian_tools.json").read_text(encoding="utf-8"))
    listed = recorded["tools"] if isinstance(recorded, dict) else recorded
    theirs = {one["name"]: one["inputSchema"] for one in listed}
    ours = {name: tool for name, tool in MCP_ATLASSIAN.tools.items() if name.startswith("jira_")}
    assert len(ours) == len(MCP_ATLASSIAN.tools) - len(OWN) > 25
    for name, tool in ours.items():
        assert set(tool.properties) - OUR_ARGUMENTS == set(theirs[name]["properties"]), name
        assert set(tool.required) <= set(theirs[name].get("required", [])), name
        for argument in set(tool.properties) - OUR_ARGUMENTS:
            kind = theirs[name]["properties"][argument]["type"]
            assert tool.properties[argument]["type"] == kind, (name, argument)


@EVERY
def test_nothing_deletes_and_nothing_works_in_bulk(tool: Tool) -> None:
    said = tool.name.casefold()
    assert not [word for word in (*NEVER_OFFERED, "destroy", "clear") if word in said]


@EVERY
def test_every_tool_has_all_four_annotations(tool: Tool) -> None:
    hints = tool.annotations
    reading = ("get", "lookup", "search", "atlassian", "show", "what", "jira_get", "jira_search")
    reads = tool.name.startswith(reading)
    discards = tool.name in ("discardMyChanges", "discard_my_changes")
    assert hints.read_only_hint is reads
    assert hints.idempotent_hint is (reads or discards or tool.name in ("openTask", "open_task"))
    # Nothing leaves the sandbox, and what is staged destroys nothing.
    assert hints.destructive_hint is discards
    assert hints.open_world_hint is False
    assert bool(tool.stages) is (
        not reads and tool.name not in {*OWN, *MCP_ATLASSIAN.renamed.values()} - _STAGING
    )


_STAGING = {name for one in PROFILES.values() for name, tool in one.tools.items() if tool.stages}


@EVERY
def test_every_schema_is_closed_and_says_what_each_argument_is(tool: Tool) -> None:
    schema = tool.input_schema
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert set(schema.get("required", [])) <= set(schema["properties"])
    assert all(one["description"] for one in schema["properties"].values())
    assert all({"type", "anyOf"} & set(one) for one in schema["properties"].values())


@EVERY
def test_every_tool_says_what_it_gives(tool: Tool) -> None:
    Draft202012Validator.check_schema(tool.output_schema)
    assert tool.gives
    assert tool.output_schema["required"] == list(tool.gives)


@EVERY
def test_every_description_is_short_and_a_sentence(tool: Tool) -> None:
    assert tool.title
    assert tool.description.endswith(".")
    assert len(tool.description) < 250


@PROFILE
def test_a_whole_list_costs_less_than_six_thousand_tokens(profile: Profile) -> None:
    listed = [
        wire(tool).model_dump(mode="json", by_alias=True, exclude_none=True)
        for tool in profile.tools.values()
    ]
    assert tokens(json.dumps(listed, separators=(",", ":"), ensure_ascii=False)) < 6000


@PROFILE
def test_words_name_only_tools_that_the_profile_has(profile: Profile) -> None:
    others = {name for one in PROFILES.values() for name in one.tools} - set(profile.tools)
    said = profile.words(" ".join(str(one) for one in vars(wording).values()))
    told = " ".join(tool.description for tool in profile.tools.values())
    if profile is MCP_ATLASSIAN:
        assert not [name for name in others if name in said]
    assert not [name for name in others if name in told]


def test_a_token_is_offered_only_what_it_may_stage_and_refused_the_rest() -> None:
    scope = Scope(projects=("WEB",), kinds=(ChangeKind.COMMENT,))
    names = [one.name for one in ATLASSIAN.offered(scope)]
    assert "addCommentToJiraIssue" in names
    assert "editJiraIssue" not in names
    why = refusal(ATLASSIAN, TOOLS["editJiraIssue"], scope, ())
    assert why is not None
    assert "may not stage edit" in why
    assert refusal(ATLASSIAN, TOOLS["getJiraIssue"], scope, ("getJiraIssue",)) is not None
    assert "getJiraIssue" not in [one.name for one in ATLASSIAN.offered(scope, ("getJiraIssue",))]


@pytest.mark.parametrize("name", ["jira_delete_issue", "deleteJiraIssue", "jira_move_issue"])
def test_what_is_never_offered_is_answered_with_how_a_person_does_it(name: str) -> None:
    for profile in PROFILES.values():
        assert "by a person in Jira" in no_such_tool(profile, name)


def test_a_tool_of_the_other_profile_is_answered_with_where_it_is() -> None:
    assert "?tools=mcp-atlassian" in no_such_tool(ATLASSIAN, "jira_get_issue")
    assert "?tools=atlassian" in no_such_tool(MCP_ATLASSIAN, "getJiraIssue")
    assert "Did you mean getJiraIssue?" in no_such_tool(ATLASSIAN, "getJiraIsue")


def test_settings_that_name_no_tool_are_refused_at_the_start() -> None:
    assert ToolSettings().problem() is None
    assert ToolSettings("mcp-atlassian", frozenset({"jira_add_comment"})).problem() is None
    assert "tool profile 'x'" in (ToolSettings("x").problem() or "")
    assert "addComent" in (ToolSettings(denied=frozenset({"addComent"})).problem() or "")


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


def test_the_quick_look_at_arguments_lets_nothing_through_that_the_schema_refuses() -> None:
    odd: tuple[Any, ...] = (
        None,
        True,
        0,
        7,
        -1,
        1.5,
        "",
        "x",
        "markdown",
        "adf",
        "issues",
        [],
        ["x"],
        [1],
        {},
    )
    for tool in (tool for profile in PROFILES.values() for tool in profile.tools.values()):
        right = dict.fromkeys(tool.required, "x")
        validator = Draft202012Validator(tool.input_schema)
        for arguments in (
            {**right, name: value} for name in [*tool.properties, "nonsense"] for value in odd
        ):
            refused = check_arguments(tool, arguments) is not None
            assert refused is not validator.is_valid(arguments), (tool.name, arguments)
        for name in tool.required:
            assert check_arguments(tool, {key: "x" for key in right if key != name}) is not None


def test_no_tool_votes_because_a_vote_is_its_owners() -> None:
    every = [tool for profile in PROFILES.values() for tool in profile.tools]
    assert [one for one in every if "vote" in one.lower()] == []
    assert [kind for kind in ChangeKind if "vote" in kind] == []
