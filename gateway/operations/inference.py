"""What Jira did not tell about a site, worked out from its issues. Pure.

Everything assumed leaves a sentence in ``SiteBaseline.inferred``; what was only *seen*
in an issue (a person, a status) is no assumption and leaves none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from gateway.operations import inferred_fields
from gateway.upstream.paging import objects
from sandbox.contract.shapes import JsonObject, ObservedTransition, SiteBaseline

#: Words in a status' name that tell its category when nothing else does.
_NEW_WORDS = frozenset(
    {"to do", "todo", "open", "backlog", "new", "reopened", "할 일", "해야 할 일"}
)
_DONE_WORDS = frozenset({"done", "closed", "resolved", "완료", "complete", "completed"})
_CATEGORIES: Mapping[str, JsonObject] = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {
        "id": 4,
        "key": "indeterminate",
        "colorName": "yellow",
        "name": "In Progress",
    },
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
_PEOPLE = ("assignee", "reporter", "creator")

#: Project id and issue type id.
Kind = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Hints:
    """What else is known of the site besides its issues."""

    #: Field id to display name and to schema, from an issue's ``expand=names,schema``.
    names: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[str, JsonObject] = field(default_factory=dict)
    #: The statuses of each kind's workflow, in order.
    workflows: Mapping[Kind, Sequence[JsonObject]] = field(default_factory=dict)
    #: People seen elsewhere (watchers).
    people: Sequence[JsonObject] = ()


def filled(
    baseline: SiteBaseline, docs: Sequence[JsonObject], hints: Hints | None = None
) -> SiteBaseline:
    """Return a site's metadata with everything the issues need and Jira did not tell."""
    hints = hints or Hints()
    found = _with_projects(baseline, docs)
    found = _with_things(found, docs, hints)
    found = _with_fields(found, docs, hints)
    found = _with_screens(found, docs)
    return _with_transitions(found, docs, hints)


def kind_of(doc: JsonObject) -> Kind:
    """Return project id and issue type id of an issue."""
    return project_of(doc)[0], str(_part(doc, "issuetype").get("id") or "")


def project_of(doc: JsonObject) -> tuple[str, str]:
    """Return id and key of an issue's project; an answer may leave the project out."""
    project = _part(doc, "project")
    key = str(project.get("key") or str(doc.get("key", "")).rsplit("-", 1)[0])
    return str(project.get("id") or key), key


def _with_projects(baseline: SiteBaseline, docs: Sequence[JsonObject]) -> SiteBaseline:
    known = {str(one.get("key")) for one in baseline.projects}
    missing: dict[str, list[JsonObject]] = {}
    for doc in docs:
        key = project_of(doc)[1]
        if key not in known:
            missing.setdefault(key, []).append(doc)
    made = [_project(key, own) for key, own in missing.items()]
    said = [
        f"Project {key} is described only by its issues: its issue types, components and "
        f"versions are those seen there."
        for key in missing
    ]
    return _more(baseline, said, projects=[*baseline.projects, *made])


def _project(key: str, docs: Sequence[JsonObject]) -> JsonObject:
    seen = _part(docs[0], "project")
    return {
        "name": key,
        **seen,
        "id": project_of(docs[0])[0],
        "key": key,
        "projectTypeKey": seen.get("projectTypeKey") or "software",
        "issueTypes": [*_distinct(_part(doc, "issuetype") for doc in docs)],
        "components": [*_distinct(_listed(docs, "components"))],
        "versions": [*_distinct(_listed(docs, "versions", "fixVersions"))],
    }


