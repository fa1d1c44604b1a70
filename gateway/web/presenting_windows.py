"""From freeze windows to their page; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from pydantic import BaseModel, Field

from gateway.operations.freezing import Listed
from gateway.promotion.freezing import DAYS, Window, week_moment
from gateway.web.language import N_, Tongue
from gateway.web.page_values import Chip
from gateway.web.reveal import reveal

_DAYS = {
    "Mon": N_("Monday"),
    "Tue": N_("Tuesday"),
    "Wed": N_("Wednesday"),
    "Thu": N_("Thursday"),
    "Fri": N_("Friday"),
    "Sat": N_("Saturday"),
    "Sun": N_("Sunday"),
}


class WindowForm(BaseModel):
    """A window as somebody fills it in."""

    kind: str = Field(default="weekly", max_length=10)
    from_day: str = Field(default="Fri", max_length=10)
    from_time: str = Field(default="18:00", max_length=10)
    to_day: str = Field(default="Mon", max_length=10)
    to_time: str = Field(default="08:00", max_length=10)
    begins: str = Field(default="", max_length=40)
    ends: str = Field(default="", max_length=40)
    zone: str = Field(default="UTC", max_length=60)
    project: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=400)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window."""

    id: int
    when: str
    zone: str
    where: str
    reason: Markup
    made: str
    state: Chip


@dataclass(frozen=True, slots=True)
class WindowsPage:
    """All of them, and the form that makes one; None: for whoever may not."""

    lines: tuple[WindowLine, ...]
    form: WindowForm | None
    #: Key and text; day and name.
    projects: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str], ...]
    trouble: str


def present_windows(
    found: Iterable[Listed],
    form: WindowForm | None,
    projects: Iterable[tuple[str, str]],
    tongue: Tongue,
    trouble: str,
) -> WindowsPage:
    """Return the page in the reader's language."""
    return WindowsPage(
        lines=tuple(_line(one, tongue) for one in found),
        form=form,
        projects=tuple((key, f"{key} · {name}" if name else key) for key, name in projects),
        days=tuple((day, tongue.gettext(_DAYS[day])) for day in DAYS),
        trouble=trouble,
    )


def _line(one: Listed, tongue: Tongue) -> WindowLine:
    window = one.window
    state = Chip(tongue.gettext("not now"), "plain")
    if one.on is not None:
        state = Chip(_on(one, tongue), "warn")
    return WindowLine(
        id=window.id,
        when=_when(window, tongue),
        zone=window.zone_name,
        where=window.project or tongue.gettext("all projects"),
        reason=reveal(window.reason),
        made=tongue.gettext(
            "made by %(name)s, %(when)s", name=one.by, when=tongue.moment(one.made_at)
        ),
        state=state,
    )


def _on(one: Listed, tongue: Tongue) -> str:
    if one.on is None or one.on.until is None:
        return tongue.gettext("on now")
    return tongue.gettext(
        "on until %(when)s", when=tongue.moment_in(one.on.until, one.window.zone_name)
    )


def _when(window: Window, tongue: Tongue) -> str:
    if not window.weekly:
        return " – ".join(
            tongue.moment_in(one, window.zone_name, named=False)
            for one in (window.begins, window.ends)
        )
    span = " – ".join(_week_moment(one, tongue) for one in (window.begins, window.ends))
    return tongue.gettext("each week %(span)s", span=span)


def _week_moment(minute: int, tongue: Tongue) -> str:
    day, clock = week_moment(minute).split()
    return f"{tongue.gettext(_DAYS[day])} {clock}"
