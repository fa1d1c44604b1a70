"""Tree to checked values: names and values resolved, functions evaluated.

``NOT`` is pushed down to the clauses, as Jira does it: ``NOT assignee = x`` is
``assignee != x`` and so finds no issue without an assignee.
"""

from sandbox.domain.jql.catalogue import Catalogue, named
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
    Value,
)
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.functions import result
from sandbox.domain.jql.meanings import comparison, equality
from sandbox.domain.jql.parser import parse
from sandbox.domain.jql.searchable import (
    FieldType,
    Searchable,
    operators_of,
    searchable,
    text_fields,
)
from sandbox.domain.jql.tree import (
    AllOf,
    AnyOf,
    Call,
    Clause,
    EmptyWord,
    ListOf,
    Literal,
    Negation,
    Node,
    Operand,
    Operator,
    Query,
    SortKey,
)
from sandbox.domain.jql.usage import HISTORY, check_usage, is_list
from sandbox.domain.jql.words import words_match
from sandbox.domain.parts import text_of

__all__ = [
    "Always",
    "And",
    "Catalogue",
    "Checked",
    "Compare",
    "Condition",
    "Empty",
    "FieldRef",
    "JqlError",
    "Never",
    "Not",
    "Op",
    "Or",
    "Sort",
    "Term",
    "TextMatch",
    "Value",
    "check",
]

_OPPOSITE = {
    Operator.EQUALS: Operator.NOT_EQUALS,
    Operator.LESS: Operator.GREATER_EQUALS,
    Operator.LESS_EQUALS: Operator.GREATER,
    Operator.LIKE: Operator.NOT_LIKE,
    Operator.IN: Operator.NOT_IN,
    Operator.IS: Operator.IS_NOT,
}
_OPPOSITE |= {negative: positive for positive, negative in _OPPOSITE.items()}
_NEGATIVE = (Operator.NOT_EQUALS, Operator.NOT_IN, Operator.NOT_LIKE, Operator.IS_NOT)
_RANGES = {
    Operator.LESS: Op.LT,
    Operator.LESS_EQUALS: Op.LE,
    Operator.GREATER: Op.GT,
    Operator.GREATER_EQUALS: Op.GE,
}
#: What to sort by where it is not the field's own column: each part, and whether turned.
_SORT_PARTS: dict[FieldType, tuple[tuple[FieldRef, bool], ...]] = {
    FieldType.KEY: (
        (FieldRef("project", "project_key"), False),
        (FieldRef("issuekey", "key_number"), False),
    ),
    # Rank 0 is the highest priority, which ascends last.
    FieldType.PRIORITY: ((FieldRef("priority", "priority_rank"), True),),
    FieldType.ISSUE_TYPE: ((FieldRef("issuetype", "type_name"), False),),
}
_SUMMARY = FieldRef("summary", "summary_key")
_UNSORTABLE = (FieldType.ALL_TEXT, FieldType.FILTER, FieldType.PRESENCE)


def check(query: Query, catalogue: Catalogue) -> Checked:
    """Return what a query means on a site, or say why it means nothing."""
    where: Condition = Always()
    if query.where is not None:
        where = _Checker(catalogue).node(query.where, negated=False)
    order = [sort for key in query.order for sort in _sorts(key, catalogue)]
    return Checked(where, tuple(order))


