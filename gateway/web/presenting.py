"""From a review to a page: pure functions from frozen values to finished ones.

No template decides anything; whatever a page shows was decided here, without a
database and without a clock.
"""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from gateway.promotion.lasting import BY_CODE
from gateway.promotion.quiet import is_quiet, quietable
from gateway.review.lines import Lines
from gateway.review.no_ops import no_ops
from gateway.review.people import Person, Role, at_least
from gateway.review.preferences import Preferences
from gateway.review.states import TRANSITIONS, Event, State
from gateway.review.values import ChangeView, Flag, IssueView, ReviewView
from gateway.web.agent_words import quoted
from gateway.web.change_rows import ChangeRows, is_text
from gateway.web.flag_lines import flag_chips, flag_lines
from gateway.web.language import Tongue
from gateway.web.new_names import NewNames
from gateway.web.page_values import (
    Actions,
    ChangeSetPage,
    Chip,
    Confirmation,
    ConfirmLine,
    ReadLine,
)
from gateway.web.presenting_delay import delay_line
from gateway.web.presenting_glance import glance
from gateway.web.presenting_groups import group_cards
from gateway.web.presenting_rounds import neighbours, round_line
from gateway.web.presenting_safe import decided_of, safe_part
from gateway.web.request_blocks import RequestBlocks
from gateway.web.reveal import reveal
from gateway.web.sentences import CONFIRMATIONS, COUNTED, STATE_LOOKS, STATES, TURNS
from gateway.web.threads import is_called, threads
from gateway.web.told import in_tongue
from gateway.web.why import chips, said
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind, Flavour, Read

#: States in which operations have been released.
_NO_LINES = Lines()
_RAN = frozenset({State.PROMOTING, State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED})


def present(
    view: ReviewView,
    person: Person,
    tongue: Tongue,
    now: int,
    *,
    only_fresh: bool = False,
    others: Lines = _NO_LINES,
    likes: Preferences = Preferences(),  # noqa: B008 - frozen
) -> ChangeSetPage:
    """Return a review as its page shows it to one person.

    ``only_fresh`` leaves out what is as in the round before; ``others`` are open sets;
    ``likes`` is how the person likes their pages.
    """
    rows = ChangeRows(tongue, view, likes)
    names, blocks = NewNames(view.issues), RequestBlocks(tongue, None, view.field_names)
    rows.names = names
    rows.threads = threads(view, tongue, now)
    actions = _actions(view, person.role)
    cards = tuple(rows.card(issue) for issue in _shown(view, rows, only_fresh=only_fresh))
    by_id = {row.id: row for card in cards for row in card.rows}
    return ChangeSetPage(
        id=view.id,
        name=f"CS-{view.id}",
        title=names.html(reveal(view.title)),
        state_id=str(view.state),
        state=state_chip(view.state, tongue),
        turn=tongue.gettext(TURNS[view.turn]),
        agent=reveal(view.agent),
        person=reveal(view.person_name or view.person),
        round=view.round,
        received=tongue.moment(view.received_at),
        received_ago=tongue.ago(view.received_at, now),
        checked=tongue.moment(view.checked_at) if view.checked_at else "",
        plan=plan_line(view, tongue),
        seen=flag_chips(_all_flags(view), tongue),
        flags=names.flags(flag_lines(_top_flags(view), tongue, linked=True)),
        reason=names.html(reveal(view.reason)),
        quoted=quoted(view, tongue, names),
        reads=tuple(_read(one, tongue, names) for one in view.reads),
        hidden_reads=_hidden_reads(view, tongue),
        issues=cards,
        groups=group_cards(view, by_id, rows),
        requests=tuple(blocks.block(operation) for operation in view.operations),
        digest=view.digest,
        obstacles=names.texts(tuple(in_tongue(one, tongue) for one in view.obstacles)),
        tally=_tally(view, tongue),
        actions=actions,
        confirmation=_confirmation(view, tongue, names) if actions.promote else None,
        cannot_undo=names.texts(_cannot_undo(view, tongue)),
        confirm=_confirm(view, tongue, names),
        words=names.html(reveal(said(view.words, tongue))),
        lapsed=names.html(reveal(view.lapsed)),
        decided_by=view.decided_by_name or view.decided_by,
        running=view.state is State.PROMOTING,
        ran=view.state in _RAN,
        refused=view.state is State.REFUSED,
        quiet=_quiet(view) if actions.decide else None,
        before=round_line(view, rows, only=only_fresh),
        neighbours=neighbours(view, others),
        approvals=_approvals(view, tongue),
        viewed=_viewed(view, tongue),
        glance=glance(view, by_id, names),
        safe=safe_part(view, by_id, names, tongue) if actions.decide else None,
        new_names=names.waiting,
        looks=rows.looks.choices() if any(map(is_text, _changes(view))) else (),
        spaces=likes.spaces,
        advance=likes.advance,
        plain=likes.plain,
        called=is_called(view, person),
        delayed=delay_line(view, tongue),
        reasons=chips((), tongue),
    )


