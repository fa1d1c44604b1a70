"""OAuth 2.1 for agents' clients: what may be asked, and what is answered. Pure.

Authorization code with PKCE S256 only. An address that an answer goes to is compared
exactly, but for the port of a program on the person's own computer (RFC 8252). Nothing
that a client says of itself is believed: people are shown where the answer goes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Literal, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field

from gateway.agents_settings import LOCAL, LOOPBACK, OAuth
from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import OAuthScope, Scope

#: Seconds that a code, an access token, and a consent page are good for.
CODE_SECONDS = 60
ACCESS_SECONDS = 600
PAGE_SECONDS = 600
#: As RFC 7636 has challenges of S256 and verifiers.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LONGEST = 2000
_MOST_ADDRESSES = 20
AuthMethod = Literal["none", "client_secret_post", "client_secret_basic"]
AUTH_METHODS: tuple[AuthMethod, ...] = ("none", "client_secret_post", "client_secret_basic")
#: Schemes that a browser runs or shows instead of handing an answer to a program.
_NEVER = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "ftp", "ws", "wss"})


class OAuthError(Exception):
    """A request that is refused, with OAuth's word for it and a sentence for people."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        """Take the error code of the RFCs, what is wrong, and the HTTP status."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.status = status


class Client(Frozen):
    """A client as it introduced itself."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod = "none"
    #: Of its secret; empty for a public client.
    secret_hash: str = Field(default="", repr=False)
    #: Its id is the address of a document that was fetched from its own host.
    by_document: bool = False


class Asked(Frozen):
    """One authorization request that may be put to a person."""

    client_id: str
    client_name: str
    #: Host of the client's document; empty: it registered itself.
    client_document: str = ""
    redirect_uri: str
    state: str | None
    challenge: str
    scopes: tuple[OAuthScope, ...]

    @property
    def host(self) -> str:
        """Where the answer goes, as people are shown it."""
        return host_of(self.redirect_uri)

    @property
    def agent(self) -> str:
        """The agent's name: what the client calls itself, and where its answer goes."""
        return f"{self.client_name[:60]} ({self.host[:36]})"


class Consent(Frozen):
    """What a person allowed."""

    asked: Asked
    #: As they sign in here, and as Jira knows them.
    person: str
    account: str
    account_name: str
    scopes: tuple[OAuthScope, ...]
    scope: Scope


def read_request(query: Sequence[tuple[str, str]], client: Client, oauth: OAuth) -> Asked:
    """Return what is asked; raises OAuthError, which goes back to the client.

    The address for the answer has to be checked before (``redirect_of``).
    """
    given = _once(query)
    if given.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "Only response_type=code is answered.")
    if given.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE with code_challenge_method=S256 is required.")
    if not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise OAuthError("invalid_request", "code_challenge has to be 43 base64url characters.")
    check_resource(given.get("resource"), oauth)
    return Asked(
        client_id=client.client_id,
        client_name=client.name,
        client_document=host_of(client.client_id) if client.by_document else "",
        redirect_uri=redirect_of(given, client, oauth),
        state=given.get("state"),
        challenge=given["code_challenge"],
        scopes=scopes_asked(given.get("scope")),
    )


def redirect_of(given: Mapping[str, str], client: Client, oauth: OAuth) -> str:
    """Return where the answer goes; raises OAuthError, which must not be sent there."""
    wanted = given.get("redirect_uri", "")
    if not wanted and len(client.redirect_uris) == 1:
        wanted = client.redirect_uris[0]
    if not any(_same_address(wanted, known) for known in client.redirect_uris):
        raise OAuthError("invalid_request", "This redirect address is not one of the client's.")
    if not is_allowed(wanted, oauth.clients):
        raise OAuthError(
            "invalid_request",
            f"Clients whose answers go to {host_of(wanted)} may not ask here "
            "(AIRLOCK_OAUTH_CLIENTS).",
        )
    return wanted


def scopes_asked(text: str | None) -> tuple[OAuthScope, ...]:
    """Return the scopes that are asked for; none named means all; raises OAuthError."""
    if not (text or "").strip():
        return tuple(OAuthScope)
    words = set((text or "").split())
    unknown = sorted(words - set(OAuthScope) - {"offline_access"})
    if unknown:
        known = " ".join(OAuthScope)
        raise OAuthError("invalid_scope", f"There is no scope {unknown[0][:60]}; there are {known}")
    found = tuple(one for one in OAuthScope if one in words)
    return found if OAuthScope.READ in found else (OAuthScope.READ, *found)


def check_resource(wanted: str | None, oauth: OAuth) -> None:
    """Raise OAuthError when a token is wanted for something else; a task's address is ours."""
    if wanted is None:
        return
    parts = urlsplit(wanted)
    bare = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    if bare != oauth.resource and not bare.startswith(oauth.resource + "/"):
        raise OAuthError("invalid_target", f"Tokens are made for {oauth.resource} alone.")


