"""What a site consists of: fields, types, statuses, priorities, filters, permissions."""

from collections.abc import Awaitable, Callable
from typing import cast

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import MissingError
from sandbox.domain.parts import list_of, text_of
from sandbox.domain.site import Site
from sandbox.jira_api.call import ApiCall, Call
from sandbox.jira_api.paging import page_of
from sandbox.operations import reading

router = APIRouter()

_CATEGORIES: tuple[tuple[int, str, str, str], ...] = (
    (1, "undefined", "medium-gray", "No Category"),
    (2, "new", "blue-gray", "To Do"),
    (4, "indeterminate", "yellow", "In Progress"),
    (3, "done", "green", "Done"),
)


def _categories(site: Site) -> list[JsonObject]:
    """Return the four categories, in the site's own words where a status shows them."""
    seen = {
        text_of(found.get("key")): found
        for status in site.baseline.statuses
        if isinstance(found := status.get("statusCategory"), dict)
    }
    return [
        seen.get(key, {"id": number, "key": key, "colorName": color, "name": name})
        for number, key, color, name in _CATEGORIES
    ]


def _category(site: Site, ref: str) -> JsonObject | None:
    return next(
        (one for one in _categories(site) if ref in (text_of(one.get("id")), one.get("key"))),
        None,
    )


#: Path, the site's list, one of them by id or name, what Jira says when there is none.
_LISTS: tuple[
    tuple[
        str,
        Callable[[Site], list[JsonObject]],
        Callable[[Site, str], JsonObject | None],
        str,
    ],
    ...,
] = (
    (
        "issuetype",
        lambda site: site.baseline.issue_types,
        lambda site, ref: site.issue_type(ref),
        "The issue type with id '{}' does not exist",
    ),
    (
        "status",
        lambda site: site.baseline.statuses,
        lambda site, ref: site.status(ref),
        "The status with id '{}' does not exist",
    ),
    (
        "statuscategory",
        _categories,
        _category,
        "The status category with id '{}' does not exist",
    ),
    (
        "priority",
        lambda site: site.baseline.priorities,
        lambda site, ref: site.priority(ref),
        "The priority with id '{}' does not exist",
    ),
    (
        "resolution",
        lambda site: site.baseline.resolutions,
        lambda site, ref: site.resolution(ref),
        "The resolution with id '{}' does not exist",
    ),
)


def _list_route(of: Callable[[Site], list[JsonObject]]) -> Callable[[Call], Awaitable[Response]]:
    async def answer(call: ApiCall) -> Response:
        return call.json(call.look.meta(cast("JsonValue", of(call.site))))

    return answer


def _one_route(
    one: Callable[[Site, str], JsonObject | None], missing: str
) -> Callable[[Call, str], Awaitable[Response]]:
    async def answer(call: ApiCall, ref: str) -> Response:
        found = one(call.site, ref)
        if found is None:
            raise MissingError(missing.format(ref))
        return call.json(call.look.meta(found))

    return answer


for _path, _of, _one, _missing in _LISTS:
    router.add_api_route(f"/{_path}", _list_route(_of), name=f"all {_path}")
    router.add_api_route(f"/{_path}/{{ref}}", _one_route(_one, _missing), name=f"one {_path}")


@router.get("/field")
async def fields(call: ApiCall) -> Response:
    """Answer the site's fields."""
    return call.json(call.look.meta(cast("JsonValue", call.site.baseline.fields)))


@router.get("/filter/favourite")
async def favourite_filters(call: ApiCall) -> Response:
    """Answer the filters that the person marked."""
    found = [one for one in call.seen.baseline.filters if one.get("favourite")]
    return call.json(call.look.meta(cast("JsonValue", found)))


@router.get("/filter/{filter_id}")
async def one_filter(call: ApiCall, filter_id: str) -> Response:
    """Answer one filter."""
    for one in call.seen.baseline.filters:
        if text_of(one.get("id")) == filter_id:
            return call.json(call.look.meta(one))
    raise MissingError("The selected filter is not available to you, perhaps it has been deleted.")


@router.get("/label")
async def labels(call: ApiCall) -> Response:
    """Answer the labels of the issues that the caller sees."""
    found = await call.slow(reading.search, "labels is not EMPTY", limit=1000, want_total=False)
    names = {label for one in found.issues for label in list_of(one.fields.get("labels"))}
    every = sorted(text_of(one) for one in names)
    page = page_of(call.request.query_params, 1000, 1000)
    end = page.start + page.size
    answer: JsonObject = {
        "maxResults": page.size,
        "startAt": page.start,
        "total": len(every),
        "isLast": end >= len(every),
        "values": list(every[page.start : end]),
    }
    return call.json(answer)
