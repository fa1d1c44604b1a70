"""Tools that read: one issue, a search, transitions, who and what there is."""

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.parts import object_of
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import (
    HIT_TEXT_TOKENS,
    Look,
    answer,
    decision,
    issue_json,
    rendered,
)
from sandbox.mcp_server.people import brief, candidates
from sandbox.mcp_server.slim import slim, slim_object
from sandbox.mcp_server.tool import (
    CLOUD_ID,
    ISSUE,
    ISSUE_SHAPE,
    LIST,
    NUMBER,
    OBJECT,
    READ,
    RESPONSE_FORMAT,
    TEXT,
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    integer,
    string,
    strings,
)
from sandbox.operations import proposing, reading, remarks
from sandbox.operations.talk import line

#: Hits of one page at most, as the official server has it.
MOST_HITS = 100


def _adf(call: Call) -> bool:
    return call.text("responseContentFormat") == "adf"


def _get_issue(call: Call) -> ToolAnswer:
    fields = call.texts("fields")
    ref = call.text("issueIdOrKey")
    look = Look(
        fields,
        adf=_adf(call),
        start=call.number("textFrom", 0),
        comments_from=call.arguments.get("commentsFrom"),
    )
    issue = reading.issue(call.sandbox, call.caller, ref, fields=fields or None)
    site = reading.site(call.sandbox)
    return answer(issue_json(call, site, issue, look), "\n".join(_decisions(call, ref)))


def _decisions(call: Call, ref: str) -> list[str]:
    """Return what people decided last about the agent's changes of this issue."""
    found = proposing.outcome_for_issue(call.sandbox, call.caller, ref)
    last = found[-1][1] if found else None
    spoken = remarks.about(call.sandbox, call.caller, ref)
    return [*(decision(*one) for one in found if one[1] is last), *(line(*one) for one in spoken)]


def _search(call: Call) -> ToolAnswer:
    mode = call.text("searchResultMode", "issues")
    jql = call.text("jql")
    if mode == "count":
        total = reading.count(call.sandbox, call.caller, jql)
        none: JsonObject = {
            "totalCount": total, "nodes": [], "remainingCount": total, "pageInfo": _NO_PAGE
        }  # fmt: skip
        return answer({"issues": none, "count": total})
    limit = min(max(call.number("maxResults", 50), 1), MOST_HITS)
    offset = _offset(call.text("nextPageToken"))
    found = reading.search(call.sandbox, call.caller, jql, offset=offset, limit=limit)
    total = found.total or 0
    after = offset + len(found.issues)
    site = reading.site(call.sandbox)
    fields = call.texts("fields")
    look = Look(fields, adf=_adf(call), text_tokens=None if fields else HIT_TEXT_TOKENS)
    nodes: list[JsonValue] = [issue_json(call, site, one, look) for one in found.issues]
    page: JsonObject = {"hasNextPage": after < total}
    if after < total:
        page["endCursor"] = str(after)
    issues: JsonObject = {
        "totalCount": total,
        "nodes": nodes,
        "remainingCount": max(total - after, 0),
        "pageInfo": page,
    }
    return answer({"issues": issues, "count": total}, "\n".join(found.warnings))


_NO_PAGE: JsonObject = {"hasNextPage": False}


def _offset(token: str) -> int:
    if not token:
        return 0
    if not token.isdigit():
        raise ToolRefusal(
            f"'{token}' is not a page token. Use pageInfo.endCursor of the page before."
        )
    return int(token)


def _transitions(call: Call) -> ToolAnswer:
    found = reading.transitions(call.sandbox, call.caller, call.text("issueIdOrKey"))
    wanted = call.text("transitionId")
    shown = [slim(_transition(one)) for one in found if not wanted or str(one.get("id")) == wanted]
    return answer(rendered(call, {"transitions": shown}))


def _transition(one: JsonObject) -> JsonObject:
    """Return a transition with what its fields take, but without how Jira's pages find it."""
    fields = object_of(one.get("fields"))
    shown: JsonObject = {
        name: {
            key: value
            for key, value in object_of(meta).items()
            if key in ("required", "name", "schema", "allowedValues")
        }
        for name, meta in fields.items()
    }
    kept = {name: value for name, value in one.items() if name in ("id", "name", "to")}
    return {**kept, **({"fields": shown} if shown else {})}


