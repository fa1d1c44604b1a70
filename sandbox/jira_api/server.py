"""What a client asks first: ``serverInfo``, open to everybody."""

from datetime import UTC, datetime
from typing import cast

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sandbox.contract.addresses import from_placeholder
from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.jira_api.call import shown_at
from sandbox.jira_api.errors import MEDIA
from sandbox.jira_api.render import json_text
from sandbox.jira_api.sign_in import SignIn
from sandbox.operations.context import Sandbox

router = APIRouter()

#: Data Center 8.17.1's own; Cloud's is far beyond every client's comparison.
_BUILDS = {Flavour.CLOUD: 100_250, Flavour.SERVER: 817_001}
_DEPLOYMENTS = {Flavour.CLOUD: "Cloud", Flavour.SERVER: "Server"}


@router.get("/serverInfo")
async def server_info(request: Request) -> Response:
    """Answer version and kind of this Jira, and its public address."""
    sandbox = cast("SignIn", request.app.state.sign_in).sandbox
    version = request.path_params["version"]
    known = ("2", "latest") if sandbox.flavour is Flavour.SERVER else ("2", "3", "latest")
    if version not in known:
        raise HTTPException(404)
    address = shown_at(sandbox, request.scope["state"]["task"])
    said = _said(sandbox, request.app.state.title, address.url)
    return Response(from_placeholder(json_text(said), address), media_type=MEDIA)


def _said(sandbox: Sandbox, title: str, url: str) -> JsonObject:
    now = datetime.fromtimestamp(sandbox.clock() / 1_000_000, UTC)
    return {
        "baseUrl": url,
        "version": sandbox.version,
        "versionNumbers": list(_numbers(sandbox.version)),
        "deploymentType": _DEPLOYMENTS[sandbox.flavour],
        "buildNumber": _BUILDS[sandbox.flavour],
        "buildDate": "2026-01-01T00:00:00.000+0000",
        "serverTime": now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "scmInfo": "airlock",
        "serverTitle": title,
    }


def _numbers(version: str) -> list[int]:
    """Return the three numbers that clients compare."""
    parts = version.partition("-")[0].split(".")
    found = [int(one) for one in parts if one.isdecimal()][:3]
    return [*found, 0, 0, 0][:3]
