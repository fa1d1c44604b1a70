"""Rich texts as agents send them: Markdown that edits what stands there, or a document.

Markdown does not show everything. What the edit would lose is refused with a sentence
that names it, unless the agent says that it means to drop it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain.adf_nodes import block
from sandbox.domain.adf_resolve import UnknownSignError
from sandbox.domain.adf_schema import Node
from sandbox.domain.errors import InvalidError
from sandbox.domain.issue import user_id
from sandbox.domain.parts import text_of
from sandbox.domain.rich_edit import edited
from sandbox.domain.rich_text import value_in_dialect
from sandbox.domain.site import Site

WOULD_LOSE = (
    "This text would lose {lost}. Nothing was changed. Send the whole text with the signs "
    "that stand for these parts, as reading the issue shows them; if you mean to drop them, "
    "send {drop}=true and the reviewer is told."
)
UNKNOWN_SIGN = (
    "{sign} stands for nothing in the text as it is now. Nothing was changed. Read the issue "
    "again and use the signs that it shows; a mention may also name an account id, as in "
    "[@Name](mention:ACCOUNT_ID)."
)
#: Losses that are named in a refusal; the rest is counted.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Markdown:
    """A text as an agent sent it."""

    text: str
    #: Whether the agent means to drop what its text does not keep.
    drop: bool = False
    #: The argument that says so, for the refusal.
    drop_argument: str = "dropRichContent"


#: Markdown, or an ADF document.
Rich = Markdown | JsonObject


def rich_values(
    site: Site, before: Mapping[str, JsonValue], sent: Mapping[str, Rich], native: Dialect
) -> JsonObject:
    """Return texts in the dialect that an issue is stored in, edited from what it holds."""
    return {name: rich_value(site, before.get(name), one, native) for name, one in sent.items()}


def rich_value(site: Site, before: JsonValue, sent: Rich, native: Dialect) -> JsonValue:
    """Return one text in the dialect that an issue is stored in; an empty one is None."""
    if not isinstance(sent, Markdown):
        return value_in_dialect(sent, native)
    try:
        found = edited(_standing(before, native), sent.text, lambda ref: _mention(site, ref))
    except UnknownSignError as unknown:
        raise InvalidError((UNKNOWN_SIGN.format(sign=unknown),)) from unknown
    if found.lost and not sent.drop:
        raise InvalidError((_refusal(found.lost, sent.drop_argument),))
    value = found.value
    empty = not value.get("content") if isinstance(value, dict) else not value
    return None if empty else value


def _standing(before: JsonValue, native: Dialect) -> JsonValue:
    """Return what is edited; where nothing stands, an empty text of the right form."""
    if isinstance(before, str | dict) and before:
        return before
    empty: JsonObject = {"type": "doc", "version": 1, "content": []}
    return empty if native is Dialect.V3 else ""


def _refusal(lost: tuple[str, ...], drop: str) -> str:
    named = ", ".join(lost[:_NAMED])
    more = f" and {len(lost) - _NAMED} more parts" if len(lost) > _NAMED else ""
    return WOULD_LOSE.format(lost=named + more, drop=drop)


def _mention(site: Site, ref: str) -> Node | None:
    user = site.user(ref)
    if user is None:
        return None
    return block("mention", id=user_id(user), text=f"@{text_of(user.get('displayName'))}")
