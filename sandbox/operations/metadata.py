"""Verbs on a project's components and versions (role upstream only)."""

from collections.abc import Callable
from typing import cast

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject, SiteBaseline
from sandbox.domain.embedded import address
from sandbox.domain.errors import InvalidError, MissingError, no_such_project
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.operations.access import require_upstream, site_of
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.remembered import Group, forget
from sandbox.store import sites

NAME_REQUIRED = "The name must not be empty."

#: What a request may say of each; everything else of it is ignored, as Jira does.
_COMPONENT = ("name", "description", "lead", "leadUserName", "leadAccountId", "assigneeType")
_VERSION = ("name", "description", "archived", "released", "releaseDate", "startDate")

Parts = list[JsonObject]


def create_component(sandbox: Sandbox, caller: Caller, payload: JsonObject) -> JsonObject:
    """Create a component of a project and return it."""
    return _create(sandbox, caller, payload, "components", _COMPONENT)


def update_component(
    sandbox: Sandbox, caller: Caller, component_id: str, payload: JsonObject
) -> JsonObject:
    """Change a component and return it."""
    return _update(sandbox, caller, component_id, payload, "components", _COMPONENT)


def delete_component(sandbox: Sandbox, _caller: Caller, component_id: str) -> None:
    """Delete a component."""
    require_upstream(sandbox)
    owner = _owner(site_of(sandbox), "components", component_id)
    _store(
        sandbox,
        owner,
        "components",
        lambda parts: [one for one in parts if text_of(one.get("id")) != component_id],
    )


def create_version(sandbox: Sandbox, caller: Caller, payload: JsonObject) -> JsonObject:
    """Create a version of a project and return it."""
    return _create(sandbox, caller, payload, "versions", _VERSION)


def update_version(
    sandbox: Sandbox, caller: Caller, version_id: str, payload: JsonObject
) -> JsonObject:
    """Change a version and return it."""
    return _update(sandbox, caller, version_id, payload, "versions", _VERSION)


def _create(
    sandbox: Sandbox, _caller: Caller, payload: JsonObject, kind: str, names: tuple[str, ...]
) -> JsonObject:
    require_upstream(sandbox)
    site = site_of(sandbox)
    ref = text_of(payload.get("project")) or text_of(payload.get("projectId"))
    project = site.project(ref)
    if project is None:
        raise InvalidError(errors={"project": no_such_project(ref)})
    held = [one for each in site.baseline.projects for one in objects_of(each.get(kind))]
    number = max((int(text_of(one.get("id")) or 0) for one in held), default=9_999) + 1
    path = kind.removesuffix("s")
    made: JsonObject = {
        "self": address(site.native, path, str(number)),
        "id": str(number),
        **_given(payload, names),
        "projectId": int(text_of(project.get("id"))),
    }
    if kind == "versions":
        made = {"archived": False, "released": False, **made}
    _check_name(made, objects_of(project.get(kind)))
    _store(sandbox, text_of(project.get("id")), kind, lambda parts: [*parts, made])
    return made


def _update(
    sandbox: Sandbox,
    _caller: Caller,
    part_id: str,
    payload: JsonObject,
    kind: str,
    names: tuple[str, ...],
) -> JsonObject:
    require_upstream(sandbox)
    site = site_of(sandbox)
    owner = _owner(site, kind, part_id)
    project = object_of(site.project(owner))
    parts = objects_of(project.get(kind))
    before = next(one for one in parts if text_of(one.get("id")) == part_id)
    after = {**before, **_given(payload, names)}
    _check_name(after, [one for one in parts if one is not before])
    _store(
        sandbox,
        owner,
        kind,
        lambda held: [after if text_of(one.get("id")) == part_id else one for one in held],
    )
    return after


def _given(payload: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: payload[name] for name in names if name in payload}


def _check_name(part: JsonObject, others: Parts) -> None:
    name = text_of(part.get("name")).strip()
    if not name:
        raise InvalidError(errors={"name": NAME_REQUIRED})
    if name.casefold() in {text_of(one.get("name")).casefold() for one in others}:
        raise InvalidError(errors={"name": f"A name '{name}' already exists in this project."})


def _owner(site: Site, kind: str, part_id: str) -> str:
    """Return the id of the project that a component or version belongs to."""
    for project in site.baseline.projects:
        if part_id in {text_of(one.get("id")) for one in objects_of(project.get(kind))}:
            return text_of(project.get("id"))
    thing = kind.removesuffix("s")
    raise MissingError(f"Could not find {thing} for id '{part_id}'")


def _store(sandbox: Sandbox, project_id: str, kind: str, change: Callable[[Parts], Parts]) -> None:
    """Store a project's changed components or versions."""
    with sandbox.database.write() as conn:
        stored = sites.get(conn, sandbox.site)
        if stored is None:
            raise MissingError("This site has no metadata yet.")
        sites.put(conn, _changed(stored.baseline, project_id, kind, change))
    forget(sandbox, Group.SITE)


def _changed(
    baseline: SiteBaseline, project_id: str, kind: str, change: Callable[[Parts], Parts]
) -> SiteBaseline:
    projects = [
        {**one, kind: cast("JsonValue", change(objects_of(one.get(kind))))}
        if text_of(one.get("id")) == project_id
        else one
        for one in baseline.projects
    ]
    return baseline.model_copy(update={"projects": projects})