def _with_things(baseline: SiteBaseline, docs: Sequence[JsonObject], hints: Hints) -> SiteBaseline:
    """Add what was seen in issues: types, statuses, priorities, resolutions, people."""
    reached = (_object(one.transition.get("to")) for one in baseline.transitions)
    seen_statuses = [*(_part(doc, "status") for doc in docs), *_workflow_statuses(hints), *reached]
    statuses = _joined(baseline.statuses, seen_statuses)
    past, said = _past_statuses(statuses, docs)
    return _more(
        baseline,
        said,
        issue_types=_joined(baseline.issue_types, (_part(doc, "issuetype") for doc in docs)),
        statuses=[*statuses, *past],
        priorities=_joined(baseline.priorities, (_part(doc, "priority") for doc in docs)),
        resolutions=_joined(baseline.resolutions, (_part(doc, "resolution") for doc in docs)),
        link_types=_joined(
            baseline.link_types, (_object(one.get("type")) for one in _listed(docs, "issuelinks"))
        ),
        users=_joined(baseline.users, [*_people(docs), *hints.people], "accountId", "key", "name"),
    )


def _workflow_statuses(hints: Hints) -> Iterator[JsonObject]:
    for statuses in hints.workflows.values():
        yield from statuses


def _past_statuses(
    known: Sequence[JsonObject], docs: Sequence[JsonObject]
) -> tuple[list[JsonObject], list[str]]:
    """Return statuses named only in changelogs; their category is a guess."""
    ids = {str(one.get("id")) for one in known}
    names = {str(one.get("name")).casefold() for one in known}
    made: dict[str, JsonObject] = {}
    for item in _history_items(docs, "status"):
        for status_id, name in (("from", "fromString"), ("to", "toString")):
            found, title = str(item.get(status_id) or ""), str(item.get(name) or "")
            if found and title and found not in ids and title.casefold() not in names:
                made.setdefault(found, _status(found, title))
    said = [
        f"Status '{one['name']}' is known only from changelogs; its category is assumed to "
        f"be '{_object(one['statusCategory'])['name']}'."
        for one in made.values()
    ]
    return list(made.values()), said


def _status(status_id: str, name: str) -> JsonObject:
    word = name.casefold()
    key = "new" if word in _NEW_WORDS else "done" if word in _DONE_WORDS else "indeterminate"
    return {"id": status_id, "name": name, "description": "", "statusCategory": _CATEGORIES[key]}


def _with_fields(baseline: SiteBaseline, docs: Sequence[JsonObject], hints: Hints) -> SiteBaseline:
    known = {str(one.get("id")) for one in baseline.fields}
    # A site that told its fields told all that can be set; one that did not has the usual.
    usual = [] if baseline.fields else inferred_fields.system_fields()
    values: dict[str, list[JsonValue]] = {name: [] for name in usual}
    for doc in docs:
        for name, value in _object(doc.get("fields")).items():
            if name not in known:
                values.setdefault(name, []).append(value)
    made = [_field(name, hints, seen) for name, seen in values.items()]
    said = []
    if made:
        named = ", ".join(sorted(str(one["id"]) for one in made if one["custom"]))
        said = [f"Jira did not describe {len(made)} fields; their types are guessed from values"]
        said[0] += f" (custom: {named})." if named else "."
    return _more(baseline, said, fields=[*baseline.fields, *made])


def _field(field_id: str, hints: Hints, values: list[JsonValue]) -> JsonObject:
    name = hints.names.get(field_id) or inferred_fields.system_name(field_id) or field_id
    return inferred_fields.described(field_id, name, hints.schemas.get(field_id), values)


def _with_screens(baseline: SiteBaseline, docs: Sequence[JsonObject]) -> SiteBaseline:
    create, edit = dict(baseline.create_meta), dict(baseline.edit_meta)
    assumed = list(baseline.assumed_edit)
    said = []
    for kind in _kinds(baseline, docs):
        place = ":".join(kind)
        allowed = _allowed(baseline, docs, kind)
        told = [name for name, metas in (("edit", edit), ("create", create)) if place not in metas]
        if "edit" in told:
            edit[place] = inferred_fields.screen(baseline.fields, allowed, create=False)
            assumed.append(place)
        if "create" in told:
            create[place] = inferred_fields.screen(baseline.fields, allowed, create=True)
        if told:
            where = _kind_name(baseline, kind)
            said.append(f"{where}: the fields of the {' and '.join(told)} screen are assumed.")
    return _more(baseline, said, create_meta=create, edit_meta=edit, assumed_edit=assumed)


