"""The inbox as its page shows it: whose turn it is, what was asked for, page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from markupsafe import Markup

from gateway.promotion.freezing import Delay
from gateway.review.routing import SOMETIMES, Desk, Whose, may_decide
from gateway.review.states import State, Turn
from gateway.review.triage import TURNS_SHOWN, Level, Sort, Sorted, Triage, TurnGroup
from gateway.review.values import Flag, InboxRow
from gateway.web.flag_lines import flag_chips
from gateway.web.language import N_, Tongue
from gateway.web.new_names import key_html
from gateway.web.page_values import Chip
from gateway.web.presenting import state_chip
from gateway.web.presenting_delay import delay_chip
from gateway.web.presenting_desk import resting_until
from gateway.web.reveal import reveal
from gateway.web.sentences import KINDS, TURNS
from sandbox.contract.shapes import ChangeKind

_LEVELS = {
    Level.BLOCK: N_("something blocks it"),
    Level.WARN: N_("something to check"),
    Level.CALM: N_("nothing to check"),
}
_WHOSE = {
    Whose.MINE: N_("Assigned to me"),
    Whose.PROJECTS: N_("For me"),
    Whose.ALL: N_("All"),
    Whose.RESTING: N_("Not now"),
    Whose.FOLLOW_UP: N_("Follow-up"),
}
_NO_NOTE = Markup()
#: Flag of a field that somebody else changed meanwhile; counted by its own name.
_CONFLICT = "conflict"
_SORTS = {
    Sort.NEWEST: N_("newest first"),
    Sort.OLDEST: N_("longest waiting first"),
    Sort.RISK: N_("most to look at first"),
}


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One row of the inbox."""

    id: int
    name: str
    title: Markup
    issues: Markup
    person: Markup
    agent: Markup
    state: Chip
    created: int
    changed: int
    flags: tuple[Chip, ...]
    round: int
    age: str
    received: str
    removed: int = 0
    #: How many of its changes people decided about, and how many there are; 0: it is not open.
    decided: int = 0
    changes: int = 0
    #: Number and digest, where it may be ticked to be approved with others; empty: it may not.
    pick: str = ""
    #: Who looks after it; empty: nobody.
    holder: str = ""
    #: Whether whoever looks may take it.
    free: bool = False
    #: Until when they have set it aside, and what somebody noted to be still to do.
    rest: str = ""
    #: Until when it waits, though it is released; empty: it does not.
    delay: str = ""
    note: Markup = _NO_NOTE


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the inbox to look at."""

    text: str
    href: str
    #: How many wait for a person in it.
    waiting: int
    current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked their inbox for, and what stands around its lines."""

    wanted: Triage = field(default_factory=Triage)
    #: Set to digest of those that may be ticked.
    offers: Mapping[int, str] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
    #: How many wait for a person in each part.
    waiting: Mapping[Whose, int] = field(default_factory=dict)
    #: Key and name of the projects that they can follow.
    projects: tuple[tuple[str, str], ...] = ()
    #: Set to why it waits, though it is released.
    delays: Mapping[int, Delay] = field(default_factory=dict)
    #: Name to query of their saved views.
    saved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboxGroup:
    """Reviews whose turn is the same."""

    name: str
    title: str
    lines: tuple[InboxLine, ...]
    total: int
    empty: str
    #: Leads to all of them; empty when all are shown.
    more: str

    @property
    def picks(self) -> int:
        """How many lines may be ticked."""
        return sum(bool(line.pick) for line in self.lines)


#: So many lines are looked through without a filter.
_FEW = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose in the filter."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The inbox."""

    groups: tuple[InboxGroup, ...]
    yours: int
    turns: tuple[Choice, ...]
    projects: tuple[Choice, ...]
    agents: tuple[Choice, ...]
    people: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    #: Whether something is left out, or in another order.
    asked: bool
    #: Addresses of the pages before and after; empty without one.
    newer: str
    older: str
    #: Which page of how many, when there are several.
    place: str
    tabs: tuple[Tab, ...]
    #: The projects that can be followed; those that are, are chosen.
    follow: tuple[Choice, ...]
    #: Those that are, in a sentence.
    followed: str
    #: Whose inbox it is, as forms name them, and its address.
    me: str
    here: str
    #: Which part was asked for; empty: what is usual.
    whose: str
    #: Saved views: query and name; the one that is shown is chosen.
    saved: tuple[Choice, ...]
    #: This view, to be saved; empty: it is the usual one, or saved already.
    query: str

    @property
    def filtered(self) -> bool:
        """Whether there is anything to choose among, or more than one looks through at once."""
        several = any(len(one) > 2 for one in (self.projects, self.agents, self.people))
        return self.asked or several or sum(len(one.lines) for one in self.groups) > _FEW


