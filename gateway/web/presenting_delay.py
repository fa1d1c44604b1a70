"""Why a change set waits and until when, in words; pure."""

from gateway.promotion.freezing import Delay
from gateway.review.states import State
from gateway.review.values import Delayed, ReviewView
from gateway.web.language import Tongue


def delay_line(view: ReviewView, tongue: Tongue) -> str:
    """Return the sentence for the top of a set's pages; empty when nothing delays it."""
    found = view.delayed
    if found is None:
        return ""
    reasons = " · ".join(found.reasons)
    until = _until(found.until, found.zone, tongue)
    if view.state is not State.PROMOTING:
        return _would(reasons, until, tongue)
    if not reasons:
        return tongue.gettext(
            "Nothing of it is written before %(when)s, as %(name)s chose.",
            when=until,
            name=found.chosen_by,
        )
    return f"{_chosen(found, tongue)} {_held(reasons, until, tongue)}".strip()


def delay_chip(found: Delay, tongue: Tongue) -> str:
    """Return what a line of the inbox says of a set that waits."""
    until = _until(found.until, found.zone, tongue)
    return tongue.gettext("waits until %(when)s", when=until) if until else tongue.gettext("waits")


def _chosen(found: Delayed, tongue: Tongue) -> str:
    if found.not_before is None:
        return ""
    return tongue.gettext(
        "%(name)s chose a time before which nothing of it is written.", name=found.chosen_by
    )


def _held(reasons: str, until: str, tongue: Tongue) -> str:
    if not until:
        return tongue.gettext(
            "A freeze window is on (%(reason)s); it goes on when somebody ends that.",
            reason=reasons,
        )
    return tongue.gettext(
        "A freeze window is on (%(reason)s); it goes on by itself at %(when)s.",
        reason=reasons,
        when=until,
    )


def _would(reasons: str, until: str, tongue: Tongue) -> str:
    if not reasons:
        return ""
    if not until:
        return tongue.gettext(
            "A freeze window is on (%(reason)s): what is promoted now waits until somebody "
            "ends it.",
            reason=reasons,
        )
    return tongue.gettext(
        "A freeze window is on (%(reason)s): what is promoted now waits until %(when)s.",
        reason=reasons,
        when=until,
    )


def _until(until: int | None, zone: str, tongue: Tongue) -> str:
    return "" if until is None else tongue.moment_in(until, zone)