def _allowed(
    baseline: SiteBaseline, docs: Sequence[JsonObject], kind: Kind
) -> dict[str, list[JsonObject]]:
    project = next((one for one in baseline.projects if str(one.get("id")) == kind[0]), {})
    types = [one for one in baseline.issue_types if str(one.get("id")) == kind[1]]
    versions = objects(project.get("versions"))
    found: dict[str, list[JsonObject]] = {
        "issuetype": types,
        "project": [{name: project[name] for name in ("id", "key", "name") if name in project}],
        "priority": baseline.priorities,
        "components": objects(project.get("components")),
        "versions": versions,
        "fixVersions": versions,
    }
    for one in baseline.fields:
        schema = _object(one.get("schema"))
        if "option" in (schema.get("type"), schema.get("items")):
            name = str(one.get("id"))
            found[name] = _distinct([*(_part(doc, name) for doc in docs), *_listed(docs, name)])
    return found


def _with_transitions(
    baseline: SiteBaseline, docs: Sequence[JsonObject], hints: Hints
) -> SiteBaseline:
    made: list[ObservedTransition] = []
    said: list[str] = []
    for kind in _kinds(baseline, docs):
        beside = [one for one in baseline.transitions if one.project_id == kind[0]]
        own = [one for one in beside if one.type_id == kind[1]]
        statuses = _statuses_of(baseline, docs, hints, kind)
        ids = {str(one.get("id")) for one in statuses}
        # A type without any issue: most likely the project's other types show its workflow.
        seen = own or [one for one in beside if _target(one.transition) in ids]
        known = {one.status_id for one in own}
        blind = [one for one in statuses if str(one.get("id")) not in known]
        new = [one for status in blind for one in _assumed(kind, status, seen, statuses)]
        made += new
        if new:
            said.append(_said_of_transitions(baseline, kind, blind, any_seen=bool(seen)))
    return _more(baseline, said, transitions=[*baseline.transitions, *made])


def _said_of_transitions(
    baseline: SiteBaseline, kind: Kind, blind: Sequence[JsonObject], *, any_seen: bool
) -> str:
    names = ", ".join(f"'{one.get('name')}'" for one in blind)
    where = _kind_name(baseline, kind)
    if any_seen:
        return f"{where}: no issue was seen in {names}; the transitions seen elsewhere are assumed."
    return f"{where}: no transition was observed; from {names} every other status is assumed."


def _assumed(
    kind: Kind,
    status: JsonObject,
    seen: Sequence[ObservedTransition],
    statuses: Sequence[JsonObject],
) -> list[ObservedTransition]:
    """Return what an unseen status is assumed to offer."""
    here = str(status.get("id"))
    if seen:
        offered = {str(one.transition.get("id")): one.transition for one in seen}
        ways = [one for one in offered.values() if _target(one) != here]
    else:
        ways = [_way(n, one) for n, one in enumerate(statuses, 1) if str(one.get("id")) != here]
    return [
        ObservedTransition(
            project_id=kind[0], type_id=kind[1], status_id=here, transition=way, inferred=True
        )
        for way in ways
    ]


def _target(transition: JsonObject) -> str:
    return str(_object(transition.get("to")).get("id"))


def _way(number: int, target: JsonObject) -> JsonObject:
    return {
        "id": f"{number}1",
        "name": target.get("name"),
        "to": target,
        "hasScreen": False,
        "isGlobal": True,
        "isInitial": False,
        "isAvailable": True,
        "isConditional": False,
        "isLooped": False,
        "fields": {},
    }


