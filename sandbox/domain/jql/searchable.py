"""The fields that JQL knows: their names, their types, and what each type can do."""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.contract.shapes import JsonObject
from sandbox.domain.jql.catalogue import Catalogue, folded
from sandbox.domain.jql.checked import FieldRef
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.tree import Field, Operator
from sandbox.domain.parts import list_of, object_of, text_of


class FieldType(StrEnum):
    """What a field's values are; it decides operators, functions and look-ups."""

    USER = "user"
    MOMENT = "moment"
    DAY = "day"
    TEXT = "text"
    ALL_TEXT = "all text"
    KEY = "key"
    PROJECT = "project"
    CATEGORY = "category"
    PROJECT_TYPE = "project type"
    ISSUE_TYPE = "issue type"
    STATUS = "status"
    STATUS_CATEGORY = "status category"
    PRIORITY = "priority"
    RESOLUTION = "resolution"
    COMPONENT = "component"
    VERSION = "version"
    SPRINT = "sprint"
    PARENT = "parent"
    LABEL = "label"
    OPTION = "option"
    NUMBER = "number"
    DURATION = "duration"
    PRESENCE = "presence"
    ORDER_ONLY = "order only"
    FILTER = "filter"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Searchable:
    """A field as a query may use it."""

    #: As the query wrote it: Jira's messages repeat that.
    name: str
    ref: FieldRef
    type: FieldType
    #: Whether WAS and CHANGED mean something on it.
    has_history: bool = False
    #: The order that ``ORDER BY field`` alone asks for.
    descending: bool = False


_SAME = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN, Operator.NOT_IN})
_EMPTINESS = frozenset({Operator.IS, Operator.IS_NOT})
_RANGE = frozenset({Operator.LESS, Operator.LESS_EQUALS, Operator.GREATER, Operator.GREATER_EQUALS})
_LIKE = frozenset({Operator.LIKE, Operator.NOT_LIKE})
_HISTORY = frozenset(
    {
        Operator.WAS,
        Operator.WAS_NOT,
        Operator.WAS_IN,
        Operator.WAS_NOT_IN,
        Operator.CHANGED,
    }
)
_SET = _SAME | _EMPTINESS

#: Operators by type; a type that is missing here has ``_SET``.
_OPERATORS: dict[FieldType, frozenset[Operator]] = {
    FieldType.MOMENT: _SET | _RANGE,
    FieldType.DAY: _SET | _RANGE,
    FieldType.PRIORITY: _SET | _RANGE,
    FieldType.RESOLUTION: _SET | _RANGE,
    FieldType.VERSION: _SET | _RANGE,
    FieldType.NUMBER: _SET | _RANGE,
    FieldType.DURATION: _SET | _RANGE,
    FieldType.KEY: _SAME | _RANGE,
    FieldType.PARENT: _SET,
    FieldType.FILTER: _SAME,
    FieldType.PROJECT_TYPE: _SAME,
    FieldType.TEXT: _LIKE | _EMPTINESS,
    FieldType.ALL_TEXT: frozenset({Operator.LIKE}),
    FieldType.PRESENCE: _EMPTINESS,
    FieldType.ORDER_ONLY: frozenset(),
    FieldType.ANY: _SET | _LIKE,
}

#: Every text field that ``text ~`` looks into; custom ones come on top.
SYSTEM_TEXTS = ("summary", "description", "environment", "comment")


def operators_of(searchable: Searchable) -> frozenset[Operator]:
    """Return the operators that Jira supports on a field."""
    own = _OPERATORS.get(searchable.type, _SET)
    return own | _HISTORY if searchable.has_history else own


def _system(
    names: str,
    kind: FieldType,
    ref: FieldRef,
    *,
    has_history: bool = False,
    descending: bool = False,
) -> dict[str, Searchable]:
    shared = Searchable("", ref, kind, has_history, descending)
    return dict.fromkeys((one.strip().casefold() for one in names.split("|")), shared)


_KEY = FieldRef("issuekey", "key")