def _remote_links(call: Call) -> ToolAnswer:
    issue: IssueState = reading.issue(call.sandbox, call.caller, call.text("issueIdOrKey"))
    links = (issue.extra or {}).get("remote_links") or []
    return answer(rendered(call, {"remoteLinks": slim(links)}))


def _projects(call: Call) -> ToolAnswer:
    wanted = call.text("searchString").casefold()
    found = reading.projects(call.sandbox, call.caller)
    shown: list[JsonValue] = [
        {name: one.get(name) for name in ("id", "key", "name", "projectTypeKey")}
        | (
            {"issueTypes": slim(one.get("issueTypes"))}
            if call.arguments.get("expandIssueTypes")
            else {}
        )
        for one in found
        if wanted in f"{one.get('key')} {one.get('name')}".casefold()
    ]
    return answer(rendered(call, {"values": shown, "total": len(shown), "isLast": True}))


def _issue_types(call: Call) -> ToolAnswer:
    project = reading.project(call.sandbox, call.caller, call.text("projectIdOrKey"))
    return answer(rendered(call, {"issueTypes": slim(project.get("issueTypes") or [])}))


def _create_fields(call: Call) -> ToolAnswer:
    project = reading.project(call.sandbox, call.caller, call.text("projectIdOrKey"))
    site = reading.site(call.sandbox)
    meta = site.create_meta(str(project.get("id")), call.text("issueTypeId"))
    if meta is None:
        raise ToolRefusal(
            f"Issue type '{call.text('issueTypeId')}' is not one of project "
            f"{project.get('key')}. Use getJiraProjectIssueTypesMetadata to see its types."
        )
    fields: list[JsonValue] = [
        {"fieldId": name, **slim_object({**one, "id": name})} for name, one in meta.items()
    ]
    return answer(rendered(call, {"fields": fields, "total": len(fields)}))


def _me(call: Call) -> ToolAnswer:
    me = reading.person(call.sandbox, call.caller)
    return answer(rendered(call, {"accountId": user_id(me), **slim_object(me), **_mail(me)}))


def _mail(user: JsonObject) -> JsonObject:
    mail = user.get("emailAddress")
    return {"emailAddress": mail} if mail else {}


def _lookup(call: Call) -> ToolAnswer:
    users: list[JsonValue] = [
        brief(one) for one in candidates(call, call.text("searchString").strip())
    ]
    head = wording.SEVERAL_PEOPLE if len(users) > 1 else "" if users else wording.NO_PEOPLE
    return answer({"users": users}, head)


def _link_types(call: Call) -> ToolAnswer:
    types: list[JsonValue] = list(reading.site(call.sandbox).baseline.link_types)
    return answer(rendered(call, {"issueLinkTypes": slim(types)}))


def _resources(call: Call) -> ToolAnswer:
    site = call.sandbox
    one: JsonObject = {
        "id": site.site,
        "url": site.address.url,
        "name": site.site,
        "scopes": ["read:jira-work", "write:jira-work"],
    }
    return answer({"resources": [one]})


