"""Does an operation still fit Jira as it is now? Compares base, wants and now per field.

Only fields that the operation touches count: a busy project must not make every
approval stale. Sets are compared element by element, so that two people who add
different labels never conflict.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from gateway.promotion import deleting
from gateway.promotion.fields import Fields, fields_of, listed, part, project_key, sprint_id
from gateway.promotion.service import INTERNAL, is_service_issue
from gateway.promotion.values import SECURITY, PlannedOperation
from sandbox.contract.compare import Three, equal, normal, three_way
from sandbox.contract.digest import canonical
from sandbox.contract.merging import with_elements
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Kinds that add something beside the issue's fields: nothing there can be in their way.
_ADDING = frozenset(
    {ChangeKind.CREATE, ChangeKind.COMMENT, ChangeKind.WORKLOG, ChangeKind.ATTACHMENT}
)


#: Set when an issue was archived: it can be read still, and not be written.
ARCHIVED = "archiveddate"


@dataclass(frozen=True, slots=True)
class Now:
    """One issue in Jira now. What was not read is None."""

    #: Whole issue JSON; ``None`` when Jira has no such issue (or hides it).
    doc: JsonObject | None
    watchers: list[JsonObject] | None = None
    remote_links: list[JsonObject] | None = None
    comments: list[JsonObject] | None = None
    worklogs: list[JsonObject] | None = None
    #: The names of the account that we write as.
    account: frozenset[str] = frozenset()
    #: Where there is no such issue: whether Jira shows us others of its project.
    place_shown: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """What base, wants and now come to, per field of one operation."""

    threes: dict[str, Three] = field(default_factory=dict)
    #: A sentence when the operation as a whole has no place any more.
    lost: str = ""
    #: Whether a comment travels along: it cannot be there already.
    says: bool = False

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The fields in conflict."""
        return tuple(name for name, three in self.threes.items() if three is Three.CONFLICT)

    @property
    def already_there(self) -> bool:
        """Whether Jira already has everything that is wanted."""
        return self.values_there and not self.says

    @property
    def values_there(self) -> bool:
        """Whether Jira already has every wanted value, whatever is to be said beside."""
        return bool(self.threes) and all(
            three in (Three.BOTH, Three.SAME) for three in self.threes.values()
        )


def compare(
    planned: PlannedOperation, now: Now, fields: Fields, going: Collection[str] = ()
) -> Drift:
    """Return what became of the approved base.

    ``going`` are the ids of issues that go before it, as long as they are still there.
    """
    if planned.kind is ChangeKind.DELETE:
        return _deletion(planned, now, going)
    lost = "" if planned.kind is ChangeKind.CREATE else lost_place(planned, now)
    if lost or planned.kind in _ADDING:
        return Drift(lost=lost)
    if planned.kind in _PRESENCE:
        return _presence(planned, now)
    named = (name for name in planned.values if name != INTERNAL)
    threes = {name: _three(planned, name, now, fields) for name in named}
    return _unsayable(planned, Drift(threes, says=planned.said is not None))


def _unsayable(planned: PlannedOperation, drift: Drift) -> Drift:
    """Return the drift; lost if a comment was to travel with a transition that is done."""
    stays = planned.kind is ChangeKind.TRANSITION and drift.says
    if not stays or drift.threes.get("status") not in (Three.BOTH, Three.SAME):
        return drift
    return Drift(
        drift.threes,
        f"{planned.issue_key} has the status already, so the comment that was to be written "
        "together with it has no place. Leave the status out and approve the rest anew.",
        says=True,
    )


def set_three(wants: JsonValue, now: JsonValue) -> Three:
    """Return what a wanted set change comes to; it never conflicts."""
    return Three.BOTH if set_achieved(wants, now) else Three.OURS


def set_achieved(wants: JsonValue, now: JsonValue) -> bool:
    """Return whether everything to add is there and everything to remove is gone."""
    wanted = with_elements(now, _items(part(wants, "add")), _items(part(wants, "remove")))
    return equal(cast("JsonValue", wanted), now)


