"""One field, operator and operand as a condition for the store.

Positive and negative meanings are made side by side: "is not X" is no complement of
"is X", because it never matches an empty field.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.domain.jql.catalogue import Catalogue
from sandbox.domain.jql.checked import (
    And,
    Compare,
    Condition,
    Empty,
    FieldRef,
    Never,
    Not,
    Op,
    Or,
    Value,
)
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.functions import Result, result
from sandbox.domain.jql.lookups import all_of, is_unresolved, things_of, values_of
from sandbox.domain.jql.moments import in_us, midnight_us, parse_moment
from sandbox.domain.jql.searchable import FieldType, Searchable
from sandbox.domain.jql.tree import Call, EmptyWord, ListOf, Literal, Operand
from sandbox.domain.parts import text_of

_MINUTE_US = 60_000_000
_KEY = re.compile(r"([^\W\d]\w*)-(\d{1,18})")
_ISSUE_ID = FieldRef("issuekey", "issue_id")
_KEY_NUMBER = FieldRef("issuekey", "key_number")
_PROJECT = FieldRef("project", "project_key")
_RANK = FieldRef("priority", "priority_rank")
#: A smaller rank is a higher priority.
_FLIPPED = {Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}
_TIMES = (FieldType.MOMENT, FieldType.DAY)

_DATE_FORMATS = (
    "Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd',"
    " or a period format e.g. '-5d', '4w 2d'."
)


@dataclass(slots=True)
class _Wanted:
    """What a field is compared with: emptiness, plain values, and whole conditions."""

    empty: bool = False
    values: list[Value] = field(default_factory=list)
    #: Each with what its negation means.
    conditions: list[tuple[Condition, Condition]] = field(default_factory=list)


def equality(
    searched: Searchable, operand: Operand, catalogue: Catalogue, *, negated: bool
) -> Condition:
    """Return what ``=``, ``!=``, ``IN`` and ``NOT IN`` mean."""
    wanted = _Wanted()
    for one in _flat(operand):
        _add(wanted, searched, one, catalogue)
    return _none_of(searched.ref, wanted) if negated else _any_of(searched.ref, wanted)


def comparison(searched: Searchable, op: Op, operand: Operand, catalogue: Catalogue) -> Condition:
    """Return what ``<``, ``<=``, ``>`` and ``>=`` mean."""
    if searched.type in _TIMES:
        moment = _moment(searched, operand, catalogue)
        return Compare(searched.ref, op, (_stored(searched, moment),))
    literals = _literals(searched, operand, catalogue)
    if searched.type is FieldType.KEY:
        return Or(tuple(_key_range(searched, op, one.text) for one in literals))
    if searched.type in (FieldType.NUMBER, FieldType.DURATION):
        values = [value for one in literals for value in values_of(searched, one, catalogue)]
        return Or(tuple(Compare(searched.ref, op, (value,)) for value in values))
    return Or(tuple(_ordered(searched, op, one, catalogue) for one in literals))


def _flat(operand: Operand) -> Iterable[Literal | EmptyWord | Call]:
    if not isinstance(operand, ListOf):
        return [operand]
    return [one for each in operand.operands for one in _flat(each)]


def _add(
    wanted: _Wanted, searched: Searchable, one: Literal | EmptyWord | Call, catalogue: Catalogue
) -> None:
    if isinstance(one, EmptyWord):
        wanted.empty = True
    elif isinstance(one, Call):
        _add_result(wanted, searched, one, result(one, searched, catalogue))
    elif is_unresolved(searched, one, catalogue):
        wanted.empty = True
    elif searched.type in _TIMES:
        _add_moment(wanted, searched, _moment(searched, one, catalogue))
    elif searched.type is FieldType.KEY:
        _add_key(wanted, searched, one.text)
    else:
        wanted.values += values_of(searched, one, catalogue)


def _add_result(wanted: _Wanted, searched: Searchable, call: Call, found: Result) -> None:
    if isinstance(found, datetime):
        _add_moment(wanted, searched, found)
    elif not isinstance(found, tuple):
        wanted.conditions.append((found, Not(found)))
    elif call.name.casefold() == "cascadeoption":
        wanted.conditions.append(_cascade(searched.ref, found))
    else:
        wanted.values += found


def _cascade(ref: FieldRef, values: tuple[Value, ...]) -> tuple[Condition, Condition]:
    both = And(tuple(Compare(ref, Op.EQ, (value,)) for value in values))
    return both, And((Empty(ref, negated=True), Not(both)))


def _add_moment(wanted: _Wanted, searched: Searchable, moment: datetime) -> None:
    stored = _stored(searched, moment)
    if searched.type is FieldType.DAY or isinstance(stored, str):
        wanted.values.append(stored)
        return
    minute = int(stored) - int(stored) % _MINUTE_US
    begin, end = (minute,), (minute + _MINUTE_US,)
    within = And((Compare(searched.ref, Op.GE, begin), Compare(searched.ref, Op.LT, end)))
    without = Or((Compare(searched.ref, Op.LT, begin), Compare(searched.ref, Op.GE, end)))
    wanted.conditions.append((within, without))


def _add_key(wanted: _Wanted, searched: Searchable, text: str) -> None:
    if text.isdecimal():
        found = Compare(_ISSUE_ID, Op.EQ, (text,))
        wanted.conditions.append((found, Not(found)))
    else:
        wanted.values.append("-".join(_key(searched, text)))


def _any_of(ref: FieldRef, wanted: _Wanted) -> Condition:
    parts: list[Condition] = [one for one, _ in wanted.conditions]
    if wanted.values:
        parts.insert(0, Compare(ref, Op.EQ, tuple(dict.fromkeys(wanted.values))))
    if wanted.empty:
        parts.append(Empty(ref))
    if not parts:
        return Never()
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _none_of(ref: FieldRef, wanted: _Wanted) -> Condition:
    parts: list[Condition] = [one for _, one in wanted.conditions]
    if wanted.values or not parts:
        values = tuple(dict.fromkeys(wanted.values))
        parts.insert(0, Compare(ref, Op.NE, values) if values else Empty(ref, negated=True))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _literals(searched: Searchable, operand: Operand, catalogue: Catalogue) -> list[Literal]:
    """Return what a value is compared with as if it had been written."""
    if isinstance(operand, Literal):
        return [operand]
    found = result(operand, searched, catalogue) if isinstance(operand, Call) else ()
    values = found if isinstance(found, tuple) else ()
    return [Literal(text_of(value)) for value in values if not isinstance(value, float)]


def _moment(searched: Searchable, operand: Operand, catalogue: Catalogue) -> datetime:
    if isinstance(operand, Call):
        found = result(operand, searched, catalogue)
        if isinstance(found, datetime):
            return found
    if isinstance(operand, Literal):
        moment = parse_moment(operand.text, catalogue.now, quoted=operand.quoted)
        if moment is not None:
            return moment
    text = operand.text if isinstance(operand, Literal) else str(operand)
    raise JqlError(f"Date value '{text}' for field '{searched.name}' is invalid. {_DATE_FORMATS}")


def _stored(searched: Searchable, moment: datetime) -> Value:
    """Return a moment as the field's column or rows hold it."""
    if searched.type is FieldType.MOMENT:
        return in_us(moment)
    if searched.ref.kind == "due":
        return f"{moment:%Y-%m-%d}"
    return midnight_us(moment.date())