#: System fields by every name that JQL has for them, case-folded.
SYSTEM: dict[str, Searchable] = {
    **_system("assignee", FieldType.USER, FieldRef("assignee", "assignee"), has_history=True),
    **_system("reporter", FieldType.USER, FieldRef("reporter", "reporter"), has_history=True),
    **_system("creator", FieldType.USER, FieldRef("creator", "creator")),
    **_system("watcher", FieldType.USER, FieldRef("watcher")),
    **_system("voter", FieldType.USER, FieldRef("voter")),
    **_system("worklogAuthor", FieldType.USER, FieldRef("worklogAuthor")),
    **_system(
        "created|createdDate", FieldType.MOMENT, FieldRef("created", "created_us"), descending=True
    ),
    **_system(
        "updated|updatedDate", FieldType.MOMENT, FieldRef("updated", "updated_us"), descending=True
    ),
    **_system(
        "resolved|resolutionDate",
        FieldType.MOMENT,
        FieldRef("resolutiondate", "resolved_us"),
        descending=True,
    ),
    **_system("lastViewed", FieldType.MOMENT, FieldRef("lastViewed"), descending=True),
    **_system("worklogDate", FieldType.MOMENT, FieldRef("worklogDate")),
    **_system("due|dueDate", FieldType.DAY, FieldRef("duedate", "due")),
    **_system("summary", FieldType.TEXT, FieldRef("summary")),
    **_system("description", FieldType.TEXT, FieldRef("description")),
    **_system("environment", FieldType.TEXT, FieldRef("environment")),
    **_system("comment", FieldType.TEXT, FieldRef("comment")),
    **_system("worklogComment", FieldType.TEXT, FieldRef("worklogComment")),
    **_system("text", FieldType.ALL_TEXT, FieldRef("text")),
    **_system("key|issueKey|issue|id", FieldType.KEY, _KEY),
    **_system("project", FieldType.PROJECT, FieldRef("project", "project_key")),
    **_system("category", FieldType.CATEGORY, FieldRef("project", "project_key")),
    **_system("projectType", FieldType.PROJECT_TYPE, FieldRef("project", "project_key")),
    **_system("issuetype|type|issue type", FieldType.ISSUE_TYPE, FieldRef("issuetype", "type_id")),
    **_system("status", FieldType.STATUS, FieldRef("status", "status_id"), has_history=True),
    **_system(
        "statusCategory|status category",
        FieldType.STATUS_CATEGORY,
        FieldRef("status", "status_category"),
    ),
    **_system(
        "priority", FieldType.PRIORITY, FieldRef("priority"), has_history=True, descending=True
    ),
    **_system(
        "resolution",
        FieldType.RESOLUTION,
        FieldRef("resolution", "resolution_id"),
        has_history=True,
    ),
    **_system("component|components", FieldType.COMPONENT, FieldRef("components")),
    **_system(
        "fixVersion|fixVersions|fix version|fix versions",
        FieldType.VERSION,
        FieldRef("fixVersions"),
        has_history=True,
    ),
    **_system(
        "affectedVersion|affects version|affects versions|affectsVersions|versions",
        FieldType.VERSION,
        FieldRef("versions"),
    ),
    **_system("labels|label", FieldType.LABEL, FieldRef("labels")),
    **_system("level|security level", FieldType.OPTION, FieldRef("security")),
    **_system("parent", FieldType.PARENT, FieldRef("parent")),
    **_system("issueLink", FieldType.PARENT, FieldRef("issuelinks")),
    **_system("issueLinkType", FieldType.LABEL, FieldRef("issueLinkType")),
    **_system("filter|request|savedFilter|searchRequest", FieldType.FILTER, FieldRef("filter")),
    **_system("votes", FieldType.NUMBER, FieldRef("votes"), descending=True),
    **_system("watchers|watches", FieldType.NUMBER, FieldRef("watches"), descending=True),
    **_system("workRatio", FieldType.NUMBER, FieldRef("workratio")),
    **_system(
        "originalEstimate|timeOriginalEstimate",
        FieldType.DURATION,
        FieldRef("timeoriginalestimate"),
    ),
    **_system("remainingEstimate|timeEstimate", FieldType.DURATION, FieldRef("timeestimate")),
    **_system("timeSpent", FieldType.DURATION, FieldRef("timespent")),
    **_system("attachments|attachment", FieldType.PRESENCE, FieldRef("attachment")),
}

