"""Comments, worklogs and watchers: what people say about an issue."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain import errors
from sandbox.domain.embedded import address, embedded
from sandbox.domain.errors import MissingError, invalid
from sandbox.domain.history import NOTHING, entry, item, seconds_side
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.named_values import known_user
from sandbox.domain.parts import list_of, number_of, object_of, objects_of, text_of
from sandbox.domain.place import Place
from sandbox.domain.plain_values import rich_text
from sandbox.domain.site import Site
from sandbox.domain.time_tracking import tracked
from sandbox.domain.times import (
    jira_time,
    parse_duration,
    parse_moment,
    written_duration,
    written_moment,
)

#: Service Management marks a comment as internal by this property.
_PUBLIC = "sd.public.comment"


def add_comment(  # noqa: PLR0913 - a comment has that many parts, all by name
    site: Site,
    issue: IssueState,
    body: JsonValue,
    *,
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
    comment_id: str,
    visibility: JsonObject | None = None,
    properties: JsonValue = None,
) -> tuple[IssueState, JsonObject]:
    """Return the issue with one more comment, and the comment's JSON."""
    now = jira_time(now_us)
    author = embedded("user", actor)
    comment: JsonObject = {
        "self": address(issue.native, "issue", issue.issue_id, "comment", comment_id),
        "id": comment_id,
        "author": author,
        "body": _body(site, issue, body, dialect),
        "updateAuthor": author,
        "created": now,
        "updated": now,
        **_visibility(site, visibility),
    }
    comment |= _public(site, issue, properties)
    changed = _with_comments(issue, [*_comments(issue), comment], now)
    return _keep_properties(changed, comment_id, properties), comment


def edit_comment(  # noqa: PLR0913 - a comment has that many parts, all by name
    site: Site,
    issue: IssueState,
    comment_id: str,
    body: JsonValue,
    *,
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
    visibility: JsonObject | None = None,
    properties: JsonValue = None,
) -> tuple[IssueState, JsonObject]:
    """Return the issue with a comment's body replaced, and the comment's JSON.

    Without ``visibility`` and ``properties`` these stay as they are: a client that does
    not know of them must not make a restricted comment public.
    """
    before = comment_of(issue, comment_id)
    now = jira_time(now_us)
    comment: JsonObject = {
        **before,
        "body": _body(site, issue, body, dialect, before.get("body")),
        "updateAuthor": embedded("user", actor),
        "updated": now,
        **_visibility(site, visibility),
        **_public(site, issue, properties, comment_id),
    }
    listed = [comment if one is before else one for one in _comments(issue)]
    changed = _with_comments(issue, listed, now)
    return _keep_properties(changed, comment_id, properties), comment


def remove_comment(issue: IssueState, comment_id: str, *, now_us: int) -> IssueState:
    """Return the issue without a comment."""
    gone = comment_of(issue, comment_id)
    left = [one for one in _comments(issue) if one is not gone]
    return _with_comments(issue, left, jira_time(now_us))


def comment_of(issue: IssueState, comment_id: str) -> JsonObject:
    """Return a comment of the issue, or say that there is none."""
    for one in _comments(issue):
        if text_of(one.get("id")) == comment_id:
            return one
    raise MissingError(errors.no_such_comment(comment_id))


def add_watcher(site: Site, issue: IssueState, ref: str, *, actor: JsonObject) -> IssueState:
    """Return the issue watched by one more user; twice is once."""
    user = known_user(_place(site, issue), "watcher", ref)
    others = [one for one in _watchers(issue) if user_id(one) != user_id(user)]
    came = len(others) == len(_watchers(issue))
    return _with_watchers(issue, [*others, user], user, actor, 1 if came else 0)


def remove_watcher(site: Site, issue: IssueState, ref: str, *, actor: JsonObject) -> IssueState:
    """Return the issue watched by one user less."""
    user = known_user(_place(site, issue), "watcher", ref)
    others = [one for one in _watchers(issue) if user_id(one) != user_id(user)]
    went = len(others) != len(_watchers(issue))
    return _with_watchers(issue, others, user, actor, -1 if went else 0)


def add_worklog(
    site: Site,
    issue: IssueState,
    payload: Mapping[str, JsonValue],
    *,
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
    worklog_id: str,
    adjust: Mapping[str, JsonValue] | None = None,
) -> tuple[IssueState, JsonObject]:
    """Return the issue with work logged on it, and the worklog's JSON.

    ``adjust`` holds ``adjustEstimate`` (auto, leave, new, manual), ``newEstimate`` and
    ``reduceBy`` of the request's query.
    """
    seconds = _seconds_spent(payload)
    left = _remaining(issue, seconds, adjust or {})
    worklog = _worklog(site, issue, payload, dialect, actor, now_us)
    worklog |= {
        "timeSpent": written_duration(seconds),
        "timeSpentSeconds": seconds,
        "id": worklog_id,
        "issueId": issue.issue_id,
        "self": address(issue.native, "issue", issue.issue_id, "worklog", worklog_id),
    }
    changed: JsonObject = {"timespent": number_of(issue.fields.get("timespent")) + seconds}
    if left is not None:
        changed["timeestimate"] = left
    return _with_worklog(site, issue, worklog, changed, actor, now_us), worklog