_NOTHING = Asked()


def present_inbox(found: Sorted, tongue: Tongue, now: int, asked: Asked = _NOTHING) -> InboxPage:
    """Return the inbox: one group for each whose turn it can be."""
    wanted = asked.wanted
    groups = (_group(one, tongue, now, asked) for one in found.groups)
    several = found.pages > 1
    return InboxPage(
        groups=tuple(one for one in groups if one.lines or one.empty),
        yours=found.yours,
        turns=_turns(wanted, tongue),
        projects=_choices(found.projects, wanted.project, tongue.gettext("all projects"), tongue),
        agents=_choices(found.agents, wanted.agent, tongue.gettext("all agents"), tongue),
        people=_choices(found.people, wanted.person, tongue.gettext("everybody"), tongue),
        levels=_levels(wanted, tongue),
        kinds=_kinds(found, wanted, tongue),
        sorts=tuple(
            Choice(one, tongue.gettext(text), one is wanted.sort) for one, text in _SORTS.items()
        ),
        asked=wanted.narrowed or wanted.sort is not Sort.NEWEST,
        newer=_address(wanted, page=wanted.page - 1) if wanted.page > 1 else "",
        older=_address(wanted, page=wanted.page + 1) if wanted.page < found.pages else "",
        place=tongue.gettext("page %(page)s of %(pages)s", page=wanted.page, pages=found.pages)
        if several
        else "",
        tabs=_tabs(asked, tongue),
        follow=_follow(asked),
        followed=_followed(asked, tongue),
        me=asked.desk.me,
        here=_address(wanted, page=wanted.page),
        whose=wanted.whose or "",
        saved=_saved(asked),
        query="" if _query(wanted) in asked.saved.values() else _query(wanted),
    )


def _tabs(asked: Asked, tongue: Tongue) -> tuple[Tab, ...]:
    current = asked.wanted.whose or asked.desk.usual
    there = [
        whose
        for whose in _WHOSE
        if whose is current
        or (asked.waiting.get(whose, 0) if whose in SOMETIMES else not asked.desk.alone)
        or whose is Whose.ALL
    ]
    return tuple(
        Tab(
            text=tongue.gettext(_WHOSE[whose]),
            href=_address(replace(asked.wanted, whose=whose), page=1),
            waiting=asked.waiting.get(whose, 0),
            current=whose is current,
        )
        for whose in there
        if len(there) > 1
    )


def _follow(asked: Asked) -> tuple[Choice, ...]:
    """Return the projects that can be followed; one that is and is gone stays."""
    mine = asked.desk.mine
    if asked.desk.alone:
        return ()
    named = {key: f"{key} · {name}" if name else key for key, name in asked.projects}
    named |= {key: key for key in sorted(mine - set(named))}
    return tuple(Choice(key, text, key in mine) for key, text in named.items())


def _followed(asked: Asked, tongue: Tongue) -> str:
    mine = ", ".join(sorted(asked.desk.mine))
    if not mine:
        return tongue.gettext("You follow no project, so you see those of everybody.")
    return tongue.gettext("You follow %(projects)s.", projects=mine)


def _group(found: TurnGroup, tongue: Tongue, now: int, asked: Asked) -> InboxGroup:
    wanted = asked.wanted
    alone = wanted.turn is not None
    cut = not alone and found.total > len(found.rows)
    return InboxGroup(
        name=str(found.turn),
        title=tongue.gettext(TURNS[found.turn]),
        lines=tuple(_line(row, tongue, now, asked) for row in found.rows),
        total=found.total,
        empty=_empty(wanted, tongue) if alone or found.turn is Turn.REVIEWER else "",
        more=_address(replace(wanted, turn=found.turn), page=1) if cut else "",
    )


def _empty(wanted: Triage, tongue: Tongue) -> str:
    if wanted.narrowed:
        return tongue.gettext("Nothing here fits what you chose.")
    return tongue.gettext("Nothing waits for you.")


