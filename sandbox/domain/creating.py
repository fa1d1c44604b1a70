"""Making an issue: what was sent in, a whole new issue as Jira would answer it out."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, Flavour, JsonObject
from sandbox.domain import errors
from sandbox.domain.checking import Problems, Wanted, check
from sandbox.domain.editing import apply
from sandbox.domain.embedded import address, embedded
from sandbox.domain.errors import InvalidError
from sandbox.domain.fields import parse_in, required_message
from sandbox.domain.issue import IssueState
from sandbox.domain.named_values import automatic_assignee
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.place import Place
from sandbox.domain.screens import Screen, create_screen, custom_fields
from sandbox.domain.site import Site
from sandbox.domain.times import jira_time
from sandbox.domain.workflow import DONE, category, default_resolution

#: Decided before all others: the screen depends on them.
_FIRST = ("project", "issuetype")
#: Filled in by Jira itself when they are required and missing.
_FILLED = frozenset({"project", "issuetype", "reporter", "priority", "assignee", "status"})
#: Where a site does not mark its default priority.
_USUAL_PRIORITIES = ("Medium", "Major", "보통", "P3")
_LISTS = (
    "fixVersions",
    "labels",
    "versions",
    "issuelinks",
    "components",
    "attachment",
    "subtasks",
)
_NULLS = (
    "timespent",
    "aggregatetimespent",
    "resolution",
    "resolutiondate",
    "lastViewed",
    "timeestimate",
    "aggregatetimeoriginalestimate",
    "assignee",
    "timeoriginalestimate",
    "description",
    "security",
    "aggregatetimeestimate",
    "environment",
    "duedate",
)
_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"
_CLOUD_RESTRICTION: JsonObject = {"issuerestrictions": {}, "shouldDisplay": False}


@dataclass(frozen=True, slots=True)
class Created:
    """A new issue, the fields that the request gave it, and what it appends."""

    issue: IssueState
    given: JsonObject
    comments: tuple[JsonObject, ...] = ()
    worklogs: tuple[JsonObject, ...] = ()
    links: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What a new issue is called: ids and keys come from the caller, never from here."""

    issue_id: str
    key: str


def create(  # noqa: PLR0913 - who, what, when and the new issue's names, all by name
    site: Site,
    fields: JsonObject,
    update: JsonObject,
    *,
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
    issue_id: str,
    key: str,
    related: Mapping[str, IssueState] | None = None,
) -> Created:
    """Return a new issue, or raise in Jira's words with every field's problem at once.

    ``related`` is as in ``editing.edit``. Nothing stands in the new issue's history.
    """
    first = first_fields(site, fields, dialect)
    project, kind = object_of(first["project"]), object_of(first["issuetype"])
    place = Place(site, dialect, site.native, text_of(project.get("key")), related)
    screen = create_screen(site, text_of(project.get("id")), text_of(kind.get("id")))
    wanted = _check(place, screen, first, fields, update)
    blank = _blank(site, screen, first, actor, jira_time(now_us), Identity(issue_id, key))
    made = apply(site, blank, screen, _filled(place, wanted), actor=actor, now_us=now_us)
    issue = IssueState(issue_id, key, site.native, made.issue.doc, (), blank.extra, 0, True)
    given: JsonObject = {**first, **wanted.values}
    return Created(issue, given, made.comments, made.worklogs, made.links)


def first_fields(site: Site, fields: JsonObject, dialect: Dialect) -> JsonObject:
    """Return project and issue type of a new issue: scope and screen depend on them."""
    place = Place(site, dialect, site.native)
    sent = fields.get("project")
    if sent is None:
        raise InvalidError(errors={"project": errors.PROJECT_REQUIRED})
    project = object_of(parse_in(place, {}, "project", sent))
    there = Place(site, dialect, site.native, text_of(project.get("key")))
    if fields.get("issuetype") is None:
        raise InvalidError(errors={"issuetype": errors.ISSUE_TYPE_REQUIRED})
    kind = parse_in(there, {}, "issuetype", fields["issuetype"])
    return {"project": project, "issuetype": kind}


def initial_status(site: Site, project: JsonObject, kind: JsonObject) -> JsonObject:
    """Return the status that new issues of a kind start in, as far as it was observed."""
    place = (text_of(project.get("id")), text_of(kind.get("id")))
    own = [one for one in site.baseline.transitions if (one.project_id, one.type_id) == place]
    begun = [one.transition.get("to") for one in own if one.transition.get("isInitial") is True]
    seen = [site.status(one.status_id) for one in own]
    reached = [site.status(text_of(object_of(one.transition.get("to")).get("id"))) for one in own]
    known = [one for one in (*seen, *reached, *site.baseline.statuses) if one]
    new = [one for one in known if category(one) == "new"]
    found = [object_of(one) for one in (*begun, *new, *known) if one]
    return embedded("status", found[0]) if found else {}


