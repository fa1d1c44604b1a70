"""Tokens to tree, in the lax grammar of Jira's REST back end.

Any operator takes any operand here; what does not fit is refused by the checker, as Jira
does it. That is why ``this is not valid jql`` fails at its last word.

::

    query     := [or] [ORDER BY sort (',' sort)*]
    sort      := field [ASC | DESC]
    or        := and ((OR | '|' | '||') and)*
    and       := not ((AND | '&' | '&&') not)*
    not       := (NOT | '!') not | '(' or ')' | clause
    clause    := field operator operand predicate* | field CHANGED predicate*
    operator  := '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~' | [NOT] IN
               | IS [NOT] | WAS [NOT] [IN]
    predicate := (AFTER | BEFORE | ON | DURING | BY | FROM | TO) operand
    operand   := EMPTY | NULL | value | function | '(' operand (',' operand)* ')'
    function  := name '(' [argument (',' argument)*] ')'
    field     := name | CF '[' number ']', each with ('[' argument ']' path?)*
"""

from sandbox.domain.jql.cursor import Cursor
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.operands import field, operand
from sandbox.domain.jql.tree import (
    AllOf,
    AnyOf,
    Clause,
    Negation,
    Node,
    Operator,
    Predicate,
    Query,
    SortKey,
)

__all__ = ["JqlError", "parse"]

#: Jira has no such limit; Python's stack has.
_DEEPEST = 100

_OR = ("or", "|", "||")
_AND = ("and", "&", "&&")
_NOT = ("not", "!")
_PREDICATES = ("after", "before", "on", "during", "by", "from", "to")
#: ``=`` to ``!~``.
_SYMBOLS = {one.value: one for one in Operator if not one.value[0].isalpha()}


def parse(text: str) -> Query:
    """Return the tree of a query, or say at which place it stops making sense."""
    cursor = Cursor(text)
    where = None
    if not cursor.at_end and not cursor.sees("order"):
        where = _any_of(cursor, 0)
    order = _order(cursor) if cursor.takes("order") else ()
    if not cursor.at_end:
        raise cursor.wrong("Expecting either 'OR' or 'AND' but got {}.")
    return Query(where, order)


def _any_of(cursor: Cursor, depth: int) -> Node:
    parts = [_all_of(cursor, depth)]
    while cursor.takes(*_OR):
        parts.append(_all_of(cursor, depth))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _all_of(cursor: Cursor, depth: int) -> Node:
    parts = [_negation(cursor, depth)]
    while cursor.takes(*_AND):
        parts.append(_negation(cursor, depth))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _negation(cursor: Cursor, depth: int) -> Node:
    if depth > _DEEPEST:
        raise cursor.error(f"The query is nested more than {_DEEPEST} levels deep.")
    if cursor.takes(*_NOT):
        return Negation(_negation(cursor, depth + 1))
    if not cursor.takes("("):
        return _clause(cursor)
    inside = _any_of(cursor, depth + 1)
    cursor.closes()
    return inside


def _clause(cursor: Cursor) -> Clause:
    named = field(cursor)
    operator = _operator(cursor)
    taken = None if operator is Operator.CHANGED else operand(cursor)
    predicates: list[Predicate] = []
    while cursor.sees(*_PREDICATES):
        word = cursor.take().keyword
        predicates.append(Predicate(word, operand(cursor)))
    return Clause(named, operator, taken, tuple(predicates))


def _operator(cursor: Cursor) -> Operator:
    symbol = _SYMBOLS.get(cursor.next.keyword)
    if symbol is not None:
        cursor.take()
        return symbol
    if cursor.takes("changed"):
        return Operator.CHANGED
    if cursor.takes("in"):
        return Operator.IN
    if cursor.takes("is"):
        return Operator.IS_NOT if cursor.takes("not") else Operator.IS
    if cursor.takes("was"):
        return _was(cursor)
    if cursor.takes("not"):
        cursor.needs("in", "'IN'")
        return Operator.NOT_IN
    raise cursor.no_operator()


def _was(cursor: Cursor) -> Operator:
    if cursor.takes("not"):
        return Operator.WAS_NOT_IN if cursor.takes("in") else Operator.WAS_NOT
    return Operator.WAS_IN if cursor.takes("in") else Operator.WAS


def _order(cursor: Cursor) -> tuple[SortKey, ...]:
    cursor.needs("by", "'by'")
    keys = [_sort_key(cursor)]
    while cursor.takes(","):
        keys.append(_sort_key(cursor))
    if not cursor.at_end:
        undirected = keys[-1].descending is None
        expected = "either 'ASC' or 'DESC'" if undirected else "','"
        raise cursor.wrong(f"Expecting {expected} but got {{}}.")
    return tuple(keys)


def _sort_key(cursor: Cursor) -> SortKey:
    named = field(cursor)
    if cursor.takes("desc"):
        return SortKey(named, descending=True)
    return SortKey(named, descending=False if cursor.takes("asc") else None)
