"""The SDK's own OAuth client, with a person's browser at the gateway's real pages."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.oauth2 import TokenStorage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl
from starlette.testclient import TestClient

from gateway.agents_settings import OAuth
from gateway.app import create_app
from gateway.identity import links
from gateway.identity.people import admit
from gateway.operations import registering
from gateway.review.people import Person, Role
from tests.gateway.identity.document_server import HOST
from tests.house import House
from tests.journeys.agents import Agent, Era

GATEWAY = "http://127.0.0.1:8642"
BACK = "http://127.0.0.1:33418/callback"
#: As they sign in at the gateway.
PERSON = "oauth-person"


@dataclass
class Kept(TokenStorage):
    """What a client program keeps."""

    tokens: OAuthToken | None = None
    info: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.info

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.info = client_info


@dataclass
class Program:
    """A client program and the person in front of it."""

    house: House
    pages: TestClient
    document: str | None = None
    #: Whether the person ticks that changes may be staged, request by request.
    stages: list[bool] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)
    #: Method, path and status of every request that the program made.
    traffic: list[tuple[str, str, int]] = field(default_factory=list)
    _came_back: str = ""

    async def _open_browser(self, url: str) -> None:
        parts = urlsplit(url)
        assert url.startswith(GATEWAY)
        page = self.pages.get(f"{parts.path}?{parts.query}")
        assert page.status_code == 200, page.text
        sealed = page.text.split('name="request" value="')[1].split('"')[0]
        stage = self.stages.pop(0) if self.stages else True
        form = {
            "request": sealed,
            "decision": "allow",
            "projects": ["WEB", "PAY"],
            "stage": "yes" if stage else "no",
        }
        answer = self.pages.post("/oauth/consent", data=form, headers={"Origin": GATEWAY})
        assert answer.status_code == 303, answer.text
        self._came_back = answer.headers["location"]

    async def _wait_for_browser(self) -> AuthorizationCodeResult:
        assert self._came_back.startswith(BACK)
        got = {name: one[0] for name, one in parse_qs(urlsplit(self._came_back).query).items()}
        return AuthorizationCodeResult(code=got["code"], state=got["state"], iss=got["iss"])

    @asynccontextmanager
    async def connected(self, path: str = "/mcp", era: Era = "auto") -> AsyncIterator[Agent]:
        """Connect, and ask the person whenever the server says so."""
        url = f"{self.house.shadow.url}{path}"
        auth = OAuthClientProvider(
            url,
            OAuthClientMetadata(
                client_name="SDK 클라이언트",
                redirect_uris=[AnyUrl(BACK)],
                token_endpoint_auth_method="none",
            ),
            self.kept,
            self._open_browser,
            self._wait_for_browser,
            client_metadata_url=self.document,
        )
        app = create_app(self.house.gateway)

        async def note(answer: httpx2.Response) -> None:
            asked = answer.request
            self.traffic.append((asked.method, asked.url.path, answer.status_code))

        async with (
            httpx2.AsyncClient(
                auth=auth,
                timeout=30,
                trust_env=False,
                mounts={GATEWAY: httpx2.ASGITransport(app=app)},
                event_hooks={"response": [note]},
                headers={"User-Agent": "sdk-client"},
            ) as http,
            Client(streamable_http_client(url, http_client=http), mode=era) as client,
        ):
            yield Agent(client)


@contextmanager
def signed_in(built: House, **oauth: Any) -> Iterator[TestClient]:
    """Make the house's gateway an authorization server; yields the browser of its person."""
    assert built.world is not None
    gateway, before = built.gateway, built.gateway.settings
    own = OAuth(GATEWAY, f"{built.shadow.url}/mcp", ("local", HOST), **oauth)
    gateway.settings = replace(before, public_url=GATEWAY, oauth=own)
    account = built.world.cast.person.account_id
    someone = Person(person=PERSON, name="민아", role=Role.VIEWER, jira_account=account)
    admit(gateway, someone, by="test")
    registering.push_registry(gateway)
    with TestClient(create_app(gateway), GATEWAY, follow_redirects=False) as pages:
        secret = urlsplit(links.new_link(gateway, PERSON)).query.removeprefix("link=")
        assert pages.post("/sign-in", data={"link": secret}).status_code == 303
        yield pages
    gateway.settings = before
    registering.push_registry(gateway)
