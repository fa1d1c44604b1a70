"""Agents' tokens: how one looks, what is kept of it, whom it may be for. Pure."""

import hashlib
from collections.abc import Callable

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject, SiteBaseline

#: Says what it is, so that secret scanners and people recognise one.
TOKEN_PREFIX = "ala_"
#: How many of a token's last characters its public name keeps.
_ENDING = 4
#: Ways to name a Jira account; the first two are what a Grant's ``person`` holds.
_NAMES = ("accountId", "key", "name", "emailAddress", "displayName")


def new_token(random_text: Callable[[int], str]) -> str:
    """Return a fresh token: 32 random bytes behind the prefix."""
    return TOKEN_PREFIX + random_text(32)


def new_token_id(random_hex: Callable[[int], str], token: str) -> str:
    """Return a token's public name: it ends as the token does, so that its owner finds it.

    Four of 43 random characters; what is left cannot be guessed either.
    """
    return f"{random_hex(8)}.{token[-_ENDING:]}"


def ending(token_id: str) -> str:
    """Return the token's last characters; empty for tokens named before they were kept."""
    return token_id.partition(".")[2]


def token_hash(token: str) -> str:
    """Return what is kept of a token.

    Plain SHA-256: 32 random bytes cannot be guessed, so nothing slower is needed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def account_id(user: JsonObject) -> str | None:
    """Return what a Grant names a person by: accountId on Cloud, key or name on Server."""
    found = (user.get(name) for name in ("accountId", "key", "name"))
    return next((one for one in found if isinstance(one, str) and one), None)


def people_called(baseline: SiteBaseline, ref: str) -> list[JsonObject]:
    """Return the site's people that a name, key, account id or e-mail address means.

    The exact id wins over a name that somebody chose: nobody can pass for another.
    """
    wanted = ref.strip().casefold()
    for name in _NAMES:
        found = [user for user in baseline.users if _is(user.get(name), wanted)]
        if found:
            return found
    return []


def _is(value: JsonValue, wanted: str) -> bool:
    return isinstance(value, str) and value.casefold() == wanted
