"""JQL's functions, evaluated from the catalogue alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import user_id
from sandbox.domain.jql.catalogue import Catalogue, named
from sandbox.domain.jql.checked import (
    And,
    Compare,
    Condition,
    FieldRef,
    Never,
    Op,
    Value,
)
from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.moments import edge
from sandbox.domain.jql.searchable import FieldType, Searchable, is_hidden
from sandbox.domain.jql.tree import Call
from sandbox.domain.parts import object_of, objects_of, text_of

#: What a function comes to: a moment, values, or (for keys) a condition of its own.
Result = datetime | tuple[Value, ...] | Condition

_TIMES = frozenset({FieldType.MOMENT, FieldType.DAY})


@dataclass(frozen=True, slots=True)
class Function:
    """A function: for which fields, whether it is a list, how many arguments it takes."""

    types: frozenset[FieldType]
    is_list: bool
    arguments: tuple[int, int]
    evaluate: Callable[[Catalogue, Call], Result]


def function_for(call: Call) -> Function:
    """Return the function that a call names, its number of arguments checked."""
    found = _FUNCTIONS.get(call.name.casefold())
    if found is None:
        raise JqlError(f"Unable to find JQL function '{call}'.")
    least, most = found.arguments
    given = len(call.arguments)
    if not least <= given <= most:
        expected = least if given < least else most
        raise JqlError(
            f"Function '{call.name}' expected '{expected}' arguments but received '{given}'."
        )
    return found


def result(call: Call, field: Searchable, catalogue: Catalogue) -> Result:
    """Return what a call comes to as a value of a field."""
    found = function_for(call)
    if field.type not in found.types:
        raise JqlError(
            f"A value provided by the function '{call.name}' is invalid for the field"
            f" '{field.name}'."
        )
    return found.evaluate(catalogue, call)


def _edge(unit: str, catalogue: Catalogue, call: Call, *, end: bool) -> datetime:
    moment = edge(unit, catalogue.now, end=end, offset="".join(call.arguments))
    if moment is None:
        raise JqlError(
            f"Duration for function '{call.name}' should have the format (+/-)n(yMwdm), e.g -1M"
            " for 1 month earlier."
        )
    return moment


def _current_user(catalogue: Catalogue, _call: Call) -> tuple[Value, ...]:
    return (catalogue.person,)


def _members_of(catalogue: Catalogue, call: Call) -> tuple[Value, ...]:
    wanted = call.arguments[0].casefold()
    for name, members in catalogue.site.baseline.groups.items():
        if name.casefold() == wanted:
            return tuple(members)
    raise JqlError(
        f"Function '{call.name}' can not generate a list of usernames for group"
        f" '{call.arguments[0]}'; the group does not exist."
    )


def _sprints(state: str, catalogue: Catalogue, _call: Call) -> tuple[Value, ...]:
    listed = catalogue.site.baseline.sprints
    return _ids([one for one in listed if text_of(one.get("state")).lower() == state])


def _issue_types(catalogue: Catalogue, _call: Call, *, subtask: bool) -> tuple[Value, ...]:
    return _ids([one for one in catalogue.issue_types if bool(one.get("subtask")) is subtask])


def _versions(catalogue: Catalogue, call: Call, *, released: bool) -> tuple[Value, ...]:
    found = [
        one for project in _projects(catalogue, call) for one in objects_of(project["versions"])
    ]
    return _ids([one for one in found if bool(one.get("released")) is released])


def _one_version(catalogue: Catalogue, call: Call, *, released: bool) -> tuple[Value, ...]:
    found = _versions(catalogue, call, released=released)
    return found[-1:] if released else found[:1]


def _projects(catalogue: Catalogue, call: Call) -> list[JsonObject]:
    """Return the projects that the arguments name, all without any; each has versions."""
    found = [] if call.arguments else catalogue.projects
    for ref in call.arguments:
        project = named(catalogue.projects, ref, "key", "name", "id")
        if not project:
            raise JqlError(
                f"Could not resolve the project '{ref}' provided to function '{call.name}'."
            )
        found += project
    return [{**one, "versions": one.get("versions") or []} for one in found]


def _led(catalogue: Catalogue, call: Call) -> Callable[[JsonObject], bool]:
    leads = catalogue.users(call.arguments[0]) if call.arguments else [catalogue.person]
    return lambda thing: user_id(object_of(thing.get("lead"))) in leads


def _components_led(catalogue: Catalogue, call: Call) -> tuple[Value, ...]:
    return _ids(filter(_led(catalogue, call), catalogue.of_projects("components")))


def _projects_led(catalogue: Catalogue, call: Call) -> tuple[Value, ...]:
    led = filter(_led(catalogue, call), catalogue.projects)
    return tuple(text_of(one.get("key")) for one in led)


def _cascade(_catalogue: Catalogue, call: Call) -> tuple[Value, ...]:
    return call.arguments


def _linked(catalogue: Catalogue, call: Call) -> Condition:
    if is_hidden("issuelinks", catalogue):
        return Never()
    to_it: Condition = Compare(FieldRef("issuelinks"), Op.EQ, (call.arguments[0],))
    kinds = call.arguments[1:]
    # The index holds a link's issue and its wording apart: both must occur on the issue.
    return And((to_it, Compare(FieldRef("issueLinkType"), Op.EQ, kinds))) if kinds else to_it


def _watched(catalogue: Catalogue, _call: Call) -> Condition:
    if is_hidden("watcher", catalogue):
        return Never()
    return Compare(FieldRef("watcher"), Op.EQ, (catalogue.person,))


def _nothing(_catalogue: Catalogue, _call: Call) -> Condition:
    return Never()


def _ids(things: Iterable[JsonObject]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(text_of(one.get("id")) for one in things))


def _edges() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for unit in ("Day", "Week", "Month", "Year"):
        for start, end in (("startof", False), ("endof", True)):
            evaluate = partial(_edge, unit, end=end)
            found[f"{start}{unit.lower()}"] = Function(_TIMES, False, (0, 1), evaluate)
    return found


_USERS = frozenset({FieldType.USER})
_KEYS = frozenset({FieldType.KEY})
_SPRINTS = frozenset({FieldType.SPRINT})
_TYPES = frozenset({FieldType.ISSUE_TYPE})
_VERSIONS = frozenset({FieldType.VERSION})

#: By name, case-folded.
_FUNCTIONS: dict[str, Function] = {
    **_edges(),
    "now": Function(_TIMES, False, (0, 0), lambda catalogue, _: catalogue.now),
    "currentuser": Function(_USERS, False, (0, 0), _current_user),
    "membersof": Function(_USERS, True, (1, 1), _members_of),
    "opensprints": Function(_SPRINTS, True, (0, 0), partial(_sprints, "active")),
    "closedsprints": Function(_SPRINTS, True, (0, 0), partial(_sprints, "closed")),
    "futuresprints": Function(_SPRINTS, True, (0, 0), partial(_sprints, "future")),
    "standardissuetypes": Function(_TYPES, True, (0, 0), partial(_issue_types, subtask=False)),
    "subtaskissuetypes": Function(_TYPES, True, (0, 0), partial(_issue_types, subtask=True)),
    "releasedversions": Function(_VERSIONS, True, (0, 99), partial(_versions, released=True)),
    "unreleasedversions": Function(_VERSIONS, True, (0, 99), partial(_versions, released=False)),
    "latestreleasedversion": Function(
        _VERSIONS, False, (1, 1), partial(_one_version, released=True)
    ),
    "earliestunreleasedversion": Function(
        _VERSIONS, False, (1, 1), partial(_one_version, released=False)
    ),
    "componentsleadbyuser": Function(
        frozenset({FieldType.COMPONENT}), True, (0, 1), _components_led
    ),
    "projectsleadbyuser": Function(frozenset({FieldType.PROJECT}), True, (0, 1), _projects_led),
    "cascadeoption": Function(frozenset({FieldType.OPTION}), True, (1, 2), _cascade),
    "linkedissues": Function(_KEYS, True, (1, 9), _linked),
    "watchedissues": Function(_KEYS, True, (0, 0), _watched),
    # What a person looked at or voted for is not in any answer that a baseline is made of.
    "issuehistory": Function(_KEYS, True, (0, 0), _nothing),
    "votedissues": Function(_KEYS, True, (0, 0), _nothing),
}