def challenge_fits(verifier: str, challenge: str) -> bool:
    """Return whether the one who exchanges a code is the one who asked for it."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(made, challenge)


def answer_to(redirect_uri: str, answer: Mapping[str, str | None]) -> str:
    """Return the address that the browser is sent to with an answer."""
    parts = urlsplit(redirect_uri)
    kept = parse_qsl(parts.query, keep_blank_values=True)
    more = [(name, value) for name, value in answer.items() if value is not None]
    return parts._replace(query=urlencode([*kept, *more])).geturl()


def is_allowed(redirect_uri: str, allowed: Sequence[str]) -> bool:
    """Return whether a client may ask, by where its answer goes."""
    parts = urlsplit(redirect_uri)
    if redirect_uri in allowed:
        return True
    if is_local(redirect_uri):
        return LOCAL in allowed
    return parts.scheme == "https" and (parts.hostname or "") in allowed


def is_local(redirect_uri: str) -> bool:
    """Return whether an answer goes to a program on the person's own computer."""
    parts = urlsplit(redirect_uri)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def host_of(uri: str) -> str:
    """Return a host as people are shown it: ``local`` for this computer's programs."""
    if is_local(uri):
        return LOCAL
    parts = urlsplit(uri)
    return parts.netloc if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"


def registered(body: Mapping[str, object], client_id: str, oauth: OAuth) -> Client:
    """Return the client that registers itself (RFC 7591); raises OAuthError.

    Of several addresses those are kept that may be used here: the answer says which.
    """
    method = body.get("token_endpoint_auth_method", "none")
    if method not in AUTH_METHODS:
        method = "none"
    addresses = _addresses(body)
    kept = tuple(one for one in addresses if is_allowed(one, oauth.clients))
    if not kept:
        raise OAuthError(
            "invalid_redirect_uri",
            f"Clients whose answers go to {host_of(addresses[0])} may not register here. Whoever "
            "runs the gateway can allow them: AIRLOCK_OAUTH_CLIENTS.",
        )
    return Client(
        client_id=client_id,
        name=_name(body.get("client_name"), kept[0]),
        redirect_uris=kept,
        auth_method=cast("AuthMethod", method),
    )


def of_document(body: Mapping[str, object], url: str) -> Client:
    """Return the client whose metadata document this is; raises OAuthError."""
    if body.get("client_id") != url:
        raise OAuthError("invalid_client", "The document at this address names another client.")
    if body.get("token_endpoint_auth_method", "none") != "none":
        raise OAuthError("invalid_client", "A client with a document has to be a public one.")
    return Client(
        client_id=url,
        name=_name(body.get("client_name"), url),
        redirect_uris=_addresses(body),
        by_document=True,
    )


def _addresses(body: Mapping[str, object]) -> tuple[str, ...]:
    given = body.get("redirect_uris")
    listed = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    if not 0 < len(listed) <= _MOST_ADDRESSES or listed != given:
        raise OAuthError(
            "invalid_redirect_uri", f"redirect_uris has to list 1 to {_MOST_ADDRESSES} addresses."
        )
    for one in listed:
        _check_address(one)
    return tuple(dict.fromkeys(listed))


def _check_address(uri: str) -> None:
    try:
        parts = urlsplit(uri)
        wrong = parts.username is not None or parts.port == 0
    except ValueError:
        raise OAuthError("invalid_redirect_uri", "This is not an address.") from None
    plain = uri.isascii() and uri.isprintable() and " " not in uri and len(uri) <= _LONGEST
    if wrong or not plain or not parts.scheme or parts.fragment or "#" in uri or "\\" in uri:
        raise OAuthError(
            "invalid_redirect_uri", "A redirect address has no user, no fragment and no spaces."
        )
    if parts.scheme in _NEVER or (parts.scheme in ("http", "https") and not parts.hostname):
        raise OAuthError("invalid_redirect_uri", f"Answers are not sent to {parts.scheme}: here.")
    if parts.scheme == "http" and not is_local(uri):
        raise OAuthError("invalid_redirect_uri", "A redirect address has to be https or loopback.")


def _same_address(wanted: str, known: str) -> bool:
    if wanted == known:
        return True
    if not (is_local(wanted) and is_local(known)):
        return False
    try:
        _check_address(wanted)
    except OAuthError:
        return False
    one, other = urlsplit(wanted), urlsplit(known)
    return (one.hostname, one.path, one.query) == (other.hostname, other.path, other.query)


def _name(given: object, uri: str) -> str:
    said = given if isinstance(given, str) else ""
    cleaned = " ".join("".join(one if one.isprintable() else " " for one in said).split())
    return cleaned[:80] or host_of(uri)


def _once(query: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters; one that comes twice could mean two things; raises OAuthError."""
    found = dict(query)
    if len(found) != len(query):
        raise OAuthError("invalid_request", "A parameter stands twice in the request.")
    long = next((name for name, value in query if len(value) > _LONGEST), None)
    if long is not None:
        raise OAuthError("invalid_request", f"{long[:40]} is longer than {_LONGEST} characters.")
    return found