def achieved(planned: PlannedOperation, now: Now, fields: Fields) -> bool:
    """Return whether Jira shows every wanted value."""
    if planned.kind in _PRESENCE:
        return _presence(planned, now).already_there
    if planned.kind is ChangeKind.DELETE:
        return _deletion(planned, now).already_there
    return not missing(planned, now, fields)


def missing(planned: PlannedOperation, now: Now, fields: Fields) -> tuple[str, ...]:
    """Return the wanted fields that Jira does not show."""
    return tuple(
        name
        for name, wanted in planned.values.items()
        if name != INTERNAL
        and not _shows(
            sprint_id(wanted) if fields.is_sprint(name) else wanted,
            value_now(planned, name, now, fields),
            is_set=name in planned.set_fields,
        )
    )


def value_now(planned: PlannedOperation, name: str, now: Now, fields: Fields) -> JsonValue:
    """Return what Jira has now where an operation writes ``name``."""
    if planned.kind is ChangeKind.COMMENT_EDIT:
        return part(comment_of(planned, now), name)
    found = fields_of(now.doc)
    if planned.kind is ChangeKind.SPRINT:
        return sprint_id(found.get(fields.sprint or ""))
    if fields.is_sprint(name):
        return sprint_id(found.get(name))
    return found.get(name)


def comment_of(planned: PlannedOperation, now: Now) -> JsonObject | None:
    """Return the comment that an operation edits, as it is now."""
    comment_id = planned.request.path.rsplit("/", 1)[-1]
    known = now.comments
    if known is None:
        known = listed(part(fields_of(now.doc), "comment", "comments"))
    return next((one for one in known if str(one.get("id")) == comment_id), None)


def shown_otherwise(planned: PlannedOperation, doc: JsonObject) -> bool:
    """Return whether others may see the issue than the plan assumes."""
    if SECURITY not in planned.base or SECURITY in planned.wants:
        return False
    return not equal(planned.base[SECURITY], fields_of(doc).get(SECURITY))


def _deletion(planned: PlannedOperation, now: Now, going: Collection[str] = ()) -> Drift:
    """Return the drift of something that is to go: gone already, as it was, or changed."""
    thing = deleting.thing_of(planned.wants)
    if thing is None:
        return Drift(lost="Nobody knows what is to be deleted.")
    if now.doc is None:
        # Hidden looks the same. What is within an issue goes unseen with it, and stays.
        gone = thing is deleting.Thing.ISSUE and now.place_shown
        return Drift({thing.value: Three.BOTH}) if gone else Drift(lost=lost_place(planned, now))
    moved = lost_place(planned, now)
    if moved:
        return Drift(lost=moved)
    found = deleted_thing(planned, now)
    if found is None:
        return Drift({thing.value: Three.BOTH})
    same = deleting.still_is(thing, planned.base.get("was"), found, going)
    return Drift({thing.value: Three.OURS if same else Three.CONFLICT})


def deleted_thing(planned: PlannedOperation, now: Now) -> JsonObject | None:
    """Return what an operation deletes, as Jira has it now; None when it is gone."""
    thing, doc = deleting.thing_of(planned.wants), now.doc
    if thing is None or doc is None:
        return None
    return deleting.found_in(
        thing,
        str(planned.wants.get("id")),
        doc,
        comments=now.comments,
        worklogs=now.worklogs,
        remote_links=now.remote_links,
    )


def lost_place(planned: PlannedOperation, now: Now) -> str:
    """Return why the operation has no place in Jira any more, or nothing."""
    if now.doc is None:
        return f"{planned.issue_key} no longer exists in Jira, or is hidden from us."
    lost = _out_of_reach(planned, now.doc)
    if lost:
        return lost
    if planned.kind is ChangeKind.COMMENT_EDIT and comment_of(planned, now) is None:
        return "The comment no longer exists in Jira."
    says = planned.kind in _SAID or planned.said is not None
    unmeant = says and not planned.customers and INTERNAL not in planned.wants
    if unmeant and is_service_issue(now.doc):
        return (
            "It is in a service project now, and customers would read the comment. "
            "Send it back, so that it is planned anew."
        )
    return ""


