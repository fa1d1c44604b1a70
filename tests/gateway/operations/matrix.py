"""The 24 failure cases of promotion.md 1.4, each with every kind of operation.

A case is what is done to a whole fleet and what must be true of each kind after it. A cell
that is not run says why it cannot arise. ``test_matrix.py`` runs them on each database.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from sqlalchemy import text as sql

from gateway.operations import reviewing, telling, undoing
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.operations.breaking import break_it, mend, upgraded
from tests.gateway.operations.fleet import (
    KINDS,
    Fleet,
    Harbour,
    Watched,
    afloat,
    change_of,
    ends,
    issue_of,
    launched,
    never,
    once,
    released,
)
from tests.gateway.operations.quick import finish, reopened
from tests.gateway.promotion.world import DONE, change_set, text

Check = Callable[[Fleet, ChangeKind], None]
K = ChangeKind

#: Kinds that make something new: nothing was there that anybody could have changed.
_ADDS = frozenset({K.CREATE, K.COMMENT, K.WORKLOG, K.ATTACHMENT})
_NEW = "It adds something new: there is no value before that somebody could have changed."
_NO_ISSUE = "There is no issue yet that anybody could have edited, moved or deleted."


@dataclass(frozen=True)
class Case:
    """One way in which things go wrong, for a whole fleet at once."""

    run: Callable[[Harbour], Fleet]
    check: Check = once
    #: Kinds for which it cannot arise, and why.
    cannot: Mapping[ChangeKind, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[ChangeKind, ...]:
        """The kinds that it is run with."""
        return tuple(kind for kind in KINDS if kind not in self.cannot)


def without(why: str, *kinds: ChangeKind) -> dict[ChangeKind, str]:
    """Return kinds with the reason why a case cannot arise for them."""
    return dict.fromkeys(kinds, why)


def only(why: str, *kinds: ChangeKind) -> dict[ChangeKind, str]:
    """Return all other kinds with the reason why a case cannot arise for them."""
    return {kind: why for kind in KINDS if kind not in kinds}


# 1: crashes. The first of them dies at every point on the way to a lost answer; what lies
# behind an answer is reached only by those that do not die before it.
CRASHES: dict[str, tuple[Step, ...]] = {
    "on the way": (
        Step.CLAIMED,
        Step.KEY_READ,
        Step.CHECKED,
        Step.INTENT,
        Step.SENT,
        Step.PROBED,
        Step.RECORDING,
        Step.FINISHED,
    ),
    "answered": (Step.ANSWERED,),
    "read back": (Step.READ_BACK,),
    "recording": (Step.RECORDING, Step.FINISHED),
}
#: Kinds of which something is read before the intent: what a lost write is looked for behind.
_READ_FIRST = frozenset({K.CREATE, K.WORKLOG, K.ATTACHMENT})


def _crash(steps: tuple[Step, ...], harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    fleet.sink(*steps)
    fleet.sound()
    return fleet


def _crashed(steps: tuple[Step, ...], fleet: Fleet, kind: ChangeKind) -> None:
    passed = set(steps) - (set() if kind in _READ_FIRST else {Step.KEY_READ})
    assert fleet.died[kind] == passed
    once(fleet, kind)


# 2 to 5 and 15: what Jira answers, or does not.
def _faulty(harbour: Harbour, *faults: str) -> Fleet:
    fleet = harbour(released)
    fleet.fail(*faults)
    fleet.resume()
    fleet.tries = fleet.attempts()
    fleet.sound()
    return fleet


def _not_now(harbour: Harbour) -> Fleet:
    return _faulty(harbour, "429", "401", "429")


def _unhurt(fleet: Fleet, kind: ChangeKind) -> None:
    """Hold that a refusal to listen cost no attempt."""
    once(fleet, kind)
    assert fleet.tries[kind] == 1


def _travelling(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    patient = replace(fleet.house.gateway.settings, quarantine_seconds=60.0)
    gateway = replace(fleet.house.gateway, settings=patient)
    fleet.fail("late")
    fleet.drain(Promoter(gateway, "first"))
    assert {one.state for one in fleet.look().values()} == {OpState.UNKNOWN}
    # It is still travelling: nobody looks, and nobody sends it again.
    assert not Promoter(gateway, "second").run_once()
    fleet.house.jira.arrive()
    fleet.restart()
    fleet.sound()
    return fleet


# 6: who was overtaken.
def _overtaken(step: Step, harbour: Harbour) -> Fleet:
    fleet = harbour(released)

    def hook(now: Step) -> None:
        if now is step and slow.held is not None and slow.held.id not in seen:
            seen.add(slow.held.id)
            reopened(fleet.house)  # as if stopped for longer than its lease
            while Promoter(fleet.house.gateway, "quick").run_once():
                pass

    seen: set[str] = set()
    slow = Watched(fleet.house.gateway, "slow")
    slow.meets = hook
    fleet.drain(slow)
    fleet.restart()
    fleet.sound()
    return fleet


# 7 to 9: somebody else at work.
def _drifted(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    meddle(fleet)
    finish(fleet.house)
    fleet.sound()
    return fleet


def meddle(fleet: Fleet) -> None:
    """Change what each kind is about to write, as somebody else would."""
    jira = fleet.house.jira
    jira.edit(issue_of(K.EDIT)[0], "Bob", summary="Bob's")
    jira.edit(issue_of(K.TRANSITION)[0], "Bob", status=DONE)
    jira.edit(issue_of(K.SPRINT)[0], "Bob", customfield_10020=[{"id": 9, "name": "Bob's"}])
    for kind in (K.COMMENT_EDIT, K.DELETE):
        for one in jira.field(issue_of(kind)[0], "comment")["comments"]:
            one["body"] = text("Bob's")


def _untouched(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    for kind in KINDS:
        fleet.house.jira.edit(issue_of(kind)[0], "Bob", priority={"id": "1", "name": "High"})
    fleet.resume()
    fleet.sound()
    return fleet


def _kept(fleet: Fleet, kind: ChangeKind) -> None:
    once(fleet, kind)
    assert fleet.now[kind][0]["priority"] == {"id": "1", "name": "High"}


def _gone(how: str, harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    issues = fleet.house.jira.issues
    for kind in KINDS:
        issue_id, key = issue_of(kind)
        if how == "deleted":
            del issues[issue_id]
        elif how == "archived":
            issues[issue_id]["fields"]["archiveddate"] = "2026-11-02T10:00:00.000+0000"
        else:
            issues[issue_id]["key"] = key.replace("AIR", "WEB")
            issues[issue_id]["fields"]["project"] = {"id": "200", "key": "WEB"}
    finish(fleet.house)
    fleet.sound()
    return fleet


def _gone_for_good(fleet: Fleet, kind: ChangeKind) -> None:
    if kind is K.DELETE:
        never(fleet, kind)  # what was to go is gone with its issue
        return
    ends(OpState.CONFLICT)(fleet, kind)


# 12 and 13: what people do.
def _stale(harbour: Harbour) -> Fleet:
    fleet = harbour(launched)
    for one in fleet.reviews:
        with pytest.raises((RefusedError, StaleError)):
            reviewing.approve(fleet.house.gateway, "eve", one, "0" * 64, ["delete"])
        with pytest.raises((RefusedError, StaleError)):
            reviewing.promote(fleet.house.gateway, "eve", one, fleet.digest(one))
    finish(fleet.house)
    return fleet


def _not_there(fleet: Fleet, kind: ChangeKind) -> None:
    assert kind not in fleet.look() or fleet.operation(kind).state is OpState.HELD
    never(fleet, kind)


def _two(harbour: Harbour) -> Fleet:
    fleet = harbour(launched)
    gateway = fleet.house.gateway
    people = replace(gateway.settings.people, approvals=2)
    gateway.settings = replace(gateway.settings, people=people)
    fleet.approve("eve")
    for one in fleet.reviews:
        with suppress(RefusedError, StaleError):
            reviewing.approve(gateway, "eve", one, fleet.digest(one), ["delete"])
        with pytest.raises((RefusedError, StaleError)):
            reviewing.promote(gateway, "eve", one, fleet.digest(one))
    finish(fleet.house)
    assert len(fleet.house.jira.journal) == fleet.before
    fleet.approve("max")
    fleet.promote()
    finish(fleet.house)
    fleet.sound()
    return fleet


# 14 and 19: what Jira refuses.
def _refused(harbour: Harbour) -> Fleet:
    """Let Jira refuse everything, twice; what was refused is never sent again by itself."""
    fleet = harbour(released)
    for status in ("400", "403"):
        fleet.fail(status, "")
        fleet.restart()
        assert {one.state for one in fleet.look().values()} == {OpState.REJECTED}
        assert len(fleet.house.jira.journal) == fleet.before
        assert fleet.states() == {State.FAILED}
        fleet.promote()
    finish(fleet.house)
    fleet.sound()
    return fleet


# 16 to 18: clocks, a database that is full, a program that was replaced.
def _skewed(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    now = 1_700_000_000_000_000
    late = replace(fleet.house.gateway, clock=lambda: now + HOUR)
    early = replace(fleet.house.gateway, clock=lambda: now - HOUR)
    fleet.drain(fleet.doomed(late, Step.SENT))
    assert not Promoter(early, "second").run_once(), "a lease runs out by the database's clock"
    fleet.restart()
    fleet.sound()
    return fleet


HOUR = 3_600_000_000
#: Where the database is full: before anything is sent, and when the result is to be stored.
FULL = {"intent": ("operation", "UPDATE OF attempts", 0), "result": ("audit", "INSERT", 1)}


def _full(where: str, harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    table, event, sent = FULL[where]
    break_it(fleet.house, table, event)
    fleet.drain(Promoter(fleet.house.gateway, "first"))
    assert {kind: len(fleet.effects(kind)) for kind in KINDS} == dict.fromkeys(KINDS, sent)
    mend(fleet.house)
    fleet.restart()
    fleet.sound()
    return fleet


def _upgraded(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    fleet.drain(fleet.doomed(fleet.house.gateway, Step.SENT))
    upgraded(fleet.house)
    fleet.restart()
    fleet.sound()
    return fleet


# 20 and 21: what is written, and where.
def _plain(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    finish(fleet.house)
    fleet.sound()
    return fleet


def _as_it_was_meant(fleet: Fleet, kind: ChangeKind) -> None:
    once(fleet, kind)
    done = fleet.operation(kind)
    assert done.trouble == "", "read back, it looked like something else"
    assert done.receipt is not None
    assert (done.receipt.known_by, done.receipt.overwrote) == ("answer", False)


def _on_a_new_issue(harbour: Harbour) -> Fleet:
    fleet = Fleet(afloat(harbour.standing))
    changes = [change_of(kind) for kind in KINDS if kind not in NOT_ON_NEW]
    new = changes[0]
    moved = [moved_to(one, new) for one in changes[1:]]
    # The wrong way round: what needs the new issue stands before it.
    fleet.reviews = [fleet.house.arrive(change_set(*reversed(moved), new))]
    fleet.approve()
    fleet.promote()
    finish(fleet.house)
    fleet.sound()
    return fleet


def moved_to(one: Change, new: Change) -> Change:
    """Return the same change on another issue."""
    here = {"id": new.issue_id, "key": new.issue_key}
    after = {**one.after, "inwardIssue": here} if one.kind is K.LINK else one.after  # type: ignore[dict-item]  # an object
    return one.model_copy(
        update={
            "issue_id": new.issue_id,
            "issue_key": new.issue_key,
            "base_revision": 0,
            "after": after,
        }
    )


NOT_ON_NEW = {
    K.COMMENT_EDIT: "A comment of an issue that is yet to be made is not there to be edited.",
    K.DELETE: "Only an undo deletes, and only what was written before.",
}


def _on_the_new_one(fleet: Fleet, kind: ChangeKind) -> None:
    once(fleet, kind)
    made = fleet.operation(K.CREATE).receipt
    [effect] = fleet.effects(kind)
    assert made is not None
    assert effect.issue_id == made.upstream_id


# 22 and 23: what was approved is not what would be written.
def _tampered(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    with fleet.house.gateway.database.write() as conn:
        conn.execute(sql("UPDATE operation SET body = replace(body, 'AIR-', 'WEB-')"))
    finish(fleet.house)
    return fleet


def _moved_away(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    gateway = fleet.house.gateway
    other = {"api_url": "https://api.atlassian.com/ex/jira/other"}
    gateway.identity = gateway.identity.model_copy(update=other)
    finish(fleet.house)
    return fleet


# 24: undo.
def _undone(harbour: Harbour) -> Fleet:
    fleet = _plain(harbour)
    gateway = fleet.house.gateway
    telling.tell(gateway)
    made = undoing.propose(gateway, "rob", fleet.reviews[0]).review_id
    with pytest.raises(RefusedError):
        undoing.propose(gateway, "rob", fleet.reviews[0])
    first, fleet.reviews = fleet.reviews, [made]
    fleet.approve()
    fleet.promote()
    with pytest.raises(RefusedError):
        undoing.propose(gateway, "rob", made)  # while it is being promoted
    finish(fleet.house)
    with pytest.raises(RefusedError):
        undoing.propose(gateway, "rob", first[0])
    fleet.back = {one.planned.issue_id: one for one in fleet.operations()}
    fleet.reviews = first
    fleet.sound()
    return fleet


def _taken_back(fleet: Fleet, kind: ChangeKind) -> None:
    done = fleet.operation(kind)
    assert done.receipt is not None
    issue_id = done.receipt.upstream_id if kind is K.CREATE else done.planned.issue_id
    back = fleet.back[str(issue_id)]
    assert (back.state, back.trouble) == (OpState.APPLIED, "")
    assert fleet.now[kind] == fleet.pictures[kind]


# The table: case, and how it is brought about, to what is run.
_NO_LAG = "Its probe asks the issue itself, by its id; only a new issue has to be searched for."
_NO_STEP = "Only a transition goes a way through the workflow."
_SURE = "Nobody else gives a web link our own global id."
CASES: dict[tuple[int, str], Case] = {
    **{
        (1, name): Case(partial(_crash, steps), partial(_crashed, steps))
        for name, steps in CRASHES.items()
    },
    (2, "travelling"): Case(_travelling),
    (3, "lost"): Case(lambda harbour: _faulty(harbour, "lost", "after lost")),
    (4, "5xx"): Case(lambda harbour: _faulty(harbour, "503", "after 504")),
    (5, "429"): Case(_not_now, _unhurt),
    (6, "before the intent"): Case(partial(_overtaken, Step.CHECKED)),
    (6, "after the answer"): Case(partial(_overtaken, Step.SENT)),
    (7, "before"): Case(
        _drifted,
        ends(OpState.CONFLICT),
        without(_NEW, *_ADDS)
        | without(
            "It is there or not, whoever made it so: there is no other value.", K.LINK, K.WATCHER
        )
        | without(_SURE, K.REMOTE_LINK),
    ),
    (8, "elsewhere"): Case(_untouched, _kept, without(_NO_ISSUE, K.CREATE)),
    **{
        (9, how): Case(partial(_gone, how), _gone_for_good, without(_NO_ISSUE, K.CREATE))
        for how in ("deleted", "moved", "archived")
    },
    (12, "stale"): Case(_stale, _not_there),
    (13, "two of two"): Case(_two),
    (14, "refused, then resumed"): Case(_refused),
    (15, "401"): Case(_not_now, _unhurt),
    (15, "403"): Case(_refused),
    (16, "an hour off"): Case(_skewed),
    (17, "intent"): Case(partial(_full, "intent")),
    (17, "result"): Case(partial(_full, "result")),
    (18, "upgraded"): Case(_upgraded),
    (19, "taken out of Jira"): Case(_refused),
    (20, "words"): Case(_plain, _as_it_was_meant),
    (21, "new issue"): Case(_on_a_new_issue, _on_the_new_one, NOT_ON_NEW),
    (22, "tampered"): Case(_tampered, ends(OpState.REJECTED)),
    (23, "elsewhere"): Case(_moved_away, ends(OpState.REJECTED)),
    (24, "undone"): Case(
        _undone, _taken_back, without("What was deleted is gone for good: it says so.", K.DELETE)
    ),
}
