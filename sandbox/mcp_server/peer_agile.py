"""Boards and sprints as mcp-atlassian's tools show them."""

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.parts import object_of, text_of
from sandbox.mcp_server import wording
from sandbox.mcp_server.peer_reading import (
    ACCEPTED,
    FIELDS,
    LIMIT,
    PROJECT,
    START,
    cut_order,
    reading_tool,
    search,
)
from sandbox.mcp_server.peer_shapes import told
from sandbox.mcp_server.tool import Call, Tool, ToolAnswer, ToolRefusal, string
from sandbox.operations import reading


def _board_issues(call: Call) -> ToolAnswer:
    board = next(
        (one for one in _all_boards(call) if text_of(one.get("id")) == call.text("board_id")), None
    )
    if board is None:
        raise ToolRefusal(wording.NO_SUCH_BOARD.format(board=call.text("board_id")))
    project = text_of(object_of(board.get("location")).get("projectKey"))
    where, order, rest = cut_order(call.text("jql"))
    query = f'project = "{project}"' + (f" AND ({where})" if where.strip() else "")
    return search(call, query + order + rest)


def _sprint_issues(call: Call) -> ToolAnswer:
    sprint = call.text("sprint_id")
    if not sprint.isdigit():
        raise ToolRefusal(wording.BAD_SPRINT.format(sprint=sprint))
    return search(call, f"sprint = {sprint}")


def _all_boards(call: Call) -> list[JsonObject]:
    keys = {text_of(one.get("key")) for one in reading.projects(call.sandbox, call.caller)}
    boards = reading.site(call.sandbox).baseline.boards
    return [
        one for one in boards if text_of(object_of(one.get("location")).get("projectKey")) in keys
    ]


def _boards(call: Call) -> ToolAnswer:
    name, kind = call.text("board_name").casefold(), call.text("board_type")
    project = call.text("project_key")
    found = [
        {part: one.get(part) for part in ("id", "name", "type")}
        for one in _all_boards(call)
        if name in text_of(one.get("name")).casefold()
        and kind in ("", text_of(one.get("type")))
        and project in ("", text_of(object_of(one.get("location")).get("projectKey")))
    ]
    return told(call, _page(call, found))


def _sprints(call: Call) -> ToolAnswer:
    boards = {text_of(one.get("id")) for one in _all_boards(call)}
    board, state = call.text("board_id"), call.text("state")
    listed = reading.site(call.sandbox).baseline.sprints if board in boards else []
    found = [
        {part: one.get(part) for part in ("id", "name", "state", "startDate", "endDate", "goal")}
        for one in listed
        if text_of(one.get("originBoardId")) in ("", board)
        and state in ("", text_of(one.get("state")))
    ]
    return told(call, _page(call, found))


def _page(call: Call, found: list[JsonObject]) -> list[JsonValue]:
    start = call.number("start_at", 0)
    return list(found[start : start + call.number("limit", 10)])


PEER_AGILE: tuple[Tool, ...] = (
    reading_tool(
        "jira_get_board_issues",
        "List a board's issues",
        "List the issues of a board's project that a JQL query finds.",
        {
            "board_id": string("Board id."),
            "jql": string("JQL."),
            "fields": FIELDS,
            "start_at": START,
            "limit": LIMIT,
            "expand": ACCEPTED,
        },
        ("board_id", "jql"),
        _board_issues,
    ),
    reading_tool(
        "jira_get_sprint_issues",
        "List a sprint's issues",
        "List the issues of a sprint.",
        {"sprint_id": string("Sprint id."), "fields": FIELDS, "start_at": START, "limit": LIMIT},
        ("sprint_id",),
        _sprint_issues,
    ),
    reading_tool(
        "jira_get_agile_boards",
        "List boards",
        "List the boards of your projects.",
        {
            "board_name": string("Part of its name."),
            "project_key": PROJECT,
            "board_type": string("scrum or kanban."),
            "start_at": START,
            "limit": LIMIT,
        },
        (),
        _boards,
    ),
    reading_tool(
        "jira_get_sprints_from_board",
        "List sprints",
        "List the sprints of a board.",
        {
            "board_id": string("Board id."),
            "state": string("active, future or closed."),
            "start_at": START,
            "limit": LIMIT,
        },
        ("board_id",),
        _sprints,
    ),
)
