"""What agents send: fields by id or name, people by name, texts as Markdown or ADF."""

import orjson

from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain.rich_text import check_adf
from sandbox.mcp_server import wording
from sandbox.mcp_server.people import person
from sandbox.mcp_server.tool import Call, ToolRefusal
from sandbox.operations import reading
from sandbox.operations.rich_texts import Markdown, Rich

#: Fields whose value is one account: a name or "me" will do.
_PEOPLE = frozenset({"assignee", "reporter"})
#: The argument that says so, in each profile.
_DROP = ("dropRichContent", "drop_rich_content")


def dialect_of(call: Call) -> Dialect:
    """Return the dialect that the site's own clients write in."""
    return Dialect.V3 if call.sandbox.flavour is Flavour.CLOUD else Dialect.V2


def rich_text(call: Call, name: str, value: str | JsonObject) -> Rich:
    """Return a sent text as an edit of what stands there; refuse a broken ADF document."""
    if isinstance(value, str) and call.text("contentFormat") != "adf":
        return markdown(call, name, value)
    document = _adf_in(name, value) if isinstance(value, str) else value
    problem = check_adf(document)
    if problem is not None:
        raise ToolRefusal(f"{name} is not a valid ADF document: {problem} Nothing was changed.")
    return document


def markdown(call: Call, name: str, text: str) -> Markdown:
    """Return a Markdown text; one that ends where an answer was cut would lose the rest."""
    if wording.CUT_SIGN in text:
        raise ToolRefusal(wording.SENT_A_CUT_TEXT.format(name=name))
    drop = next((one for one in _DROP if one in call.arguments), _DROP[0])
    return Markdown(text, drop=bool(call.arguments.get(drop)))


def _adf_in(name: str, text: str) -> JsonObject:
    """Return the ADF document in a JSON text: the official server takes it so, too."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return value
    raise ToolRefusal(
        f"{name} must be an ADF document (an object) when contentFormat is adf. "
        "Send Markdown and leave contentFormat out, or send the object."
    )


def sent_fields(call: Call, fields: JsonObject) -> tuple[JsonObject, dict[str, Rich]]:
    """Return fields by id (names are accepted), and apart from them the rich texts."""
    site = reading.site(call.sandbox)
    found: JsonObject = {}
    texts: dict[str, Rich] = {}
    for name, value in fields.items():
        known = site.field(name)
        field_id = str(known["id"]) if known else name
        if site.is_rich(field_id) and isinstance(value, str | dict):
            texts[field_id] = rich_text(call, name, value)
        elif field_id in _PEOPLE:
            found[field_id] = person(call, name, value)
        else:
            found[field_id] = value
    return found, texts
