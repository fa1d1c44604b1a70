"""Search over overlay and base: the same issues in the same order on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.contract.shapes import Scope
from sandbox.domain.jql.checked import (
    Always,
    And,
    Checked,
    Compare,
    Condition,
    Empty,
    FieldRef,
    Never,
    Not,
    Op,
    Or,
    Sort,
    Term,
    TextMatch,
)
from sandbox.store import issues, search, workspaces
from sandbox.store.workspaces import Workspace
from tests.sandbox.store.world import ANNA, BORA, SITE, Store, issue, view

_STATUS = FieldRef("status", "status_id")
_ASSIGNEE = FieldRef("assignee", "assignee")
_DUE = FieldRef("duedate", "due")
_UPDATED = FieldRef("updated", "updated_us")
_SUMMARY = FieldRef("summary", "summary_key")
_LABELS = FieldRef("labels")
_POINTS = FieldRef("customfield_10016")
_TEAM = FieldRef("customfield_10020")
_NOTES = FieldRef("customfield_10030")
_GO_LIVE = FieldRef("customfield_10040")
_PRIORITY = FieldRef("priority")
_KEY = FieldRef("issuekey", "key")

_DONE = Compare(_STATUS, Op.EQ, ("3",))

#: 2026-03-01T00:00:00Z.
_MARCH = 1_772_323_200_000_000

_ADF = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "로그인 오류 Page"}]}],
}

_ISSUES = (
    issue(1, assignee=ANNA, labels=["Red", "blue"], customfield_10016=3, summary="beta Login"),
    issue(2, assignee=BORA, labels=["blue"], customfield_10016=0.5, status="2", summary="Alpha"),
    issue(3, status="3", duedate="2026-03-05", priority={"id": "1"}, summary="로그인 실패"),
    issue(4, labels=[], customfield_10016=None, priority={"id": "4"}, summary="Zeta"),
    issue(5, duedate="2026-01-05", customfield_10020={"id": "77", "value": "Core"}),
    issue(6, status="3", description=_ADF, customfield_10030="h1. Plan\n\nold page"),
    issue(7, comment={"comments": [{"id": "1", "body": _ADF}]}, priority={"id": "3"}),
    issue(8, customfield_10040="2026-03-01T09:00:00.000+0900", environment="staging"),
)


def _keys(
    store: Store,
    where: Condition,
    ws: Workspace | None = None,
    *,
    order: tuple[Sort, ...] = (Sort(_KEY),),
    scope: Scope | None = None,
    **page: int,
) -> list[int]:
    """Return the numbers of the keys found, after seeing that the total agrees."""
    checked = Checked(where, order)
    with store.database.read() as conn:
        found = search.find(conn, view(ws, scope), checked, **page)
        if not page:
            assert search.total(conn, view(ws, scope), checked) == len(found)
    return [int(one.key.rpartition("-")[2]) for one in found]


_CASES: dict[str, tuple[Condition, list[int]]] = {
    "everything": (Always(), [1, 2, 3, 4, 5, 6, 7, 8]),
    "nothing": (Never(), []),
    "column equals": (_DONE, [3, 6]),
    "column in": (Compare(_STATUS, Op.EQ, ("2", "3")), [2, 3, 6]),
    "column differs, and is not empty": (Compare(_ASSIGNEE, Op.NE, (ANNA,)), [2]),
    "column is empty": (Empty(_ASSIGNEE), [3, 4, 5, 6, 7, 8]),
    "column is not empty": (Empty(_ASSIGNEE, negated=True), [1, 2]),
    "complement has the empty ones": (
        Not(Compare(_ASSIGNEE, Op.EQ, (ANNA,))),
        [2, 3, 4, 5, 6, 7, 8],
    ),
    "complement of a comparison": (
        Not(Compare(_DUE, Op.LT, ("2026-02-01",))),
        [1, 2, 3, 4, 6, 7, 8],
    ),
    "date before": (Compare(_DUE, Op.LT, ("2026-02-01",)), [5]),
    "date from": (Compare(_DUE, Op.GE, ("2026-03-05",)), [3]),
    "labels whatever their case": (Compare(_LABELS, Op.EQ, ("RED",)), [1]),
    "one of many labels": (Compare(_LABELS, Op.EQ, ("red", "blue")), [1, 2]),
    "none of the labels, but some label": (Compare(_LABELS, Op.NE, ("red",)), [2]),
    "no labels": (Empty(_LABELS), [3, 4, 5, 6, 7, 8]),
    "number equals": (Compare(_POINTS, Op.EQ, (3,)), [1]),
    "number below": (Compare(_POINTS, Op.LT, (3,)), [2]),
    "number differs": (Compare(_POINTS, Op.NE, (3,)), [2]),
    "option by value": (Compare(_TEAM, Op.EQ, ("core",)), [5]),
    "option by id": (Compare(_TEAM, Op.EQ, ("77",)), [5]),
    "moment of a custom field": (Compare(_GO_LIVE, Op.EQ, (_MARCH,)), [8]),
    "rich custom field is empty": (Empty(_NOTES), [1, 2, 3, 4, 5, 7, 8]),
    "word in one field": (TextMatch(("summary",), (Term(("login",)),)), [1]),
    "Korean word": (TextMatch(("summary",), (Term(("로그인",)),)), [3]),
    "beginning of a Korean word": (TextMatch(("summary",), (Term(("로그",), prefix=True),)), [3]),
    "word in any of many": (
        TextMatch(("summary", "description", "comment"), (Term(("로그인",)),)),
        [3, 6, 7],
    ),
    "all words in one field": (
        TextMatch(("summary", "description"), (Term(("로그인",)), Term(("page",)))),
        [6],
    ),
    "wiki text without its markup": (TextMatch((_NOTES.id,), (Term(("plan",)),)), [6]),
    "word absent, but there is text": (
        TextMatch(("description", _NOTES.id), (Term(("nowhere",)),), negated=True),
        [6],
    ),
    "no parts of and": (And(()), [1, 2, 3, 4, 5, 6, 7, 8]),
    "no parts of or": (Or(()), []),
    "and, or, not together": (
        And((Or((_DONE, Empty(_ASSIGNEE, negated=True))), Not(Compare(_LABELS, Op.EQ, ("red",))))),
        [2, 3, 6],
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_conditions_find(store: Store, case: str) -> None:
    where, expected = _CASES[case]
    store.push(*_ISSUES)
    ws = store.open_workspace()
    assert _keys(store, where) == expected
    assert _keys(store, where, ws) == expected
    # The same issues as overlay rows of a fork's parent, with the base saying otherwise.
    store.write(ws, *_ISSUES)
    assert _keys(store, where, store.fork(ws, "child")) == expected


_ORDERS: dict[str, tuple[tuple[Sort, ...], list[int]]] = {
    "no order: by key, newest first": ((), [8, 7, 6, 5, 4, 3, 2, 1]),
    "empty last, ascending": ((Sort(_DUE),), [5, 3, 1, 2, 4, 6, 7, 8]),
    "empty last, descending": ((Sort(_DUE, descending=True),), [3, 5, 1, 2, 4, 6, 7, 8]),
    "number of the index": ((Sort(_POINTS),), [2, 1, 3, 4, 5, 6, 7, 8]),
    "number of the index, descending": (
        (Sort(_POINTS, descending=True),),
        [1, 2, 3, 4, 5, 6, 7, 8],
    ),
    "highest priority first": ((Sort(_PRIORITY, descending=True),), [3, 7, 4, 1, 2, 5, 6, 8]),
    "lowest priority first": ((Sort(_PRIORITY),), [4, 7, 3, 1, 2, 5, 6, 8]),
    "key": ((Sort(_KEY),), [1, 2, 3, 4, 5, 6, 7, 8]),
    "text by code point, whatever its case": (
        (Sort(_SUMMARY),),
        [2, 1, 5, 6, 7, 8, 4, 3],
    ),
    "two keys": (
        (Sort(_STATUS, descending=True), Sort(_UPDATED, descending=True)),
        [6, 3, 2, 8, 7, 5, 4, 1],
    ),
}


@pytest.mark.parametrize("case", _ORDERS)
def test_orders(store: Store, case: str) -> None:
    order, expected = _ORDERS[case]
    store.push(*_ISSUES)
    ws = store.open_workspace()
    assert _keys(store, Always(), order=order) == expected
    store.write(ws, *_ISSUES[::2])
    assert _keys(store, Always(), ws, order=order) == expected
    child = store.fork(ws, "child")
    store.write(child, *_ISSUES[:3])
    assert _keys(store, Always(), child, order=order) == expected
    pages = [
        _keys(store, Always(), child, order=order, offset=offset, limit=3)
        for offset in (0, 3, 6, 9)
    ]
    assert pages == [expected[:3], expected[3:6], expected[6:], []]


def test_an_edit_moves_an_issue_out_of_the_result_and_into_it(store: Store) -> None:
    store.push(*_ISSUES)
    ws = store.open_workspace()
    store.write(ws, issue(3, status="1"), issue(1, status="3"))
    assert _keys(store, _DONE, ws) == [1, 6]
    assert _keys(store, _DONE) == [3, 6]
    store.write(ws, issue(3, status="3"))
    assert _keys(store, _DONE, ws) == [1, 3, 6]


def test_a_fork_searches_its_parents_shadows_as_of_the_fork(store: Store) -> None:
    store.push(*_ISSUES)
    parent = store.open_workspace()
    store.write(parent, issue(1, status="3"))
    child = store.fork(parent, "child")
    store.write(parent, issue(2, status="3"), issue(1, status="1"))
    store.write(child, issue(3, status="1"))
    grandchild = store.fork(child, "grandchild")
    store.write(grandchild, issue(4, status="3"))
    assert _keys(store, _DONE, parent) == [2, 3, 6]
    assert _keys(store, _DONE, child) == [1, 6]
    assert _keys(store, _DONE, grandchild) == [1, 4, 6]


def test_keys_are_asked_for_by_name_and_sorted_by_number(store: Store) -> None:
    store.push(issue(2), issue(10), issue(9), issue(1, project="OPS"))
    revision = store.push(replace(issue(9), key="APP-30"))
    with store.database.write() as conn:
        issues.add_alias(conn, SITE, "APP-9000000001", "10002")
    assert revision == 2
    assert _keys(store, Always(), order=(Sort(_KEY),)) == [2, 10, 30, 1]
    assert _keys(store, Compare(_KEY, Op.EQ, ("app-2", "OPS-1", "10010"))) == [2, 10, 1]
    assert _keys(store, Compare(_KEY, Op.EQ, ("APP-9", "APP-9000000001"))) == [2, 30]
    assert _keys(store, Compare(_KEY, Op.NE, ("APP-2",))) == [10, 30, 1]
    assert _keys(store, Compare(_KEY, Op.GT, ("APP-2",))) == [10, 30]
    assert _keys(store, Compare(_KEY, Op.LE, ("app-10",))) == [2, 10]
    assert _keys(store, Compare(_KEY, Op.GT, ("APP-" + "9" * 50,))) == []


def test_deleted_issues_are_not_found(store: Store) -> None:
    store.push(*_ISSUES)
    ws = store.open_workspace()
    store.write(ws, replace(issue(3), deleted=True))
    assert _keys(store, _DONE, ws) == [6]
    assert _keys(store, _DONE, store.fork(ws, "child")) == [6]


def test_a_search_reads_the_pinned_revision(store: Store) -> None:
    store.push(*_ISSUES)
    ws = store.open_workspace()
    newest = store.push(issue(3, status="1"), issue(9, status="3"))
    assert _keys(store, _DONE, ws) == [3, 6]
    assert _keys(store, _DONE) == [6, 9]
    with store.database.write() as conn:
        ws = workspaces.change(conn, ws.id, base_rev=newest)
    assert _keys(store, _DONE, ws) == [6, 9]


def test_the_scope_is_judged_on_the_base_in_every_branch(store: Store) -> None:
    store.push(*_ISSUES, issue(9, assignee=ANNA, project="OPS"))
    ws = store.open_workspace()
    taken_over, given_away = issue(2, assignee=ANNA), issue(1, assignee=BORA)
    created = replace(issue(50, assignee=BORA), created_here=True)
    foreign = replace(issue(51, project="OPS"), created_here=True)
    store.write(ws, taken_over, given_away, created, foreign)
    mine = Scope(projects=("APP",), mine_only=True)
    assert _keys(store, Always(), ws, scope=mine) == [1, 50]
    assert _keys(store, Always(), store.fork(ws, "child"), scope=mine) == [1, 50]
    assert _keys(store, Always(), scope=mine) == [1]
    assert _keys(store, Compare(_ASSIGNEE, Op.EQ, (BORA,)), ws, scope=mine) == [1, 50]
    assert _keys(store, Always(), ws, scope=Scope()) == []
    typed = replace_scope(mine, issue_types=("Bug",))
    assert _keys(store, Always(), ws, scope=typed) == []


def replace_scope(scope: Scope, **changed: Any) -> Scope:
    """Return a scope with some parts replaced."""
    return scope.model_copy(update=changed)


def test_odd_text_finds_nothing_and_breaks_nothing(store: Store) -> None:
    store.push(*_ISSUES)
    for odd in ("' OR 1=1 --", "%", "_", "\\", "\0", "\ud800", "x" * 5000, ""):
        assert _keys(store, Compare(_LABELS, Op.EQ, (odd,))) == []
        assert _keys(store, Compare(_ASSIGNEE, Op.EQ, (odd + "x",))) == []
        assert _keys(store, Compare(FieldRef("key", "key_number"), Op.GT, (10**30,))) == []
        assert _keys(store, TextMatch(("summary",), (Term((odd, "zzz"), prefix=True),))) == []