READING_TOOLS: tuple[Tool, ...] = (
    Tool(
        "getJiraIssue",
        "Get issue",
        wording.GET_ISSUE,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "fields": strings("Field ids; *all for every field, comment for comments."),
            "fieldsByKeys": {"type": "boolean", "description": "Accepted; ids are always used."},
            "expand": string("Accepted; use fields instead."),
            "properties": strings("Accepted; issue properties are not shown."),
            "updateHistory": {"type": "boolean", "description": "Accepted; has no effect."},
            "failFast": {"type": "boolean", "description": "Accepted; has no effect."},
            "responseContentFormat": RESPONSE_FORMAT,
            "textFrom": integer("Read texts on from this character.", minimum=0),
            "commentsFrom": integer(
                "Show comments from this one on; newest by default.", minimum=0
            ),
        },
        ("issueIdOrKey",),
        READ,
        _get_issue,
        slow=False,
        gives=ISSUE_SHAPE,
    ),
    Tool(
        "searchJiraIssuesUsingJql",
        "Search issues",
        wording.SEARCH,
        {
            "cloudId": CLOUD_ID,
            "jql": string("A JQL query, e.g. assignee = currentUser() ORDER BY updated DESC."),
            "maxResults": integer("Hits of one page, 50 by default.", minimum=1, maximum=100),
            "fields": strings("Field ids to show."),
            "nextPageToken": string("endCursor of the page before."),
            "searchResultMode": string(
                "count answers only a number.", enum=["issues", "count", "all"]
            ),
            "responseContentFormat": RESPONSE_FORMAT,
        },
        ("jql",),
        READ,
        _search,
        gives={"issues": OBJECT, "count": NUMBER},
    ),
    Tool(
        "getTransitionsForJiraIssue",
        "Get transitions",
        wording.TRANSITIONS,
        {
            "cloudId": CLOUD_ID,
            "issueIdOrKey": ISSUE,
            "expand": string("Accepted; fields are always shown."),
            "transitionId": string("Only this transition."),
            "skipRemoteOnlyCondition": {"type": "boolean", "description": "Accepted."},
            "includeUnavailableTransitions": {"type": "boolean", "description": "Accepted."},
            "sortByOpsBarAndStatus": {"type": "boolean", "description": "Accepted."},
        },
        ("issueIdOrKey",),
        READ,
        _transitions,
        gives={"transitions": LIST},
    ),
    Tool(
        "getJiraIssueRemoteIssueLinks",
        "Get remote links",
        wording.REMOTE_LINKS,
        {"cloudId": CLOUD_ID, "issueIdOrKey": ISSUE, "globalId": string("Accepted.")},
        ("issueIdOrKey",),
        READ,
        _remote_links,
        gives={"remoteLinks": LIST},
    ),
    Tool(
        "getVisibleJiraProjects",
        "List projects",
        wording.PROJECTS,
        {
            "cloudId": CLOUD_ID,
            "searchString": string("Part of a key or name."),
            "action": string("Accepted.", enum=["view", "browse", "edit", "create"]),
            "startAt": integer("Accepted; all projects are shown.", minimum=0),
            "maxResults": integer("Accepted; all projects are shown.", minimum=1),
            "expandIssueTypes": {"type": "boolean", "description": "With issue types."},
        },
        (),
        READ,
        _projects,
        gives={"values": LIST, "total": NUMBER},
    ),
    Tool(
        "getJiraProjectIssueTypesMetadata",
        "List issue types",
        wording.ISSUE_TYPES,
        {
            "cloudId": CLOUD_ID,
            "projectIdOrKey": string("Project key or id."),
            "startAt": integer("Accepted.", minimum=0),
            "maxResults": integer("Accepted.", minimum=1),
        },
        ("projectIdOrKey",),
        READ,
        _issue_types,
        gives={"issueTypes": LIST},
    ),
    Tool(
        "getJiraIssueTypeMetaWithFields",
        "List fields for a new issue",
        wording.CREATE_FIELDS,
        {
            "cloudId": CLOUD_ID,
            "projectIdOrKey": string("Project key or id."),
            "issueTypeId": string("Issue type id."),
            "startAt": integer("Accepted.", minimum=0),
            "maxResults": integer("Accepted.", minimum=1),
        },
        ("projectIdOrKey", "issueTypeId"),
        READ,
        _create_fields,
        gives={"fields": LIST, "total": NUMBER},
    ),
    Tool("atlassianUserInfo", "Who am I", wording.ME, {}, (), READ, _me, gives={"accountId": TEXT}),
    Tool(
        "lookupJiraAccountId",
        "Find a person",
        wording.LOOKUP,
        {"cloudId": CLOUD_ID, "searchString": string("Part of a name or e-mail address.")},
        ("searchString",),
        READ,
        _lookup,
        gives={"users": LIST},
    ),
    Tool(
        "getIssueLinkTypes",
        "List link types",
        wording.LINK_TYPES,
        {"cloudId": CLOUD_ID},
        (),
        READ,
        _link_types,
        gives={"issueLinkTypes": LIST},
    ),
    Tool(
        "getAccessibleAtlassianResources",
        "List sites",
        wording.RESOURCES,
        {},
        (),
        READ,
        _resources,
        gives={"resources": LIST},
    ),
)
