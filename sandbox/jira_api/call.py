"""One call at the Jira door: who asks, in which dialect, and how to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Concatenate, ParamSpec, TypeVar, cast

from fastapi import Depends, Request
from pydantic import JsonValue
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sandbox.contract.addresses import Address, from_placeholder
from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain.site import Site
from sandbox.jira_api.body import json_of, object_in
from sandbox.jira_api.errors import MEDIA
from sandbox.jira_api.render import Look, json_text
from sandbox.jira_api.sign_in import SignIn
from sandbox.operations import reading
from sandbox.operations.context import Caller, Door, Sandbox

P = ParamSpec("P")
T = TypeVar("T")

DIALECTS = {"2": Dialect.V2, "latest": Dialect.V2, "3": Dialect.V3}
DOORS = {Dialect.V2: Door.REST2, Dialect.V3: Door.REST3}


@dataclass(frozen=True, slots=True)
class Call:
    """What a route handler needs."""

    request: Request
    sandbox: Sandbox
    caller: Caller
    dialect: Dialect
    #: The address that URLs in the answer start with: public, with ``/t/{task}``.
    address: Address
    #: Tell who asked.
    headers: dict[str, str]

    @property
    def cloud(self) -> bool:
        """Whether Cloud is played."""
        return self.sandbox.flavour is Flavour.CLOUD

    @property
    def site(self) -> Site:
        """The site's metadata."""
        return reading.site(self.sandbox)

    @property
    def seen(self) -> Site:
        """The same, as the caller's scope shows it: without other projects' boards and filters."""
        return reading.seen_site(self.sandbox, self.caller)

    @property
    def look(self) -> Look:
        """How issues are shown in this call's dialect."""
        return Look(self.site, self.dialect)

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)

    def names(self, name: str) -> tuple[str, ...]:
        """Return a query parameter that is a comma-separated list, given once or often."""
        given = self.request.query_params.getlist(name)
        return tuple(one.strip() for text in given for one in text.split(",") if one.strip())

    async def quick(
        self, operation: Callable[Concatenate[Sandbox, Caller, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """Run a short read: with SQLite here, on the event loop, it is twice as cheap."""
        if self.sandbox.database.dialect_name == "sqlite":
            return operation(self.sandbox, self.caller, *args, **kw)
        return await self.slow(operation, *args, **kw)

    async def slow(
        self, operation: Callable[Concatenate[Sandbox, Caller, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """Run a write or a long read, in the threadpool."""
        return await run_in_threadpool(operation, self.sandbox, self.caller, *args, **kw)

    async def body(self) -> JsonObject:
        """Return the request's body, which must be a JSON object."""
        return object_in(await self.value())

    async def value(self) -> JsonValue:
        """Return the request's body, any JSON."""
        return await json_of(self.request, self.sandbox.address)

    def text(self, text: str, status: int = 200) -> Response:
        """Answer JSON text that has placeholders in it."""
        return Response(from_placeholder(text, self.address), status, self.headers, MEDIA)

    def json(self, value: JsonValue, status: int = 200) -> Response:
        """Answer a JSON value that has placeholders in it."""
        return self.text(json_text(value), status)

    def listed(self, values: list[JsonObject], status: int = 200) -> Response:
        """Answer a list of objects."""
        return self.json(cast("JsonValue", values), status)

    def empty(self, status: int = 204) -> Response:
        """Answer without a body."""
        return Response(None, status, self.headers)


async def api_call(request: Request) -> Call:
    """Return the call of a request below ``/rest/api/{version}``."""
    dialect = DIALECTS.get(request.path_params["version"])
    sign_in = cast("SignIn", request.app.state.sign_in)
    # Data Center has no version 3.
    if dialect is None or (dialect is Dialect.V3 and sign_in.sandbox.flavour is Flavour.SERVER):
        raise HTTPException(404)
    return await call_at(request, sign_in, DOORS[dialect], dialect)


async def _agile_call(request: Request) -> Call:
    sign_in = cast("SignIn", request.app.state.sign_in)
    # Agile answers have wiki texts on both flavours.
    return await call_at(request, sign_in, Door.AGILE, Dialect.V2)


async def call_at(request: Request, sign_in: SignIn, door: Door, dialect: Dialect) -> Call:
    """Return the call of a request; raise UnauthorizedError for a stranger."""
    sandbox = sign_in.sandbox
    task = request.scope["state"]["task"]
    if sandbox.database.dialect_name == "sqlite":
        known = sign_in.known(request, door, task)
    else:
        known = await run_in_threadpool(sign_in.known, request, door, task)
    # Refusals, too, say to whom.
    request.scope["state"]["headers"] = known.headers
    return Call(request, sandbox, known.caller, dialect, shown_at(sandbox, task), known.headers)


def shown_at(sandbox: Sandbox, task: str) -> Address:
    """Return the address that answers show, which keeps the task."""
    return _below(sandbox.address.url, task) if task else sandbox.address


@lru_cache(maxsize=1024)
def _below(url: str, task: str) -> Address:
    return Address(f"{url}/t/{task}")


async def _site_call(request: Request) -> Call:
    sign_in = cast("SignIn", request.app.state.sign_in)
    return await call_at(request, sign_in, Door.REST2, Dialect.V2)


ApiCall = Annotated[Call, Depends(api_call)]
#: Addresses outside of the versioned ones.
SiteCall = Annotated[Call, Depends(_site_call)]
AgileCall = Annotated[Call, Depends(_agile_call)]
