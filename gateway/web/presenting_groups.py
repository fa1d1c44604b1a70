"""Groups of changes as cards: what is the same, on which issues, and which of them differ."""

from gateway.review.groups import Group, groups
from gateway.review.values import ReviewView
from gateway.web.change_rows import ChangeRows
from gateway.web.page_values import ChangeRow, GroupCard, GroupIssue, Panel
from sandbox.contract.compare import mark_of


def group_cards(
    view: ReviewView, rows: dict[str, ChangeRow], maker: ChangeRows
) -> tuple[GroupCard, ...]:
    """Return a card for each group; ``rows`` are the page's rows by change id."""
    return tuple(
        _card(number, group, rows, maker)
        for number, group in enumerate(groups(view), start=1)
        if all(one.change.id in rows for one in group.changes)
    )


def _card(number: int, group: Group, rows: dict[str, ChangeRow], maker: ChangeRows) -> GroupCard:
    own = [rows[one.change.id] for one in group.changes]
    return GroupCard(
        anchor=f"group-{number}",
        title=own[0].title,
        panels=maker.names.panels(_panels(group, own[0], maker)),
        issues=tuple(
            GroupIssue(maker.names.text(one.change.issue_key), row.anchor, look(row))
            for one, row in zip(group.changes, own, strict=True)
        ),
        exceptions=sum(row.conflict or row.attention or not row.kept for row in own),
        rows=tuple(own),
        kept=any(row.kept for row in own),
        viewed=all(row.viewed for row in own),
    )


def _panels(group: Group, row: ChangeRow, maker: ChangeRows) -> tuple[Panel, ...]:
    """Return what is the same everywhere; of lists that is what comes and goes."""
    view = group.first
    if isinstance(view.wants, list):
        old = view.base if isinstance(view.base, list) else []
        before, after = [*map(mark_of, old)], [*map(mark_of, view.wants)]
        gone = [one for one, mark in zip(old, before, strict=True) if mark not in after]
        come = [one for one, mark in zip(view.wants, after, strict=True) if mark not in before]
        shown = maker.values.set_change(gone, come)
        return (Panel(maker.gettext("What changes"), shown, "wide"),)
    return row.panels[-1:]


def look(row: ChangeRow) -> str:
    """Return the colour of a change's dot."""
    if row.conflict:
        return "bad"
    if not row.kept:
        return "out"
    return "warn" if row.attention else "ok"
