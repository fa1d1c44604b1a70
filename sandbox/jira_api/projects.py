"""Projects and what they contain: versions, components, statuses."""

from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import MissingError
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.paging import bean, page_of
from sandbox.operations import metadata, reading

router = APIRouter()

#: In a list of projects these come only on request, as ``expand``.
_ON_REQUEST = ("issueTypes", "components", "versions", "lead", "description", "roles")


@router.get("/project")
async def projects(call: ApiCall) -> Response:
    """Answer the projects that the caller sees."""
    return call.json(_shown(call, await call.quick(reading.projects)))


@router.get("/project/search")
async def find_projects(call: ApiCall) -> Response:
    """Answer a page of the projects whose key or name has a text in it."""
    text = call.query("query").casefold()
    keys = set(call.request.query_params.getlist("keys"))
    found = [
        one
        for one in await call.quick(reading.projects)
        if (text in text_of(one.get("name")).casefold() or text in text_of(one["key"]).casefold())
        and (not keys or one["key"] in keys)
    ]
    page = page_of(call.request.query_params, 50, 100)
    listed = objects_of(_shown(call, found))
    return call.json(bean(listed, page))


@router.get("/project/{ref}")
async def project(call: ApiCall, ref: str) -> Response:
    """Answer one project, whole."""
    return call.json(call.look.meta(await call.quick(reading.project, ref)))


@router.get("/project/{ref}/versions")
async def versions(call: ApiCall, ref: str) -> Response:
    """Answer a project's versions."""
    return await _part(call, ref, "versions")


@router.get("/project/{ref}/components")
async def components(call: ApiCall, ref: str) -> Response:
    """Answer a project's components."""
    return await _part(call, ref, "components")


@router.get("/project/{ref}/version")
async def versions_page(call: ApiCall, ref: str) -> Response:
    """Answer a page of a project's versions."""
    return await _page(call, ref, "versions")


@router.get("/project/{ref}/component")
async def components_page(call: ApiCall, ref: str) -> Response:
    """Answer a page of a project's components."""
    return await _page(call, ref, "components")


@router.get("/project/{ref}/statuses")
async def statuses(call: ApiCall, ref: str) -> Response:
    """Answer, for each issue type of a project, the statuses of its workflow."""
    found = await call.quick(reading.project, ref)
    shown: list[JsonValue] = [
        {
            **{name: one[name] for name in ("self", "id", "name", "subtask") if name in one},
            "statuses": cast("JsonValue", _workflow(call.site, text_of(found.get("id")), one)),
        }
        for one in objects_of(found.get("issueTypes"))
    ]
    return call.json(call.look.meta(shown))


@router.get("/component/{component_id}")
async def component(call: ApiCall, component_id: str) -> Response:
    """Answer one component."""
    return call.json(await _owned(call, "components", component_id))


@router.post("/component")
async def create_component(call: ApiCall) -> Response:
    """Create a component, at an upstream."""
    made = await call.slow(metadata.create_component, await call.body())
    return call.json(call.look.meta(made), 201)


@router.put("/component/{component_id}")
async def update_component(call: ApiCall, component_id: str) -> Response:
    """Change a component, at an upstream."""
    made = await call.slow(metadata.update_component, component_id, await call.body())
    return call.json(call.look.meta(made))


@router.delete("/component/{component_id}")
async def delete_component(call: ApiCall, component_id: str) -> Response:
    """Delete a component, at an upstream."""
    await call.slow(metadata.delete_component, component_id)
    return call.empty()


@router.get("/version/{version_id}")
async def version(call: ApiCall, version_id: str) -> Response:
    """Answer one version."""
    return call.json(await _owned(call, "versions", version_id))


@router.post("/version")
async def create_version(call: ApiCall) -> Response:
    """Create a version, at an upstream."""
    made = await call.slow(metadata.create_version, await call.body())
    return call.json(call.look.meta(made), 201)


@router.put("/version/{version_id}")
async def update_version(call: ApiCall, version_id: str) -> Response:
    """Change a version, at an upstream."""
    made = await call.slow(metadata.update_version, version_id, await call.body())
    return call.json(call.look.meta(made))


def _shown(call: Call, found: list[JsonObject]) -> JsonValue:
    expand = call.names("expand")
    hidden = [name for name in _ON_REQUEST if name not in expand]
    kept = [{name: one[name] for name in one if name not in hidden} for one in found]
    return call.look.meta(cast("JsonValue", kept))


async def _part(call: Call, ref: str, name: str) -> Response:
    found = await call.quick(reading.project, ref)
    return call.json(call.look.meta(found.get(name) or []))


async def _page(call: Call, ref: str, name: str) -> Response:
    found = objects_of((await call.quick(reading.project, ref)).get(name))
    page = page_of(call.request.query_params, 50, 200)
    return call.json(call.look.meta(bean(found, page)))


async def _owned(call: Call, name: str, wanted: str) -> JsonValue:
    """Return a component or version of a project that the caller sees."""
    for one in await call.quick(reading.projects):
        for found in objects_of(one.get(name)):
            if text_of(found.get("id")) == wanted:
                more: JsonObject = {} if name == "versions" else {"project": one["key"]}
                return call.look.meta({**found, **more})
    kind = name.removesuffix("s")
    raise MissingError(f"The {kind} with id {wanted} does not exist.")


def _workflow(site: Site, project_id: str, kind: JsonObject) -> list[JsonObject]:
    """Return the statuses that transitions of a project and type were seen from or to."""
    seen: dict[str, JsonObject] = {}
    for one in site.baseline.transitions:
        if (one.project_id, one.type_id) == (project_id, text_of(kind.get("id"))):
            target = object_of(one.transition.get("to"))
            for status_id in (one.status_id, text_of(target.get("id"))):
                found = site.status(status_id)
                if found is not None:
                    seen.setdefault(status_id, found)
    return list(seen.values()) or site.baseline.statuses
