"""Whether an answer is Jira's, to our account: pure, from its headers (in lower case)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gateway.upstream.errors import IdentityLostError, WrongUpstreamError

#: Every answer of a sandbox carries this header; no Jira does.
SANDBOX_HEADER = "X-Airlock-Sandbox"
_REASON = "x-seraph-loginreason"
_DENIED = "x-authentication-denied-reason"
_CAPTCHA = "Jira wants a CAPTCHA solved. Sign in there once by hand with that account."


@dataclass(frozen=True, slots=True)
class Expected:
    """Who must be answering, and as whom."""

    #: True: a sandbox and nothing else. False: anything but a sandbox.
    sandbox: bool = False
    #: Names of the account we connected with; empty before that is known.
    account: frozenset[str] = frozenset()
    #: Whether this Jira names the account in its answers' headers.
    named: bool = False


def stranger(headers: Mapping[str, str], expected: Expected) -> IdentityLostError | None:
    """Return why this answer is not Jira's to our account, or None."""
    if (SANDBOX_HEADER.lower() in headers) != expected.sandbox:
        return wrong_upstream(wanted_sandbox=expected.sandbox)
    return _login(headers) or _other_account(headers, expected.account)


def is_named(headers: Mapping[str, str]) -> bool:
    """Return whether an answer says for which account it was made."""
    return bool(headers.get("x-aaccountid") or headers.get("x-ausername"))


def wrong_upstream(*, wanted_sandbox: bool) -> WrongUpstreamError:
    """Return the error for a sandbox where Jira should be, or the other way round."""
    if wanted_sandbox:
        return WrongUpstreamError("A demo needs a sandbox as its upstream; this is not one.")
    return WrongUpstreamError(
        "This address is answered by a sandbox, not by Jira. Check JIRA_URL; for a test set "
        "AIRLOCK_TEST_UPSTREAM to its loopback URL in the process environment."
    )


def _login(headers: Mapping[str, str]) -> IdentityLostError | None:
    if "captcha" in headers.get(_DENIED, "").casefold():
        return IdentityLostError(_CAPTCHA)
    words = headers.get(_REASON, "OK").upper().replace(" ", "").split(",")
    if "AUTHENTICATION_DENIED" in words:
        return IdentityLostError(_CAPTCHA)
    if "OK" not in words or _DENIED in headers:
        return IdentityLostError("Jira did not accept our login. Check the credentials.")
    return None


def _other_account(headers: Mapping[str, str], account: frozenset[str]) -> IdentityLostError | None:
    named = unquote(headers.get("x-aaccountid") or headers.get("x-ausername") or "").casefold()
    if named == "anonymous":
        return IdentityLostError("Jira answered as to an anonymous visitor.")
    if account and named and named not in account:
        return IdentityLostError("Jira answered as to another account than at the start.")
    return None
