"""From a review to the page of its promotion: pure functions to finished values."""

from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup

from gateway.promotion.lasting import Lasting
from gateway.promotion.states import OP_TRANSITIONS, SETTLED, OpEvent, OpState
from gateway.promotion.undo import Undo
from gateway.review.people import Person, Role, at_least
from gateway.review.states import State
from gateway.review.values import OperationView, ReviewView
from gateway.web.language import N_, Tongue, ngettext
from gateway.web.new_names import NewNames
from gateway.web.page_values import Chip
from gateway.web.presenting import present
from gateway.web.request_blocks import RequestBlocks
from gateway.web.reveal import reveal
from gateway.web.run_values import BackLine, RunPage, Step, Totals, UndoPage
from gateway.web.sentences import FIELDS, KINDS
from gateway.web.told import in_tongue
from gateway.web.value_html import Values
from sandbox.contract.shapes import Change, ChangeKind

_UNDOABLE = frozenset({State.PROMOTED, State.PARTLY_PROMOTED})
#: State of the whole to what is said of it, and the look of that.
_VERDICTS: dict[State, tuple[str, str]] = {
    State.PROMOTED: (N_("Everything that was approved is in Jira, and was read back."), "ok"),
    State.PARTLY_PROMOTED: (
        N_("Part of it is in Jira. What is not stands below, with the reason."),
        "bad",
    ),
    State.FAILED: (N_("Nothing of it was written to Jira. The reason stands below."), "bad"),
}
#: State of a request to its counted text, and the look of that; in the order shown.
_COUNTED: tuple[tuple[OpState, tuple[str, str], str], ...] = (
    (OpState.APPLIED, ngettext("%(num)d written", "%(num)d written"), "ok"),
    (OpState.CONFLICT, ngettext("%(num)d in conflict", "%(num)d in conflict"), "bad"),
    (OpState.REJECTED, ngettext("%(num)d refused by Jira", "%(num)d refused by Jira"), "bad"),
    (
        OpState.NEEDS_HUMAN,
        ngettext("%(num)d for a person to decide", "%(num)d for a person to decide"),
        "bad",
    ),
    (OpState.UNKNOWN, ngettext("%(num)d being looked up", "%(num)d being looked up"), "warn"),
    (OpState.SKIPPED, ngettext("%(num)d not begun", "%(num)d not begun"), "warn"),
)


#: What a person may say, the event that it is, and the words on its button.
_SAYS: tuple[tuple[str, OpEvent, str], ...] = (
    ("there", OpEvent.FOUND, N_("It is in Jira")),
    ("again", OpEvent.SEND_AGAIN, N_("It is not there: send it again")),
    ("leave", OpEvent.LEAVE, N_("Leave it as it is")),
)
_WAITS_FOR_A_PERSON = frozenset({OpState.NEEDS_HUMAN})


def present_run(
    view: ReviewView,
    person: Person,
    tongue: Tongue,
    now: int,
    *,
    mark: str,
    undone_by: Iterable[int] = (),
) -> RunPage:
    """Return a promotion as its page shows it to one person."""
    page = present(view, person, tongue, now)
    undo = view.state in _UNDOABLE and at_least(person.role, Role.REVIEWER)
    decides = at_least(person.role, Role.APPROVER)
    blocks = RequestBlocks(tongue, NewNames(view.issues), view.field_names)
    verdict, look = _VERDICTS.get(view.state, ("", "info"))
    released = () if view.state in (State.REVIEW, State.CHANGES_REQUESTED) else view.operations
    return RunPage(
        page=page,
        mark=mark,
        totals=_totals(released, tongue),
        steps=tuple(
            _step(one, blocks, undo=undo, decides=decides, delayed=view.delayed is not None)
            for one in released
        ),
        begun=any(one.state is not OpState.READY for one in released),
        paused=in_tongue(view.paused, tongue),
        verdict=tongue.gettext(verdict),
        verdict_look=look,
        undo=undo,
        undone_by=tuple((one, f"CS-{one}") for one in undone_by),
    )


def present_undo(view: ReviewView, made: Undo, tongue: Tongue, position: int | None) -> UndoPage:
    """Return what an undo would put back and leave."""
    values = Values(tongue)
    return UndoPage(
        id=view.id,
        name=f"CS-{view.id}",
        title=reveal(view.title),
        position=position,
        back=tuple(_back(one, values, tongue, view) for one in made.changes),
        stays=tuple(_stays(one, tongue) for one in made.stays),
    )


def _totals(operations: tuple[OperationView, ...], tongue: Tongue) -> Totals:
    counted = Counter(one.state for one in operations)
    chips = tuple(
        Chip(tongue.ngettext(*text, counted[state]), look)
        for state, text, look in _COUNTED
        if counted[state]
    )
    settled = sum(one.state in SETTLED for one in operations)
    return Totals(settled, len(operations), chips)


def _verdicts(view: OperationView, tongue: Tongue) -> tuple[tuple[str, str], ...]:
    """Return what a person may say of a request that waits for one."""
    if view.state not in _WAITS_FOR_A_PERSON:
        return ()
    events = OP_TRANSITIONS[view.state]
    return tuple(
        (verdict, tongue.gettext(label))
        for verdict, event, label in _SAYS
        if event in events and (verdict != "there" or view.state is OpState.NEEDS_HUMAN)
    )


def _step(
    view: OperationView, blocks: RequestBlocks, *, undo: bool, decides: bool, delayed: bool
) -> Step:
    return Step(
        block=blocks.block(view),
        waiting=_waiting(view, blocks.tongue, delayed=delayed),
        verdicts=_verdicts(view, blocks.tongue) if decides else (),
        asks_key=view.planned.kind is ChangeKind.CREATE and view.state is OpState.NEEDS_HUMAN,
        evidence=blocks.evidence(view) if view.state is OpState.NEEDS_HUMAN else (),
        undo=undo and view.state is OpState.APPLIED,
    )


def _waiting(view: OperationView, tongue: Tongue, *, delayed: bool) -> str:
    # What the whole set waits for stands at the top, once.
    if view.until is None or (delayed and view.state is OpState.READY):
        return ""
    when = tongue.second_of(view.until)
    if view.state is OpState.UNKNOWN:
        return tongue.gettext("Jira is asked what became of it at %(when)s.", when=when)
    return tongue.gettext("Tried again at %(when)s.", when=when)


def _back(change: Change, values: Values, tongue: Tongue, view: ReviewView) -> BackLine:
    field = change.field or ""
    named = {one.change.field: one.field_name for card in view.issues for one in card.changes}
    name = named.get(field) or FIELDS.get(field, field)
    return BackLine(
        issue=change.issue_key,
        title=tongue.gettext(name if change.field else KINDS[change.kind]),
        to=_put_back(change, values),
    )


def _put_back(change: Change, values: Values) -> Markup:
    wanted = change.after
    if change.kind is ChangeKind.TRANSITION and isinstance(wanted, dict):
        return values.status(wanted.get("status"))
    if change.kind is ChangeKind.COMMENT_EDIT and isinstance(wanted, dict):
        return values.show(wanted.get("body"))
    return values.show(wanted, change.field or "")


def _stays(one: Lasting, tongue: Tongue) -> str:
    about = f"{', '.join(one.keys)}: " if one.keys else ""
    return f"{about}{in_tongue(one.sentence, tongue)} {in_tongue(one.next_step, tongue)}"
