"""The settings of how agents come in; ``gateway.settings`` adds them to its table."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.jira_settings import PartSettingsError, Setting
from sandbox.contract.shapes import OAuthScope

AGENTS: tuple[Setting, ...] = (
    Setting(
        "AIRLOCK_SANDBOX_CONTROL",
        "127.0.0.1:8644",
        "the sandbox's control door: host:port, a URL, or unix:/path/to/socket",
    ),
    Setting(
        "AIRLOCK_CONTROL_SECRET_FILE",
        ".airlock/control-secret",
        "file (mode 0600) with the secret that both sides of the control door hold",
    ),
    Setting(
        "AIRLOCK_SANDBOX_PUBLIC_URL",
        "http://127.0.0.1:8643",
        "where agents find the sandbox; printed in the snippets to connect a client",
    ),
    Setting(
        "AIRLOCK_BROWSE_LINKS",
        "yes",
        "yes: MCP answers link to the issue in Jira itself; no: agents never see where Jira is",
    ),
    Setting("AIRLOCK_LARGEST_FILE", "10", "megabytes that one attachment may have"),
    Setting(
        "AIRLOCK_OAUTH",
        "yes",
        "yes: MCP clients may ask a signed-in person for access (OAuth 2.1, by this gateway); "
        "no: only tokens that are made here. It takes https or loopback as AIRLOCK_PUBLIC_URL",
    ),
    Setting(
        "AIRLOCK_OAUTH_CLIENTS",
        "local",
        "which clients may ask, comma-separated, by where their answer goes: local (programs on "
        "the person's own computer), a host (claude.ai: https only), or a whole redirect address",
    ),
    Setting(
        "AIRLOCK_OAUTH_DOCUMENTS",
        "no",
        "yes: a client may name itself by the https address of its metadata document, which the "
        "gateway then fetches (public addresses only)",
    ),
    Setting(
        "AIRLOCK_OAUTH_MINE_ONLY",
        "yes",
        "yes: by OAuth an agent sees only issues of its person (assignee, reporter or watcher); "
        "no: all of the projects that the person ticks",
    ),
    Setting("AIRLOCK_OAUTH_DAYS", "30", "days after which a person has to consent again"),
    Setting(
        "AIRLOCK_MCP_ISSUER",
        "",
        "an identity provider whose access tokens are good at /mcp, in place of this gateway's "
        "(https; its address as in its tokens)",
    ),
    Setting(
        "AIRLOCK_MCP_AUDIENCE", "", "aud of those tokens; default: AIRLOCK_SANDBOX_PUBLIC_URL/mcp"
    ),
    Setting(
        "AIRLOCK_MCP_CLIENTS",
        "",
        "client ids there whose tokens count, comma-separated; id=name gives the agent a name",
    ),
    Setting(
        "AIRLOCK_MCP_PERSON_CLAIM",
        "email",
        "claim that names the person by e-mail address, account id, user key or name in Jira",
    ),
    Setting(
        "AIRLOCK_MCP_EMAIL",
        "verified",
        "verified: an e-mail address counts only in a token with email_verified: true; trusted: "
        "also where the token does not say so (Entra never does), if people cannot choose it there",
    ),
    Setting(
        "AIRLOCK_MCP_SCOPES",
        "",
        "what the identity provider calls our scopes, such as jira:read=Jira.Read,"
        "jira:stage=Jira.Stage; default: the same",
    ),
)

#: The client names itself by where its answer goes: a program on the person's own computer.
LOCAL = "local"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class OAuth:
    """The gateway's own authorization server."""

    #: ``iss``: the address of the gateway's pages.
    issuer: str
    #: ``aud``: the one resource that tokens are for.
    resource: str
    clients: tuple[str, ...] = (LOCAL,)
    documents: bool = False
    mine_only: bool = True
    days: float = 30.0