def _out_of_reach(planned: PlannedOperation, doc: JsonObject) -> str:
    """Return why an issue that is there is not the one that was approved any more."""
    place = project_key(doc, str(doc.get("key") or planned.issue_key))
    if place != planned.project_key:
        return f"{planned.issue_key} was moved to project {place}."
    if fields_of(doc).get(ARCHIVED):
        return f"{planned.issue_key} was archived in Jira."
    if shown_otherwise(planned, doc):
        return (
            f"The security level of {planned.issue_key} was changed in Jira, so others can see "
            "it than when it was read. Send it back, so that it is looked at anew."
        )
    return ""


#: Kinds that customers of a service project could read.
_SAID = frozenset({ChangeKind.COMMENT, ChangeKind.COMMENT_EDIT})


def _three(planned: PlannedOperation, name: str, now: Now, fields: Fields) -> Three:
    value = value_now(planned, name, now, fields)
    base, wants = planned.base.get(name), planned.wants[name]
    if name in planned.set_fields:
        return set_three(wants, value)
    if name not in planned.base:
        # A new issue has defaults and a first status that nobody could know or approve.
        return Three.BOTH if equal(wants, value) else Three.OURS
    if fields.is_sprint(name):
        base, wants = sprint_id(base), sprint_id(wants)
    return three_way(base, wants, value)


def _shows(wanted: JsonValue, value: JsonValue, *, is_set: bool) -> bool:
    if is_set:
        return set_achieved(wanted, value)
    if isinstance(wanted, dict) and wanted.get("type") != "doc" and isinstance(value, dict):
        # A wanted value may say less than Jira answers ({"name": "High"}).
        return equal(wanted, value) or _agrees(wanted, value)
    return equal(wanted, value)


def _agrees(wanted: JsonObject, value: JsonObject) -> bool:
    shared = [name for name in ("accountId", "id", "key", "name", "value") if name in wanted]
    return bool(shared) and all(str(wanted[name]) == str(value.get(name)) for name in shared)


def _presence(planned: PlannedOperation, now: Now) -> Drift:
    """Return the drift of something that is either there or not."""
    there = _PRESENCE[planned.kind](planned, now)
    return Drift({planned.kind.value: Three.BOTH if there else Three.OURS})


def link_of(planned: PlannedOperation, now: Now) -> JsonObject | None:
    """Return the link that an operation makes, as its issue shows it."""
    # Only one end stands in each entry: the other end is the issue itself.
    own = str(part(now.doc, "id"))
    kind = str(part(planned.wants, "type", "id") or part(planned.wants, "type", "name"))
    for link in listed(fields_of(now.doc).get("issuelinks")):
        if kind not in (str(part(link, "type", "id")), str(part(link, "type", "name"))):
            continue
        ends = {
            name: str(part(link, name, "id") or own) for name in ("inwardIssue", "outwardIssue")
        }
        if all(str(part(planned.wants, name, "id")) == end for name, end in ends.items()):
            return link
    return None


def _link_there(planned: PlannedOperation, now: Now) -> bool:
    return link_of(planned, now) is not None


def _watcher_right(planned: PlannedOperation, now: Now) -> bool:
    watching = {canonical(normal(cast("JsonValue", one))) for one in now.watchers or []}
    if planned.wants.get("add") is not None:
        return canonical(normal(planned.wants["add"])) in watching
    return canonical(normal(planned.wants.get("remove"))) not in watching


def _remote_link_there(planned: PlannedOperation, now: Now) -> bool:
    for link in now.remote_links or []:
        if link.get("globalId") == planned.wants.get("globalId"):
            wanted, found = planned.wants.get("object"), link.get("object")
            if isinstance(wanted, dict) and isinstance(found, dict):
                return all(equal(value, found.get(name)) for name, value in wanted.items())
    return False


_PRESENCE = {
    ChangeKind.LINK: _link_there,
    ChangeKind.WATCHER: _watcher_right,
    ChangeKind.REMOTE_LINK: _remote_link_there,
}


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
