"""Entity properties: what the sandbox takes of them, from whom.

A property is no change that a person reviews, so an agent may set none on an issue; on a
comment some have a meaning (internal comments of Service Management) and are carried.
"""

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.errors import ForbiddenError, InvalidError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.operations.access import Work

#: The gateway's own mark on what it wrote; never shown to agents, never taken from them.
MARKER = "airlock.last"

#: As in Jira: characters of a property's JSON, and of its key.
_KEY_LIMIT = 255

NOT_STAGED = (
    "Issue properties cannot be staged for review, so they cannot be set here. "
    "Leave 'properties' out."
)


def checked(work: Work, properties: JsonValue) -> JsonObject:
    """Return properties by key, from an object or from Jira's list; agents set no marker."""
    found = _by_key(properties)
    if work.ws is not None and MARKER in found:
        raise ForbiddenError(NOT_STAGED)
    if any(not key or len(key) > _KEY_LIMIT for key in found):
        raise InvalidError(("A property's key must have 1 to 255 characters.",))
    return found


def with_properties(work: Work, issue: IssueState, properties: JsonValue) -> IssueState:
    """Return an issue with properties set, as only an upstream does."""
    found = _by_key(properties)
    if not found:
        return issue
    if work.ws is not None:
        raise ForbiddenError(NOT_STAGED)
    held = object_of((issue.extra or {}).get("properties"))
    return issue.with_extra({"properties": {**held, **checked(work, found)}})


def without_marker(issue: IssueState) -> IssueState:
    """Return an issue as agents see it."""
    extra = issue.extra or {}
    own = object_of(extra.get("properties"))
    shown: JsonObject = {key: value for key, value in own.items() if key != MARKER}
    said = object_of(extra.get("comment_properties"))
    kept: JsonObject = {
        comment_id: {key: one for key, one in object_of(held).items() if key != MARKER}
        for comment_id, held in said.items()
    }
    if shown == own and kept == said:
        return issue
    return issue.with_extra({"properties": shown, "comment_properties": kept})


def _by_key(properties: JsonValue) -> JsonObject:
    if isinstance(properties, dict):
        return properties
    return {text_of(one.get("key")): one.get("value") for one in objects_of(properties)}
