"""The one address that Jira itself calls: a webhook says which issue may have changed.

It is only a hint. Nothing in the body is believed or kept but issue ids, which are then
read by our own account. Without ``AIRLOCK_HOOK_SECRET`` the address does not exist.
"""

import json
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.operations import hints
from gateway.operations.context import Gateway

#: Jira sends the whole issue with each event.
LARGEST = 1024 * 1024


async def hook(request: Request) -> Response:
    """Take one event: 202 queued, 401 not signed, 413 too large, 429 too many."""
    gateway = cast("Gateway", request.app.state.gateway)
    secret = gateway.settings.hook_secret
    if not secret:
        return Response(status_code=404)
    body = await request.body()
    claimed = request.headers.get("x-hub-signature", "")
    given = str(request.path_params.get("secret", ""))
    if not hints.is_genuine(secret, body, signature=claimed, given=given):
        return Response(status_code=401)
    if not cast("hints.Bucket", request.app.state.hooks).take(gateway.clock()):
        return Response(status_code=429, headers={"Retry-After": "5"})
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return Response(status_code=400)
    await run_in_threadpool(hints.note, gateway, hints.issue_ids_of(event))
    return Response(status_code=202)


ROUTES = tuple(
    Route(path, hook, methods=["POST"], max_body_size=LARGEST)
    for path in ("/hooks/jira", "/hooks/jira/{secret}")
)
