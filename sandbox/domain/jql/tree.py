"""The tree of a query: what was written, not yet what it means."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Operator(StrEnum):
    """An operator as Jira's messages name it."""

    EQUALS = "="
    NOT_EQUALS = "!="
    LESS = "<"
    LESS_EQUALS = "<="
    GREATER = ">"
    GREATER_EQUALS = ">="
    LIKE = "~"
    NOT_LIKE = "!~"
    IN = "in"
    NOT_IN = "not in"
    IS = "is"
    IS_NOT = "is not"
    WAS = "was"
    WAS_NOT = "was not"
    WAS_IN = "was in"
    WAS_NOT_IN = "was not in"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was written, without quotes and escapes."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        """Return the value as Jira's messages print it."""
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class EmptyWord:
    """``EMPTY`` or ``NULL``."""

    def __str__(self) -> str:
        """Return the word as Jira's messages print it."""
        return "EMPTY"


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the call as Jira's messages print it."""
        return f"{self.name}({', '.join(self.arguments)})"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A parenthesised list."""

    operands: tuple["Operand", ...]

    def __str__(self) -> str:
        """Return the list as Jira's messages print it."""
        return f"({', '.join(str(one) for one in self.operands)})"


Operand: TypeAlias = Literal | EmptyWord | Call | ListOf


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it was written; ``path`` holds ``[property]`` and what follows it."""

    name: str
    path: tuple[str, ...] = ()
    #: The number inside ``cf[…]``.
    custom_id: int | None = None

    def __str__(self) -> str:
        """Return the field as Jira's messages name it."""
        return self.name + "".join(self.path)


@dataclass(frozen=True, slots=True)
class Predicate:
    """``AFTER``, ``BY``, ``FROM`` … of a history clause, lower case."""

    word: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Clause:
    """One field, operator and operand. ``CHANGED`` has no operand."""

    field: Field
    operator: Operator
    operand: Operand | None = None
    predicates: tuple[Predicate, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Parts joined by AND."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Parts joined by OR."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """A negated part."""

    part: "Node"


Node: TypeAlias = Clause | AllOf | AnyOf | Negation


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of ORDER BY; ``descending`` is None where nothing was written."""

    field: Field
    descending: bool | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query."""

    where: Node | None = None
    order: tuple[SortKey, ...] = ()