@dataclass(frozen=True, slots=True)
class ForeignIssuer:
    """An identity provider whose access tokens are good at the sandbox."""

    issuer: str
    audience: str
    #: Client id to the agent's name.
    clients: tuple[tuple[str, str], ...]
    person_claim: str = "email"
    #: Addresses count only where a token says that they are verified.
    email_verified: bool = True
    scopes: tuple[tuple[OAuthScope, str], ...] = ()
    mine_only: bool = True


class AgentsSettingsError(PartSettingsError):
    """A setting about agents cannot be used; has its name and what is wrong with it."""


def resource_of(names: Mapping[str, str]) -> str:
    """Return the address that every agent's token is for."""
    return names["AIRLOCK_SANDBOX_PUBLIC_URL"].rstrip("/") + "/mcp"


def oauth_of(names: Mapping[str, str], public_url: str, *, wanted: bool) -> OAuth | None:
    """Return the authorization server that is set, or None; raises AgentsSettingsError."""
    days = names["AIRLOCK_OAUTH_DAYS"]
    if not days.isdecimal() or not 0 < int(days) <= 366:
        raise AgentsSettingsError("AIRLOCK_OAUTH_DAYS", "has to be a number from 1 to 366.")
    # Codes and tokens in clear over a network would be anybody's.
    if not wanted or names["AIRLOCK_MCP_ISSUER"] or not _is_safe(public_url):
        return None
    return OAuth(
        issuer=public_url,
        resource=resource_of(names),
        clients=_listed(names["AIRLOCK_OAUTH_CLIENTS"]),
        documents=_truth(names, "AIRLOCK_OAUTH_DOCUMENTS"),
        mine_only=_truth(names, "AIRLOCK_OAUTH_MINE_ONLY"),
        days=int(days),
    )


def foreign_issuer_of(names: Mapping[str, str]) -> ForeignIssuer | None:
    """Return the identity provider that is set, or None; raises AgentsSettingsError."""
    issuer = names["AIRLOCK_MCP_ISSUER"]
    if not issuer:
        return None
    if not _is_safe(issuer):
        raise AgentsSettingsError("AIRLOCK_MCP_ISSUER", "has to be an https address.")
    clients = tuple(_pair(one) for one in _listed(names["AIRLOCK_MCP_CLIENTS"]))
    if not clients:
        raise AgentsSettingsError(
            "AIRLOCK_MCP_CLIENTS", "must be set with AIRLOCK_MCP_ISSUER: no token would count."
        )
    return ForeignIssuer(
        issuer=issuer,
        audience=names["AIRLOCK_MCP_AUDIENCE"] or resource_of(names),
        clients=clients,
        person_claim=names["AIRLOCK_MCP_PERSON_CLAIM"],
        email_verified=_one_of(names, "AIRLOCK_MCP_EMAIL", "verified", "trusted") == "verified",
        scopes=tuple(_scope(one) for one in _listed(names["AIRLOCK_MCP_SCOPES"])),
        mine_only=_truth(names, "AIRLOCK_OAUTH_MINE_ONLY"),
    )


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _truth(names: Mapping[str, str], name: str) -> bool:
    return _one_of(names, name, "yes", "no") == "yes"


def _one_of(names: Mapping[str, str], name: str, *words: str) -> str:
    said = names[name].lower()
    if said not in words:
        raise AgentsSettingsError(name, f"is '{names[name]}'; it may be {' or '.join(words)}.")
    return said


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pair(text: str) -> tuple[str, str]:
    client, _, name = (part.strip() for part in text.partition("="))
    return client, name or client


def _scope(text: str) -> tuple[OAuthScope, str]:
    ours, separator, theirs = (part.strip() for part in text.partition("="))
    if not separator or not theirs or ours not in list(OAuthScope):
        known = ", ".join(OAuthScope)
        raise AgentsSettingsError(
            "AIRLOCK_MCP_SCOPES", f"has '{text}'; it has to be ours=theirs, ours of {known}."
        )
    return OAuthScope(ours), theirs
