"""The safe reading tools of mcp-atlassian, with its names and parameters."""

from collections.abc import Callable

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.mcp_server import peer_shapes, wording
from sandbox.mcp_server.answers import HIT_TEXT_TOKENS
from sandbox.mcp_server.peer_shapes import told
from sandbox.mcp_server.people import candidates
from sandbox.mcp_server.slim import slim
from sandbox.mcp_server.tool import (
    READ,
    TEXT,
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    integer,
    string,
)
from sandbox.operations import reading

#: Hits of one page at most, as the other server has it.
MOST_HITS = 50
_MY = "me"
KEY = string("Issue key.", minLength=1)
FIELDS = string("Ids, comma-separated; *all.")
LIMIT = integer("Page size.", minimum=1)
START = integer("First, from 0.", minimum=0)
PROJECT = string("Project key.")
ACCEPTED = string("Ignored.")
NO_EFFECT: JsonObject = {"type": "boolean", "description": "Ignored."}
RESULT = {"result": TEXT}


def _issue(call: Call) -> ToolAnswer:
    state = reading.issue(call.sandbox, call.caller, call.text("issue_key"))
    site = reading.site(call.sandbox)
    fields = peer_shapes.wanted(state, call.text("fields"))
    limit = call.number("comment_limit", 10)
    if not fields and not call.number("text_from", 0):
        found = peer_shapes.brief_issue(call, site, state, limit)
    else:
        found = peer_shapes.issue(call, site, state, fields, None)
    include = {one.strip() for one in call.text("include").split(",")}
    expand = {one.strip() for one in call.text("expand").split(",")}
    everything = "all" in include
    asked = "comment_limit" in call.arguments or "*all" in call.text("fields")
    if everything or "comments" in include or (limit and asked and "comment" not in fields):
        found["comments"] = peer_shapes.comments(state, limit)
        found.pop("comments_note", None)
    if everything or "transitions" in include | expand:
        found["transitions"] = _moves(call, state.key)
    if everything or "worklogs" in include:
        found["worklogs"] = peer_shapes.worklogs(state)
    if everything or "remote_links" in include:
        found["remote_links"] = slim((state.extra or {}).get("remote_links") or [])
    if everything or "watchers" in include:
        found["watchers"] = _watchers(state.extra)
    if everything or "changelog" in include | expand:
        found["changelogs"] = slim(list(state.histories))
    return told(call, found)


def search(call: Call, jql: str = "") -> ToolAnswer:
    """Return a page of a search: the call's own JQL, or another one."""
    start = call.number("start_at", 0)
    token = call.text("page_token")
    if token:
        if not token.isdigit():
            raise ToolRefusal(wording.BAD_PAGE_TOKEN.format(token=token))
        start = int(token)
    limit = min(call.number("limit", 10), MOST_HITS)
    query = _in_projects(call, jql or call.text("jql"))
    found = reading.search(call.sandbox, call.caller, query, offset=start, limit=limit)
    site = reading.site(call.sandbox)
    shown: list[JsonValue] = [_hit(call, site, one) for one in found.issues]
    total, after = found.total or 0, start + len(found.issues)
    page: JsonObject = {"total": total, "start_at": start, "max_results": limit, "issues": shown}
    if after < total:
        page["next_page_token"] = str(after)
    return told(call, page)


def _hit(call: Call, site: Site, state: IssueState) -> JsonObject:
    fields = peer_shapes.wanted(state, call.text("fields"))
    return peer_shapes.issue(call, site, state, fields, None if fields else HIT_TEXT_TOKENS)


def _in_projects(call: Call, jql: str) -> str:
    keys = [one.strip() for one in call.text("projects_filter").split(",") if one.strip()]
    if not keys:
        return jql
    named = ", ".join(f'"{key}"' for key in keys)
    where, order, rest = cut_order(jql)
    return f"project in ({named})" + (f" AND ({where})" if where.strip() else "") + order + rest


