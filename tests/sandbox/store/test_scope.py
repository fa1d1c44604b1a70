"""The scope is part of every SELECT and is judged on the baseline."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.contract.scope import may_see
from sandbox.contract.shapes import Dialect, Scope
from sandbox.domain.issue import facts
from sandbox.store import issues
from tests.sandbox.store.world import ANNA, BORA, SITE, Store, issue, view

_OPEN = Scope(projects=("APP", "OPS"), mine_only=False)
_MINE = Scope(projects=("APP",), mine_only=True)

_ISSUES = (
    issue(1, assignee=ANNA),
    issue(2, assignee=BORA),
    issue(3, reporter=ANNA),
    issue(4, watchers=(BORA, ANNA)),
    issue(5),
    issue(6, project="OPS", assignee=ANNA),
    issue(7, assignee=ANNA, issuetype={"id": "10002", "name": "Bug"}),
)

_SCOPES = (
    Scope(),
    Scope(mine_only=False),
    _OPEN,
    _MINE,
    Scope(projects=("OPS",), mine_only=False),
    Scope(projects=("APP", "NONE"), mine_only=True),
    Scope(projects=("APP",), mine_only=False, issue_types=()),
    Scope(projects=("APP",), mine_only=False, issue_types=("Bug",)),
    Scope(projects=("APP",), mine_only=True, issue_types=("10001", "Epic")),
    Scope(projects=("app",), mine_only=False),
)


@pytest.mark.parametrize("scope", _SCOPES, ids=str)
@pytest.mark.parametrize("in_workspace", [False, True])
def test_the_select_sees_exactly_what_the_contract_allows(
    store: Store, scope: Scope, in_workspace: bool
) -> None:
    store.push(*_ISSUES)
    ws = store.open_workspace() if in_workspace else None
    allowed = [one.key for one in _ISSUES if may_see(scope, ANNA, facts(one)) is None]
    assert [one.key for one in _ISSUES if store.summary(ws, one.key, scope)] == allowed
    assert [one.key for one in _ISSUES if _text(store, ws, one.key, scope)] == allowed


def test_taking_an_issue_over_in_the_overlay_does_not_make_it_mine(store: Store) -> None:
    store.push(issue(1, assignee=BORA))
    ws = store.open_workspace()
    store.write(ws, issue(1, assignee=ANNA, reporter=ANNA, watchers=(ANNA,)))
    assert store.summary(ws, "APP-1", _MINE) is None
    assert _text(store, ws, "10001", _MINE) is None
    assert store.summary(ws, "APP-1", _OPEN) == "Issue 1"


def test_giving_an_issue_away_in_the_overlay_does_not_lose_it(store: Store) -> None:
    store.push(issue(1, assignee=ANNA))
    ws = store.open_workspace()
    store.write(ws, issue(1, assignee=BORA, summary="Given away"))
    assert store.summary(ws, "APP-1", _MINE) == "Given away"
    assert _text(store, ws, "APP-1", _MINE) is not None


def test_project_and_type_are_judged_on_the_baseline_too(store: Store) -> None:
    store.push(issue(1), issue(2, project="OPS"))
    ws = store.open_workspace()
    bug = {"id": "10002", "name": "Bug"}
    store.write(ws, issue(1, issuetype=bug), replace(issue(2), key="APP-2"))
    only_bugs = Scope(projects=("APP",), mine_only=False, issue_types=("Bug",))
    assert store.summary(ws, "APP-1", only_bugs) is None
    only_app = Scope(projects=("APP",), mine_only=False)
    assert store.summary(ws, "10002", only_app) is None


def test_ownership_follows_the_pinned_baseline_not_the_newest(store: Store) -> None:
    store.push(issue(1, assignee=ANNA))
    ws = store.open_workspace()
    store.push(issue(1, assignee=BORA))
    assert store.summary(ws, "APP-1", _MINE) == "Issue 1"
    assert store.summary(None, "APP-1", _MINE) is None


def test_an_issue_created_here_is_seen_here_if_project_and_type_are_in_scope(
    store: Store,
) -> None:
    ws = store.open_workspace()
    store.write(ws, _created(9, assignee=BORA), _created(8, project="OPS"))
    assert store.summary(ws, "APP-9", _MINE) == "Issue 9"
    assert store.summary(ws, "OPS-8", _MINE) is None
    assert store.summary(store.open_workspace("other"), "APP-9", _MINE) is None
    child = store.fork(ws, "child")
    assert store.summary(child, "APP-9", _MINE) == "Issue 9"


def test_saying_created_here_of_an_issue_with_a_baseline_widens_nothing(store: Store) -> None:
    store.push(issue(1, assignee=BORA))
    ws = store.open_workspace()
    store.write(ws, _created(1))
    assert store.summary(ws, "APP-1", _MINE) is None


def test_an_overlay_of_an_issue_that_left_the_base_is_out_of_sight(store: Store) -> None:
    ws = store.open_workspace()
    store.write(ws, issue(1, assignee=ANNA))
    assert store.summary(ws, "APP-1", _MINE) is None
    assert store.summary(ws, "APP-1") == "Issue 1"


def test_a_watcher_is_matched_exactly(store: Store) -> None:
    store.push(issue(1, watchers=(ANNA.upper(),)))
    assert store.summary(None, "APP-1", _MINE) is None


def test_an_alias_does_not_lead_around_the_scope(store: Store) -> None:
    store.push(issue(1, assignee=BORA))
    with store.database.write() as conn:
        issues.add_alias(conn, SITE, "OLD-1", "10001")
    assert store.summary(None, "OLD-1") == "Issue 1"
    assert store.summary(None, "OLD-1", _MINE) is None
    assert _text(store, None, "OLD-1", _MINE) is None


def test_another_site_is_another_world(store: Store) -> None:
    store.push(issue(1))
    with store.database.read() as conn:
        foreign = replace(view(None), site="other")
        assert issues.find(conn, foreign, "APP-1") is None
        assert issues.text(conn, foreign, "10001", Dialect.V3) is None


def _created(number: int, **fields: Any) -> Any:
    return replace(issue(number, **fields), created_here=True)


def _text(store: Store, ws: Any, ref: str, scope: Scope) -> str | None:
    with store.database.read() as conn:
        found = issues.text(conn, view(ws, scope), ref, Dialect.V3)
    return None if found is None else found.text
