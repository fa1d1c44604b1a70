"""What of a set can be looked at in one go, and what asks for a look of its own; pure."""

from gateway.review.states import State
from gateway.review.values import ReviewView
from gateway.review.viewing import unflagged
from gateway.web.glance_values import GlanceLink
from gateway.web.new_names import NewNames
from gateway.web.page_values import ChangeRow, Glance
from gateway.web.presenting_groups import look

#: Fewer are marked one by one.
_LEAST = 2


def glance(view: ReviewView, rows: dict[str, ChangeRow], names: NewNames) -> Glance | None:
    """Return what one button marks as viewed; ``rows`` are the page's rows by change id.

    None where it would save nothing: too little is left, and nothing was marked yet.
    """
    if not view.contents or view.state is not State.REVIEW:
        return None
    rest = [
        (one, rows[one.change.id])
        for issue in view.issues
        for one in issue.changes
        if one.change.id in rows and not rows[one.change.id].viewed
    ]
    plain = tuple(row for one, row in rest if unflagged(one))
    left = tuple(
        GlanceLink(names.text(one.change.issue_key), row.title, row.anchor, look(row))
        for one, row in rest
        if not unflagged(one)
    )
    if len(plain) < _LEAST and not (left and view.viewed):
        return None
    return Glance(plain if len(plain) >= _LEAST else (), left)
