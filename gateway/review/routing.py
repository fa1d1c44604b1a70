"""Whom a change set is for: whoever looks after it, else who follows its projects. Pure.

Nothing here forbids anything: whoever may decide about a set may decide about every one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.review.lines import PROJECTS, Lines, lines_of
from gateway.review.people import Person, Role, at_least, role_in
from gateway.review.resting import FollowUp, Rest
from gateway.review.states import TURNS, State, Turn
from gateway.review.values import InboxRow
from sandbox.contract.scope import Refusal

_SEVERAL = 2


class Whose(StrEnum):
    """Which part of an inbox somebody looks at."""

    #: What they look after themselves.
    MINE = "mine"
    #: What is for them: theirs, or nobody's and of the projects that they follow.
    PROJECTS = "projects"
    ALL = "all"
    #: What they set aside.
    RESTING = "resting"
    #: What somebody noted to be still to do, whoever and however it was decided.
    FOLLOW_UP = "follow_up"


#: Parts that are there only while there is something in them.
SOMETIMES = (Whose.RESTING, Whose.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who follows what and looks after what, for one person at their inbox."""

    site: str = ""
    #: Whose inbox it is.
    me: str = ""
    people: Mapping[str, Person] = field(default_factory=dict)
    #: Person to the keys of the projects that they follow.
    follows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Review to whoever looks after it.
    assigned: Mapping[int, str] = field(default_factory=dict)
    #: Reviews that they have set aside, and those with a note of what is still to do.
    resting: Mapping[int, Rest] = field(default_factory=dict)
    follow_ups: Mapping[int, FollowUp] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether there is nobody else: then nothing is to be shared out."""
        return sum(not one.disabled for one in self.people.values()) < _SEVERAL

    @property
    def mine(self) -> frozenset[str]:
        """The projects that whoever looks follows."""
        return self.follows.get(self.me, frozenset())

    @property
    def usual(self) -> Whose:
        """What they see without having asked: their projects, once they follow some."""
        return Whose.PROJECTS if self.mine else Whose.ALL

    def name_of(self, person: str) -> str:
        """Return how a person is shown."""
        found = self.people.get(person)
        return person if found is None else found.name


def may_decide(person: Person | None, site: str, projects: Collection[str]) -> bool:
    """Return whether somebody may decide about sets of all of these projects."""
    return person is not None and at_least(role_in(person, site, projects), Role.REVIEWER)


def routed_to(desk: Desk, projects: Collection[str]) -> frozenset[str]:
    """Return who follows one of a set's projects and may decide about it; empty: anybody."""
    return frozenset(
        name
        for name, keys in desk.follows.items()
        if not keys.isdisjoint(projects) and may_decide(desk.people.get(name), desk.site, projects)
    )


def chosen(rows: Iterable[InboxRow], desk: Desk, whose: Whose) -> Lines:
    """Return the lines of one part of an inbox, in their order.

    What somebody has set aside is in a part of its own, and in no other but follow-ups.
    """
    rows = lines_of(rows)
    if whose in _BY_REVIEW:
        return _only(rows, _BY_REVIEW[whose](desk))
    rows = rows.without(desk.resting)
    if whose is Whose.ALL:
        return rows
    if whose is Whose.MINE:
        return _only(rows, {one for one, name in desk.assigned.items() if name == desk.me})
    projects = rows.parted(PROJECTS)
    open_to_me = {one for one in projects if _is_for_me(desk, one)}
    if not desk.assigned:
        return rows.where(PROJECTS, open_to_me.__contains__)
    able = {
        (holder, one)
        for holder in {*desk.assigned.values()}
        for one in projects
        if may_decide(desk.people.get(holder), desk.site, one)
    }
    return Lines(row for row in rows if _concerns(row, desk, open_to_me, able))


def _only(rows: Lines, ids: Collection[int]) -> Lines:
    return Lines([row for row in rows if row.id in ids] if ids else ())


#: Parts that are lists of reviews.
_BY_REVIEW: Mapping[Whose, Callable[[Desk], Collection[int]]] = {
    Whose.RESTING: lambda desk: desk.resting,
    Whose.FOLLOW_UP: lambda desk: desk.follow_ups,
}


def _concerns(
    row: InboxRow,
    desk: Desk,
    open_to_me: Collection[tuple[str, ...]],
    able: Collection[tuple[str, tuple[str, ...]]],
) -> bool:
    holder = desk.assigned.get(row.id, "")
    # Whoever may not decide any more looks after nothing.
    if holder and (holder, row.projects) in able:
        return holder == desk.me
    return row.projects in open_to_me


def _is_for_me(desk: Desk, projects: Collection[str]) -> bool:
    to = routed_to(desk, projects)
    return desk.me in to if to else may_decide(desk.people.get(desk.me), desk.site, projects)


def why_not_assigned(
    by: Person, to: Person | None, state: State, *, shown: str, holder: str
) -> Refusal | None:
    """Return why somebody may not give a set to somebody else, take it or let it go; or None.

    Both people as they stand in its projects; ``to`` None: to nobody. ``shown`` is who held
    it when the page was made.
    """
    if not at_least(by.role, Role.REVIEWER):
        return Refusal(
            "role",
            "Your role may look, but not do this.",
            "Ask somebody who may approve, or an admin for another role.",
        )
    if TURNS[state] is Turn.NOBODY:
        return Refusal(
            "closed", "Nothing is left to do about it.", "Open the inbox to see what is waiting."
        )
    if shown != holder:
        return Refusal(
            "taken", "Somebody else took it or let it go meanwhile.", "Look who has it now."
        )
    if to is not None and not at_least(to.role, Role.REVIEWER):
        return Refusal(
            "not_able", "They may not decide about this change set.", "Choose somebody who may."
        )
    return None
