"""The official suite's word on the gateway as authorization server, with a person's browser.

The gateway's pages are served on a port of this machine; the person signs in with a link
and allows what the suite's client asks for.
"""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2
import uvicorn

from gateway.agents_settings import OAuth
from gateway.app import create_app
from gateway.identity import links
from gateway.identity.people import admit
from gateway.review.people import Person, Role
from tests.conformance.mcp.suite import PACKAGES, Said, environment, node, read
from tests.house import House

_PERSON = "conformance"


def authorization_scenarios(built: House) -> Said:
    """Run every scenario for authorization servers."""
    with pages(built) as url, browser(built, url) as http, closing(free_port()) as held:
        port = held.getsockname()[1]
        held.close()
        body = {"client_name": "Suite", "redirect_uris": [f"http://127.0.0.1:{port}/callback"]}
        # A program's request: the person's cookies stay in the browser.
        made = httpx2.post(f"{url}/oauth/register", json=body, trust_env=False)
        said = _ask(url, made.raise_for_status().json()["client_id"], port, built, http)
    found = read(said)
    if len(found.scored) < 2 or "skipped" in said.lower():
        raise SystemExit(f"The suite did not run:\n{said[-2000:]}")
    return found


@contextmanager
def pages(built: House) -> Iterator[str]:
    """Serve the gateway's pages as an authorization server; yields their address."""
    gateway, before = built.gateway, built.gateway.settings
    listening = free_port()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    oauth = OAuth(url, f"{built.shadow.url}/mcp")
    gateway.settings = replace(before, public_url=url, oauth=oauth)
    server = uvicorn.Server(uvicorn.Config(create_app(gateway), log_level="warning"))
    thread = threading.Thread(target=server.run, args=([listening],), name="pages")
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(20)
        gateway.settings = before


@contextmanager
def browser(built: House, url: str) -> Iterator[httpx2.Client]:
    """Lend the browser of a person who is signed in and has a Jira account."""
    assert built.world is not None, "the house has a world"
    account = built.world.cast.person.account_id
    someone = Person(person=_PERSON, name="Suite", role=Role.VIEWER, jira_account=account)
    admit(built.gateway, someone, by="conformance")
    with httpx2.Client(base_url=url, headers={"Origin": url}, trust_env=False) as http:
        secret = urlsplit(links.new_link(built.gateway, _PERSON)).query.removeprefix("link=")
        assert http.post("/sign-in", data={"link": secret}).status_code == 303
        yield http


def _ask(url: str, client: str, port: int, built: House, http: httpx2.Client) -> str:
    program = str(PACKAGES / "conformance" / "dist" / "index.js")
    words = ["--url", url, "--client-id", client, "--port", str(port)]
    more = ["--resource", f"{built.shadow.url}/mcp"]
    said: list[str] = []
    with subprocess.Popen(
        [node(), program, "authorization", *words, *more],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None, "it is a pipe"
        for line in process.stdout:
            said.append(line)
            if line.startswith(f"{url}/oauth/authorize"):
                _allow(http, line.strip())
    return "".join(said)


def _allow(http: httpx2.Client, address: str) -> None:
    page = http.get(address)
    sealed = page.text.split('name="request" value="')[1].split('"')[0]
    form = {"request": sealed, "decision": "allow", "projects": "WEB", "stage": "yes"}
    answer = http.post("/oauth/consent", data=form)
    httpx2.get(answer.headers["location"], trust_env=False)


def free_port() -> socket.socket:
    """Return a socket that listens on a free port of this machine."""
    return socket.create_server(("127.0.0.1", 0))
