"""Links between issues, their types, and links to elsewhere."""

from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import (
    ISSUE_NOT_VISIBLE,
    InvalidError,
    MissingError,
    no_such_link_type,
)
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.jira_api.body import part
from sandbox.jira_api.call import ApiCall
from sandbox.operations import linking, reading

router = APIRouter()


@router.get("/issueLinkType")
async def link_types(call: ApiCall) -> Response:
    """Answer the link types."""
    found = cast("JsonValue", call.site.baseline.link_types)
    return call.json({"issueLinkTypes": call.look.meta(found)})


@router.get("/issueLinkType/{type_id}")
async def link_type(call: ApiCall, type_id: str) -> Response:
    """Answer one link type."""
    found = call.site.link_type(type_id)
    if found is None:
        raise MissingError(no_such_link_type(type_id))
    return call.json(call.look.meta(found))


@router.post("/issueLink")
async def link(call: ApiCall) -> Response:
    """Link two issues; Jira answers 201 without a body."""
    body = await call.body()
    inward, outward = (
        _ref(body, "inwardIssue", "id", "key"),
        _ref(body, "outwardIssue", "id", "key"),
    )
    if not inward or not outward:
        raise InvalidError((ISSUE_NOT_VISIBLE,))
    await call.slow(
        linking.link, body.get("type"), inward, outward, part(body, "comment"), dialect=call.dialect
    )
    return call.empty(201)


@router.delete("/issueLink/{link_id}")
async def unlink(call: ApiCall, link_id: str) -> Response:
    """Remove a link, at an upstream."""
    await call.slow(linking.unlink, link_id)
    return call.empty()


@router.get("/issue/{ref}/remotelink")
async def remote_links(call: ApiCall, ref: str) -> Response:
    """Answer an issue's links to elsewhere, or the one with a global id."""
    state = await call.quick(reading.issue, ref, fields=("remotelinks",))
    found = objects_of((state.extra or {}).get("remote_links"))
    wanted = call.query("globalId")
    if not wanted:
        return call.listed(found)
    one = next((link for link in found if link.get("globalId") == wanted), None)
    if one is None:
        raise MissingError(f"No remote link with global id '{wanted}' exists.")
    return call.json(one)


@router.get("/issue/{ref}/remotelink/{link_id}")
async def remote_link(call: ApiCall, ref: str, link_id: str) -> Response:
    """Answer one link to elsewhere."""
    state = await call.quick(reading.issue, ref, fields=("remotelinks",))
    for one in objects_of((state.extra or {}).get("remote_links")):
        if text_of(one.get("id")) == link_id:
            return call.json(one)
    raise MissingError(f"No remote link with id '{link_id}' exists.")


@router.delete("/issue/{ref}/remotelink/{link_id}")
async def remove_remote_link(call: ApiCall, ref: str, link_id: str) -> Response:
    """Remove a link to elsewhere, at an upstream."""
    await call.slow(linking.remove_remote_link, ref, link_id)
    return call.empty()


@router.post("/issue/{ref}/remotelink")
async def add_remote_link(call: ApiCall, ref: str) -> Response:
    """Link to elsewhere; the same global id again replaces."""
    body = await call.body()
    known = await _known_global_id(call, ref, text_of(body.get("globalId")))
    made = await call.slow(linking.add_remote_link, ref, body)
    link_id = made.get("id")
    address = f"{PLACEHOLDER}/rest/api/{call.dialect.value}/issue/{ref}/remotelink/{link_id}"
    return call.json({"id": link_id, "self": address}, 200 if known else 201)


async def _known_global_id(call: ApiCall, ref: str, global_id: str) -> bool:
    if not global_id:
        return False
    state = await call.quick(reading.issue, ref, fields=("remotelinks",))
    links = objects_of((state.extra or {}).get("remote_links"))
    return any(one.get("globalId") == global_id for one in links)


def _ref(body: JsonObject, name: str, *attributes: str) -> str:
    given = object_of(part(body, name))
    return next((found for one in attributes if (found := text_of(given.get(one)))), "")