def _approvals(view: ReviewView, tongue: Tongue) -> str:
    """Return who approved it so far, where one person is not enough."""
    if view.approvals == 1 or view.state is not State.REVIEW:
        return ""
    left = view.approvals - len(view.approved_by)
    missing = tongue.ngettext(
        "%(num)d more person has to approve it.", "%(num)d more people have to approve it.", left
    )
    if not view.approved_by:
        return missing
    said = tongue.gettext("Approved by %(names)s.", names=", ".join(view.approved_by))
    return f"{said} {missing}"


def _hidden_reads(view: ReviewView, tongue: Tongue) -> str:
    if not view.hidden_reads:
        return ""
    return tongue.ngettext(
        "%(num)d reading is of an issue that is not yours to see.",
        "%(num)d readings are of issues that are not yours to see.",
        view.hidden_reads,
    )


def _viewed(view: ReviewView, tongue: Tongue) -> str:
    """Return how much of a set whoever looks has marked as viewed."""
    if not view.contents:
        return ""
    return tongue.gettext(
        "%(viewed)s of %(all)s viewed", viewed=len(view.viewed), all=len(view.contents)
    )


def _quiet(view: ReviewView) -> bool | None:
    """Return whether requests ask for no mails; None when none could."""
    planned = [one.planned for one in view.operations]
    if not quietable(planned, Flavour.SERVER):
        return None
    return any(is_quiet(one) for one in planned)


def _shown(view: ReviewView, rows: ChangeRows, *, only_fresh: bool) -> tuple[IssueView, ...]:
    """Return the issues to show; with ``only_fresh`` without what is as it was."""
    if not only_fresh or view.before is None:
        return view.issues
    fresh = (
        issue.model_copy(
            update={"changes": tuple(one for one in issue.changes if rows.is_fresh(one.change.id))}
        )
        for issue in view.issues
    )
    return tuple(issue for issue in fresh if issue.changes)


def host(url: str) -> str:
    """Return the host that a header names."""
    return urlsplit(url).netloc or url


def state_chip(state: State, tongue: Tongue) -> Chip:
    """Return a state as a word in its colour."""
    return Chip(tongue.gettext(STATES[state]), STATE_LOOKS[state])


def _changes(view: ReviewView) -> list[ChangeView]:
    return [change for issue in view.issues for change in issue.changes]


def _all_flags(view: ReviewView) -> list[Flag]:
    kept = [change for change in _changes(view) if change.verdict == "keep"]
    return [*view.flags, *(flag for change in kept for flag in change.flags)]


def _top_flags(view: ReviewView) -> list[Flag]:
    """Return what stands at the top: flags of the whole set, and what blocks it."""
    own = list(view.flags)
    return own + [flag for flag in _all_flags(view)[len(own) :] if flag.severity == "block"]


def plan_line(view: ReviewView, tongue: Tongue) -> tuple[Chip, ...]:
    """Return what the set would do, counted by kind."""
    idle = no_ops(view)
    kinds = Counter(one.change.kind for one in _changes(view) if one.change.id not in idle)
    chips = [
        Chip(text, "plus" if kind in (ChangeKind.CREATE, ChangeKind.COMMENT) else "tilde")
        for kind, number in kinds.items()
        if (text := _counted(kind, number, tongue))
    ]
    issues = tongue.ngettext("on %(num)d issue", "on %(num)d issues", len(view.issues))
    told = (one for one in view.flags if one.id == "notifies")
    mails = [
        Chip(
            tongue.ngettext(
                "notifies %(num)d person", "notifies %(num)d people", int(one.evidence["count"])
            ),
            "mute",
        )
        for one in told
        if one.evidence.get("count", "").isdigit()
    ]
    return (*chips, Chip(issues, "mute"), *_hidden(len(idle), tongue), *mails)


