"""What a person made of single values: picks in conflicts, edits, blocks left out. Pure.

A settled value takes the place of the agent's, and the value in Jira that the person saw
takes the place of the baseline: so the plan, its drift check and its digest are made of
what the person decided, by the same code as ever.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import JsonValue

from gateway.promotion.fields import fields_of, listed, part
from sandbox.contract.frozen import Frozen
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, JsonObject


class Pick(StrEnum):
    """Where a settled value comes from."""

    #: The agent's value, over what is in Jira now.
    TAKE = "take"
    #: Jira's and the agent's together.
    COMBINE = "combine"
    #: Some of the agent's blocks.
    BLOCKS = "blocks"
    #: The person's own words.
    EDIT = "edit"


class Settled(Frozen):
    """One value that a person settled."""

    pick: Pick
    #: As ``Change.after``.
    value: JsonValue
    #: What is in Jira, as the person saw it; the write replaces nothing else.
    over: JsonValue = None
    by: str


#: Kinds whose value can be settled.
SETTLES = frozenset({ChangeKind.EDIT, ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT})


def settle(
    change_set: ChangeSet, docs: Mapping[str, JsonObject], settled: Mapping[str, Settled]
) -> tuple[ChangeSet, dict[str, JsonObject]]:
    """Return the set and its documents as people settled them; the seal stays the agent's."""
    if not settled:
        return change_set, dict(docs)
    changes = tuple(
        one.model_copy(update={"after": settled[one.id].value}) if one.id in settled else one
        for one in change_set.changes
    )
    found = dict(docs)
    for change in change_set.changes:
        if change.id in settled and change.id in docs:
            found[change.id] = _over(change, docs[change.id], settled[change.id].over)
    return change_set.model_copy(update={"changes": changes}), found


def _over(change: Change, doc: JsonObject, over: JsonValue) -> JsonObject:
    fields = fields_of(doc)
    if change.kind is ChangeKind.EDIT:
        return {**doc, "fields": {**fields, change.field or "": over}}
    if change.kind is ChangeKind.COMMENT_EDIT and isinstance(over, dict):
        comments: list[JsonValue] = [
            {**one, **over} if str(one.get("id")) == str(part(change.after, "id")) else one
            for one in listed(part(fields, "comment", "comments"))
        ]
        page = part(fields, "comment")
        held: JsonObject = {**(page if isinstance(page, dict) else {}), "comments": comments}
        return {**doc, "fields": {**fields, "comment": held}}
    return doc
