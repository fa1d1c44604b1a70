"""What may be filled in when an issue is created: the old question and the two new ones."""

from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sandbox.contract.scope import readable
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import MissingError, no_such_project
from sandbox.domain.parts import objects_of, text_of
from sandbox.domain.screens import create_screen
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.paging import bean, named, page_of
from sandbox.operations import reading

router = APIRouter()

#: Data Center removed the old question in this version.
_REMOVED_IN = 9


@router.get("/issue/createmeta")
async def create_meta(call: ApiCall) -> Response:
    """Answer projects, their types and, if asked, the fields of each."""
    if not call.cloud and _major(call.sandbox.version) >= _REMOVED_IN:
        raise HTTPException(404)
    wanted = set(call.names("projectKeys")) | set(call.names("projectIds"))
    with_fields = "projects.issuetypes.fields" in call.names("expand")
    shown = [
        _project(call, one, with_fields)
        for one in await call.quick(reading.projects)
        if not wanted or {text_of(one.get("key")), text_of(one.get("id"))} & wanted
    ]
    answer: JsonObject = {"expand": "projects", "projects": cast("JsonValue", shown)}
    return call.json(call.look.meta(answer))


@router.get("/issue/createmeta/{project}/issuetypes")
async def types(call: ApiCall, project: str) -> Response:
    """Answer the issue types that a project has."""
    found = objects_of((await _project_of(call, project)).get("issueTypes"))
    page = page_of(call.request.query_params, 50, 200)
    if call.cloud:
        return call.json(call.look.meta(named("issueTypes", found, page)))
    return call.json(call.look.meta(bean(found, page)))


@router.get("/issue/createmeta/{project}/issuetypes/{type_id}")
async def type_fields(call: ApiCall, project: str, type_id: str) -> Response:
    """Answer the fields of one project's issue type."""
    found = await _project_of(call, project)
    known = {text_of(one.get("id")) for one in objects_of(found.get("issueTypes"))}
    if type_id not in known:
        raise MissingError("The issue type with this id does not exist in the project.")
    shown = list(_fields(call, found, type_id).values())
    page = page_of(call.request.query_params, 50, 200)
    if call.cloud:
        return call.json(call.look.meta(named("fields", shown, page)))
    return call.json(call.look.meta(bean(shown, page)))


async def _project_of(call: Call, ref: str) -> JsonObject:
    for one in await call.quick(reading.projects):
        if ref in (text_of(one.get("key")), text_of(one.get("id"))):
            return one
    raise MissingError(no_such_project(ref))


def _project(call: Call, project: JsonObject, with_fields: bool) -> JsonObject:
    names, ids = set(call.names("issuetypeNames")), set(call.names("issuetypeIds"))
    kinds = [
        one
        for one in objects_of(project.get("issueTypes"))
        if not (names or ids) or text_of(one.get("name")) in names or text_of(one.get("id")) in ids
    ]
    shown: JsonObject = {
        name: project[name]
        for name in ("self", "id", "key", "name", "avatarUrls")
        if name in project
    }
    types_shown: list[JsonValue] = []
    for one in kinds:
        fields = _fields(call, project, text_of(one.get("id"))) if with_fields else None
        more: JsonObject = {"fields": cast("JsonValue", fields)} if fields is not None else {}
        types_shown.append({**one, "expand": "fields", **more})
    return {"expand": "issuetypes", **shown, "issuetypes": types_shown}


def _fields(call: Call, project: JsonObject, type_id: str) -> dict[str, JsonObject]:
    found = create_screen(call.site, text_of(project.get("id")), type_id)
    scope = call.caller.scope
    return {
        name: {**one, "key": name, "fieldId": name}
        for name, one in found.items()
        if scope is None or readable(scope, name)
    }


def _major(version: str) -> int:
    first = version.partition(".")[0]
    return int(first) if first.isdecimal() else 0