class _Checker:
    """Checks the nodes of one query; knows which saved filters it is inside of."""

    def __init__(self, catalogue: Catalogue, inside: tuple[str, ...] = ()) -> None:
        self._catalogue = catalogue
        self._inside = inside

    def node(self, node: Node, *, negated: bool) -> Condition:
        """Return the condition of a node, or of its negation."""
        match node:
            case Negation(part):
                return self.node(part, negated=not negated)
            case AllOf(parts) | AnyOf(parts):
                found = tuple(self.node(one, negated=negated) for one in parts)
                return And(found) if isinstance(node, AllOf) is not negated else Or(found)
            case Clause():
                return self._clause(node, negated=negated)

    def _clause(self, clause: Clause, *, negated: bool) -> Condition:
        check_usage(clause)
        searched = searchable(clause.field, self._catalogue)
        _check_operator(searched, clause)
        if clause.operator in HISTORY:
            raise JqlError(
                f"History searches (WAS and CHANGED) are not supported yet: field"
                f" '{searched.name}'."
            )
        operator = _OPPOSITE[clause.operator] if negated else clause.operator
        operand = clause.operand or EmptyWord()
        if isinstance(operand, EmptyWord) and operator not in _RANGES:
            return Empty(searched.ref, negated=operator in _NEGATIVE)
        return self._meaning(searched, operator, operand)

    def _meaning(self, searched: Searchable, operator: Operator, operand: Operand) -> Condition:
        negated = operator in _NEGATIVE
        if operator in _RANGES:
            return comparison(searched, _RANGES[operator], operand, self._catalogue)
        if operator in (Operator.LIKE, Operator.NOT_LIKE):
            return _text(searched, operand, self._catalogue, negated=negated)
        if searched.type is FieldType.FILTER:
            return self._filters(searched, operand, negated=negated)
        return equality(searched, operand, self._catalogue, negated=negated)

    def _filters(self, searched: Searchable, operand: Operand, *, negated: bool) -> Condition:
        """Return what the saved filters mean, in place of their names."""
        found = tuple(
            self._filter(searched, one, negated=negated) for one in _filter_names(operand)
        )
        if len(found) == 1:
            return found[0]
        return And(found) if negated else Or(found)

    def _filter(self, searched: Searchable, ref: str, *, negated: bool) -> Condition:
        known = named(self._catalogue.site.baseline.filters, ref, "id", "name")
        if not known:
            raise JqlError(f"The value '{ref}' does not exist for the field '{searched.name}'.")
        filter_id = text_of(known[0].get("id"))
        if filter_id in self._inside:
            raise JqlError(f"The filter '{ref}' refers to itself.")
        where = parse(text_of(known[0].get("jql"))).where
        if where is None:
            return Never() if negated else Always()
        return _Checker(self._catalogue, (*self._inside, filter_id)).node(where, negated=negated)


def _check_operator(searched: Searchable, clause: Clause) -> None:
    operator, operand = clause.operator, clause.operand
    as_written = Operator.IS if isinstance(operand, EmptyWord) else operator
    supported = operators_of(searched)
    if operator not in supported or (operator not in HISTORY and as_written not in supported):
        raise JqlError(
            f"The operator '{operator.value}' is not supported by the '{searched.name}' field."
        )
    if isinstance(operand, Call) and operator not in HISTORY:
        wants_list = operator in (Operator.IN, Operator.NOT_IN)
        if is_list(operand) is not wants_list:
            kind = "non-list value" if wants_list else "list value"
            raise JqlError(
                f"Operator '{operator.value}' does not support the {kind} '{operand}' for field"
                f" '{searched.name}'."
            )


def _text(
    searched: Searchable, operand: Operand, catalogue: Catalogue, *, negated: bool
) -> Condition:
    if isinstance(operand, Call):
        result(operand, searched, catalogue)
    text = operand.text if isinstance(operand, Literal) else str(operand)
    everywhere = searched.type is FieldType.ALL_TEXT
    fields = text_fields(catalogue) if everywhere else (searched.ref.id,)
    return words_match(text, fields, searched.name, negated=negated)


def _filter_names(operand: Operand) -> list[str]:
    if isinstance(operand, ListOf):
        return [name for one in operand.operands for name in _filter_names(one)]
    return [operand.text] if isinstance(operand, Literal) else [str(operand)]


def _sorts(key: SortKey, catalogue: Catalogue) -> list[Sort]:
    try:
        searched = searchable(key.field, catalogue)
    except JqlError:
        raise JqlError(f"Not able to sort using field '{key.field}'.") from None
    if searched.type in _UNSORTABLE:
        raise JqlError(f"Not able to sort using field '{key.field}'.")
    descending = searched.descending if key.descending is None else key.descending
    if searched.ref.id == _SUMMARY.id:
        return [Sort(_SUMMARY, descending)]
    parts = _SORT_PARTS.get(searched.type, ((searched.ref, False),))
    return [Sort(ref, descending is not turned) for ref, turned in parts]
