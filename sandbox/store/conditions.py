"""Checked JQL to SQL conditions: the same expression on SQLite and PostgreSQL.

Every leaf is true or false, never NULL, so that ``NOT`` is a plain complement. Rows of
the index table are asked for by ``vid IN (SELECT …)``: a correlated ``EXISTS`` costs
SQLite fifteen times as much.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, false, func, not_, or_, select, true
from sqlalchemy.sql.selectable import Select

from sandbox.domain.jql.checked import (
    INDEXED,
    Always,
    And,
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
    Value,
)
from sandbox.store.index import folded, words
from sandbox.store.json_text import storable
from sandbox.store.tables import AliasRow, ValueRow, table
from sandbox.store.views import asked_site

Test = ColumnElement[bool]

_ALIAS = table(AliasRow)
_VALUE = table(ValueRow)

#: Sorts behind every text that begins with the same letters.
_LAST_CHARACTER = "\U0010ffff"

#: What a 64-bit column holds; no issue has a number as large as this.
_LARGEST = 2**63 - 1

_COMPARE: dict[Op, Callable[[Any, Any], Test]] = {
    Op.LT: lambda column, value: column < value,
    Op.LE: lambda column, value: column <= value,
    Op.GT: lambda column, value: column > value,
    Op.GE: lambda column, value: column >= value,
}


#: The column whose values are keys: they order by project and number, not as text.
_KEY = "key"

#: Fields whose order is not that of what they are compared by.
_SORTED: dict[FieldRef, Callable[[Any], list[ColumnElement[Any]]]] = {
    FieldRef("issuekey", _KEY): lambda rows: [rows.c.project_key, rows.c.key_number],
    # Rank 0 is the highest priority, and the greatest in Jira's order.
    FieldRef("priority"): lambda rows: [-rows.c.priority_rank],
    FieldRef("summary"): lambda rows: [rows.c.summary_key],
}


def condition(part: Condition, rows: Any) -> Test:
    """Return a checked condition on an alias of the version table."""
    match part:
        case And(parts):
            found = and_(true(), *(condition(one, rows) for one in parts))
        case Or(parts):
            found = or_(false(), *(condition(one, rows) for one in parts))
        case Not(inner):
            found = not_(condition(inner, rows))
        case Compare():
            found = _compare(part, rows)
        case Empty(field, negated):
            found = _present(field, rows) if negated else not_(_present(field, rows))
        case TextMatch():
            found = _text_match(part, rows)
        case Always():
            found = true()
        case Never():
            found = false()
    return found


def sort_keys(sort: Sort, rows: Any) -> list[ColumnElement[Any]]:
    """Return what to sort by: the field's columns, or its number and its text."""
    own_way = _SORTED.get(sort.field)
    if own_way is not None:
        return own_way(rows)
    if sort.field.kind != INDEXED:
        return [rows.c[sort.field.kind]]
    own = (_VALUE.c.vid == rows.c.vid, _VALUE.c.field == sort.field.id)
    # An object's rows are its id and its names: digits sort first, so the greatest is a name.
    number = select(func.min(_VALUE.c.num)).where(*own).scalar_subquery()
    name = select(func.max(_VALUE.c.txt)).where(*own).scalar_subquery()
    return [number, name]


def _compare(part: Compare, rows: Any) -> Test:
    match part.op:
        case Op.EQ:
            return _equals(part.field, part.values, rows)
        case Op.NE:
            return and_(_present(part.field, rows), not_(_equals(part.field, part.values, rows)))
        case _:
            return _ordered(part.field, part.op, part.values[0], rows)


def _equals(field: FieldRef, values: Sequence[Value], rows: Any) -> Test:
    if not values:
        return false()
    if field.kind == _KEY:
        return _named(values, rows)
    if field.kind != INDEXED:
        column = rows.c[field.kind]
        return and_(column.is_not(None), column.in_([_bound(one) for one in values]))
    texts = [folded(one) for one in values if isinstance(one, str)]
    numbers = [float(one) for one in values if not isinstance(one, str)]
    tests = [_VALUE.c.txt.in_(texts)] if texts else []
    tests += [_VALUE.c.num.in_(numbers)] if numbers else []
    return _in(rows, [_VALUE.c.field == field.id, or_(*tests)])


def _ordered(field: FieldRef, op: Op, value: Value, rows: Any) -> Test:
    compared = _COMPARE[op]
    if field.kind == _KEY:
        project, _, number = str(value).upper().rpartition("-")
        after = compared(rows.c.key_number, _number(number))
        return and_(rows.c.project_key == storable(project), after)
    if field.kind != INDEXED:
        column = rows.c[field.kind]
        return and_(column.is_not(None), compared(column, _bound(value)))
    if isinstance(value, str):
        return _in(rows, [_VALUE.c.field == field.id, compared(_VALUE.c.txt, folded(value))])
    return _in(rows, [_VALUE.c.field == field.id, compared(_VALUE.c.num, float(value))])


def _named(values: Sequence[Value], rows: Any) -> Test:
    """Return that an issue is called so: by id, by key, or by a key it once had."""
    names = [storable(str(one)).upper() for one in values]
    called = select(_ALIAS.c.issue_id).where(_ALIAS.c.site == asked_site(), _ALIAS.c.key.in_(names))
    return or_(
        rows.c.key.in_(names),
        rows.c.issue_id.in_(names),
        rows.c.issue_id.in_(called),
    )


def _number(text: str) -> int:
    return min(int(text[:40]), _LARGEST) if text.isdecimal() else 0


def _bound(value: Value) -> Value:
    """Return a value that every database takes as a parameter."""
    if isinstance(value, str):
        return storable(value)
    return max(-_LARGEST, min(_LARGEST, value))


def _present(field: FieldRef, rows: Any) -> Test:
    if field.kind == INDEXED:
        return _in(rows, [_VALUE.c.field == field.id])
    column = rows.c[field.kind]
    if isinstance(column.type, String) or column.type.python_type is str:
        return and_(column.is_not(None), column != "")
    found: Test = column.is_not(None)
    return found


def _text_match(part: TextMatch, rows: Any) -> Test:
    found = or_(false(), *(_all_terms(field, part.terms, rows) for field in part.fields))
    if not part.negated:
        return found
    indexed = [f"word:{field}" for field in part.fields]
    return and_(_in(rows, [_VALUE.c.field.in_(indexed)]), not_(found))


def _all_terms(field: str, terms: Iterable[Term], rows: Any) -> Test:
    return and_(true(), *(test for term in terms for test in _term(field, term, rows)))


def _term(field: str, term: Term, rows: Any) -> Iterable[Test]:
    """Return one test a word: the index has no positions, a phrase is all of its words."""
    split = words(" ".join(term.words))
    last = len(split) - 1
    for place, word in enumerate(split):
        begins = term.prefix and place == last
        tests = (
            [_VALUE.c.txt >= word, _VALUE.c.txt <= word + _LAST_CHARACTER]
            if begins
            else [_VALUE.c.txt == word]
        )
        yield _in(rows, [_VALUE.c.field == f"word:{field}", *tests])


def _in(rows: Any, tests: Iterable[Test]) -> Test:
    matching: Select[Any] = select(_VALUE.c.vid).where(*tests)
    found: Test = rows.c.vid.in_(matching)
    return found
