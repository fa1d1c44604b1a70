"""Asks Jira what somebody may do: by their own account, or by ours as far as it may ask.

An administrator's account may ask for everybody on Cloud (``permissions/check``). Where it
may not, ``user/viewissue/search`` still says who sees an issue, and the rest stays untold.
"""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from gateway.review.jira_rights import BROWSE, Place
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError
from sandbox.contract.shapes import Flavour, JsonObject

#: Issues that Jira takes in one question.
MOST = 500
Told = dict[tuple[Place, str], bool | None]


def own(upstream: Upstream, places: Sequence[Place], names: Sequence[str]) -> Told:
    """Return what the connected account itself may do; raises UpstreamError."""
    if upstream.flavour is Flavour.CLOUD:
        return _checked(upstream, places, names, {})
    return {
        (place, name): told
        for place in places
        for name, told in _mine(upstream, place, names).items()
    }


def of(upstream: Upstream, user: JsonObject, places: Sequence[Place], names: Sequence[str]) -> Told:
    """Return what somebody else may do, as far as we may ask; raises UpstreamError.

    ``user`` is how Jira shows them.
    """
    account = user.get("accountId")
    if upstream.flavour is Flavour.CLOUD and isinstance(account, str):
        try:
            return _checked(upstream, places, names, {"accountId": account})
        except OurFaultError as error:
            if error.status not in (400, 401, 403, 404):
                raise
    return _listed(upstream, user, places, names)


def _checked(
    upstream: Upstream, places: Sequence[Place], names: Sequence[str], who: JsonObject
) -> Told:
    found: Told = {(place, name): False for place in places for name in names}
    by_id = {(one.is_project, one.id): one for one in places}
    for start in range(0, len(places), MOST):
        some = places[start : start + MOST]
        asked: JsonObject = {
            "permissions": list(names),
            "issues": _numbers(one.id for one in some if not one.is_project),
            "projects": _numbers(one.id for one in some if one.is_project),
        }
        answer = upstream.check_permissions({**who, "projectPermissions": [asked]})
        rows = answer.get("projectPermissions")
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict):
                _take(found, by_id, row)
    return found


def _take(found: Told, by_id: dict[tuple[bool, str], Place], row: JsonObject) -> None:
    for is_project, name in ((False, "issues"), (True, "projects")):
        listed = row.get(name)
        for one in listed if isinstance(listed, list) else []:
            place = by_id.get((is_project, str(one)))
            if place is not None:
                found[place, str(row.get("permission"))] = True


def _mine(upstream: Upstream, place: Place, names: Sequence[str]) -> dict[str, bool | None]:
    where = {"projectKey": place.key} if place.is_project else {"issueId": place.id}
    try:
        told = upstream.permissions_at(where, names)
    except OurFaultError as error:
        if error.status in (403, 404):
            return dict.fromkeys(names, False)
        raise
    return {name: _has(told.get(name)) for name in names}


def _has(told: JsonValue) -> bool | None:
    held = told.get("havePermission") if isinstance(told, dict) else None
    return held if isinstance(held, bool) else None


def _listed(
    upstream: Upstream, user: JsonObject, places: Sequence[Place], names: Sequence[str]
) -> Told:
    """Return whom Jira lists among those with a permission, one question each.

    What it refuses once is not asked again: the rest of it stays untold.
    """
    who = {"accountId": str(user["accountId"])} if user.get("accountId") else _by_name(user)
    found: Told = {(place, name): None for place in places for name in names}
    ways = [upstream.viewers, upstream.holders]
    for place, name in found:
        where = {"projectKey" if place.is_project else "issueKey": place.key}
        seeing = name == BROWSE and not place.is_project
        way = upstream.viewers if seeing and upstream.viewers in ways else upstream.holders
        if way not in ways:
            continue
        more = {} if way == upstream.viewers else {"permissions": name}
        try:
            found[place, name] = any(_same(one, user) for one in way({**who, **where, **more}))
        except OurFaultError as error:
            if error.status not in (400, 401, 403, 404):
                raise
            ways.remove(way)
    return found


def _by_name(user: JsonObject) -> dict[str, str]:
    return {"username": str(user.get("name") or user.get("key") or "")}


def _same(one: JsonObject, user: JsonObject) -> bool:
    name = "accountId" if user.get("accountId") else "name"
    return one.get(name) is not None and one.get(name) == user.get(name)


def _numbers(ids: Iterable[str]) -> list[JsonValue]:
    return [int(one) for one in ids if one.isascii() and one.isdigit()]
