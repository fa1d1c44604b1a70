"""Search against a second, naive reading of what conditions mean; and real JQL, end to end."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.domain.issue import IssueState
from sandbox.domain.jql.catalogue import Catalogue
from sandbox.domain.jql.checked import (
    And,
    Checked,
    Compare,
    Condition,
    Empty,
    FieldRef,
    Not,
    Op,
    Or,
    Term,
    TextMatch,
)
from sandbox.domain.jql.checker import check
from sandbox.domain.jql.parser import parse
from sandbox.domain.site import Site
from sandbox.store import index, search
from sandbox.store.index import Value
from tests.sandbox.store.world import ANNA, BORA, Store, issue, view

#: A run of random queries that failed once is repeated by its number.
_SEED = 20261123

_COLUMNS = {
    "status_id": ("1", "2", "3"),
    "assignee": (ANNA, BORA),
    "due": ("2026-01-05", "2026-06-01"),
    "priority_rank": (0, 1, 2),
}
_INDEXED: dict[str, tuple[Any, ...]] = {
    "labels": ("red", "blue", "green"),
    "customfield_10016": (1, 2.5, 8),
    "customfield_10020": ("core", "77"),
}
_WORDS = ("login", "page", "로그인", "error")

_COMPARED: dict[Op, Callable[[Any, Any], bool]] = {
    Op.LT: lambda one, other: bool(one < other),
    Op.LE: lambda one, other: bool(one <= other),
    Op.GT: lambda one, other: bool(one > other),
    Op.GE: lambda one, other: bool(one >= other),
}


def _random_issue(dice: random.Random, number: int) -> IssueState:
    fields: dict[str, Any] = {
        "status": dice.choice("123"),
        "summary": " ".join(dice.sample(_WORDS, dice.randrange(3))) or "x",
        "description": " ".join(dice.sample(_WORDS, dice.randrange(3))) or None,
        "labels": dice.sample(("Red", "blue", "GREEN"), dice.randrange(3)),
        "customfield_10016": dice.choice((None, 1, 2.5, 8)),
        "customfield_10020": dice.choice((None, {"id": "77", "value": "Core"})),
        "duedate": dice.choice((None, "2026-01-05", "2026-06-01")),
        "priority": dice.choice((None, {"id": "1"}, {"id": "2"}, {"id": "3"})),
        "assignee": dice.choice((None, ANNA, BORA)),
    }
    return issue(number, **fields)


def _random_condition(dice: random.Random, depth: int = 3) -> Condition:
    kind = dice.randrange(6 if depth else 3)
    if kind > 3:
        parts = tuple(_random_condition(dice, depth - 1) for _ in range(dice.randrange(1, 4)))
        return And(parts) if kind == 4 else Or(parts)
    if kind == 3:
        return Not(_random_condition(dice, depth - 1))
    if kind == 2:
        terms = tuple(_random_term(dice) for _ in range(dice.randrange(1, 3)))
        fields = dice.choice((("summary",), ("summary", "description"), ("description",)))
        return TextMatch(fields, terms, negated=dice.random() < 0.4)
    column = dice.choice((True, False))
    name = dice.choice(list(_COLUMNS if column else _INDEXED))
    field = FieldRef(name, name) if column else FieldRef(name)
    if kind == 1:
        return Empty(field, negated=dice.random() < 0.5)
    values: tuple[Any, ...] = _COLUMNS[name] if column else _INDEXED[name]
    op = dice.choice(list(Op))
    count = dice.randrange(1, len(values) + 1) if op in (Op.EQ, Op.NE) else 1
    return Compare(field, op, tuple(dice.sample(values, count)))


def _random_term(dice: random.Random) -> Term:
    word = dice.choice(_WORDS)
    return Term((word[:2],), prefix=True) if dice.random() < 0.3 else Term((word,))


class _Naive:
    """One issue's index in memory, and the meaning of conditions said plainly."""

    def __init__(self, site: Site, state: IssueState) -> None:
        self.columns = index.columns(site, state)
        self.rows: list[Value] = index.values(site, state)

    def holds(self, part: Condition) -> bool:
        match part:
            case And(parts):
                return all(self.holds(one) for one in parts)
            case Or(parts):
                return any(self.holds(one) for one in parts)
            case Not(inner):
                return not self.holds(inner)
            case Empty(field, negated):
                return bool(self._values(field)) is negated
            case TextMatch(fields, terms, negated):
                return self._text(fields, terms, negated)
            case Compare(field, op, wanted):
                return self._compare(self._values(field), op, wanted)
        raise AssertionError(part)

    def _values(self, field: FieldRef) -> list[Any]:
        if field.kind != "value":
            found = self.columns[field.kind]
            return [] if found in (None, "") else [found]
        return [txt if num is None else num for name, txt, num in self.rows if name == field.id]

    def _compare(self, own: list[Any], op: Op, wanted: tuple[Any, ...]) -> bool:
        if op is Op.EQ:
            return any(one in wanted for one in own)
        if op is Op.NE:
            return bool(own) and not any(one in wanted for one in own)
        return any(_COMPARED[op](one, wanted[0]) for one in own)

    def _text(self, fields: tuple[str, ...], terms: tuple[Term, ...], negated: bool) -> bool:
        texts = [[txt for name, txt, _ in self.rows if name == f"word:{one}"] for one in fields]
        found = any(all(self._has(words, term) for term in terms) for words in texts)
        return (any(texts) and not found) if negated else found

    def _has(self, words: list[str | None], term: Term) -> bool:
        (wanted,) = term.words
        return any(
            one and (one.startswith(wanted) if term.prefix else one == wanted) for one in words
        )


