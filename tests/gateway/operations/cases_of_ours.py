"""Failure cases 12 to 24 of promotion.md 1.4: people, the database, the program, undo."""

import copy
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text as sql

from gateway.operations import reviewing, telling, undoing
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from sandbox.contract.compare import Three
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.operations.breaking import break_it, mend, upgraded
from tests.gateway.operations.fleet import (
    KINDS,
    Fleet,
    Harbour,
    afloat,
    change_of,
    launched,
    never,
    once,
    released,
)
from tests.gateway.operations.quick import finish
from tests.gateway.promotion.world import DONE, change_set, text

K = ChangeKind


# 12 and 13: what people do.
def stale(harbour: Harbour) -> Fleet:
    fleet = harbour(launched)
    for one in fleet.reviews:
        with pytest.raises((RefusedError, StaleError)):
            reviewing.approve(fleet.house.gateway, "eve", one, "0" * 64, ["delete"])
        with pytest.raises((RefusedError, StaleError)):
            reviewing.promote(fleet.house.gateway, "eve", one, fleet.digest(one))
    finish(fleet.house)
    return fleet


def not_there(fleet: Fleet, kind: ChangeKind) -> None:
    assert kind not in fleet.look() or fleet.operation(kind).state is OpState.HELD
    never(fleet, kind)


def two(harbour: Harbour) -> Fleet:
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
def refused(harbour: Harbour) -> Fleet:
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
def skewed(harbour: Harbour) -> Fleet:
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


def full(where: str, harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    table, event, sent = FULL[where]
    break_it(fleet.house, table, event)
    fleet.drain(Promoter(fleet.house.gateway, "first"))
    assert {kind: len(fleet.effects(kind)) for kind in KINDS} == dict.fromkeys(KINDS, sent)
    mend(fleet.house)
    fleet.restart()
    fleet.sound()
    return fleet


def upgraded_between(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    fleet.drain(fleet.doomed(fleet.house.gateway, Step.SENT))
    upgraded(fleet.house)
    fleet.restart()
    fleet.sound()
    return fleet


# 20 and 21: what is written, and where.
def plain(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    finish(fleet.house)
    fleet.sound()
    return fleet


def as_it_was_meant(fleet: Fleet, kind: ChangeKind) -> None:
    once(fleet, kind)
    done = fleet.operation(kind)
    assert done.trouble == "", "read back, it looked like something else"
    assert done.receipt is not None
    assert (done.receipt.known_by, done.receipt.overwrote) == ("answer", False)


def on_a_new_issue(harbour: Harbour) -> Fleet:
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


def on_the_new_one(fleet: Fleet, kind: ChangeKind) -> None:
    once(fleet, kind)
    made = fleet.operation(K.CREATE).receipt
    [effect] = fleet.effects(kind)
    assert made is not None
    assert effect.issue_id == made.upstream_id


# 22 and 23: what was approved is not what would be written.
def tampered(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    with fleet.house.gateway.database.write() as conn:
        conn.execute(sql("UPDATE operation SET body = replace(body, 'AIR-', 'WEB-')"))
    finish(fleet.house)
    return fleet


def moved_away(harbour: Harbour) -> Fleet:
    fleet = harbour(released)
    gateway = fleet.house.gateway
    other = {"api_url": "https://api.atlassian.com/ex/jira/other"}
    gateway.identity = gateway.identity.model_copy(update=other)
    finish(fleet.house)
    return fleet


# 24: undo.
def undone(harbour: Harbour) -> Fleet:
    fleet = plain(harbour)
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


#: What Bob makes of what was written, by kind.
_BOBS: dict[ChangeKind, Callable[[Any, Any], None]] = {
    K.CREATE: lambda jira, issue: jira.edit(issue["id"], "Bob", priority={"id": "1"}),
    K.EDIT: lambda jira, issue: jira.edit(issue["id"], "Bob", summary="Bob's"),
    K.TRANSITION: lambda jira, issue: jira.edit(issue["id"], "Bob", status=DONE),
    K.SPRINT: lambda jira, issue: jira.edit(
        issue["id"], "Bob", customfield_10020=[{"id": 9, "name": "Bob's"}]
    ),
    K.COMMENT: lambda _, issue: issue["fields"]["comment"]["comments"][-1].update(body=text("B")),
    K.COMMENT_EDIT: lambda _, issue: issue["fields"]["comment"]["comments"][0].update(
        body=text("B")
    ),
    K.WORKLOG: lambda _, issue: issue["fields"]["worklog"]["worklogs"][0].update(
        timeSpentSeconds=60
    ),
    K.REMOTE_LINK: lambda jira, issue: jira.beside(issue["id"], "remotelink")[0].update(
        object={"url": "https://docs.example/2", "title": "Bob's"}
    ),
}


def edited_since(harbour: Harbour) -> Fleet:
    """Let somebody else go on with everything, then undo: what is theirs stays."""
    fleet = plain(harbour)
    gateway, jira = fleet.house.gateway, fleet.house.jira
    for kind, meddle in _BOBS.items():
        meddle(jira, jira.issues[fleet.place(kind)])
    fleet.pictures = {kind: copy.deepcopy(fleet.picture(kind)) for kind in _BOBS}
    made = undoing.propose(gateway, "rob", fleet.reviews[0]).review_id
    view = reviewing.view(gateway, made)
    changes = [one for issue in view.issues for one in issue.changes]
    for one in [one for one in changes if one.three is Three.CONFLICT]:
        digest = reviewing.view(gateway, made).digest
        reviewing.decide(gateway, "rob", made, one.change.id, "reject", "Bob's", digest)
    first, fleet.reviews = fleet.reviews, [made]
    fleet.approve()
    fleet.promote()
    finish(fleet.house)
    fleet.reviews = first
    fleet.sound()
    return fleet


def still_theirs(fleet: Fleet, kind: ChangeKind) -> None:
    """Hold that an undo left alone what somebody else had gone on with."""
    assert fleet.operation(kind).state is OpState.APPLIED
    assert fleet.now[kind] == fleet.pictures[kind]


def taken_back(fleet: Fleet, kind: ChangeKind) -> None:
    done = fleet.operation(kind)
    assert done.receipt is not None
    issue_id = done.receipt.upstream_id if kind is K.CREATE else done.planned.issue_id
    back = fleet.back[str(issue_id)]
    assert (back.state, back.trouble) == (OpState.APPLIED, "")
    assert fleet.now[kind] == fleet.pictures[kind]
