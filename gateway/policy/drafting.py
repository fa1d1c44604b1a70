"""Drafts of a setting, from what became of changes of one kind. Pure.

A draft is text for an administrator to copy: nothing here applies it, and no setting that it
may name approves anything. No setting speaks of one kind of change or one agent, so a draft
names the nearest one and counts what else it would reach.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.policy.policy import Policy
from gateway.policy.self_approval import SelfApproval
from sandbox.contract.shapes import ChangeKind

#: So many must have been kept, and none other, before anything is made looser.
ENOUGH = 10
#: As many people as the setting can ask for.
MOST = 9
APPROVALS = "AIRLOCK_APPROVALS"
SELF_APPROVAL = "AIRLOCK_SELF_APPROVAL"


class Fate(StrEnum):
    """What people decided about a change."""

    KEPT = "kept"
    #: Kept with a value that a person settled.
    EDITED = "edited"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Sort:
    """Changes of one kind, by one agent, in one project."""

    agent: str
    kind: ChangeKind
    #: Of an edit, else empty.
    field: str
    project: str


@dataclass(frozen=True, slots=True)
class Past:
    """A change that people decided about."""

    sort: Sort
    fate: Fate


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes, by what became of them."""

    kept: int = 0
    edited: int = 0
    left_out: int = 0

    @property
    def every(self) -> int:
        """How many in all."""
        return self.kept + self.edited + self.left_out


@dataclass(frozen=True, slots=True)
class Draft:
    """One setting as it is and as it could be."""

    setting: str
    now: str
    then: str
    tighter: bool
    #: What else of the past it would have reached.
    also: Tally


@dataclass(frozen=True, slots=True)
class Drafted:
    """What can be drafted for changes of one kind."""

    sort: Sort
    own: Tally
    #: The same of this agent in other projects: a rule for this one does not reach it.
    elsewhere: Tally
    drafts: tuple[Draft, ...]

    @property
    def settled(self) -> bool:
        """Whether enough was kept, and nothing but that, to make something looser."""
        return self.own.kept >= ENOUGH and self.own.every == self.own.kept


def tally(past: Iterable[Past]) -> Tally:
    """Count changes by what became of them."""
    found = Counter(one.fate for one in past)
    return Tally(found[Fate.KEPT], found[Fate.EDITED], found[Fate.LEFT_OUT])


def drafted(
    sort: Sort, past: Collection[Past], policy: Policy, projects: Collection[str]
) -> Drafted:
    """Return drafts for changes of a sort; ``projects`` are those that the site serves."""
    near = [one for one in past if one.sort.project == sort.project and one.sort != sort]
    far = [one for one in past if one.sort != sort]
    same = [one for one in far if (one.sort.agent, *_what(one.sort)) == (sort.agent, *_what(sort))]
    found = Drafted(sort, tally(one for one in past if one.sort == sort), tally(same), ())
    looser = (_looser_approvals, _looser_self) if found.settled else ()
    drafts = (
        make(sort, policy, projects, tally(near), tally(far))
        for make in (*looser, _tighter_approvals, _tighter_self)
    )
    every = tuple(one for one in drafts if one is not None)
    return Drafted(sort, found.own, found.elsewhere, every)


def _what(sort: Sort) -> tuple[str, str]:
    return sort.kind, sort.field


def _looser_approvals(
    sort: Sort, policy: Policy, projects: Collection[str], near: Tally, _far: Tally
) -> Draft | None:
    """Return one person less in the project, and the same as before in every other."""
    wanted = policy.approvals_for((sort.project,))
    if wanted == 1:
        return None
    everywhere = min(policy.approvals, wanted - 1)
    single = {
        one: policy.approvals_for((one,)) for one in {*projects, *dict(policy.approvals_in)}
    } | {sort.project: wanted - 1}
    return Draft(
        APPROVALS, _text(policy.approvals, policy.approvals_in), _text(everywhere, single.items()),
        tighter=False, also=near,
    )  # fmt: skip


def _tighter_approvals(
    sort: Sort, policy: Policy, _projects: Collection[str], near: Tally, _far: Tally
) -> Draft | None:
    wanted = policy.approvals_for((sort.project,)) + 1
    if wanted > MOST:
        return None
    single = {**dict(policy.approvals_in), sort.project: wanted}
    return Draft(
        APPROVALS, _text(policy.approvals, policy.approvals_in),
        _text(policy.approvals, single.items()), tighter=True, also=near,
    )  # fmt: skip


def _looser_self(
    _sort: Sort, policy: Policy, _projects: Collection[str], _near: Tally, far: Tally
) -> Draft | None:
    # Four eyes for what is flagged or stays are no matter of a record: never drafted away.
    if policy.person_served_may_approve is not SelfApproval.NO:
        return None
    return Draft(SELF_APPROVAL, SelfApproval.NO, SelfApproval.HARMLESS, tighter=False, also=far)


def _tighter_self(
    _sort: Sort, policy: Policy, _projects: Collection[str], _near: Tally, far: Tally
) -> Draft | None:
    now = policy.person_served_may_approve
    if now is SelfApproval.NO:
        return None
    then = SelfApproval.NO if now is SelfApproval.HARMLESS else SelfApproval.HARMLESS
    return Draft(SELF_APPROVAL, now, then, tighter=True, also=far)


def _text(everywhere: int, single: Iterable[tuple[str, int]]) -> str:
    """Return the setting's text; a project that asks for no more than all do is not named."""
    named = (f"{number}@{key}" for key, number in sorted(single) if number > everywhere)
    return ",".join([str(everywhere), *named])