def test_random_queries_find_what_their_meaning_says(store: Store) -> None:
    dice = random.Random(_SEED)  # noqa: S311  # repeatable on purpose
    seen = {number: _random_issue(dice, number) for number in range(1, 41)}
    store.push(*seen.values())
    parent = store.open_workspace()
    changed = [_random_issue(dice, number) for number in dice.sample(range(1, 50), 12)]
    store.write(parent, *changed)
    child = store.fork(parent, "child")
    changed += [_random_issue(dice, number) for number in dice.sample(range(1, 50), 8)]
    store.write(child, *changed[12:])
    seen |= {int(one.issue_id) - 10_000: one for one in changed}
    naive = {number: _Naive(store.site, one) for number, one in seen.items()}
    for _ in range(150):
        where = _random_condition(dice)
        expected = {number for number, one in naive.items() if one.holds(where)}
        with store.database.read() as conn:
            found = search.find(conn, view(child), Checked(where), limit=100)
            assert search.total(conn, view(child), Checked(where)) == len(expected), where
        assert {int(one.issue_id) - 10_000 for one in found} == expected, where


_ISSUES = (
    issue(
        1,
        assignee=ANNA,
        labels=["backend"],
        summary="Login page",
        priority={"id": "2", "name": "High"},
    ),
    issue(2, assignee=BORA, status="2", summary="로그인 오류", customfield_10016=5),
    issue(3, project="OPS", status="3", priority={"id": "4", "name": "Low"}, watchers=(ANNA,)),
    issue(4, duedate="2026-03-05", summary="Logout", parent={"id": "10001", "key": "APP-1"}),
)

_JQL = {
    "": [3, 4, 2, 1],
    "project = APP ORDER BY key": [1, 2, 4],
    "project in (APP, OPS) AND status = Done": [3],
    "assignee = currentUser()": [1],
    "assignee is EMPTY order by key": [4, 3],
    "assignee != currentUser()": [2],
    "statusCategory != Done AND assignee is not EMPTY ORDER BY key DESC": [2, 1],
    "labels = BackEnd": [1],
    "summary ~ login": [1],
    'summary ~ "log*" ORDER BY key': [1, 4],
    "summary ~ 로그인": [2],
    'text ~ "오류"': [2],
    "key in (APP-1, ops-3) ORDER BY key": [1, 3],
    "key > APP-1 ORDER BY key": [2, 4],
    "parent = APP-1": [4],
    "watcher = currentUser()": [3],
    "priority > Low": [1],
    "priority is not EMPTY ORDER BY priority DESC": [1, 3],
    "'Story points' >= 5": [2],
    "cf[10016] is EMPTY AND project = APP ORDER BY created, key": [1, 4],
    "due < 2026-03-06 OR due > 2026-12-31": [4],
    "NOT (project = APP)": [3],
    "created >= 2020-01-01 ORDER BY summary": [3, 1, 4, 2],
}


@pytest.mark.parametrize("jql", _JQL)
def test_jql(store: Store, jql: str) -> None:
    store.push(*_ISSUES)
    ws = store.open_workspace()
    store.write(ws, _ISSUES[0], _ISSUES[2])
    catalogue = Catalogue.of(store.site, person=ANNA, now_us=1_772_323_200_000_000)
    checked = check(parse(jql), catalogue)
    for place in (None, ws):
        with store.database.read() as conn:
            found = search.find(conn, view(place), checked)
        assert [int(one.issue_id) - 10_000 for one in found] == _JQL[jql]