def default_priority(site: Site) -> JsonValue:
    """Return the priority of an issue whose creator chose none."""
    listed = site.baseline.priorities
    marked = [one for one in listed if one.get("isDefault") is True]
    usual = [one for one in (site.priority(name) for name in _USUAL_PRIORITIES) if one]
    middle = listed[len(listed) // 2 : len(listed) // 2 + 1]
    found = [*marked, *usual, *middle]
    return embedded("priority", found[0]) if found else None


def _check(
    place: Place, screen: Screen, first: JsonObject, fields: JsonObject, update: JsonObject
) -> Wanted:
    """Return the other fields of the request; wrong and missing ones in one answer."""
    problems = Problems()
    wanted = Wanted({})
    sent = {name: value for name, value in fields.items() if name not in _FIRST}
    with problems.collected():
        wanted = check(place, _with_parent(screen), first, sent, update)
    _check_required(problems, screen, {*fields, *update})
    kind = object_of(first["issuetype"])
    if kind.get("subtask") is True and not fields.get("parent"):
        problems.errors.setdefault("parent", errors.PARENT_REQUIRED)
    problems.raise_any()
    return wanted


def _with_parent(screen: Screen) -> Screen:
    """Return the screen with the parent on it: Jira takes one where it lists none."""
    return screen if "parent" in screen else {**screen, "parent": {"operations": ["set"]}}


def _check_required(problems: Problems, screen: Screen, sent: set[str]) -> None:
    summary: Screen = {"summary": {"required": True}}
    for name, meta in {**summary, **screen}.items():
        needed = meta.get("required") is True and meta.get("hasDefaultValue") is not True
        if needed and name not in sent and name not in _FILLED and name != "parent":
            problems.errors.setdefault(name, required_message(name, meta))


def _filled(place: Place, wanted: Wanted) -> Wanted:
    """Return what is wanted with Jira's defaults where nothing is."""
    values = {"assignee": automatic_assignee(place), **wanted.values}
    if values.get("priority") is None:
        values["priority"] = default_priority(place.site)
    return Wanted(values, wanted.appended, wanted.mirrored)


def _blank(
    site: Site,
    screen: Screen,
    first: JsonObject,
    actor: JsonObject,
    now: str,
    identity: Identity,
) -> IssueState:
    """Return an issue that has everything a client reads on a fresh one."""
    user = embedded("user", actor)
    status = initial_status(site, object_of(first["project"]), object_of(first["issuetype"]))
    fields: JsonObject = {
        **dict.fromkeys(_NULLS),
        **{name: [] for name in _LISTS},
        **_unset(site, screen),
        **first,
        **_counts(site, identity, now),
        "status": status,
        "creator": user,
        "reporter": user,
        "created": now,
        "updated": now,
        "summary": "",
    }
    if category(status) == DONE:
        fields |= {"resolution": default_resolution(site), "resolutiondate": now}
    doc: JsonObject = {
        "expand": _EXPAND,
        "id": identity.issue_id,
        "self": address(site.native, "issue", identity.issue_id),
        "key": identity.key,
        "fields": fields,
    }
    extra: JsonObject = {"watchers": [user], "remote_links": [], "properties": {}}
    return IssueState(identity.issue_id, identity.key, site.native, doc, extra=extra)


def _unset(site: Site, screen: Screen) -> JsonObject:
    """Return the custom fields, null: clients rely on seeing them."""
    return dict.fromkeys(custom_fields(site, screen))


def _counts(site: Site, identity: Identity, now: str) -> JsonObject:
    own = address(site.native, "issue", identity.key)
    by_id = address(site.native, "issue", identity.issue_id)
    found: JsonObject = {
        "workratio": -1,
        "progress": {"progress": 0, "total": 0},
        "aggregateprogress": {"progress": 0, "total": 0},
        "timetracking": {},
        "votes": {"self": f"{own}/votes", "votes": 0, "hasVoted": False},
        "watches": {"self": f"{own}/watchers", "watchCount": 1, "isWatching": True},
        "comment": {
            "comments": [],
            "self": f"{by_id}/comment",
            "maxResults": 0,
            "total": 0,
            "startAt": 0,
        },
        "worklog": {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
    }
    if site.flavour is Flavour.CLOUD:
        found |= {"statuscategorychangedate": now, "issuerestriction": dict(_CLOUD_RESTRICTION)}
    return found
