"""People: oneself, one of them, those that a text finds, members of a group."""

from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.issue import user_id
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.paging import bean, page_of
from sandbox.operations import reading

router = APIRouter()


@router.get("/myself")
async def myself(call: ApiCall) -> Response:
    """Answer who asks: at a shadow, the person that the agent works for."""
    found = await call.quick(reading.person)
    expand = call.names("expand")
    return call.json(call.look.meta({**found, "locale": "en_US", **_more(call, found, expand)}))


@router.get("/user")
async def user(call: ApiCall) -> Response:
    """Answer one person."""
    wanted = call.query("accountId") or call.query("key") or call.query("username")
    if not wanted:
        name = "accountId" if call.cloud else "username"
        raise InvalidError((f"The '{name}' query parameter was not provided.",))
    found = call.site.user(wanted)
    if found is None:
        raise MissingError(_no_user(call, wanted))
    return call.json(call.look.meta({**found, **_more(call, found, call.names("expand"))}))


@router.get("/user/search")
@router.get("/user/assignable/search")
async def find_users(call: ApiCall) -> Response:
    """Answer the people whom a text finds; at this site everybody can be assigned."""
    issue, project = call.query("issueKey"), call.query("project")
    if issue:
        await call.quick(reading.issue, issue, fields=("assignee",))
    if project:
        await call.quick(reading.project, project)
    return _people(call, call.site.find_users(_asked(call)))


@router.get("/users/search")
@router.get("/users")
async def all_users(call: ApiCall) -> Response:
    """Answer everybody."""
    return _people(call, call.site.baseline.users)


@router.get("/group/member")
async def members(call: ApiCall) -> Response:
    """Answer a page of a group's members."""
    name = call.query("groupname") or call.query("groupId")
    ids = call.site.baseline.groups.get(name)
    if ids is None:
        raise MissingError(f"The group named '{name}' does not exist.")
    found = [one for ref in ids if (one := call.site.user(ref)) is not None]
    page = page_of(call.request.query_params, 50, 50)
    return call.json(call.look.meta(bean(found, page)))


def _people(call: Call, found: list[JsonObject]) -> Response:
    page = page_of(call.request.query_params, 50, 1000)
    return call.json(call.look.meta(cast("JsonValue", page.of(found))))


def _asked(call: Call) -> str:
    """Return the text that people are looked for by; a dot finds all on old Servers."""
    text = call.query("accountId") or call.query("query") or call.query("username")
    return "" if text in (".", "%") else text


def _no_user(call: Call, wanted: str) -> str:
    if call.cloud:
        return f"User with account ID '{wanted}' does not exist"
    return f"The user named '{wanted}' does not exist"


def _more(call: Call, user: JsonObject, expand: tuple[str, ...]) -> JsonObject:
    groups: list[JsonValue] = [
        {"name": name} for name, ids in call.site.baseline.groups.items() if user_id(user) in ids
    ]
    every: JsonObject = {
        "groups": {"size": len(groups), "items": groups},
        "applicationRoles": {"size": 0, "items": []},
    }
    return {name: value for name, value in every.items() if name in expand}
