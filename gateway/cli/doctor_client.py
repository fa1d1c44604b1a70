"""``airlock doctor --client``: the way that an agent's client takes, end to end.

From the sandbox's address over what it says about where to sign in to a list of tools;
with ``AIRLOCK_TOKEN`` (and ``AIRLOCK_MCP_URL``) as a client has them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from gateway.agents_settings import resource_of
from gateway.operations.checking import Checked, fail, ok, warn
from gateway.settings import Settings

_TIMEOUT_S = 10.0
_LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
_ACCEPT = {"Accept": "application/json, text/event-stream"}
_RESOURCE = "/.well-known/oauth-protected-resource"
_SERVERS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
_SAME = "Set AIRLOCK_SANDBOX_PUBLIC_URL alike for the gateway and the sandbox."


def check_client(settings: Settings, env: Mapping[str, str]) -> Iterator[Checked]:
    """Yield what a client meets on its way in."""
    ours = resource_of({"AIRLOCK_SANDBOX_PUBLIC_URL": settings.sandbox_public_url})
    url = env.get("AIRLOCK_MCP_URL") or ours
    with httpx2.Client(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False) as http:
        try:
            answer = http.post(url, json=_LIST, headers=_ACCEPT)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            what = f"Nothing answers at {url} ({type(error).__name__})."
            yield fail("client.reach", what, f"Start the sandbox: airlock sandbox. {_SAME}")
            return
        if answer.status_code != 401:
            what = f"{url} answered {answer.status_code} to a client without a token, not 401."
            yield fail("client.reach", what, "Is that the sandbox's address, with /mcp?")
            return
        yield ok("client.reach", f"{url} answers, and lets nobody in without a token.")
        yield from _oauth(http, settings, url, answer.headers.get("www-authenticate", ""))
        yield from _token(http, url, env.get("AIRLOCK_TOKEN", ""))


def _oauth(http: httpx2.Client, settings: Settings, url: str, challenge: str) -> Iterator[Checked]:
    if "resource_metadata=" not in challenge:
        wanted = settings.oauth is not None or settings.foreign_issuer is not None
        if wanted:
            what = "The sandbox does not say where clients sign in."
            yield fail("client.oauth", what, "Is the gateway running? It says so to the sandbox.")
        else:
            yield ok("client.oauth", "OAuth is off: clients need a token that is made here.")
        return
    where = challenge.partition('resource_metadata="')[2].partition('"')[0]
    told = _json(http, where)
    resource = str(told.get("resource") or "")
    if not _within(url, resource):
        what = f"The sandbox calls itself {resource or 'nothing'}, so clients at {url} stop."
        yield fail("client.resource", what, _SAME)
        return
    yield ok("client.resource", f"Tokens are for {resource}.")
    servers = told.get("authorization_servers")
    issuer = str(servers[0]) if isinstance(servers, list) and servers else ""
    yield from _issuer(http, issuer)


def _issuer(http: httpx2.Client, issuer: str) -> Iterator[Checked]:
    found = next((one for path in _SERVERS if (one := _json(http, issuer + path))), {})
    if not found:
        what = f"{issuer} does not tell how to sign in."
        yield fail("client.issuer", what, "Is it running, and reached under AIRLOCK_PUBLIC_URL?")
    elif str(found.get("issuer")).rstrip("/") != issuer.rstrip("/"):
        what = f"{issuer} calls itself {found.get('issuer')}, so clients stop."
        yield fail("client.issuer", what, "Set AIRLOCK_PUBLIC_URL to how it is reached.")
    elif "S256" not in (found.get("code_challenge_methods_supported") or ["S256"]):
        what = f"{issuer} does not offer PKCE with S256, which clients need."
        yield fail("client.issuer", what, "Switch it on there.")
    else:
        yield ok("client.issuer", f"Clients sign in at {issuer}.")


def _token(http: httpx2.Client, url: str, token: str) -> Iterator[Checked]:
    if not token:
        what = "No token was tried."
        yield warn("client.token", what, "Set AIRLOCK_TOKEN to one, and look again.")
        return
    try:
        answer = http.post(url, json=_LIST, headers={**_ACCEPT, "Authorization": f"Bearer {token}"})
        listed = answer.json() if answer.status_code == 200 else {}
    except (httpx2.HTTPError, ValueError) as error:
        yield fail("client.token", f"No answer to the token ({type(error).__name__}).", "")
        return
    tools = listed.get("result", {}).get("tools", []) if isinstance(listed, dict) else []
    if not tools:
        what = f"The token of AIRLOCK_TOKEN was answered {answer.status_code}."
        yield fail("client.token", what, "Make a new one: airlock agent create")
        return
    yield ok("client.token", f"The token of AIRLOCK_TOKEN works: {len(tools)} tools.")


def _json(http: httpx2.Client, url: str) -> dict[str, Any]:
    try:
        answer = http.get(url)
        found = json.loads(answer.content) if answer.status_code == 200 else None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _within(url: str, resource: str) -> bool:
    """Return whether a client at this address takes the resource for its own (RFC 8707)."""
    one, other = urlsplit(url), urlsplit(resource)
    same = (one.scheme, one.netloc) == (other.scheme, other.netloc)
    return same and (one.path.rstrip("/") + "/").startswith(other.path.rstrip("/") + "/")