def _statuses_of(
    baseline: SiteBaseline, docs: Sequence[JsonObject], hints: Hints, kind: Kind
) -> list[JsonObject]:
    """Return the statuses of a kind's workflow: as told, else all that its project shows."""
    own = [doc for doc in docs if kind_of(doc)[0] == kind[0]]
    if kind in hints.workflows:
        own = [doc for doc in own if kind_of(doc) == kind]
    reached = [
        _object(one.transition.get("to"))
        for one in baseline.transitions
        if one.project_id == kind[0] and (kind not in hints.workflows or one.type_id == kind[1])
    ]
    ends = [item.get(end) for item in _history_items(own, "status") for end in ("from", "to")]
    past = [one for one in baseline.statuses if one.get("id") in ends]
    told = list(hints.workflows.get(kind, ()))
    return _distinct([*told, *(_part(doc, "status") for doc in own), *reached, *past])


def _kinds(baseline: SiteBaseline, docs: Sequence[JsonObject]) -> list[Kind]:
    """Return all kinds of issue that are or could be on the site, in a stable order."""
    told = [
        (str(project.get("id")), str(kind.get("id")))
        for project in baseline.projects
        for kind in objects(project.get("issueTypes"))
    ]
    return list(dict.fromkeys([*told, *(kind_of(doc) for doc in docs)]))


def _kind_name(baseline: SiteBaseline, kind: Kind) -> str:
    project = next((p for p in baseline.projects if str(p.get("id")) == kind[0]), {})
    names = (t for t in baseline.issue_types if str(t.get("id")) == kind[1])
    return f"{project.get('key', kind[0])}, {next(names, {}).get('name', kind[1])}"


def _people(docs: Sequence[JsonObject]) -> Iterator[JsonObject]:
    for doc in docs:
        yield from (_part(doc, name) for name in _PEOPLE)
        yield from (_object(one.get("author")) for one in _histories(doc))
        for part, listed in (("comment", "comments"), ("worklog", "worklogs")):
            for one in objects(_part(doc, part).get(listed)):
                yield from (_object(one.get(name)) for name in ("author", "updateAuthor"))
        yield from (_object(one.get("author")) for one in _listed([doc], "attachment"))


def _histories(doc: JsonObject) -> list[JsonObject]:
    return objects(_object(doc.get("changelog")).get("histories"))


def _history_items(docs: Iterable[JsonObject], field_name: str) -> Iterator[JsonObject]:
    for doc in docs:
        for history in _histories(doc):
            yield from (
                one for one in objects(history.get("items")) if one.get("field") == field_name
            )


def _part(doc: JsonObject, name: str) -> JsonObject:
    return _object(_object(doc.get("fields")).get(name))


def _listed(docs: Iterable[JsonObject], *names: str) -> Iterator[JsonObject]:
    for doc in docs:
        for name in names:
            yield from objects(_object(doc.get("fields")).get(name))


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _distinct(things: Iterable[JsonObject], *names: str) -> list[JsonObject]:
    return _joined([], things, *names)


def _joined(
    known: Sequence[JsonObject], more: Iterable[JsonObject], *names: str
) -> list[JsonObject]:
    """Return known things and those more that are not among them, by what names them."""
    told = {_identity(one, names or ("id",)) for one in known}
    found: dict[str, JsonObject] = {}
    for one in more:
        identity = _identity(one, names or ("id",))
        if identity and identity not in told:
            found.setdefault(identity, one)
    return [*known, *found.values()]


def _identity(thing: JsonObject, names: tuple[str, ...]) -> str:
    return next((str(thing[name]) for name in names if thing.get(name)), "")


def _more(baseline: SiteBaseline, said: Iterable[str], **parts: object) -> SiteBaseline:
    return baseline.model_copy(
        update=cast("dict[str, object]", {**parts, "inferred": [*baseline.inferred, *said]})
    )
