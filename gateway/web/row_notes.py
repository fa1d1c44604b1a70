"""What is said below a change besides its flags; pure."""

from collections.abc import Iterator

from pydantic import JsonValue

from gateway.promotion.fields import listed
from gateway.review.values import ChangeView, ReviewView
from gateway.web.field_words import FieldWords
from gateway.web.language import Tongue
from gateway.web.sentences import KINDS
from gateway.web.value_html import name_of
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind

_SECOND = 1_000_000


class RowNotes:
    """Says it in the reader's language."""

    def __init__(self, tongue: Tongue, view: ReviewView | None = None) -> None:
        """Take the language, and when the agent read which issue."""
        self.tongue = tongue
        self.gettext = tongue.gettext
        self.fields = FieldWords(tongue, None if view is None else view.field_names)
        self.titles = _titles(view, tongue)
        self.read: dict[str, list[int]] = {}
        for one in () if view is None else view.reads:
            self.read.setdefault(one.issue_key, []).append(one.at)

    def of(self, view: ChangeView) -> Iterator[str]:
        """Yield what is to be known of a change."""
        if not view.now_known:
            yield self.gettext(
                "Jira could not be read just now; this is compared with the last reading."
            )
        if view.three in (Three.BOTH, Three.SAME) and view.change.kind is ChangeKind.EDIT:
            yield self.gettext("Jira already has this value.")
        if view.change.depends_on:
            names = ", ".join(self.titles.get(one, one) for one in view.change.depends_on)
            yield self.gettext("Needs %(changes)s first.", changes=names)
        if view.screen_asks:
            yield self.gettext(
                "Its screen asks for: %(fields)s.", fields=", ".join(view.screen_asks)
            )
        if view.earlier is not None:
            yield self._earlier(view)

    def _earlier(self, view: ChangeView) -> str:
        found = view.earlier
        if found is None or not found.also:
            return self.tongue.ngettext(
                "Seen %(num)d time before: nothing else changed with it.",
                "Seen %(num)d times before: nothing else changed with it.",
                0 if found is None else found.times,
            )
        told = ", ".join(
            self.gettext(
                "%(field)s (%(before)s → %(after)s, %(times)s×)",
                field=self.fields.text(one.field),
                before=self._word(one.before),
                after=self._word(one.after),
                times=one.times,
            )
            for one in found.also
        )
        return self.tongue.ngettext(
            "Seen %(num)d time before: Jira also changed %(fields)s.",
            "Seen %(num)d times before: Jira also changed %(fields)s.",
            found.times,
            fields=told,
        )

    def _word(self, value: JsonValue) -> str:
        names = map(name_of, listed(value)) if isinstance(value, list) else (name_of(value),)
        return ", ".join(filter(None, names)) or self.gettext("None")

    def reading(self, view: ChangeView) -> str:
        """Return how long before the write the agent read the issue, by what the sandbox told.

        Empty: it did not, or the change makes the issue.
        """
        if view.change.kind is ChangeKind.CREATE:
            return ""
        written = view.change.written_at
        before = [at for at in self.read.get(view.change.issue_key, ()) if at <= written]
        if not before or view.change.read_at is None:
            return ""
        passed = max(written - max(before), _SECOND)
        return self.gettext("Read %(time)s before the write.", time=self.tongue.length(passed))


def _titles(view: ReviewView | None, tongue: Tongue) -> dict[str, str]:
    """Return change id to what the change is called where others name it."""
    every = () if view is None else (one for issue in view.issues for one in issue.changes)
    return {
        one.change.id: f"{one.change.issue_key} "
        + (one.field_name if one.change.field else tongue.gettext(KINDS[one.change.kind]))
        for one in every
    }
