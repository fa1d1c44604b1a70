"""What travels together: edits and a comment on one transition, or a comment on one edit.

One request, one marker, one receipt, where Jira showed that the screen takes it. Whatever
does not fit goes as a request of its own, as does every comment of a service project:
whether customers see it must never depend on a part of another request.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.promotion.fields import part
from gateway.promotion.ground import Ground
from gateway.promotion.references import is_temporary_id
from gateway.promotion.requests import set_change
from gateway.promotion.routes import route
from gateway.promotion.screens import COMMENT, Screen, edit_screen, takes, transition_screen
from gateway.promotion.service import is_service
from sandbox.contract.compare import equal
from sandbox.contract.shapes import Change, ChangeKind

#: Parts of a comment that can travel along.
_SPOKEN = frozenset({"id", "body", "visibility"})


@dataclass(frozen=True, slots=True)
class Riding:
    """Which changes travel with which: by the id of a transition, or of an issue to edit."""

    #: Transition's change id to the edits that it takes along.
    edits: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    #: Transition's change id, or the edited issue's id, to the comment that it takes along.
    comments: Mapping[str, Change] = field(default_factory=dict)

    @property
    def riders(self) -> frozenset[str]:
        """Ids of all changes that have no request of their own."""
        taken = {one.id for group in self.edits.values() for one in group}
        return frozenset(taken | {one.id for one in self.comments.values()})


def riding(kept: Iterable[Change], ground: Ground) -> Riding:
    """Return what of the kept changes travels together."""
    issues: dict[str, list[Change]] = {}
    for change in kept:
        if not is_temporary_id(change.issue_id):
            issues.setdefault(change.issue_id, []).append(change)
    edits: dict[str, tuple[Change, ...]] = {}
    comments: dict[str, Change] = {}
    for issue_id, group in issues.items():
        _one_issue(issue_id, group, ground, edits, comments)
    return Riding(edits, comments)


def is_change(change: Change, ground: Ground) -> bool:
    """Return whether an edit changes anything."""
    return not equal(ground.base(change).get(change.field or ""), change.after)


def _one_issue(
    issue_id: str,
    group: list[Change],
    ground: Ground,
    edits: dict[str, tuple[Change, ...]],
    comments: dict[str, Change],
) -> None:
    edited = [one for one in group if one.kind is ChangeKind.EDIT]
    real = [one for one in edited if is_change(one, ground)]
    comment = next((one for one in group if _can_ride(one, ground)), None)
    mover = next((one for one in group if one.kind is ChangeKind.TRANSITION), None)
    screen = None if mover is None else _screen_of(mover, ground, alone=True)
    if mover is not None and screen is not None and real and _all_on(screen, mover, real, ground):
        edits[mover.id] = tuple(edited)
        real = []
    if comment is None:
        return
    last = None if mover is None else _screen_of(mover, ground, alone=False)
    if mover is not None and last is not None and takes(last, COMMENT, ("add",)):
        comments[mover.id] = comment
        return
    shown = edit_screen(ground.base(comment), ground.site)
    if real and shown is not None and takes(shown, COMMENT, ("add",)):
        comments[issue_id] = comment


def _can_ride(change: Change, ground: Ground) -> bool:
    if change.kind is not ChangeKind.COMMENT or not isinstance(change.after, dict):
        return False
    # Properties of its own need the comment's own request, and so does a service project.
    own = {name for name, value in change.after.items() if value} - _SPOKEN
    return not own and not is_service(ground.site, ground.project(change))


def _screen_of(mover: Change, ground: Ground, *, alone: bool) -> Screen | None:
    """Return the screen of a transition's last step; ``alone``: only if it is the only one."""
    steps = route(mover, ground.docs.get(mover.id), ground.site)
    if alone and len(steps) > 1:
        return None
    return transition_screen(ground.base(mover), steps[-1], ground.site)


def _all_on(screen: Screen, mover: Change, edited: list[Change], ground: Ground) -> bool:
    """Return whether a transition's screen takes all these edits, beside its own fields."""
    given = part(mover.after, "fields")
    own = set(given) if isinstance(given, dict) else set()
    return all(
        one.field is not None and one.field not in own and takes(screen, one.field, verbs)
        for one in edited
        for verbs in [_verbs(one, ground)]
    )


def _verbs(change: Change, ground: Ground) -> tuple[str, ...]:
    name = change.field or ""
    before = ground.base(change).get(name)
    if not ground.fields.is_set(name, before, change.after):
        return ("set",)
    found = set_change(before, change.after)
    return tuple(verb for verb, some in (("add", found.add), ("remove", found.remove)) if some)
