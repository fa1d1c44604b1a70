"""What one button keeps of a set, and what it leaves, each with the reason; pure."""

from gateway.review.no_ops import no_ops
from gateway.review.safe import parted, stuck
from gateway.review.states import State
from gateway.review.values import ChangeView, ReviewView
from gateway.web.glance_values import GlanceLink, SafePart
from gateway.web.language import Tongue
from gateway.web.new_names import NewNames
from gateway.web.page_values import ChangeRow
from gateway.web.presenting_groups import look
from sandbox.contract.compare import Three

#: Fewer are kept one by one.
_LEAST = 2


def safe_part(
    view: ReviewView, rows: dict[str, ChangeRow], names: NewNames, tongue: Tongue
) -> SafePart | None:
    """Return what can be kept at once and what is left; ``rows`` are those of the page, by id.

    None where nothing is left: then an approval of the whole set is as quick.
    """
    if view.state is not State.REVIEW:
        return None
    shown = [one for issue in view.issues for one in issue.changes if one.change.id in rows]
    found = parted(shown)
    if not found.left:
        return None
    safe = tuple(one.change.id for one in found.safe)
    return SafePart(
        ids=safe if len(safe) >= _LEAST else (),
        kept=len(found.kept),
        left=tuple(_link(one, rows[one.change.id], names, tongue) for one in found.left),
    )


def decided_of(view: ReviewView) -> tuple[int, int]:
    """Return about how many changes somebody decided, and how many there are to decide about."""
    idle = no_ops(view)
    changes = [one for issue in view.issues for one in issue.changes if one.change.id not in idle]
    return sum(one.decided for one in changes), len(changes)


def _link(view: ChangeView, row: ChangeRow, names: NewNames, tongue: Tongue) -> GlanceLink:
    key = names.text(view.change.issue_key)
    return GlanceLink(key, row.title, row.anchor, look(row), _why(view, tongue))


def _why(view: ChangeView, tongue: Tongue) -> str:
    if view.three is Three.CONFLICT:
        return tongue.gettext("in conflict")
    if stuck(view):
        return tongue.gettext("blocked")
    if not view.now_known:
        return tongue.gettext("not compared with Jira")
    return tongue.ngettext("%(num)d flag", "%(num)d flags", len(view.flags))
