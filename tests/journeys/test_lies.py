"""A lying sandbox: whatever it says, Jira changes only as people saw and approved."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.policy.authority import workspace_id
from gateway.review.refusals import ReviewError
from gateway.review.states import State
from gateway.sandbox_link import SandboxLinkError
from gateway.store import audit, sites
from sandbox.contract.compare import Three
from tests.house import House
from tests.journeys.liar import forged, lying
from tests.journeys.staging import (
    MINA,
    Task,
    approve_and_promote,
    changed,
    fresh,
    retake,
    start,
    upstream,
)

Forge = Callable[[dict[str, Any]], None]


def sealed(built: House, name: str, key: str, fields: dict[str, Any]) -> Task:
    """Let an agent hand in an edit that the gateway has not fetched yet."""
    assert built.world is not None
    person = built.world.cast.person.account_id
    upstream(built, "PUT", f"issue/{key}/assignee", {"accountId": person})
    retake(built, key)
    # Nobody else's issues: only so is there something foreign.
    task = start(built, name, mine_only=True)
    task.send("PUT", f"issue/{key}", {"fields": fields})
    task.use(lambda agent: agent.must("submitForReview", reason="asked for", title=name))
    return task


def fetch_forged(built: House, forge: Forge) -> int:
    with lying(built, forged(forge)):
        [review] = built.fetch()
    return review


def nothing_can_be_done(built: House, review: int) -> None:
    """Check that a set was refused on arrival, and that no digest opens it."""
    view = reviewing.view(built.gateway, review)
    assert view.state is State.REFUSED
    for digest in ("", view.digest, "0" * 64):
        for act in (reviewing.approve, reviewing.promote):
            with pytest.raises(ReviewError):
                act(built.gateway, MINA, review, digest)
    built.promote_all()


def test_a_forged_before_hides_no_conflict(built: House) -> None:
    key = fresh(built, priority={"name": "Medium"})
    sealed(built, "lie-before", key, {"priority": {"name": "Low"}})
    upstream(built, "PUT", f"issue/{key}", {"fields": {"priority": {"name": "Highest"}}})
    before = built.snapshot()

    def forge(change_set: dict[str, Any]) -> None:
        change_set["changes"][0]["before"] = {"id": "1", "name": "Highest"}

    review = fetch_forged(built, forge)
    view = reviewing.view(built.gateway, review)
    [change] = view.issues[0].changes
    assert isinstance(change.base, dict)
    assert (change.base["name"], change.three) == ("Medium", Three.CONFLICT)
    with pytest.raises(ReviewError):
        reviewing.approve(built.gateway, MINA, review, view.digest)
    built.promote_all()
    assert changed(before, built.snapshot()) == {}


#: What is forged: in the set, and in its one change. ``{id}``, ``{key}`` are somebody else's.
FORGERIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "issue": ({}, {"issue_id": "{id}", "issue_key": "{key}"}),
    "issue by key": ({}, {"issue_id": "{key}"}),
    "agent": ({"agent": "nobody-registered-this"}, {}),
    "person": ({"person": "{person}"}, {}),
    "workspace": ({"workspace": "ws-000000000000"}, {}),
    "site": ({"site": "elsewhere"}, {}),
    "parent by key": ({}, {"field": "parent", "after": {"key": "{key}"}}),
    "parent by id": ({}, {"field": "parent", "after": {"id": "{id}"}}),
    "address": (
        {},
        {"kind": "comment_edit", "field": None, "after": {"id": "1/../../{id}", "body": "x"}},
    ),
}


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(one, names) for name, one in value.items()}
    return value.format(**names) if isinstance(value, str) else value


@pytest.mark.parametrize("what", FORGERIES)
def test_what_is_foreign_is_refused_on_arrival(built: House, what: str) -> None:
    assert built.world is not None
    cast = built.world.cast
    key, foreign = fresh(built), upstream(built, "GET", f"issue/{cast.foreign}")
    built.token("another-agent", cast.colleague.account_id)
    sealed(built, f"lie-{what.replace(' ', '-')}", key, {"duedate": "2027-05-05"})
    before = built.snapshot()
    names = {"id": foreign["id"], "key": foreign["key"], "person": cast.colleague.account_id}

    def forge(change_set: dict[str, Any]) -> None:
        of_set, of_change = FORGERIES[what]
        change_set["changes"][0] |= filled(of_change, names)
        change_set |= filled(of_set, names)
        if "workspace" not in of_set:
            # A lie that is as consistent as can be.
            claimed = [change_set[name] for name in ("site", "agent", "person", "task")]
            change_set["workspace"] = workspace_id(*claimed)
        change_set["id"] = f"{change_set['workspace']}.{change_set['number']}"

    nothing_can_be_done(built, fetch_forged(built, forge))
    assert changed(before, built.snapshot()) == {}


def test_an_altered_set_that_keeps_its_seal_is_refused(built: House) -> None:
    key = fresh(built)
    sealed(built, "lie-seal", key, {"duedate": "2027-05-05"})
    before = built.snapshot()

    def lie(path: str, said: Any) -> Any:
        for one in said.get("change_sets", []):
            one["change_set"]["changes"][0]["after"] = "2030-01-01"
        return said

    with lying(built, lie):
        [review] = built.fetch()
    nothing_can_be_done(built, review)
    assert changed(before, built.snapshot()) == {}


def test_another_set_under_an_old_id_replaces_nothing(built: House) -> None:
    key = fresh(built)
    sealed(built, "lie-again", key, {"duedate": "2027-05-05"})
    [review] = built.fetch()
    digest = reviewing.view(built.gateway, review).digest
    before = built.snapshot()
    with built.gateway.database.write() as conn:
        stored = sites.get(conn, built.gateway.site)
        assert stored is not None
        sites.set_fetched(conn, built.gateway.site, stored.fetched_position - 1)

    def forge(change_set: dict[str, Any]) -> None:
        change_set["changes"][0]["after"] = "2030-01-01"

    with lying(built, forged(forge)):
        assert built.fetch() == []
    assert reviewing.view(built.gateway, review).digest == digest
    assert approve_and_promote(built, review).state is State.PROMOTED
    after = built.snapshot()
    assert changed(before, after) == {key: {"duedate"}}
    assert after[key]["fields"]["duedate"] == "2027-05-05"
    with built.gateway.database.read() as conn:
        assert audit.has(conn, "changed_set_refused", review=review)


NONSENSE: dict[str, Any] = {
    "not JSON": b"<html>sign in</html>",
    "cut off": b'{"change_sets": [{"position": 1',
    "a list": [],
    "no sets": {"change_sets": None},
    "not a set": {"change_sets": [{"position": 1, "change_set": {"id": "x"}}]},
    "a bad position": {"change_sets": [{"position": "first", "change_set": {}}]},
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "huge": b" " * (65 * 1024 * 1024),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_one_error_and_nothing_is_stored(built: House, name: str) -> None:
    key = fresh(built)
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    sealed(built, f"lie-nonsense-{digest}", key, {"duedate": "2027-05-05"})
    before, known = built.snapshot(), reviewing.inbox(built.gateway)

    def lie(path: str, said: Any) -> Any:
        return NONSENSE[name] if "/change-sets?" in path else said

    with lying(built, lie), pytest.raises(SandboxLinkError):
        built.fetch()
    assert reviewing.inbox(built.gateway) == known
    # As soon as it is honest again, what was sealed arrives.
    assert len(built.fetch()) == 1
    assert changed(before, built.snapshot()) == {}


@pytest.mark.parametrize("said", [{"reads": None}, {"reads": []}, b"", {"reads": [{"x": 1}]}])
def test_missing_reads_count_as_unread(built: House, said: Any) -> None:
    key = fresh(built)
    name = hashlib.sha256(str(said).encode()).hexdigest()[:6]
    task = sealed(built, f"lie-reads-{name}", key, {"duedate": "2027-05-05"})
    assert task.read(f"issue/{key}")["key"] == key

    def lie(path: str, honest: Any) -> Any:
        return said if path.endswith("/reads") else honest

    with lying(built, lie):
        [review] = built.fetch()
    view = reviewing.view(built.gateway, review)
    flags = {flag.id for issue in view.issues for one in issue.changes for flag in one.flags}
    assert "unread_write" in flags