def remove_worklog(
    site: Site, issue: IssueState, worklog_id: str, *, actor: JsonObject, now_us: int
) -> IssueState:
    """Return the issue without a worklog: its time counts no more and is left again."""
    gone = worklog_of(issue, worklog_id)
    seconds = number_of(gone.get("timeSpentSeconds"))
    held = object_of(issue.fields.get("worklog"))
    left = [one for one in objects_of(held.get("worklogs")) if one.get("id") != worklog_id]
    spent = max(0, number_of(issue.fields.get("timespent")) - seconds)
    changed: JsonObject = {"timespent": spent or None}
    if issue.fields.get("timeestimate") is not None:
        changed["timeestimate"] = number_of(issue.fields.get("timeestimate")) + seconds
    items = [
        item(site, name, seconds_side(issue.fields.get(name)), seconds_side(value))
        for name, value in changed.items()
    ]
    page: JsonObject = {**held, "worklogs": [*left], "total": len(left)}
    after = issue.with_fields({**tracked(issue.fields, changed), "worklog": page})
    return entry(after, items, actor=actor, now_us=now_us)


def worklog_of(issue: IssueState, worklog_id: str) -> JsonObject:
    """Return a worklog of the issue, or say that there is none."""
    for one in objects_of(object_of(issue.fields.get("worklog")).get("worklogs")):
        if text_of(one.get("id")) == worklog_id:
            return one
    raise MissingError(errors.no_such_worklog(worklog_id))


def _place(site: Site, issue: IssueState, dialect: Dialect | None = None) -> Place:
    return Place(site, dialect or issue.native, issue.native)


def _comments(issue: IssueState) -> list[JsonObject]:
    return objects_of(object_of(issue.fields.get("comment")).get("comments"))


def _with_comments(issue: IssueState, comments: list[JsonObject], now: str) -> IssueState:
    held = object_of(issue.fields.get("comment"))
    page: JsonObject = {
        "self": address(issue.native, "issue", issue.issue_id, "comment"),
        **held,
        "comments": list(comments),
        "maxResults": len(comments),
        "total": len(comments),
        "startAt": 0,
    }
    return issue.with_fields({"comment": page, "updated": now})


def _body(
    site: Site, issue: IssueState, body: JsonValue, dialect: Dialect, before: JsonValue = None
) -> JsonValue:
    """Return a comment's text in the stored form; only its refusals have own words."""
    wrong_kind = not isinstance(body, str if dialect is Dialect.V2 else dict)
    if body in (None, "", {}) or (isinstance(body, str) and not body.strip()):
        raise invalid("comment", errors.COMMENT_EMPTY)
    if wrong_kind:
        raise invalid("comment", errors.COMMENT_INVALID)
    place = replace(_place(site, issue, dialect), held={"comment": before})
    found = rich_text(place, {}, "comment", body)
    if found is None:
        raise invalid("comment", errors.COMMENT_EMPTY)
    return found


def _visibility(site: Site, visibility: JsonObject | None) -> JsonObject:
    """Return the restriction of a comment or worklog, checked as far as groups are known."""
    if not visibility:
        return {}
    kind, value = text_of(visibility.get("type")), text_of(visibility.get("value"))
    identifier = text_of(visibility.get("identifier"))
    if kind not in {"role", "group"} or not (value or identifier):
        raise invalid("visibility", errors.specify_valid("visibility"))
    groups = site.baseline.groups
    if kind == "group" and groups and value and value not in groups:
        raise invalid("commentLevel", errors.no_such_group(value))
    return {"visibility": dict(visibility)}


def _properties(properties: JsonValue) -> dict[str, JsonValue]:
    """Return entity properties by key, from Jira's list of ``{"key", "value"}``."""
    if isinstance(properties, dict):
        return dict(properties)
    return {text_of(one.get("key")): one.get("value") for one in objects_of(properties)}


def in_service_project(issue: IssueState) -> bool:
    """Return whether customers may see an issue's comments."""
    return object_of(issue.fields.get("project")).get("projectTypeKey") == "service_desk"


def is_public(issue: IssueState, comment_id: str) -> bool:
    """Return whether customers see a comment of a service project: by default they do."""
    held = object_of(object_of((issue.extra or {}).get("comment_properties")).get(comment_id))
    return object_of(held.get(_PUBLIC)).get("internal") not in (True, "true")


def internal_by_default(issue: IssueState, properties: JsonObject) -> JsonObject:
    """Return a staged comment's properties: internal in a service project, if it says nothing."""
    if not in_service_project(issue) or _PUBLIC in properties:
        return properties
    return {**properties, _PUBLIC: {"internal": True}}


