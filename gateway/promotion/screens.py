"""What a site's screens were seen to take: fields, verbs, comments, and what they require.

Only what Jira showed counts here. A screen that nobody observed takes nothing along and
requires nothing: promotion then asks Jira itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion.fields import fields_of, part
from gateway.promotion.routes import Step, observed, route
from sandbox.contract.shapes import Change, JsonObject, SiteBaseline

Screen = Mapping[str, JsonObject]

COMMENT = "comment"
#: Jira calls it required on every screen that shows it, and fills it in by itself.
DEFAULTED = frozenset({"resolution"})


@dataclass(frozen=True, slots=True)
class Lack:
    """A required field that a change does not fill in."""

    field: str
    name: str
    #: False when Jira may fill it in by itself.
    certain: bool = True


def edit_screen(fields: JsonObject, site: SiteBaseline) -> Screen | None:
    """Return the edit screen of issues of the same project and type; None if unobserved."""
    pair = (part(fields, "project", "id"), part(fields, "issuetype", "id"))
    place = ":".join(str(one) for one in pair)
    return None if place in site.assumed_edit else site.edit_meta.get(place)


def transition_screen(fields: JsonObject, step: Step, site: SiteBaseline) -> Screen | None:
    """Return the screen of one transition; None if it was not observed, or only assumed."""
    found = observed(fields, step, site)
    if found is None or found.inferred:
        return None
    return as_screen(found.transition.get("fields"))


def as_screen(value: JsonValue) -> dict[str, JsonObject] | None:
    """Return Jira's ``fields`` of a screen by id; None when it told none."""
    if not isinstance(value, dict):
        return None
    return {name: one for name, one in value.items() if isinstance(one, dict)}


def takes(screen: Screen, name: str, verbs: Collection[str]) -> bool:
    """Return whether a screen shows a field and takes these verbs for it."""
    told = screen.get(name, {}).get("operations")
    return isinstance(told, list) and set(verbs) <= {str(one) for one in told}


def lacks(screen: Screen, filled: Mapping[str, JsonValue]) -> list[Lack]:
    """Return the required fields that would be empty; ``filled``: values by field."""
    have = {name for name, value in filled.items() if value not in _EMPTY}
    return [
        Lack(name, str(meta.get("name") or name), certain=name not in DEFAULTED)
        for name, meta in screen.items()
        if meta.get("required") is True and meta.get("hasDefaultValue") is not True
        if name not in have
    ]


def transition_asks(change: Change, doc: JsonObject | None, site: SiteBaseline) -> tuple[str, ...]:
    """Return the names of the fields that the screens on the way of a transition require."""
    fields = fields_of(doc)
    screens = (transition_screen(fields, step, site) for step in route(change, doc, site))
    asked = (one for screen in screens for one in lacks(screen or {}, {}))
    return tuple(dict.fromkeys(one.name for one in asked))


def transition_lacks(
    change: Change, doc: JsonObject | None, edits: Mapping[str, JsonValue], site: SiteBaseline
) -> list[Lack]:
    """Return what the screens on the way of a transition require and nobody fills in.

    ``edits``: what the same change set sets on the issue, by field.
    """
    fields = fields_of(doc)
    steps = route(change, doc, site)
    given = part(change.after, "fields")
    found: dict[str, Lack] = {}
    for number, step in enumerate(steps, start=1):
        screen = transition_screen(fields, step, site)
        own = given if number == len(steps) and isinstance(given, dict) else {}
        for one in lacks(screen or {}, {**fields, **edits, **own}):
            found.setdefault(one.field, one)
    return list(found.values())


_EMPTY: tuple[JsonValue, ...] = (None, "", [])
