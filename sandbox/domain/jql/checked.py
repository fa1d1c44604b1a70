"""What a JQL query means: checked values that a store turns into one SELECT.

Nothing here says how a value was written: names are resolved to ids, functions are
evaluated, dates are microseconds, and negation is pushed down to the leaves (as Jira
does it, so that no negative clause ever matches an empty field).

The meaning of each node is exact:

- ``Compare(field, EQ, values)``: one of the field's values is one of ``values``.
- ``Compare(field, NE, values)``: the field has a value, and none of them is in ``values``.
- ``Compare(field, LT|LE|GT|GE, (value,))``: one of the field's values compares so.
- ``Empty(field)``: the field has no value; ``negated``: it has one.
- ``TextMatch(fields, terms)``: in one of the fields, every term occurs. ``negated``: one
  of the fields has text, and in none of them every term occurs.
- ``Not(part)``: plain complement, empty fields included. Only searches for words
  (``~ "a -b"``) make it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

#: ``FieldRef.kind`` of fields that live in the typed index table.
INDEXED = "value"

#: Text, or a number (microseconds since 1970 for moments).
Value: TypeAlias = str | int | float


class Op(StrEnum):
    """How a field is compared. ``IN`` is EQ with several values."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field as the store knows it.

    ``kind`` is a column of the version table (``status_id``, ``updated_us``, ``due`` …),
    or ``value``: rows of the index table whose ``field`` is ``id``; then text values stand
    in ``txt`` (case-folded) and numbers in ``num``.
    """

    id: str
    kind: str = INDEXED


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order. An empty value comes last, ascending or not."""

    field: FieldRef
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """What must occur in a text: one word, a word's beginning, or words in a row.

    Words are case-folded and split as the index splits them. ``prefix`` belongs to the
    last word. An index without positions may treat a phrase as all of its words.
    """

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds. Without parts it always holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds. Without parts it never holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against values; see the module's docstring."""

    field: FieldRef
    op: Op
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """The field has no value, or, negated, has one."""

    field: FieldRef
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TextMatch:
    """Every term occurs in one of the fields (ids: rows ``word:{id}`` of the index)."""

    fields: tuple[str, ...]
    terms: tuple[Term, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for every issue."""


@dataclass(frozen=True, slots=True)
class Never:
    """Holds for no issue."""


Condition: TypeAlias = And | Or | Not | Compare | Empty | TextMatch | Always | Never


@dataclass(frozen=True, slots=True)
class Checked:
    """A whole query. The store breaks ties by issue id."""

    where: Condition = field(default_factory=Always)
    order: tuple[Sort, ...] = ()
    #: What Jira answers as ``warningMessages``.
    warnings: tuple[str, ...] = ()