def _public(
    site: Site, issue: IssueState, properties: JsonValue, comment_id: str = ""
) -> JsonObject:
    """Return how Cloud shows whether customers see a comment; Data Center does not show it."""
    marked = _properties(properties).get(_PUBLIC)
    if site.flavour is not Flavour.CLOUD or (marked is None and not in_service_project(issue)):
        return {}
    if marked is None:
        return {"jsdPublic": is_public(issue, comment_id)}
    return {"jsdPublic": object_of(marked).get("internal") not in (True, "true")}


def _keep_properties(issue: IssueState, comment_id: str, properties: JsonValue) -> IssueState:
    new = _properties(properties)
    if not new:
        return issue
    held = object_of((issue.extra or {}).get("comment_properties"))
    own = {**object_of(held.get(comment_id)), **new}
    return issue.with_extra({"comment_properties": {**held, comment_id: own}})


def _watchers(issue: IssueState) -> list[JsonObject]:
    return objects_of((issue.extra or {}).get("watchers"))


def _with_watchers(
    issue: IssueState,
    watchers: list[JsonObject],
    user: JsonObject,
    actor: JsonObject,
    change: int,
) -> IssueState:
    held = object_of(issue.fields.get("watches"))
    # The list may not have been observed: the count then goes on from what Jira said.
    watches: JsonObject = {
        "self": address(issue.native, "issue", issue.key, "watchers"),
        "isWatching": False,
        **held,
        "watchCount": max(len(watchers), number_of(held.get("watchCount")) + change),
    }
    if user_id(user) == user_id(actor):
        watches["isWatching"] = user in watchers
    return issue.with_fields({"watches": watches}).with_extra({"watchers": list(watchers)})


def _seconds_spent(payload: Mapping[str, JsonValue]) -> int:
    seconds = payload.get("timeSpentSeconds")
    if isinstance(seconds, int) and not isinstance(seconds, bool):
        found: int | None = seconds
    elif payload.get("timeSpent"):
        found = parse_duration(text_of(payload["timeSpent"]))
    else:
        raise invalid("timeLogged", errors.WORKLOG_TIME_REQUIRED)
    if found is None or found <= 0:
        raise invalid("timeLogged", errors.WORKLOG_TIME_INVALID)
    return found


def _worklog(
    site: Site,
    issue: IssueState,
    payload: Mapping[str, JsonValue],
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
) -> JsonObject:
    """Return a worklog without its ids and its time spent."""
    now, author = jira_time(now_us), embedded("user", actor)
    comment: JsonObject = {}
    if payload.get("comment"):
        comment = {"comment": _body(site, issue, payload["comment"], dialect)}
    visibility = payload.get("visibility")
    return {
        "author": author,
        "updateAuthor": author,
        **comment,
        "created": now,
        "updated": now,
        "started": _started(payload.get("started"), now),
        **_visibility(site, visibility if isinstance(visibility, dict) else None),
    }


def _started(written: JsonValue, now: str) -> str:
    if written is None:
        return now
    found: datetime | None = parse_moment(written) if isinstance(written, str) else None
    if found is None:
        raise invalid("startDate", errors.WORKLOG_DATE_INVALID)
    return written_moment(found)


def _remaining(issue: IssueState, spent: int, adjust: Mapping[str, JsonValue]) -> int | None:
    """Return the remaining estimate after work was logged, None to leave it."""
    left = issue.fields.get("timeestimate")
    mode = text_of(adjust.get("adjustEstimate")) or "auto"
    if mode == "new":
        return _duration(adjust, "newEstimate")
    if mode == "manual":
        return max(0, number_of(left) - _duration(adjust, "reduceBy"))
    if mode == "leave":
        return None
    if mode != "auto":
        raise invalid("adjustEstimate", f"Invalid value for adjustEstimate: {mode}")
    return None if left is None else max(0, number_of(left) - spent)


def _duration(adjust: Mapping[str, JsonValue], name: str) -> int:
    found = parse_duration(text_of(adjust.get(name)))
    if found is None:
        raise invalid(name, errors.WORKLOG_TIME_INVALID)
    return found


def _with_worklog(
    site: Site,
    issue: IssueState,
    worklog: JsonObject,
    changed: JsonObject,
    actor: JsonObject,
    now_us: int,
) -> IssueState:
    """Return the issue with a worklog, sums recomputed and the change in its history."""
    held = object_of(issue.fields.get("worklog"))
    worklogs = [*list_of(held.get("worklogs")), worklog]
    total = max(len(worklogs), number_of(held.get("total")) + 1)
    page: JsonObject = {"startAt": 0, "maxResults": 20, **held, "total": total}
    items = [
        item(site, name, seconds_side(issue.fields.get(name)), seconds_side(value))
        for name, value in changed.items()
        if issue.fields.get(name) != value
    ]
    items.append(item(site, "worklog", (text_of(worklog["id"]),) * 2, NOTHING))
    after = issue.with_fields(
        {**tracked(issue.fields, changed), "worklog": {**page, "worklogs": worklogs}}
    )
    return entry(after, items, actor=actor, now_us=now_us)
