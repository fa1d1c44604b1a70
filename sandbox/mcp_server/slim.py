"""Jira's JSON without what a model has no use for, and what a text costs it."""

import re

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject

#: Parts of a value that say nothing about the issue.
_NOISE = frozenset(
    {
        "self",
        "avatarUrls",
        "iconUrl",
        "avatarId",
        "expand",
        "timeZone",
        "active",
        "accountType",
        "entityId",
        "scope",
        "projectTypeKey",
        "simplified",
        "colorName",
        "statusColor",
        "hierarchyLevel",
        "projectId",
        "locale",
    }
)
_ASCII = re.compile(r"[\x00-\x7f]+")


def tokens(text: str) -> int:
    """Return how many tokens a text costs about: four ASCII letters each, one for others.

    Real tokenizers differ by some 20 percent either way; Korean is counted high on purpose.
    """
    if text.isascii():
        return -(-len(text) // 4)
    plain = sum(len(run) for run in _ASCII.findall(text))
    return -(-plain // 4) + len(text) - plain


def within(text: str, budget: int) -> int:
    """Return how many characters from the start of a text cost at most so many tokens."""
    if text.isascii():
        return min(len(text), budget * 4)
    spent = 0.0
    for place, letter in enumerate(text):
        spent += 0.25 if letter.isascii() else 1
        if spent > budget:
            return place
    return len(text)


def slim(value: JsonValue) -> JsonValue:
    """Return a value without noise, lists and objects all the way down."""
    if isinstance(value, list):
        return [slim(one) for one in value]
    if isinstance(value, dict):
        return slim_object(value)
    return value


def slim_object(value: JsonObject) -> JsonObject:
    """Return an object without noise; a user is an id and a name."""
    if "displayName" in value:
        names = ("accountId", "name", "key", "displayName")
        return {name: value[name] for name in names if value.get(name)}
    if "statusCategory" in value:
        category = value["statusCategory"]
        key = category.get("key") if isinstance(category, dict) else None
        kept: JsonObject = {name: value[name] for name in ("id", "name") if name in value}
        return {**kept, "statusCategory": {"key": key}}
    found = {name: slim(one) for name, one in value.items() if name not in _NOISE}
    if "name" in found and "id" in found:
        # What it is called says enough: its description is that of the site, not the issue's.
        found.pop("description", None)
    return found
