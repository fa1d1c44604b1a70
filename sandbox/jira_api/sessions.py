"""Sessions by cookie, as Data Center's older clients open them."""

from typing import cast

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.domain.errors import UnauthorizedError
from sandbox.domain.parts import text_of
from sandbox.jira_api.body import json_of, object_in
from sandbox.jira_api.call import SiteCall
from sandbox.jira_api.errors import MEDIA
from sandbox.jira_api.render import json_text
from sandbox.jira_api.sign_in import COOKIE, Credentials, SignIn
from sandbox.operations import reading
from sandbox.operations.context import Door

router = APIRouter(prefix="/rest/auth/1")

_FAILED = "Login failed"


@router.post("/session")
async def open_session(request: Request) -> Response:
    """Open a session: the name of a person and what proves it."""
    sign_in = cast("SignIn", request.app.state.sign_in)
    body = object_in(await json_of(request, sign_in.sandbox.address))
    given = Credentials(text_of(body.get("username")), text_of(body.get("password")))
    task = request.scope["state"]["task"]
    try:
        await run_in_threadpool(sign_in.caller, given, Door.REST2, task, "")
    except UnauthorizedError as error:
        raise UnauthorizedError(_FAILED) from error
    session = sign_in.open_session(given)
    said = json_text(
        {"session": {"name": COOKIE, "value": session}, "loginInfo": {"loginCount": 1}}
    )
    answer = Response(said, media_type=MEDIA)
    answer.set_cookie(COOKIE, session, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/session")
async def who(call: SiteCall) -> Response:
    """Answer whose session this is."""
    person = await call.quick(reading.person)
    name = text_of(person.get("name")) or call.caller.person
    address = f"{PLACEHOLDER}/rest/api/latest/user?username={name}"
    return call.json({"self": address, "name": name, "loginInfo": {"loginCount": 1}})


@router.delete("/session")
async def close_session(request: Request) -> Response:
    """End a session."""
    sign_in = cast("SignIn", request.app.state.sign_in)
    sign_in.sessions.pop(request.cookies.get(COOKIE, ""), None)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer
