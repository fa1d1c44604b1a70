"""What a change set's page says of the round before and of other sets on the same issues."""

from gateway.review.lines import Lines
from gateway.review.rounds import dropped
from gateway.review.states import COMING
from gateway.review.values import ReviewView
from gateway.web.change_rows import ChangeRows
from gateway.web.page_values import Neighbour, RoundLine
from gateway.web.reveal import reveal
from gateway.web.sentences import KINDS
from gateway.web.why import said


def round_line(view: ReviewView, rows: ChangeRows, *, only: bool) -> RoundLine | None:
    """Return what is said of the round before; None for a first round."""
    before = view.before
    if before is None:
        return None
    changes = [one.change for issue in view.issues for one in issue.changes]
    fresh = sum(rows.is_fresh(one.id) for one in changes)
    gone = dropped(changes, before.changes)
    names = {one.change.field: one.field_name for issue in view.issues for one in issue.changes}
    return RoundLine(
        review=before.review_id,
        name=f"CS-{before.review_id}",
        number=before.number,
        words=rows.names.html(reveal(said(before.words, rows.tongue))),
        by=before.decided_by_name or before.decided_by,
        fresh=rows.tongue.ngettext(
            "%(num)d of %(all)d changes is new or other than before",
            "%(num)d of %(all)d changes are new or other than before",
            fresh,
            all=len(changes),
        ),
        gone=rows.names.texts(
            tuple(
                f"{one.issue_key} "
                + (names.get(one.field) or one.field or rows.gettext(KINDS[one.kind]))
                for one in gone
            )
        ),
        only=only,
    )


def neighbours(view: ReviewView, others: Lines) -> tuple[Neighbour, ...]:
    """Return the open sets that touch the same issues, newest first."""
    mine = {one.key for one in view.issues}
    near = {one.id: one for key in mine for one in others.naming(key)}
    return tuple(
        Neighbour(one.id, f"CS-{one.id}", reveal(one.title), ", ".join(shared))
        for one in sorted(near.values(), key=lambda one: -one.id)
        if one.id != view.id and one.state in COMING
        if (shared := sorted(mine & set(one.issue_keys)))
    )
