"""Editing an issue's fields: what was sent in, a new issue and the list of edits out.

What a request appends (comments, worklogs, links) is returned, not applied: each of
those is a change of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain.checking import Wanted, check, keep_closed_sprints
from sandbox.domain.history import FieldEdit, entry, items_of
from sandbox.domain.issue import IssueState
from sandbox.domain.named_values import AUTOMATIC, automatic_assignee, known_user, sprint
from sandbox.domain.parts import object_of, text_of
from sandbox.domain.place import Place
from sandbox.domain.screens import Screen, edit_screen
from sandbox.domain.site import Site
from sandbox.domain.time_tracking import seconds_behind, tracked
from sandbox.domain.times import jira_time, parse_moment


@dataclass(frozen=True, slots=True)
class Edited:
    """The issue after an edit, and what the edit came to."""

    issue: IssueState
    edits: tuple[FieldEdit, ...] = ()
    #: Payloads of ``update.comment``, ``update.worklog`` and ``update.issuelinks``.
    comments: tuple[JsonObject, ...] = ()
    worklogs: tuple[JsonObject, ...] = ()
    links: tuple[JsonObject, ...] = ()


def edit(
    site: Site,
    issue: IssueState,
    fields: JsonObject,
    update: JsonObject,
    *,
    dialect: Dialect,
    actor: JsonObject,
    now_us: int,
    related: Mapping[str, IssueState] | None = None,
) -> Edited:
    """Return the issue with fields set and verbs applied, or raise in Jira's words.

    ``related`` holds the issues that ``checking.mentioned_issues`` names, by that name,
    as far as the caller may see them; ``None`` leaves them unchecked.
    """
    place = place_in(site, issue, dialect, related)
    screen = edit_screen(site, issue)
    wanted = check(place, screen, issue.fields, fields, update)
    return apply(site, issue, screen, wanted, actor=actor, now_us=now_us)


def assign(
    site: Site, issue: IssueState, ref: str | None, *, actor: JsonObject, now_us: int
) -> Edited:
    """Return the issue assigned to a user, to nobody, or (``-1``) to whom Jira chooses."""
    place = place_in(site, issue, issue.native, None)
    user: JsonValue = None
    if ref == AUTOMATIC:
        user = automatic_assignee(place)
    elif ref:
        user = known_user(place, "assignee", ref)
    return apply(site, issue, {}, Wanted({"assignee": user}), actor=actor, now_us=now_us)


def move_to_sprint(
    site: Site, issue: IssueState, sprint_id: str | None, *, actor: JsonObject, now_us: int
) -> Edited:
    """Return the issue in a sprint, or in the backlog. Without sprints it stays as it is."""
    field = site.sprint_field
    if field is None:
        return Edited(issue)
    place = place_in(site, issue, issue.native, None)
    new = sprint(place, {}, field, sprint_id) if sprint_id else None
    after = keep_closed_sprints(issue.fields.get(field), new)
    screen = {field: site.field(field) or {}}
    return apply(site, issue, screen, Wanted({field: after}), actor=actor, now_us=now_us)


def place_in(
    site: Site, issue: IssueState, dialect: Dialect, related: Mapping[str, IssueState] | None
) -> Place:
    """Return where an issue's values are written."""
    key = text_of(object_of(issue.fields.get("project")).get("key"))
    project = key or issue.key.rpartition("-")[0]
    return Place(site, dialect, issue.native, project, related, issue.fields)


def apply(
    site: Site,
    issue: IssueState,
    screen: Screen,
    wanted: Wanted,
    *,
    actor: JsonObject,
    now_us: int,
    items: tuple[JsonObject, ...] = (),
) -> Edited:
    """Return the issue with checked values put in and one history entry for all of them.

    ``items`` are changelog items of things that the caller did itself.
    """
    edits = tuple(_edits(site, issue, screen, wanted.values))
    shown = [one for each in edits for one in items_of(site, each, _meta(site, screen, each.field))]
    after = issue
    if edits or items:
        changed = issue.with_fields(_followed(issue, wanted, edits, jira_time(now_us)))
        after = entry(changed, [*items, *shown], actor=actor, now_us=now_us)
    return Edited(after, edits, *(wanted.appended.get(name, ()) for name in _APPENDED))


#: In the order of ``Edited``.
_APPENDED = ("comment", "worklog", "issuelinks")


def _edits(
    site: Site, issue: IssueState, screen: Screen, values: Mapping[str, JsonValue]
) -> list[FieldEdit]:
    """Return what really changes; ``null``, absent and empty are one."""
    found = []
    for name, after in values.items():
        before = issue.fields.get(name)
        if not _unchanged(_meta(site, screen, name), before, after):
            found.append(FieldEdit(name, before, after))
    return found


def _unchanged(meta: JsonObject, before: JsonValue, after: JsonValue) -> bool:
    kind = object_of(meta.get("schema")).get("type")
    if kind == "datetime" and isinstance(before, str) and isinstance(after, str):
        return parse_moment(before) == parse_moment(after)
    if isinstance(before, int | float) and isinstance(after, int | float):
        return before == after  # 5 and 5.0 are one number and two JSON texts
    return equal(before, after)


def _followed(
    issue: IssueState, wanted: Wanted, edits: tuple[FieldEdit, ...], now: str
) -> JsonObject:
    """Return the edited fields and everything that follows from them."""
    changed: JsonObject = {each.field: each.after for each in edits}
    if "timetracking" in changed:
        changed |= tracked(issue.fields, seconds_behind(changed["timetracking"]))
    if "resolution" in changed:
        changed["resolutiondate"] = now if changed["resolution"] else None
    if edits:
        changed |= wanted.mirrored
    return changed


def _meta(site: Site, screen: Screen, field: str) -> JsonObject:
    return screen.get(field) or site.field(field) or {}