def cut_order(jql: str) -> tuple[str, str, str]:
    """Return a query's conditions, a space if an order follows, and the order."""
    place = jql.upper().rfind("ORDER BY")
    return (jql, "", "") if place < 0 else (jql[:place], " ", jql[place:])


def _transitions(call: Call) -> ToolAnswer:
    return told(call, _moves(call, call.text("issue_key")))


def _moves(call: Call, key: str) -> list[JsonValue]:
    return [
        {
            "id": one.get("id"),
            "name": one.get("name"),
            "to_status": object_of(one.get("to")).get("name"),
        }
        for one in reading.transitions(call.sandbox, call.caller, key)
    ]


def _worklog(call: Call) -> ToolAnswer:
    state = reading.issue(call.sandbox, call.caller, call.text("issue_key"), fields=("worklog",))
    return told(call, {"worklogs": peer_shapes.worklogs(state)})


def _watchers(extra: JsonObject | None) -> list[JsonValue]:
    return [peer_shapes.person(one) for one in objects_of((extra or {}).get("watchers"))]


def _profile(call: Call) -> ToolAnswer:
    ref = call.text("user_identifier")
    if ref.casefold() in (_MY, "currentuser()"):
        found = [reading.person(call.sandbox, call.caller)]
    else:
        found = candidates(call, ref.removeprefix("accountid:"))
    if not found:
        raise ToolRefusal(wording.NOBODY_MATCHES.format(field="user_identifier", name=ref))
    if len(found) > 1:
        shown: list[JsonValue] = [peer_shapes.person(one) for one in found]
        return told(call, {"success": False, "error": wording.SEVERAL_PEOPLE, "candidates": shown})
    return told(call, {"success": True, "user": peer_shapes.person(found[0])})


def _assignable(call: Call) -> ToolAnswer:
    if call.text("issue_key"):
        # Nothing is shown of it, but one that the caller does not see is refused as ever.
        reading.transitions(call.sandbox, call.caller, call.text("issue_key"), noted=False)
    if call.text("project_key"):
        reading.project(call.sandbox, call.caller, call.text("project_key"))
    found = candidates(call, call.text("query"))[: call.number("limit", 20)]
    return told(call, [peer_shapes.person(one) for one in found])


def _field_search(call: Call) -> ToolAnswer:
    word = call.text("keyword").casefold()
    found: list[JsonValue] = [
        {name: one.get(name) for name in ("id", "name", "custom", "schema")}
        for one in reading.site(call.sandbox).baseline.fields
        if word in f"{one.get('id')} {one.get('name')}".casefold()
    ]
    return told(call, found[: call.number("limit", 10)])


def _link_types(call: Call) -> ToolAnswer:
    word = call.text("name_filter").casefold()
    found: list[JsonValue] = [
        {name: one.get(name) for name in ("id", "name", "inward", "outward")}
        for one in reading.site(call.sandbox).baseline.link_types
        if word in text_of(one.get("name")).casefold()
    ]
    return told(call, found)


def _projects(call: Call) -> ToolAnswer:
    found: list[JsonValue] = [
        {name: one.get(name) for name in ("id", "key", "name")}
        for one in reading.projects(call.sandbox, call.caller)
    ]
    return told(call, found)


def _project_part(call: Call, part: str) -> ToolAnswer:
    project = reading.project(call.sandbox, call.caller, call.text("project_key"))
    return told(call, slim(project.get(part) or []))


def _create_fields(call: Call) -> ToolAnswer:
    project = reading.project(call.sandbox, call.caller, call.text("project_key"))
    wanted = call.text("issue_type_id")
    meta = reading.site(call.sandbox).create_meta(text_of(project.get("id")), wanted)
    if meta is None:
        raise ToolRefusal(wording.NO_SUCH_TYPE.format(wanted=wanted, project=project.get("key")))
    found: list[JsonValue] = [
        {"fieldId": name, **{p: one.get(p) for p in ("name", "required", "schema")}}
        for name, one in meta.items()
    ]
    return told(call, found)


