"""Moving an issue through its workflow, as far as upstream showed it.

The workflow itself is not known: only the transitions that upstream offered for a
project, a type and a status. What was not seen is unknown and cannot be taken.
"""

from dataclasses import dataclass

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import errors
from sandbox.domain.checking import Wanted, check
from sandbox.domain.editing import apply, place_in
from sandbox.domain.embedded import embedded
from sandbox.domain.errors import InvalidError
from sandbox.domain.fields import required_message
from sandbox.domain.history import FieldEdit, item, named_side
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.screens import place_of, transition_screen
from sandbox.domain.site import Site
from sandbox.domain.times import jira_time

DONE = "done"
#: What Jira calls its default resolution, in the order we look for it.
_DEFAULT_RESOLUTIONS = ("Done", "완료", "Fixed")
_FLAGS: JsonObject = {
    "hasScreen": False,
    "isGlobal": False,
    "isInitial": False,
    "isAvailable": True,
    "isConditional": False,
    "isLooped": False,
}


@dataclass(frozen=True, slots=True)
class Transitioned:
    """The issue after a transition, and what the transition came to."""

    issue: IssueState
    before_status: JsonObject
    after_status: JsonObject
    transition: JsonObject
    #: Fields that the request set; effects of the workflow itself are not among them.
    edits: tuple[FieldEdit, ...] = ()
    comments: tuple[JsonObject, ...] = ()
    worklogs: tuple[JsonObject, ...] = ()
    links: tuple[JsonObject, ...] = ()


def available(site: Site, issue: IssueState) -> list[JsonObject]:
    """Return the transitions that the issue offers now, ``fields`` included where observed."""
    project, kind = place_of(issue)
    status = text_of(object_of(issue.fields.get("status")).get("id"))
    offered = site.transitions(project, kind, status)
    usable = [one for one in offered if one.get("isAvailable") is not False]
    return [{**_FLAGS, **one, "to": _target(site, one)} for one in usable]


def transition(  # noqa: PLR0913 - a transition has that many parts, all by name
    site: Site,
    issue: IssueState,
    transition_id: str,
    fields: JsonObject,
    update: JsonObject,
    *,
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
    beside: bool = True,
) -> Transitioned:
    """Return the issue after a transition with the fields of its screen, or raise.

    ``beside``: comments and worklogs need not be on the screen (see ``transition_screen``).
    """
    found = chosen(site, issue, transition_id)
    screen = transition_screen(site, issue, found, beside=beside)
    place = place_in(site, issue, dialect, None)
    wanted = check(place, screen, issue.fields, fields, update)
    _check_required(found, issue, wanted)
    before, after = object_of(issue.fields.get("status")), object_of(found["to"])
    effects = _effects(site, issue, wanted, after, jira_time(now_us))
    moved = issue.with_fields(effects)
    edited = apply(
        site,
        moved,
        screen,
        wanted,
        actor=actor,
        now_us=now_us,
        items=tuple(_items(site, issue, moved)),
    )
    return Transitioned(
        edited.issue,
        before,
        after,
        found,
        edited.edits,
        edited.comments,
        edited.worklogs,
        edited.links,
    )


def chosen(site: Site, issue: IssueState, transition_id: str) -> JsonObject:
    """Return the transition with an id, or say that the issue does not offer it."""
    if not transition_id:
        raise InvalidError((errors.TRANSITION_REQUIRED,))
    if not transition_id.isdecimal():
        raise InvalidError((errors.TRANSITION_NOT_A_NUMBER,))
    for one in available(site, issue):
        if text_of(one.get("id")) == transition_id:
            return one
    raise InvalidError((errors.no_such_transition(transition_id),))


def category(status: JsonValue) -> str:
    """Return the key of a status's category: new, indeterminate or done."""
    return text_of(object_of(object_of(status).get("statusCategory")).get("key"))


def default_resolution(site: Site) -> JsonObject | None:
    """Return the resolution that entering a done status sets by itself."""
    known = [site.resolution(name) for name in _DEFAULT_RESOLUTIONS]
    marked = [one for one in site.baseline.resolutions if one.get("isDefault") is True]
    found = [*marked, *(one for one in known if one), *site.baseline.resolutions]
    return embedded("resolution", found[0]) if found else None


def _target(site: Site, offered: JsonObject) -> JsonObject:
    """Return where a transition leads, with its category where only the site knows it."""
    to = object_of(offered.get("to"))
    known = site.status(text_of(to.get("id"))) or {}
    return {**embedded("status", known), **embedded("status", to)}


def _check_required(found: JsonObject, issue: IssueState, wanted: Wanted) -> None:
    """Refuse a transition whose validators miss a field; a resolution has a default."""
    problems: dict[str, str] = {}
    for name, shown in object_of(found.get("fields")).items():
        meta = object_of(shown)
        needed = meta.get("required") is True and meta.get("hasDefaultValue") is not True
        value = wanted.values.get(name, issue.fields.get(name))
        if needed and name != "resolution" and value in (None, [], ""):
            problems[name] = required_message(name, meta)
    if problems:
        raise InvalidError(errors=problems)


def _effects(
    site: Site, issue: IssueState, wanted: Wanted, after: JsonObject, now: str
) -> JsonObject:
    """Return what the workflow itself sets: status, category date, resolution."""
    before = issue.fields.get("status")
    changed: JsonObject = {"status": after}
    if category(before) != category(after) and "statuscategorychangedate" in issue.fields:
        changed["statuscategorychangedate"] = now
    if category(after) == DONE:
        changed |= _resolved(site, issue, wanted, now)
    elif category(before) == DONE:
        changed |= {"resolution": None, "resolutiondate": None}
    return changed


def _resolved(site: Site, issue: IssueState, wanted: Wanted, now: str) -> JsonObject:
    if issue.fields.get("resolution") or wanted.values.get("resolution"):
        return {}
    found = default_resolution(site)
    return {"resolution": found, "resolutiondate": now} if found else {}


def _items(site: Site, before: IssueState, after: IssueState) -> list[JsonObject]:
    """Return the changelog items of the workflow's own effects, as Jira orders them."""
    sides = [
        (name, named_side(before.fields.get(name)), named_side(after.fields.get(name)))
        for name in ("resolution", "status")
    ]
    return [item(site, name, old, new) for name, old, new in sides if old != new]
