"""Who is named in Jira beside a change: the agent that proposed it, the person who approved it.

The plan shows the whole form; only the approver's name is filled in when it is sent,
because before the approval nobody knows it. What an agent wrote is never searched for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from sandbox.contract.shapes import ChangeSet, JsonObject

#: Stands where the approver's name will be.
APPROVER = "{approver}"
#: What our history entries are told by.
HISTORY_TYPE = "jira-airlock:promotion"
#: Part of a request's body that Jira keeps with its history entry.
HISTORY = "historyMetadata"


@dataclass(frozen=True, slots=True)
class Naming:
    """Where the two are named, beside the property ``airlock.last``."""

    #: In the history entry of edits and transitions.
    history: bool = False
    #: In a comment that everybody who sees the issue can read.
    comment: bool = False


def history_metadata(change_set: ChangeSet) -> JsonObject:
    """Return what Jira keeps with the history entry of our write."""
    return {
        "type": HISTORY_TYPE,
        "description": f"Proposed by the agent {change_set.agent}, approved by {APPROVER}",
        "generator": {"id": change_set.agent, "type": "agent"},
        "actor": {"id": APPROVER, "displayName": APPROVER, "type": "person"},
        "extraData": {"changeSet": change_set.id},
    }


def sentence(change_set: ChangeSet) -> str:
    """Return the text of the visible comment."""
    return f"Changed by the agent {change_set.agent} ({change_set.title}), approved by {APPROVER}."


def with_approver(body: JsonValue, name: str, *, own: bool) -> JsonValue:
    """Return a request's body with the approver named; ``own``: the gateway's own comment."""
    if not isinstance(body, dict):
        return body
    places: Mapping[str, JsonValue] = body
    if not own:
        places = {HISTORY: body[HISTORY]} if HISTORY in body else {}
    return {**body, **{place: _filled(value, name) for place, value in places.items()}}


def _filled(value: JsonValue, name: str) -> JsonValue:
    if isinstance(value, str):
        return value.replace(APPROVER, name)
    if isinstance(value, list):
        return [_filled(one, name) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, name) for key, one in value.items()}
    return value
