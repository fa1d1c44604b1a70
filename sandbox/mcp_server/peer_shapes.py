"""Answers in the shapes of mcp-atlassian: one JSON text, names in snake case."""

from collections.abc import Callable

import orjson
from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import (
    AROUND,
    HIT_TEXT_TOKENS,
    ISSUE_TOKENS,
    LEAST_TEXT_TOKENS,
    Look,
    as_of,
    as_text,
    browse_url,
    names_of,
    rendered,
    rich,
)
from sandbox.mcp_server.slim import slim, tokens
from sandbox.mcp_server.tool import Call, ToolAnswer

#: What it shows of an issue when no fields are named.
DEFAULT_FIELDS = (
    "labels",
    "summary",
    "versions",
    "reporter",
    "created",
    "updated",
    "status",
    "description",
    "issuetype",
    "priority",
    "assignee",
)
_RENAMED = {"issuetype": "issue_type", "fixVersions": "fix_versions", "issuelinks": "issuelinks"}


def told(call: Call, value: JsonValue) -> ToolAnswer:
    """Return an answer as the other server gives it: JSON in a text, and in ``result``."""
    shown = rendered(call, {"result": value})["result"]
    text = orjson.dumps(shown).decode()
    return ToolAnswer(text, {"result": text}, note=wording.UNTRUSTED)


def staged(call: Call, what: str, **parts: JsonValue) -> ToolAnswer:
    """Return the answer to a write: its first words say that it is only staged."""
    return told(call, {"message": wording.STAGED.format(what=what), **parts})


def issue(
    call: Call, site: Site, state: IssueState, fields: tuple[str, ...], text_tokens: int | None
) -> JsonObject:
    """Return an issue as the other server simplifies it; a text costs at most so much."""
    found: JsonObject = {
        "id": state.issue_id,
        "key": state.key,
        "url": browse_url(call, site, state.key),
        **{("as_of" if name == "asOf" else name): one for name, one in as_of(state).items()},
    }
    look = Look(start=call.number("text_from", 0), text_tokens=text_tokens, more=wording.CUT_PEER)
    for name in fields or DEFAULT_FIELDS:
        if name in state.fields:
            found[_RENAMED.get(name, name)] = _value(site, name, state.fields[name], look)
    return found


def brief_issue(call: Call, site: Site, state: IssueState, most_comments: int) -> JsonObject:
    """Return an issue in about 600 tokens: what comments leave, its description has."""
    bare = issue(call, site, state, (), 0)
    left = ISSUE_TOKENS - AROUND - tokens(as_text(call, bare))
    told = _brief_comments(call, state, most_comments, left // 2)
    left -= tokens(as_text(call, told)) if told else 0
    return {**issue(call, site, state, (), max(left, LEAST_TEXT_TOKENS)), **told}


def _brief_comments(call: Call, state: IssueState, most: int, budget: int) -> JsonObject:
    listed = objects_of(object_of(state.fields.get("comment")).get("comments"))
    shown: list[JsonValue] = []
    for one in reversed(listed[-most:] if most else []):
        shorter = _comment(one, Look(text_tokens=HIT_TEXT_TOKENS, more=wording.CUT_SIGN))
        budget -= tokens(as_text(call, shorter))
        if budget < 0:
            break
        shown.insert(0, shorter)
    said: JsonObject = {"comments": shown} if most else {}
    if shown != [_comment(one, Look()) for one in listed[-most:]] and most and listed:
        said["comments_note"] = wording.FEWER_COMMENTS.format(shown=len(shown), total=len(listed))
    return said


def wanted(state: IssueState, fields: str) -> tuple[str, ...]:
    """Return the fields that a comma-separated list names."""
    names = tuple(one.strip() for one in fields.split(",") if one.strip())
    if "*all" in names:
        return tuple(name for name in state.fields if name not in ("comment", "worklog"))
    return names


def comments(state: IssueState, limit: int) -> list[JsonValue]:
    """Return an issue's newest comments."""
    listed = objects_of(object_of(state.fields.get("comment")).get("comments"))
    return [
        _comment(one, Look(more=wording.CUT_SIGN)) for one in (listed[-limit:] if limit else [])
    ]


def _comment(one: JsonObject, look: Look) -> JsonObject:
    return {
        "id": one.get("id"),
        "body": rich(one.get("body"), look),
        "created": one.get("created"),
        "updated": one.get("updated"),
        "author": person(one.get("author")),
    }


def worklogs(state: IssueState) -> list[JsonValue]:
    """Return an issue's worklogs."""
    listed = objects_of(object_of(state.fields.get("worklog")).get("worklogs"))
    return [
        {
            "id": one.get("id"),
            "comment": rich(one.get("comment"), Look(more=wording.CUT_SIGN)),
            "created": one.get("created"),
            "updated": one.get("updated"),
            "started": one.get("started"),
            "timeSpent": one.get("timeSpent"),
            "timeSpentSeconds": one.get("timeSpentSeconds"),
            "author": person(one.get("author")),
        }
        for one in listed
    ]


def person(user: JsonValue) -> JsonValue:
    """Return a user as the other server shows one."""
    known = object_of(user)
    if not known:
        return {"display_name": "Unassigned"}
    found: JsonObject = {
        "display_name": known.get("displayName"),
        "name": known.get("displayName"),
        "account_id": user_id(known),
    }
    mail = text_of(known.get("emailAddress"))
    return {**found, "email": mail} if mail else found


def _value(site: Site, name: str, value: JsonValue, look: Look) -> JsonValue:
    if site.is_rich(name) and isinstance(value, str | dict):
        return rich(value, look)
    if name.startswith("customfield_"):
        known = site.field(name)
        return {"value": slim(value), "name": known.get("name") if known else name}
    return _SHAPES.get(name, slim)(value)


def _name_only(value: JsonValue) -> JsonValue:
    return {"name": object_of(value).get("name")} if value else None


def _status(value: JsonValue) -> JsonValue:
    status = object_of(value)
    category = object_of(status.get("statusCategory"))
    return {"name": status.get("name"), "category": category.get("name")}


def _names(value: JsonValue) -> JsonValue:
    return list(names_of(value))


def _project(value: JsonValue) -> JsonValue:
    return {part: object_of(value).get(part) for part in ("key", "name")}


_SHAPES: dict[str, Callable[[JsonValue], JsonValue]] = {
    "assignee": person,
    "reporter": person,
    "creator": person,
    "priority": _name_only,
    "resolution": _name_only,
    "issuetype": _name_only,
    "status": _status,
    "components": _names,
    "versions": _names,
    "fixVersions": _names,
    "project": _project,
}
