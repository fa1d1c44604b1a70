"""A changed text in the reader's way: one difference, two sides, the result, the source."""

import json
from collections.abc import Callable

from markupsafe import Markup
from pydantic import JsonValue

from gateway.review.preferences import (
    ADVANCE,
    CHOICES,
    KEYS,
    LOOK,
    PLAIN,
    SPACES,
    YES,
    Look,
    Preferences,
)
from gateway.web.adf_diff import AdfDiff
from gateway.web.language import N_, Tongue
from gateway.web.page_values import LookChoice, Panel, SettingLine
from gateway.web.value_html import Values

_NAMES = {
    Look.VISUAL: N_("Visual"),
    Look.SIDE: N_("Side by side"),
    Look.RESULT: N_("Result"),
    Look.SOURCE: N_("Source"),
}

_LOOK_LABEL = N_("How changed texts are shown")
_SWITCHES = (
    (
        SPACES,
        N_("Changes of spaces alone"),
        (N_("Fold them"), N_("Show them like all others")),
        "",
    ),
    (
        KEYS,
        N_("Single-key shortcuts"),
        (N_("Switched on"), N_("Switched off")),
        N_("Switch them off if you speak to your computer or press keys by accident."),
    ),
    (
        ADVANCE,
        N_("After a decision by key, or a mark as viewed"),
        (N_("Go to the next one"), N_("Stay where you are")),
        "",
    ),
    (
        PLAIN,
        N_("A change set's page"),
        (N_("Everything on it"), N_("What changes, why, and two buttons")),
        N_(
            "The rest is folded, or away until you switch back. What blocks or warns is always "
            "shown, and so is what was remarked."
        ),
    ),
)


class Looks:
    """Makes the panels of a changed text."""

    def __init__(self, tongue: Tongue, look: Look) -> None:
        """Remember language and way."""
        self.gettext = tongue.gettext
        self.look = look
        self.values = Values(tongue)
        self.diff = AdfDiff(tongue)

    def panels(
        self, before: JsonValue, after: JsonValue, now: str, visual: Markup
    ) -> tuple[Panel, ...]:
        """Return a text's panels; ``now`` names its old state, ``visual`` is the difference."""
        makers: dict[Look, Callable[[], tuple[Panel, ...]]] = {
            Look.VISUAL: lambda: (Panel(self.gettext("What changes"), visual, "wide"),),
            Look.SIDE: lambda: (
                Panel(now, self._side(before, visual), "old"),
                Panel(self.gettext("After promotion"), self._side(after, visual), "new"),
            ),
            Look.RESULT: lambda: (
                Panel(self.gettext("After promotion"), self.values.show(after), "wide"),
            ),
            Look.SOURCE: lambda: (
                Panel(self.gettext("What changes"), self._source(before, after), "source"),
            ),
        }
        return makers[self.look]()

    def added(self, value: JsonValue, label: str) -> tuple[Panel, ...]:
        """Return the panel of a text that is new."""
        if self.look is not Look.SOURCE:
            return (Panel(label, self.values.show(value), "wide"),)
        return (Panel(label, self._source(None, value), "source"),)

    def choices(self) -> tuple[LookChoice, ...]:
        """Return all ways, with the one that is chosen."""
        ways = [*Look]
        after = ways[(ways.index(self.look) + 1) % len(ways)]
        names = {one: self.gettext(_NAMES[one]) for one in ways}
        return tuple(
            LookChoice(str(one), names[one], chosen=one is self.look, next=one is after)
            for one in ways
        )

    def _side(self, value: JsonValue, visual: Markup) -> Markup:
        """Return the difference, of which the style sheet hides the other side."""
        return visual if value else self.values.show(value)

    def _source(self, before: JsonValue, after: JsonValue) -> Markup:
        return self.diff.texts(*map(_written, (before, after)))


def _written(value: JsonValue) -> str:
    """Return a value as Jira has it: wiki text, or a document as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def setting_lines(likes: Preferences, tongue: Tongue) -> tuple[SettingLine, ...]:
    """Return everything that can be chosen, with what is."""
    chosen = {SPACES: likes.spaces, KEYS: likes.keys, ADVANCE: likes.advance, PLAIN: likes.plain}
    found = [SettingLine(LOOK, tongue.gettext(_LOOK_LABEL), Looks(tongue, likes.look).choices())]
    for name, label, texts, hint in _SWITCHES:
        values = CHOICES[name]
        options = tuple(
            LookChoice(value, tongue.gettext(text), chosen=chosen[name] == (value == YES))
            for value, text in zip(values, texts, strict=True)
        )
        found.append(SettingLine(name, tongue.gettext(label), options, tongue.gettext(hint)))
    return tuple(found)