#: Names that only queries have, and the field whose values they show.
_SHOWN_BY = {
    "watcher": "watches",
    "voter": "votes",
    "issueLinkType": "issuelinks",
    "worklogAuthor": "worklog",
    "worklogDate": "worklog",
    "worklogComment": "worklog",
}
#: Always there; what ``text`` and ``filter`` look into is judged by itself.
_NEVER_HIDDEN = frozenset({"issuekey", "text", "filter"})

#: Types of custom fields by the last part of ``schema.custom`` …
_BY_CUSTOM = {
    "textfield": FieldType.TEXT,
    "textarea": FieldType.TEXT,
    "gh-sprint": FieldType.SPRINT,
    "gh-epic-link": FieldType.PARENT,
    "gh-epic-label": FieldType.TEXT,
    "gh-lexo-rank": FieldType.ORDER_ONLY,
    "labels": FieldType.LABEL,
}
#: … and by ``schema.type``, for arrays by ``schema.items``.
_BY_SCHEMA = {
    "string": FieldType.LABEL,
    "number": FieldType.NUMBER,
    "date": FieldType.DAY,
    "datetime": FieldType.MOMENT,
    "user": FieldType.USER,
    "version": FieldType.VERSION,
    "component": FieldType.COMPONENT,
    "option": FieldType.OPTION,
    "option-with-child": FieldType.OPTION,
}


def searchable(field: Field, catalogue: Catalogue) -> Searchable:
    """Return what a field name in a query stands for, or say that it does not exist."""
    found = None if field.path else _found(field, catalogue)
    if found is None or is_hidden(found.ref.id, catalogue):
        raise no_such_field(field)
    return Searchable(str(field), found.ref, found.type, found.has_history, found.descending)


def no_such_field(field: Field) -> JqlError:
    """Return the error about a field that does not exist for the person."""
    return JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")


def is_hidden(field_id: str, catalogue: Catalogue) -> bool:
    """Return whether the scope hides a field, or the field that it shows values of."""
    shown = _SHOWN_BY.get(field_id, field_id)
    return shown not in _NEVER_HIDDEN and catalogue.hidden_fields(shown)


def text_fields(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the ids of all fields that ``text ~`` looks into for the person."""
    customs = (
        text_of(one.get("id"))
        for one in catalogue.site.baseline.fields
        if _is_custom(one) and _custom_type(one) is FieldType.TEXT
    )
    known = dict.fromkeys((*SYSTEM_TEXTS, *customs))
    return tuple(one for one in known if not is_hidden(one, catalogue))


def _found(field: Field, catalogue: Catalogue) -> Searchable | None:
    if field.custom_id is not None:
        described = catalogue.site.field(f"customfield_{field.custom_id}")
        return None if described is None else _custom(described)
    known = SYSTEM.get(folded(field.name))
    if known is not None:
        return known
    if folded(field.name) == "sprint" and catalogue.site.sprint_field:
        return Searchable("", FieldRef(catalogue.site.sprint_field), FieldType.SPRINT)
    described = _described(field.name, catalogue)
    return None if described is None else _custom(described)


def _described(name: str, catalogue: Catalogue) -> JsonObject | None:
    """Return the description of a custom field by its id, name or clause name."""
    wanted = folded(name)
    for one in catalogue.site.baseline.fields:
        clauses = (folded(text_of(clause)) for clause in list_of(one.get("clauseNames")))
        if _is_custom(one) and wanted in clauses:
            return one
    found = catalogue.site.field(name)
    return found if found is not None and _is_custom(found) else None


def _is_custom(described: JsonObject) -> bool:
    return bool(described.get("custom")) or text_of(described.get("id")).startswith("customfield_")


def _custom(described: JsonObject) -> Searchable:
    return Searchable("", FieldRef(text_of(described.get("id"))), _custom_type(described))


def _custom_type(described: JsonObject) -> FieldType:
    schema = object_of(described.get("schema"))
    custom = text_of(schema.get("custom")).rpartition(":")[2]
    if custom in _BY_CUSTOM:
        return _BY_CUSTOM[custom]
    kind = text_of(schema.get("items") if schema.get("type") == "array" else schema.get("type"))
    return _BY_SCHEMA.get(kind, FieldType.ANY)
