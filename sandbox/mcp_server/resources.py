"""Resources (issue, change set, board, JQL guide) and completions for their names."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from anyio.to_thread import run_sync
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from sandbox.contract.addresses import from_placeholder
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import JiraError
from sandbox.domain.parts import object_of, text_of
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import UNTRUSTED, Look, issue_json
from sandbox.mcp_server.asking import Asked, asked
from sandbox.mcp_server.diffing import diff
from sandbox.operations import proposing, reading
from sandbox.operations.context import Sandbox

Context = ServerRequestContext[Any]
#: Entries of one page of a list.
PAGE = 50
#: Most values of one completion, as the protocol has it.
MOST_VALUES = 100
#: Issues that a board shows.
_ON_BOARD = 50

GUIDE = "jira://guide/jql"
_TEMPLATES = (
    ("issue", "jira://issue/{key}", "Issue", "One issue, with your staged changes in it."),
    ("changeset", "jira://changeset/{id}", "Change set", "What you submitted, and its outcome."),
    ("board", "jira://board/{id}", "Board", "A board: its issues that are not done, by status."),
)


def list_resources(
    sandbox: Sandbox,
) -> Callable[[Context, PaginatedRequestParams | None], Awaitable[ListResourcesResult]]:
    """Return the answer to ``resources/list``: the guide, boards, own change sets."""

    async def answer(ctx: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        found = await run_sync(_resources, asked(sandbox, ctx))
        start = _start(params.cursor if params else None, len(found))
        after = start + PAGE
        return ListResourcesResult(
            resources=found[start:after], next_cursor=str(after) if after < len(found) else None
        )

    return answer


async def list_templates(
    _ctx: Context, _params: PaginatedRequestParams | None
) -> ListResourceTemplatesResult:
    """Answer ``resources/templates/list``."""
    return ListResourceTemplatesResult(
        resource_templates=[
            ResourceTemplate(
                name=name, uri_template=uri, title=title, description=words, mime_type="text/plain"
            )
            for name, uri, title, words in _TEMPLATES
        ]
    )


def read_resource(
    sandbox: Sandbox,
) -> Callable[[Context, ReadResourceRequestParams], Awaitable[ReadResourceResult]]:
    """Return the answer to ``resources/read``."""

    async def answer(ctx: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await run_sync(_read, asked(sandbox, ctx), uri)
        except JiraError:
            text = None
        if text is None:
            raise MCPError(INVALID_PARAMS, wording.NO_SUCH_RESOURCE.format(uri=uri), {"uri": uri})
        kind = "text/markdown" if uri == GUIDE else "text/plain"
        shown = from_placeholder(text, sandbox.address)
        return ReadResourceResult(
            contents=[TextResourceContents(uri=uri, mime_type=kind, text=shown)]
        )

    return answer


def complete(
    sandbox: Sandbox,
) -> Callable[[Context, CompleteRequestParams], Awaitable[CompleteResult]]:
    """Return the answer to ``completion/complete``: keys, people, statuses, projects."""

    async def answer(ctx: Context, params: CompleteRequestParams) -> CompleteResult:
        argument = params.argument
        values = await run_sync(_values, asked(sandbox, ctx), argument.name, argument.value)
        return CompleteResult(
            completion=Completion(
                values=values[:MOST_VALUES],
                total=len(values),
                has_more=len(values) > MOST_VALUES,
            )
        )

    return answer


def _start(cursor: str | None, size: int) -> int:
    if cursor is None:
        return 0
    if not cursor.isdigit() or int(cursor) > size:
        raise MCPError(INVALID_PARAMS, wording.BAD_PAGE_TOKEN.format(token=cursor))
    return int(cursor)


def _resources(who: Asked) -> list[Resource]:
    guide = Resource(name="jql", uri=GUIDE, title="JQL guide", mime_type="text/markdown")
    boards = [
        Resource(
            name=f"board {one.get('id')}",
            uri=f"jira://board/{one.get('id')}",
            title=text_of(one.get("name")),
            mime_type="text/plain",
        )
        for one in _boards(who)
    ]
    sets = [
        Resource(
            name=one.id,
            uri=f"jira://changeset/{one.id}",
            title=one.title,
            mime_type="text/plain",
        )
        for one, _ in proposing.outcomes(who.sandbox, who.caller)
    ]
    return [guide, *boards, *sets]


def _read(who: Asked, uri: str) -> str | None:
    if uri == GUIDE:
        return wording.JQL_GUIDE
    kind, _, name = uri.removeprefix("jira://").partition("/")
    reader = _READERS.get(kind)
    return reader(who, name) if reader and uri.startswith("jira://") and name else None


def _issue(who: Asked, key: str) -> str:
    issue = reading.issue(who.sandbox, who.caller, key)
    shown = issue_json(who.call(), reading.site(who.sandbox), issue, Look())
    return f"{UNTRUSTED}\n{orjson.dumps(shown).decode()}"


def _change_set(who: Asked, set_id: str) -> str | None:
    for one, outcome in proposing.outcomes(who.sandbox, who.caller):
        if one.id == set_id:
            state = outcome.state if outcome else wording.WAITING
            lines = diff(reading.site(who.sandbox), one.changes)
            return f"{one.id} “{one.title}”: {state}\n{UNTRUSTED}\n{lines}"
    return None


def _board(who: Asked, board_id: str) -> str | None:
    board = next((one for one in _boards(who) if text_of(one.get("id")) == board_id), None)
    if board is None:
        return None
    jql = f'project = "{_project(board)}" AND statusCategory != Done ORDER BY status, updated DESC'
    found = reading.search(who.sandbox, who.caller, jql, limit=_ON_BOARD)
    lines = [
        " | ".join(
            (
                one.key,
                text_of(object_of(one.fields.get("status")).get("name")),
                text_of(object_of(one.fields.get("assignee")).get("displayName")) or "unassigned",
                text_of(one.fields.get("summary")),
            )
        )
        for one in found.issues
    ]
    head = f"{board.get('name')}: {len(lines)} of {found.total} issues that are not done"
    return "\n".join([head, UNTRUSTED, *lines])


_READERS: dict[str, Callable[[Asked, str], str | None]] = {
    "issue": _issue,
    "changeset": _change_set,
    "board": _board,
}


def _boards(who: Asked) -> list[JsonObject]:
    keys = {text_of(one.get("key")) for one in reading.projects(who.sandbox, who.caller)}
    return [one for one in reading.site(who.sandbox).baseline.boards if _project(one) in keys]


def _project(board: JsonObject) -> str:
    return text_of(object_of(board.get("location")).get("projectKey"))


def _values(who: Asked, name: str, start: str) -> list[str]:
    found = _COMPLETED.get(name)
    return found(who, start) if found else []


def _keys(who: Asked, start: str) -> list[str]:
    return reading.recent_keys(who.sandbox, who.caller, start, MOST_VALUES + 1)


def _people(who: Asked, start: str) -> list[str]:
    found = reading.site(who.sandbox).find_users(start)
    return sorted({text_of(one.get("displayName")) for one in found})


def _statuses(who: Asked, start: str) -> list[str]:
    names = (text_of(one.get("name")) for one in reading.site(who.sandbox).baseline.statuses)
    return sorted({name for name in names if name.casefold().startswith(start.casefold())})


def _projects(who: Asked, start: str) -> list[str]:
    keys = (text_of(one.get("key")) for one in reading.projects(who.sandbox, who.caller))
    return sorted(key for key in keys if key.startswith(start.upper()))


def _sets(who: Asked, start: str) -> list[str]:
    found = (one.id for one, _ in proposing.outcomes(who.sandbox, who.caller))
    return [one for one in found if one.startswith(start)]


def _board_ids(who: Asked, start: str) -> list[str]:
    return [one for one in (text_of(b.get("id")) for b in _boards(who)) if one.startswith(start)]


_COMPLETED: dict[str, Callable[[Asked, str], list[str]]] = {
    "key": _keys,
    "issue": _keys,
    "assignee": _people,
    "user": _people,
    "status": _statuses,
    "project": _projects,
    "id": lambda who, start: [*_board_ids(who, start), *_sets(who, start)],
    "board": _board_ids,
}
