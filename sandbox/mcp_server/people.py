"""Whom a name means: one account, or the question which of several."""

from pydantic import JsonValue

from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.domain.issue import user_id
from sandbox.mcp_server import wording
from sandbox.mcp_server.tool import Call, ToolRefusal
from sandbox.operations import reading

#: Candidates that are listed; more of them say that the name is too short.
MOST_CANDIDATES = 10
#: Words that mean the person the agent works for.
_MYSELF = frozenset({"me", "myself", "currentuser()", "@me", "나"})
#: What to write for nobody.
_NOBODY = frozenset({"", "unassigned", "none", "null", "-"})


def person(call: Call, field: str, wanted: JsonValue) -> JsonValue:
    """Return the JSON of the account that a field is to have; ask back when several match.

    Takes an account id, a user's JSON, a name, an e-mail address, or "me".
    """
    if wanted is None or (isinstance(wanted, str) and wanted.strip().casefold() in _NOBODY):
        return None
    ref = _reference(wanted)
    if not ref:
        return wanted
    return _named(call, _account(call, field, ref))


def candidates(call: Call, text: str) -> list[JsonObject]:
    """Return the accounts that a name or address may mean, an exact match alone."""
    site = reading.site(call.sandbox)
    found = site.find_users(text)
    exact = [
        one
        for one in found
        if text.casefold() in {str(one.get(name) or "").casefold() for name in _EXACT}
    ]
    return exact or found


_EXACT = ("displayName", "emailAddress", "name", "key", "accountId")


def brief(user: JsonObject) -> JsonObject:
    """Return what tells one account from another."""
    return {
        "accountId": user_id(user),
        "displayName": user.get("displayName"),
        "emailAddress": user.get("emailAddress"),
    }


def _reference(wanted: JsonValue) -> str:
    if isinstance(wanted, str):
        return wanted.strip().removeprefix("accountid:")
    if isinstance(wanted, dict):
        names = ("accountId", "id", "key", "name", "emailAddress", "displayName")
        return next((str(wanted[name]) for name in names if wanted.get(name)), "")
    return ""


def _account(call: Call, field: str, ref: str) -> JsonObject:
    if ref.casefold() in _MYSELF:
        return reading.person(call.sandbox, call.caller)
    known = reading.site(call.sandbox).user(ref)
    if known is not None and user_id(known) == ref:
        return known
    found = candidates(call, ref)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ToolRefusal(wording.NOBODY_MATCHES.format(field=field, name=ref))
    listed = "; ".join(
        f"{one.get('displayName')} <{one.get('emailAddress') or 'no e-mail'}> = {user_id(one)}"
        for one in found[:MOST_CANDIDATES]
    )
    raise ToolRefusal(
        wording.SEVERAL_MATCH.format(field=field, name=ref, count=len(found), listed=listed)
    )


def _named(call: Call, user: JsonObject) -> JsonObject:
    if call.sandbox.flavour is Flavour.CLOUD:
        return {"accountId": user_id(user)}
    return {"name": user.get("name") or user.get("key")}
