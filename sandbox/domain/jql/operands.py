"""Fields, values, functions and lists: the leaves of the grammar in ``parser``."""

import re

from sandbox.domain.jql.cursor import Cursor
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.tokens import Kind, Token
from sandbox.domain.jql.tree import Call, EmptyWord, Field, ListOf, Literal, Operand

_EMPTY = ("empty", "null")
#: Keywords that Jira does not call reserved words but misplaced ones.
_GRAMMAR = frozenset({"and", "or", "not", "in", "is", "was", "changed", "order", "by"})
_PATH = re.compile(r"\.\S*")
_GREATEST = 2**63 - 1
#: Jira has no such limit; Python's stack has.
_DEEPEST = 100


def field(cursor: Cursor) -> Field:
    """Return the field that follows."""
    if cursor.sees("cf"):
        return _custom_field(cursor)
    token = cursor.next
    if token.is_reserved and token.keyword not in _GRAMMAR:
        raise cursor.reserved()
    if not token.is_text or token.is_reserved:
        raise cursor.no_field()
    if not token.text:
        raise cursor.error("A field name cannot be empty.")
    cursor.take()
    return Field(token.text, _path(cursor))


def operand(cursor: Cursor, depth: int = 0) -> Operand:
    """Return the value, function or list that follows."""
    if depth > _DEEPEST:
        raise cursor.error(f"The query is nested more than {_DEEPEST} levels deep.")
    if cursor.takes("("):
        return _list(cursor, depth)
    if cursor.takes(*_EMPTY):
        return EmptyWord()
    token = _text(cursor)
    if cursor.takes("("):
        return Call(token.text, _arguments(cursor))
    return Literal(token.text, quoted=token.kind is Kind.STRING)


def _text(cursor: Cursor) -> Token:
    token = cursor.next
    if token.is_reserved and token.keyword not in _GRAMMAR:
        raise cursor.reserved()
    if not token.is_text or token.is_reserved:
        raise cursor.no_operand()
    if token.is_number and not -_GREATEST - 1 <= int(token.text[:40]) <= _GREATEST:
        raise cursor.error(_no_number(token.text))
    cursor.take()
    if not token.text and cursor.sees("("):
        raise cursor.error("A function name cannot be empty.")
    return token


def _no_number(text: str) -> str:
    return (
        f"'{text}' is not a valid number. Numbers must be between {-_GREATEST - 1:,} and"
        f" {_GREATEST:,}."
    )


def _list(cursor: Cursor, depth: int) -> ListOf:
    operands = [operand(cursor, depth + 1)]
    while cursor.closes_or_goes_on():
        operands.append(operand(cursor, depth + 1))
    return ListOf(tuple(operands))


def _arguments(cursor: Cursor) -> tuple[str, ...]:
    if cursor.takes(")"):
        return ()
    found = [_argument(cursor)]
    while cursor.closes_or_goes_on():
        found.append(_argument(cursor))
    return tuple(found)


def _argument(cursor: Cursor) -> str:
    if cursor.at_end:
        raise cursor.too_short("Expecting ')' before the end of the query.")
    if not cursor.next.is_text:
        raise cursor.wrong("Function argument must be specified.")
    if cursor.next.is_reserved:
        raise cursor.reserved()
    return cursor.take().text


def _custom_field(cursor: Cursor) -> Field:
    start = cursor.take()
    if not cursor.takes("["):
        raise _expected_bracket(cursor)
    number = cursor.next
    if not number.is_number or int(number.text[:40]) < 0:
        raise cursor.wrong("Expecting a custom field id (a positive number) but got {}.")
    cursor.take()
    cursor.needs("]", "']'")
    custom_id = int(number.text[:40])
    return Field(f"{start.text}[{custom_id}]", _path(cursor), custom_id)


def _expected_bracket(cursor: Cursor) -> JqlError:
    if cursor.at_end:
        return cursor.too_short("Expecting '[' before the end of the query.")
    return cursor.wrong("Expecting '[' but got {}.")


def _path(cursor: Cursor) -> tuple[str, ...]:
    """Return the ``[property]`` parts of a field and the ``.path`` after each."""
    found: list[str] = []
    while cursor.takes("["):
        found.append(f"[{_name(cursor)}]")
        cursor.needs("]", "']'")
        while found[-1] == "." or _PATH.match(cursor.next.shown):
            found.append(_name(cursor))
    return tuple(found)


def _name(cursor: Cursor) -> str:
    if not cursor.next.is_text:
        raise cursor.no_operand()
    return cursor.take().text
