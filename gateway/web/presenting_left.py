"""The fields that a change set leaves as they are, as a page shows them; pure."""

from dataclasses import dataclass

from markupsafe import Markup
from pydantic import JsonValue

from gateway.operations.leaving import Left
from gateway.promotion.fields import listed, part
from gateway.web.language import Tongue
from gateway.web.reveal import reveal
from gateway.web.sentences import FIELDS
from gateway.web.value_html import Values, chip, name_of
from sandbox.contract.shapes import JsonObject

#: End of a link to the word for its direction.
_ENDS = {"inwardIssue": "inward", "outwardIssue": "outward"}


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One field with its value."""

    id: str
    name: str
    html: Markup


@dataclass(frozen=True, slots=True)
class LeftPage:
    """All of them."""

    review: int
    name: str
    anchor: str
    key: str
    summary: Markup
    lines: tuple[LeftLine, ...]


def present_left(found: Left, tongue: Tongue) -> LeftPage:
    """Return the fields by name; issues that are not the reader's to know are not named."""
    values = Values(tongue)
    lines = []
    for field, value in found.fields.items():
        known = found.site.name(field)
        name = tongue.gettext(FIELDS[field]) if known == field and field in FIELDS else known
        lines.append(LeftLine(field, name, _shown(field, value, found, values)))
    return LeftPage(
        review=found.review_id,
        name=f"CS-{found.review_id}",
        anchor=f"i-{found.issue_id}",
        key=found.key,
        summary=reveal(found.summary),
        lines=tuple(sorted(lines, key=lambda one: (one.name.casefold(), one.id))),
    )


def _shown(field: str, value: JsonValue, found: Left, values: Values) -> Markup:
    if field == "parent" and isinstance(value, dict):
        return values.show(value) if _may_know(value, found) else _withheld(values)
    if field not in ("subtasks", "issuelinks"):
        return values.show(value, field)
    quoted = listed(value)
    own = [one for one in quoted if _may_know(one, found)]
    shown = [chip(_quoted(one, values)) for one in own]
    if len(own) < len(quoted):
        shown.append(_withheld(values))
    return Markup(" ").join(shown)


def _quoted(quote: JsonObject, values: Values) -> Markup:
    """Return a sub-task, or a link with the word for its direction."""
    for end, word in _ENDS.items():
        if isinstance(quote.get(end), dict):
            said = reveal(name_of(part(quote, "type", word) or part(quote, "type")))
            return Markup("{} {}").format(said, values.show(quote[end]))
    return values.show(quote)


def _may_know(quote: JsonObject, found: Left) -> bool:
    ends = [one for one in map(quote.get, _ENDS) if isinstance(one, dict)] or [quote]
    return all(str(one.get("key")) in found.known for one in ends)


def _withheld(values: Values) -> Markup:
    text = values.tongue.gettext("Issues that are not yours to see are left out.")
    return Markup('<span class="mute">{}</span>').format(text)
