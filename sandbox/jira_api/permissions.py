"""Who may do what: which permissions there are, which the caller has, which others have."""

from collections.abc import Iterable, Iterator
from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.shapes import ChangeKind, JsonObject
from sandbox.domain.errors import ForbiddenError, InvalidError, NotVisibleError
from sandbox.domain.issue import user_id
from sandbox.domain.parts import list_of, objects_of, text_of
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.paging import page_of
from sandbox.jira_api.sign_in import SignIn
from sandbox.operations import reading
from sandbox.operations.access import NO_PERMISSION
from sandbox.operations.context import Caller, Role

router = APIRouter()

#: Key, name, and the kind of change it needs; None is reading, "" what no agent may.
_PERMISSIONS: tuple[tuple[str, str, ChangeKind | str | None], ...] = (
    ("BROWSE_PROJECTS", "Browse Projects", None),
    ("CREATE_ISSUES", "Create Issues", ChangeKind.CREATE),
    ("EDIT_ISSUES", "Edit Issues", ChangeKind.EDIT),
    ("ASSIGN_ISSUES", "Assign Issues", ChangeKind.EDIT),
    ("ASSIGNABLE_USER", "Assignable User", None),
    ("SCHEDULE_ISSUES", "Schedule Issues", ChangeKind.EDIT),
    ("MODIFY_REPORTER", "Modify Reporter", ChangeKind.EDIT),
    ("SET_ISSUE_SECURITY", "Set Issue Security", ChangeKind.EDIT),
    ("TRANSITION_ISSUES", "Transition Issues", ChangeKind.TRANSITION),
    ("RESOLVE_ISSUES", "Resolve Issues", ChangeKind.TRANSITION),
    ("ADD_COMMENTS", "Add Comments", ChangeKind.COMMENT),
    ("EDIT_OWN_COMMENTS", "Edit Own Comments", ChangeKind.COMMENT_EDIT),
    ("WORK_ON_ISSUES", "Work On Issues", ChangeKind.WORKLOG),
    ("LINK_ISSUES", "Link Issues", ChangeKind.LINK),
    ("MANAGE_WATCHERS", "Manage Watchers", ChangeKind.WATCHER),
    ("CREATE_ATTACHMENTS", "Create Attachments", ChangeKind.ATTACHMENT),
    ("SERVICEDESK_AGENT", "Service Project Agent", None),
    ("MOVE_ISSUES", "Move Issues", ""),
    ("DELETE_ISSUES", "Delete Issues", ""),
    ("DELETE_OWN_COMMENTS", "Delete Own Comments", ""),
    ("DELETE_ALL_COMMENTS", "Delete All Comments", ""),
    ("DELETE_OWN_WORKLOGS", "Delete Own Worklogs", ""),
    ("DELETE_ALL_WORKLOGS", "Delete All Worklogs", ""),
    ("DELETE_OWN_ATTACHMENTS", "Delete Own Attachments", ""),
    ("DELETE_ALL_ATTACHMENTS", "Delete All Attachments", ""),
    ("ADMINISTER_PROJECTS", "Administer Projects", ""),
    ("ADMINISTER", "Administer Jira", ""),
)
_NEEDS = {key: needs for key, _, needs in _PERMISSIONS}


@router.get("/permissions")
async def permissions(call: ApiCall) -> Response:
    """Answer which permissions there are."""
    return call.json(
        {"permissions": {key: _permission(key, name) for key, name, _ in _PERMISSIONS}}
    )


@router.get("/mypermissions")
async def my_permissions(call: ApiCall) -> Response:
    """Answer which permissions the caller has, on an issue or in a project if one is named."""
    place = call.query("issueId") or call.query("issueKey")
    if place:
        await call.quick(reading.issue, place, fields=("project",))
    project = call.query("projectKey")
    asked = set(call.names("permissions"))
    found: JsonObject = {
        key: {
            **_permission(key, name),
            "havePermission": _may(call.caller, needs) and _in_project(call.caller, project),
        }
        for key, name, needs in _PERMISSIONS
        if not asked or key in asked
    }
    return call.json({"permissions": found})


