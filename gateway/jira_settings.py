"""The settings of the way to Jira; ``gateway.settings`` adds them to its table.

Their values are read by ``gateway.upstream.credentials`` alone. Names that begin with
``JIRA_`` or ``ATLASSIAN_`` are mcp-atlassian's, with its meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One name that may be set, for the program and for the docs."""

    name: str
    default: str
    meaning: str
    #: A secret may also be given as ``NAME_FILE``, the path of a file that holds it.
    secret: bool = False
    #: Other names for the same thing, from other tools' ``.env`` files.
    aliases: tuple[str, ...] = ()


class PartSettingsError(ValueError):
    """A setting of one part cannot be used; has its name and what is wrong with it."""

    def __init__(self, name: str, problem: str) -> None:
        """Say which setting and what is wrong with it."""
        super().__init__(problem)
        self.name = name


def one_of(names: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return a setting that is one of a few words; raises PartSettingsError."""
    if names[name] not in allowed:
        raise PartSettingsError(name, f"is '{names[name]}'; it may be {' or '.join(allowed)}.")
    return names[name]


JIRA: tuple[Setting, ...] = (
    Setting(
        "JIRA_URL",
        "",
        "base URL of Jira, Cloud or Data Center, with its context path; or "
        "https://api.atlassian.com/ex/jira/CLOUD-ID",
    ),
    Setting("JIRA_USERNAME", "", "account of the token (Cloud: e-mail)", aliases=("JIRA_EMAIL",)),
    Setting("JIRA_API_TOKEN", "", "API token (Cloud) or password (Data Center)", secret=True),
    Setting("JIRA_PERSONAL_TOKEN", "", "personal access token (Data Center)", secret=True),
    Setting(
        "ATLASSIAN_OAUTH_ACCESS_TOKEN",
        "",
        "OAuth access token that something else renews; sent as Bearer",
        secret=True,
        aliases=("JIRA_OAUTH_ACCESS_TOKEN",),
    ),
    Setting(
        "ATLASSIAN_OAUTH_CLOUD_ID",
        "",
        "id of the Cloud site: requests then go to api.atlassian.com, as scoped API tokens, "
        "service accounts and OAuth need it; JIRA_URL stays the site's own address",
    ),
    Setting("ATLASSIAN_OAUTH_CLIENT_ID", "", "OAuth 2.0 (3LO) app with which people connect"),
    Setting("ATLASSIAN_OAUTH_CLIENT_SECRET", "", "that app's secret", secret=True),
    Setting(
        "ATLASSIAN_OAUTH_REDIRECT_URI",
        "",
        "that app's callback URL; default: AIRLOCK_PUBLIC_URL/jira/callback",
    ),
    Setting(
        "ATLASSIAN_OAUTH_SCOPE",
        "read:jira-work write:jira-work read:jira-user offline_access",
        "scopes that people are asked for",
    ),
    Setting("JIRA_SSL_VERIFY", "yes", "no: do not check Jira's certificate; or a file of CAs"),
    Setting("JIRA_CLIENT_CERT", "", "file of a client certificate"),
    Setting("JIRA_CLIENT_KEY", "", "file of the client certificate's key"),
    Setting("JIRA_CLIENT_KEY_PASSWORD", "", "password of that key", secret=True),
    Setting("JIRA_CUSTOM_HEADERS", "", "further headers: Name=value, comma-separated", secret=True),
    Setting("JIRA_TIMEOUT", "75", "seconds until an answer of Jira is given up"),
    Setting("JIRA_HTTPS_PROXY", "", "proxy for Jira alone; else HTTPS_PROXY, HTTP_PROXY, NO_PROXY"),
    Setting("JIRA_NO_PROXY", "", "hosts that are reached without JIRA_HTTPS_PROXY"),
    Setting("AIRLOCK_WRITE_USERNAME", "", "account that promotion writes as, with its token"),
    Setting("AIRLOCK_WRITE_API_TOKEN", "", "API token of that account", secret=True),
    Setting("AIRLOCK_WRITE_PERSONAL_TOKEN", "", "or its personal access token", secret=True),
    Setting("AIRLOCK_WRITE_ACCESS_TOKEN", "", "or its OAuth access token", secret=True),
    Setting(
        "AIRLOCK_READ_ONLY",
        "no",
        "yes: nothing is ever written to Jira; everything but promote works",
        aliases=("READ_ONLY_MODE",),
    ),
    Setting(
        "AIRLOCK_AUTHOR",
        "service",
        "as whom approved changes are written: service (the account above), requester (the "
        "person the agent worked for) or approver; the last two need people to connect",
    ),
    Setting(
        "AIRLOCK_TEST_ATLASSIAN",
        "",
        "loopback URL that stands in for api.atlassian.com and auth.atlassian.com in tests; "
        "only from the process environment, never from a file",
    ),
)