def reading_tool(
    name: str,
    title: str,
    words: str,
    properties: dict[str, JsonObject],
    required: tuple[str, ...],
    run: Callable[[Call], ToolAnswer],
    *,
    slow: bool = True,
) -> Tool:
    """Return a tool that reads and answers in the other server's shape."""
    return Tool(name, title, words, properties, required, READ, run, slow=slow, gives=RESULT)


PEER_READING: tuple[Tool, ...] = (
    reading_tool(
        "jira_get_issue",
        "Get issue",
        wording.GET_ISSUE,
        {
            "issue_key": KEY,
            "fields": FIELDS,
            "expand": string("transitions, changelog."),
            "comment_limit": integer("Newest comments, 10 by default.", minimum=0, maximum=100),
            "properties": ACCEPTED,
            "update_history": NO_EFFECT,
            "include": string(
                "all, remote_links, transitions, watchers, changelog, comments, worklogs."
            ),
            "use_display_names": NO_EFFECT,
            "text_from": integer("Read texts on from this character.", minimum=0),
        },
        ("issue_key",),
        _issue,
        slow=False,
    ),
    reading_tool(
        "jira_search",
        "Search issues",
        wording.PEER_SEARCH,
        {
            "jql": string("E.g. assignee = currentUser() ORDER BY updated DESC."),
            "fields": FIELDS,
            "limit": LIMIT,
            "start_at": START,
            "projects_filter": string("Comma-separated project keys."),
            "expand": ACCEPTED,
            "page_token": string("From the page before."),
            "use_display_names": NO_EFFECT,
        },
        ("jql",),
        search,
    ),
    reading_tool(
        "jira_get_transitions",
        "Get transitions",
        "List the workflow transitions that an issue allows now.",
        {"issue_key": KEY},
        ("issue_key",),
        _transitions,
    ),
    reading_tool(
        "jira_get_worklog",
        "Get worklogs",
        "List the time spent on an issue.",
        {"issue_key": KEY},
        ("issue_key",),
        _worklog,
    ),
    reading_tool(
        "jira_get_user_profile",
        "Find a person",
        "Find a Jira account by id, name or e-mail.",
        {"user_identifier": string("Account id, name, e-mail, or me.", minLength=1)},
        ("user_identifier",),
        _profile,
    ),
    reading_tool(
        "jira_search_assignable_users",
        "Search people",
        "Find Jira accounts by a part of name or e-mail.",
        {
            "query": string("Part of a name or e-mail.", minLength=1),
            "project_key": PROJECT,
            "issue_key": KEY,
            "limit": LIMIT,
        },
        ("query",),
        _assignable,
    ),
    reading_tool(
        "jira_search_fields",
        "Search fields",
        "Find fields by a part of id or name.",
        {"keyword": string("Part of id or name."), "limit": LIMIT, "refresh": NO_EFFECT},
        (),
        _field_search,
    ),
    reading_tool(
        "jira_get_link_types",
        "List link types",
        wording.LINK_TYPES,
        {"name_filter": string("Part of its name.")},
        (),
        _link_types,
    ),
    reading_tool(
        "jira_get_all_projects",
        "List projects",
        wording.PROJECTS,
        {"include_archived": NO_EFFECT},
        (),
        _projects,
    ),
    reading_tool(
        "jira_get_project_issue_types",
        "List issue types",
        wording.ISSUE_TYPES,
        {"project_key": PROJECT},
        ("project_key",),
        lambda call: _project_part(call, "issueTypes"),
    ),
    reading_tool(
        "jira_get_project_versions",
        "List versions",
        "List the versions of a project.",
        {"project_key": PROJECT},
        ("project_key",),
        lambda call: _project_part(call, "versions"),
    ),
    reading_tool(
        "jira_get_project_components",
        "List components",
        "List the components of a project.",
        {"project_key": PROJECT},
        ("project_key",),
        lambda call: _project_part(call, "components"),
    ),
    reading_tool(
        "jira_get_create_fields",
        "List fields for a new issue",
        wording.CREATE_FIELDS,
        {"project_key": PROJECT, "issue_type_id": string("Issue type id.")},
        ("project_key", "issue_type_id"),
        _create_fields,
    ),
)