def _hidden(number: int, tongue: Tongue) -> Iterator[Chip]:
    if number:
        text = tongue.ngettext("%(num)d no-op hidden", "%(num)d no-ops hidden", number)
        yield Chip(text, "mute")


def _counted(kind: ChangeKind, number: int, tongue: Tongue) -> str:
    one, many = COUNTED[kind]
    return tongue.ngettext(one, many, number)


def _tally(view: ReviewView, tongue: Tongue) -> str:
    changes = _changes(view)
    kept = sum(change.verdict == "keep" for change in changes)
    conflicts = sum(change.three is Three.CONFLICT for change in changes)
    parts = [tongue.gettext("%(kept)d of %(all)d changes kept", kept=kept, all=len(changes))]
    if len(changes) - kept:
        parts.append(tongue.gettext("%(num)d left out", num=len(changes) - kept))
    if view.state is State.REVIEW:
        decided, every = decided_of(view)
        parts.append(tongue.gettext("%(decided)s/%(all)s decided", decided=decided, all=every))
    if conflicts:
        parts.append(tongue.ngettext("%(num)d conflict", "%(num)d conflicts", conflicts))
    return " · ".join(parts)


def _actions(view: ReviewView, role: Role) -> Actions:
    """Return the buttons that this state and this role allow; the rules decide again."""
    events = TRANSITIONS[view.state]
    reviewer, approver = at_least(role, Role.REVIEWER), at_least(role, Role.APPROVER)
    return Actions(
        decide=view.state is State.REVIEW and reviewer,
        approve=Event.APPROVE in events and approver and bool(view.digest) and not view.obstacles,
        reject=Event.REJECT in events and reviewer,
        send_back=Event.SEND_BACK in events and reviewer,
        promote=Event.PROMOTE in events and approver and bool(view.digest),
        withdraw=Event.WITHDRAW_APPROVAL in events and reviewer,
        retry=Event.RETRY in events and approver and bool(view.digest),
        stop=Event.CALL_BACK in events and reviewer,
        remark=reviewer,
        draft=view.request is not None and at_least(role, Role.ADMIN),
    )


def _confirmation(view: ReviewView, tongue: Tongue, names: NewNames) -> Confirmation:
    kinds = Counter(operation.planned.kind for operation in view.operations)
    number = len(view.operations)
    title = tongue.ngettext(
        "Write %(num)d request to %(host)s",
        "Write %(num)d requests to %(host)s",
        number,
        host=host(view.site_url),
    )
    return Confirmation(
        title=title,
        lines=tuple(_counted(kind, count, tongue) for kind, count in kinds.items()),
        cannot_undo=names.texts(_cannot_undo(view, tongue)),
    )


def _cannot_undo(view: ReviewView, tongue: Tongue) -> tuple[str, ...]:
    """Return what an undo would leave, issue by issue."""
    lines = []
    for one in view.stays:
        known = BY_CODE[one.code]
        about = f"{', '.join(one.keys)}: " if one.keys else ""
        lines.append(f"{about}{tongue.gettext(known.sentence)} {tongue.gettext(known.next_step)}")
    return tuple(lines)


def _confirm(view: ReviewView, tongue: Tongue, names: NewNames) -> tuple[ConfirmLine, ...]:
    said = (
        (one.code, tongue.gettext(CONFIRMATIONS[one.code], issues=", ".join(one.keys)))
        for one in view.confirmations
    )
    return tuple(ConfirmLine(code, names.text(text)) for code, text in said)


def _read(read: Read, tongue: Tongue, names: NewNames) -> ReadLine:
    whole = not read.fields or "*all" in read.fields
    fields = tongue.gettext("all fields") if whole else ", ".join(read.fields)
    by = f"{read.door} · {read.client}" if read.client else read.door
    return ReadLine(names.text(read.issue_key), fields, tongue.moment(read.at), by)
