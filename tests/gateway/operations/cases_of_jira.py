"""Failure cases 1 to 9 of promotion.md 1.4: crashes, Jira's answers, and others at work."""

from collections.abc import Callable
from dataclasses import replace

from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from sandbox.contract.shapes import ChangeKind
from tests.gateway.operations.fleet import (
    KINDS,
    Fleet,
    Harbour,
    Watched,
    ends,
    issue_of,
    never,
    once,
    released,
)
from tests.gateway.operations.quick import finish, reopened
from tests.gateway.promotion.world import DOING, DONE, text

K = ChangeKind


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


def crash(steps: tuple[Step, ...], harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    fleet.sink(*steps)
    fleet.sound()
    return fleet


def crashed(steps: tuple[Step, ...], fleet: Fleet, kind: ChangeKind) -> None:
    passed = set(steps) - (set() if kind in _READ_FIRST else {Step.KEY_READ})
    assert fleet.died[kind] == passed
    once(fleet, kind)


# 2 to 5 and 15: what Jira answers, or does not.
def faulty(harbour: Harbour, *faults: str) -> Fleet:
    fleet = harbour(released)
    fleet.fail(*faults)
    fleet.resume()
    fleet.tries = fleet.attempts()
    fleet.sound()
    return fleet


def not_now(harbour: Harbour) -> Fleet:
    return faulty(harbour, "429", "401", "429")


def unhurt(fleet: Fleet, kind: ChangeKind) -> None:
    """Hold that a refusal to listen cost no attempt."""
    once(fleet, kind)
    assert fleet.tries[kind] == 1


def travelling(harbour: Harbour) -> Fleet:
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
def overtaken(step: Step, harbour: Harbour) -> Fleet:
    fleet = harbour(released)

    def hook(now: Step) -> None:
        if now is step and slow.held is not None and slow.held.id not in seen:
            seen.add(slow.held.id)
            reopened(fleet.house)  # as if stopped for longer than its lease
            while Promoter(fleet.house.gateway, "quick").run_once():
                pass

    seen: set[int] = set()
    slow = Watched(fleet.house.gateway, "slow")
    slow.meets = hook
    fleet.drain(slow)
    fleet.restart()
    fleet.sound()
    return fleet


# 7 to 9: somebody else at work.
def _bobs_comment(fleet: Fleet, issue_id: str) -> None:
    for one in fleet.house.jira.field(issue_id, "comment")["comments"]:
        one["body"] = text("Bob's")


_BOBS_SPRINT = [{"id": 9, "name": "Bob's"}]
#: Kind to how somebody else changes what it is about to write, or has just written.
_MEDDLES: dict[ChangeKind, Callable[[Fleet, str], None]] = {
    K.EDIT: lambda fleet, at: fleet.house.jira.edit(at, "Bob", summary="Bob's"),
    K.TRANSITION: lambda fleet, at: fleet.house.jira.edit(at, "Bob", status=DONE),
    K.SPRINT: lambda fleet, at: fleet.house.jira.edit(at, "Bob", customfield_10020=_BOBS_SPRINT),
    K.COMMENT_EDIT: _bobs_comment,
    K.DELETE: _bobs_comment,
}


def _meddle(fleet: Fleet, kind: ChangeKind) -> None:
    if kind in _MEDDLES:
        _MEDDLES[kind](fleet, issue_of(kind)[0])


def drifted(harbour: Harbour) -> Fleet:
    """Let somebody else change what is about to be written, before it is looked at."""
    fleet = harbour(released)
    for kind in KINDS:
        _meddle(fleet, kind)
    finish(fleet.house)
    fleet.sound()
    return fleet


def meddled_at(step: Step, harbour: Harbour) -> Fleet:
    """Let somebody else change what is written at a step of its promoter."""
    fleet = harbour(released)
    fleet.house.jira.steps["10"] = {"11": DOING}  # the same way leads on from Bob's status
    promoter = Watched(fleet.house.gateway, "met")

    def meet(now: Step) -> None:
        if now is step and promoter.held is not None:
            kind = promoter.held.planned.kind
            if kind in (K.EDIT, K.TRANSITION, K.SPRINT):
                _meddle(fleet, kind)

    promoter.meets = meet
    fleet.drain(promoter)
    fleet.restart()
    fleet.sound()
    return fleet


def flagged(fleet: Fleet, kind: ChangeKind) -> None:
    """Hold that it was written once, and says that it replaced what nobody was shown."""
    once(fleet, kind)
    receipt = fleet.operation(kind).receipt
    assert receipt is not None
    assert receipt.overwrote


def untouched(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    for kind in KINDS:
        fleet.house.jira.edit(issue_of(kind)[0], "Bob", priority={"id": "1", "name": "High"})
    fleet.resume()
    fleet.sound()
    return fleet


def kept(fleet: Fleet, kind: ChangeKind) -> None:
    once(fleet, kind)
    assert fleet.now[kind][0]["priority"] == {"id": "1", "name": "High"}


def gone(how: str, harbour: Harbour) -> Fleet:
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


def gone_for_good(fleet: Fleet, kind: ChangeKind) -> None:
    if kind is K.DELETE:
        never(fleet, kind)  # what was to go is gone with its issue
        return
    ends(OpState.CONFLICT)(fleet, kind)
