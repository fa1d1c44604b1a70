"""Pages of Jira's lists: many shapes, one meaning."""

from dataclasses import dataclass

from pydantic import JsonValue

from gateway.upstream.sound import sound_rows
from sandbox.contract.shapes import JsonObject

#: Lists in which what we wrote ourselves is looked for.
_WRITTEN = frozenset({"comments", "worklogs"})


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and whether there are more."""

    rows: list[JsonObject]
    last: bool
    next_start: int


def objects(value: JsonValue) -> list[JsonObject]:
    """Return the objects in a list; anything else is no object."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def page_of(body: JsonObject, names: tuple[str, ...], start: int) -> Page:
    """Return the rows of a page bean, under whichever of the names they stand.

    Raises UnreadableError for comments and logged work that cannot be what Jira has.
    """
    if names[0] in _WRITTEN:
        sound_rows(body, names[0])
    rows = objects(next((body[name] for name in names if name in body), []))
    return Page(rows, _is_last(body, rows, start), start + len(rows))


def _is_last(body: JsonObject, rows: list[JsonObject], start: int) -> bool:
    if not rows or body.get("isLast") is True:
        return True
    total = body.get("total")
    if isinstance(total, int) and not isinstance(total, bool):
        return start + len(rows) >= total
    size = body.get("maxResults")
    # Some Agile lists have no total: a page that is not full ends them.
    return body.get("isLast") is None and isinstance(size, int) and len(rows) < size