def _key(searched: Searchable, text: str) -> tuple[str, str]:
    match = _KEY.fullmatch(text.strip())
    if match is None:
        raise JqlError(f"The issue key '{text}' for field '{searched.name}' is invalid.")
    return match[1].upper(), str(int(match[2]))


def _key_range(searched: Searchable, op: Op, text: str) -> Condition:
    project, number = _key(searched, text)
    return And((Compare(_PROJECT, Op.EQ, (project,)), Compare(_KEY_NUMBER, op, (int(number),))))


def _ordered(searched: Searchable, op: Op, literal: Literal, catalogue: Catalogue) -> Condition:
    """Return a comparison by the order in which the site lists the values."""
    things = things_of(searched, literal, catalogue)
    if searched.type is FieldType.PRIORITY:
        ranks = [catalogue.site.priority_rank(text_of(one.get("id"))) for one in things]
        found = [rank for rank in ranks if rank is not None]
        return Or(tuple(Compare(_RANK, _FLIPPED[op], (rank,)) for rank in found))
    ids = [text_of(one.get("id")) for one in all_of(searched, catalogue)]
    wanted = [beyond for one in things for beyond in _beyond(ids, text_of(one.get("id")), op)]
    if not wanted:
        return Never()
    return Compare(searched.ref, Op.EQ, tuple(dict.fromkeys(wanted)))


def _beyond(ids: list[str], pivot: str, op: Op) -> list[str]:
    place = ids.index(pivot)
    if op in (Op.LT, Op.LE):
        return ids[: place + (op is Op.LE)]
    return ids[place + (op is Op.GT) :]
