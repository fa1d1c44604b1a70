"""Getting to know a Jira: which one it is, where its pages are, whom it takes us for."""

from dataclasses import dataclass

from gateway.settings import SettingsError
from gateway.upstream.credentials import Credentials, is_loopback
from gateway.upstream.errors import WrongUpstreamError
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour, JsonObject

#: Host names of Atlassian's cloud, where ``serverInfo`` need not be asked.
_CLOUD_HOSTS = (".atlassian.net", ".jira.com", "api.atlassian.com")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom Jira takes us for."""

    #: Jira's id: accountId on Cloud, user key on Server.
    id: str = ""
    name: str = ""


def sandbox_wanted(credentials: Credentials, demo: bool, test_upstream: str | None) -> bool:
    """Return whether a sandbox has to answer, and nothing else."""
    if demo:
        return True
    named = (credentials.url, credentials.site_url)
    if test_upstream is None or test_upstream.rstrip("/") not in named:
        return False
    if not is_loopback(credentials.url):
        raise SettingsError("AIRLOCK_TEST_UPSTREAM", "has to be a loopback URL.")
    return True


def is_cloud(host: str) -> bool:
    """Return whether a host (with port) is Atlassian's cloud."""
    return host.rsplit(":", 1)[0].endswith(_CLOUD_HOSTS)


def flavour_of(host: str, told: JsonObject) -> Flavour:
    """Return which Jira this is, by its host or what ``serverInfo`` told."""
    # ``/rest/api/2`` exists on both, and ``deploymentType`` is what clients branch on.
    cloud = is_cloud(host) or told.get("deploymentType") == "Cloud"
    return Flavour.CLOUD if cloud else Flavour.SERVER


def site_of(address: Address, site_url: str | None, told: JsonObject) -> Address:
    """Return where people open this Jira; refuses the site of another cloud id."""
    if site_url in (None, address.url):
        return address
    says = str(told.get("baseUrl") or "").rstrip("/")
    if not says:
        raise WrongUpstreamError("Jira does not say where its pages are. Set JIRA_URL to the site.")
    if site_url and says.casefold() != site_url.casefold():
        raise WrongUpstreamError(
            f"The cloud id leads to {says}, but JIRA_URL is {site_url}. Correct one of them."
        )
    return Address(says)


def account_of(myself: JsonObject) -> Account:
    """Return the account that ``myself`` tells of."""
    found = myself.get("accountId") or myself.get("key") or myself.get("name") or ""
    return Account(str(found), str(myself.get("displayName") or myself.get("name") or found))