def _line(row: InboxRow, tongue: Tongue, now: int, asked: Asked) -> InboxLine:
    digest, desk = asked.offers.get(row.id, ""), asked.desk
    holder = desk.assigned.get(row.id, "")
    mine = not holder and row.turn is Turn.REVIEWER and not desk.alone
    return InboxLine(
        id=row.id,
        name=f"CS-{row.id}",
        title=reveal(row.title),
        issues=Markup(", ").join(key_html(one, row.issue_keys) for one in row.issue_keys),
        person=reveal(row.person_name),
        agent=reveal(row.agent),
        state=state_chip(row.state, tongue),
        created=row.created,
        changed=row.changed,
        removed=row.removed,
        decided=row.decided,
        changes=row.changes if row.state is State.REVIEW else 0,
        flags=(*_conflicts(row, tongue), *flag_chips(_besides(row), tongue)),
        round=row.round,
        age=tongue.ago(row.received_at, now),
        received=tongue.moment(row.received_at),
        pick=f"{row.id}:{digest}" if digest else "",
        holder=desk.name_of(holder) if holder and row.turn is not Turn.NOBODY else "",
        delay=delay_chip(asked.delays[row.id], tongue) if row.id in asked.delays else "",
        rest=resting_until(desk.resting[row.id], tongue) if row.id in desk.resting else "",
        note=reveal(desk.follow_ups[row.id].note) if row.id in desk.follow_ups else _NO_NOTE,
        free=mine and may_decide(desk.people.get(desk.me), desk.site, row.projects),
    )


def _turns(wanted: Triage, tongue: Tongue) -> tuple[Choice, ...]:
    every = Choice("", tongue.gettext("everybody's turn"), wanted.turn is None)
    return (
        every,
        *(Choice(one, tongue.gettext(TURNS[one]), one is wanted.turn) for one in TURNS_SHOWN),
    )


def _choices(names: dict[str, int], chosen: str, every: str, tongue: Tongue) -> tuple[Choice, ...]:
    """Return names with how many of each wait; one that was asked for and is gone stays."""
    named = {**names, **({chosen: 0} if chosen and chosen not in names else {})}
    return (
        Choice("", every, not chosen),
        *(
            Choice(
                name,
                tongue.gettext("%(name)s (%(number)s waiting)", name=name, number=number)
                if number
                else name,
                name == chosen,
            )
            for name, number in named.items()
        ),
    )


def _levels(wanted: Triage, tongue: Tongue) -> tuple[Choice, ...]:
    every = Choice("", tongue.gettext("everything"), wanted.level is None)
    return (
        every,
        *(Choice(one, tongue.gettext(text), one is wanted.level) for one, text in _LEVELS.items()),
    )


def _kinds(found: Sorted, wanted: Triage, tongue: Tongue) -> tuple[Choice, ...]:
    there = [one for one in ChangeKind if one in found.kinds or one is wanted.kind]
    return (
        Choice("", tongue.gettext("every kind"), wanted.kind is None),
        *(Choice(one, tongue.gettext(KINDS[one]), one is wanted.kind) for one in there),
    )


def _saved(asked: Asked) -> tuple[Choice, ...]:
    here = _query(asked.wanted)
    return tuple(Choice(query, name, query == here) for name, query in asked.saved.items())


def _query(wanted: Triage) -> str:
    return _address(wanted, page=1).removeprefix("/").removeprefix("?")


def _address(wanted: Triage, *, page: int) -> str:
    given = {
        "whose": wanted.whose or "",
        "turn": wanted.turn or "",
        "project": wanted.project,
        "agent": wanted.agent,
        "person": wanted.person,
        "level": wanted.level or "",
        "kind": wanted.kind or "",
        "sort": "" if wanted.sort is Sort.NEWEST else wanted.sort,
        "page": "" if page == 1 else str(page),
    }
    return "/?" + urlencode({name: value for name, value in given.items() if value})


def _besides(row: InboxRow) -> Iterator[Flag]:
    return (flag for flag in row.flags if flag.id != _CONFLICT)


def _conflicts(row: InboxRow, tongue: Tongue) -> Iterator[Chip]:
    number = sum(flag.id == _CONFLICT for flag in row.flags)
    if number:
        yield Chip(tongue.ngettext("%(num)d conflict", "%(num)d conflicts", number), "bad")
