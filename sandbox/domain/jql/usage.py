"""Which operand an operator takes: what Jira refuses before it looks at the field."""

from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.functions import function_for
from sandbox.domain.jql.tree import Call, Clause, EmptyWord, ListOf, Operand, Operator

_LISTS = (Operator.IN, Operator.NOT_IN, Operator.WAS_IN, Operator.WAS_NOT_IN)
_EMPTINESS = (Operator.IS, Operator.IS_NOT)
_RANGE = (Operator.LESS, Operator.LESS_EQUALS, Operator.GREATER, Operator.GREATER_EQUALS)
#: Operators over the changelog.
HISTORY = (
    Operator.WAS,
    Operator.WAS_NOT,
    Operator.WAS_IN,
    Operator.WAS_NOT_IN,
    Operator.CHANGED,
)
_ONE_DATE = ("after", "before", "on")
_ONLY_CHANGED = ("from", "to")


def check_usage(clause: Clause) -> None:
    """Refuse a clause whose operator does not take its operand or its predicates."""
    if clause.operand is not None:
        _check_operand(clause, clause.operand)
    for predicate in clause.predicates:
        if clause.operator not in HISTORY or (
            predicate.word in _ONLY_CHANGED and clause.operator is not Operator.CHANGED
        ):
            raise _no_predicate(clause.operator, f"{predicate.word} {predicate.operand}")
        _check_dates(predicate.word, predicate.operand)


def is_list(operand: Operand) -> bool:
    """Return whether an operand is a list, or a function that gives one."""
    if isinstance(operand, Call):
        return function_for(operand).is_list
    return isinstance(operand, ListOf)


def _check_operand(clause: Clause, operand: Operand) -> None:
    operator = clause.operator
    if operator in _EMPTINESS:
        if not isinstance(operand, EmptyWord):
            raise _unsupported(clause, "non-empty value")
    elif operator in _LISTS:
        if not isinstance(operand, ListOf | Call):
            raise _unsupported(clause, "non-list value")
    elif isinstance(operand, ListOf):
        raise _unsupported(clause, "list value")
    elif operator in _RANGE and isinstance(operand, EmptyWord):
        raise _unsupported(clause, "empty value")


def _check_dates(word: str, operand: Operand) -> None:
    count = len(operand.operands) if isinstance(operand, ListOf) else 1
    if word in _ONE_DATE and count != 1:
        raise JqlError(f"The {word.upper()} predicate must be supplied with only 1 date value.")
    if word == "during" and count != 2:
        raise JqlError("The DURING predicate must be supplied with exactly 2 date values.")


def _unsupported(clause: Clause, kind: str) -> JqlError:
    return JqlError(
        f"Operator '{clause.operator.value}' does not support the {kind} '{clause.operand}' for"
        f" field '{clause.field}'."
    )


def _no_predicate(operator: Operator, predicate: str) -> JqlError:
    return JqlError(
        f"The {operator.name} operator does not support the use of the {predicate} predicate."
    )
