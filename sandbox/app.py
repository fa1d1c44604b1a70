"""The two apps of a sandbox: what agents see, and what only the gateway sees."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.control_api import routes
from sandbox.control_api.signed import Signed
from sandbox.domain.errors import JiraError
from sandbox.jira_api.door import open_door
from sandbox.jira_api.doorstep import Doorstep, inside
from sandbox.jira_api.faulty import Faulty
from sandbox.jira_api.lane import Lane
from sandbox.jira_api.sign_in import SignIn
from sandbox.mcp_server.mount import EVERY_TOOL, PATH, ToolSettings, is_mcp, mount
from sandbox.operations.context import Role, Sandbox
from sandbox.site_file import SiteFile


def create_app(sandbox: Sandbox, site_file: SiteFile, tools: ToolSettings = EVERY_TOOL) -> ASGIApp:
    """Return the app of the agents' port: Jira's REST API and MCP."""
    # An upstream is for people and the gateway: it has no agents, so no MCP.
    mcp = mount(sandbox, tools) if sandbox.role is Role.SHADOW else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if mcp is None:
            yield
            return
        async with mcp.lifespan():
            yield

    app = FastAPI(title="Jira", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.router.redirect_slashes = False
    sign_in = SignIn(sandbox, site_file.accounts())
    app.state.sign_in = sign_in
    app.state.title = site_file.title
    # Signs page tokens; they need not survive a restart.
    app.state.page_secret = secrets.token_bytes(32)
    open_door(app, sign_in)
    app.router.routes[:0] = mcp.routes if mcp is not None else ()
    context_path = urlsplit(sandbox.address.url).path.rstrip("/")
    if sandbox.role is Role.UPSTREAM:
        app.add_middleware(Faulty, sandbox=sandbox)
    app.add_middleware(Doorstep, role=sandbox.role, context_path=context_path)
    jira = Lane(app, sign_in, context_path)
    if mcp is None:
        return jira
    door = Doorstep(mcp.door, role=sandbox.role, context_path=context_path)
    return McpFirst(jira, door, context_path)


class McpFirst:
    """Leads MCP straight to its door, past the layers and the hundred routes of Jira's."""

    def __init__(self, app: ASGIApp, mcp: ASGIApp, context_path: str) -> None:
        """Wrap the app of everything else, which knows the same door by its routes."""
        self.app = app
        self._mcp = mcp
        self._context = context_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        app = self._mcp if self._is_mcp(scope) else self.app
        await app(scope, receive, send)

    def _is_mcp(self, scope: Scope) -> bool:
        # Looked at twice, since most requests are not for it.
        asked = scope["type"] == "http" and PATH in scope["path"]
        return asked and is_mcp(inside(scope, self._context)["path"])


def create_control_app(sandbox: Sandbox, secret: bytes) -> FastAPI:
    """Return the app of the control door; every request must be signed with the secret."""
    app = FastAPI(title="Control door", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.sandbox = sandbox
    app.include_router(routes.router)
    app.add_exception_handler(JiraError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_middleware(Signed, secret=secret, clock=sandbox.clock)
    return app


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, JiraError) else 500
    return JSONResponse({"error": str(error)}, status)


async def _invalid(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    where = ".".join(str(part) for part in found[0]["loc"]) if found else ""
    said = f"{where}: {found[0]['msg']}" if found else "The body is not valid."
    return JSONResponse({"error": said}, 400)


async def _no_route(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"error": "No such address."}, status)
