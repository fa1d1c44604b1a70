"""From who looks after a change set to the box at the top of its page; pure."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.operations.desk import Care
from gateway.review.resting import Pause, Rest
from gateway.store.opening import Opened
from gateway.web.language import N_, Tongue
from gateway.web.reveal import reveal

_PAUSES = {
    Pause.HOURS: N_("for four hours"),
    Pause.DAY: N_("for a day"),
    Pause.WEEK: N_("for a week"),
    Pause.CHANGE: N_("until it changes"),
}


@dataclass(frozen=True, slots=True)
class DeskBox:
    """Who looks after a set and what marks there are, as its page shows it."""

    care: Care
    #: Until when it is set aside, in a sentence; empty: it is not.
    rest: str
    #: What is still to do; empty: nothing is noted.
    note: Markup
    #: The same, for the box in which it is edited.
    note_text: str
    noted: str
    #: Value and text of each pause.
    pauses: tuple[tuple[str, str], ...]


def present_desk(care: Care | None, tongue: Tongue) -> DeskBox | None:
    """Return the box, in the reader's language."""
    if care is None:
        return None
    note = care.follow_up
    return DeskBox(
        care=care,
        rest="" if care.rest is None else resting_until(care.rest, tongue),
        note=reveal("" if note is None else note.note),
        note_text="" if note is None else note.note,
        noted=""
        if note is None
        else tongue.gettext(
            "noted by %(name)s, %(when)s", name=care.noted_by, when=tongue.moment(note.at)
        ),
        pauses=tuple((str(one), tongue.gettext(text)) for one, text in _PAUSES.items()),
    )


def resting_until(rest: Rest, tongue: Tongue) -> str:
    """Return until when a set is set aside."""
    if rest.until is None:
        return tongue.gettext("set aside until it changes")
    return tongue.gettext("set aside until %(when)s", when=tongue.moment(rest.until))


def present_opened(others: tuple[Opened, ...], tongue: Tongue, now: int) -> tuple[str, ...]:
    """Return who else has a set before them, the last one first."""
    return tuple(
        tongue.gettext("%(name)s opened this %(ago)s.", name=one.name, ago=tongue.ago(one.at, now))
        for one in others
    )