@router.post("/permissions/check")
async def check(call: ApiCall) -> Response:
    """Answer on which issues and in which projects somebody has which permissions.

    Of somebody else only an administrator may ask, as in Jira.
    """
    body = await call.body()
    who = _asked_of(call, text_of(body.get("accountId")))
    found = [
        row
        for one in objects_of(body.get("projectPermissions"))
        for row in _granted(call, who, one)
    ]
    answer: JsonObject = {"globalPermissions": [], "projectPermissions": cast("JsonValue", found)}
    return call.json(answer)


@router.get("/user/permission/search")
async def holders(call: ApiCall) -> Response:
    """Answer the people who have permissions on an issue or in a project."""
    asked = call.names("permissions")
    wrong = [one for one in asked if one not in _NEEDS]
    if wrong or not asked:
        raise InvalidError((f"The permissions '{', '.join(wrong)}' are not known.",))
    me = call.caller.person
    if call.sandbox.role is Role.UPSTREAM and not _is_admin(call, me):
        raise ForbiddenError(NO_PERMISSION)
    return await _people(call, asked)


@router.get("/user/viewissue/search")
async def viewers(call: ApiCall) -> Response:
    """Answer the people who may see an issue."""
    return await _people(call, ("BROWSE_PROJECTS",))


async def _people(call: Call, asked: Iterable[str]) -> Response:
    issue, project = call.query("issueKey"), call.query("projectKey")
    if issue:
        await call.quick(reading.issue, issue, fields=("assignee",))
    text = call.query("accountId") or call.query("query") or call.query("username")
    found = [
        one
        for one in call.site.find_users("" if text in (".", "%") else text)
        if _holds(call, _caller_of(call, user_id(one)), asked, issue, project)
    ]
    page = page_of(call.request.query_params, 50, 1000)
    return call.json(call.look.meta(cast("JsonValue", page.of(found))))


def _asked_of(call: Call, account: str) -> Caller:
    """Return the caller whose permissions are asked for; raises ForbiddenError."""
    if not account or account == call.caller.person:
        return call.caller
    if call.sandbox.role is not Role.UPSTREAM or not _is_admin(call, call.caller.person):
        raise ForbiddenError(NO_PERMISSION)
    return _caller_of(call, account)


def _granted(call: Call, who: Caller, asked: JsonObject) -> Iterator[JsonObject]:
    issues = [str(one) for one in list_of(asked.get("issues"))]
    projects = {str(one) for one in list_of(asked.get("projects"))}
    keys = {
        text_of(one.get("id")): text_of(one.get("key"))
        for one in call.site.baseline.projects
        if text_of(one.get("id")) in projects
    }
    for name in map(str, list_of(asked.get("permissions"))):
        on = [one for one in issues if _holds(call, who, (name,), one, "")]
        within = [one for one, key in keys.items() if _holds(call, who, (name,), "", key)]
        yield {
            "permission": name,
            "issues": [int(one) for one in on if one.isdigit()],
            "projects": [int(one) for one in within if one.isdigit()],
        }


def _holds(call: Call, who: Caller, asked: Iterable[str], issue: str, project: str) -> bool:
    if not all(name in _NEEDS and _may(who, _NEEDS[name]) for name in asked):
        return False
    if not _in_project(who, project):
        return False
    if not issue:
        return True
    try:
        reading.issue(call.sandbox, who, issue, fields=("project",))
    except NotVisibleError:
        return False
    return True


def _caller_of(call: Call, person: str | None) -> Caller:
    """Return somebody as they would ask themselves; at a shadow nobody else is known."""
    account = _sign_in(call).accounts.of(person or "")
    scope = call.caller.scope if account is None else account.scope
    return Caller(
        person=person or "",
        door=call.caller.door,
        agent=call.caller.agent,
        scope=scope,
        task=call.caller.task,
    )


def _is_admin(call: Call, person: str) -> bool:
    account = _sign_in(call).accounts.of(person)
    return account is not None and account.admin


def _sign_in(call: Call) -> SignIn:
    return cast("SignIn", call.request.app.state.sign_in)


def _may(caller: Caller, needs: ChangeKind | str | None) -> bool:
    return caller.scope is None or needs is None or needs in caller.scope.kinds


def _in_project(caller: Caller, project: str) -> bool:
    return not project or caller.scope is None or project in caller.scope.projects


def _permission(key: str, name: str) -> JsonObject:
    kind = "GLOBAL" if key == "ADMINISTER" else "PROJECT"
    return {"id": key, "key": key, "name": name, "type": kind, "description": ""}
