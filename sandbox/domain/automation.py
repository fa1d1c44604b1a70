"""What a Jira does by itself after a write: post-functions of workflows, and automation rules.

Only a sandbox that plays the upstream does it, so that promotion can be tested against a
Jira that changes more than it was asked to.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.contract.shapes import JsonObject
from sandbox.domain.checking import check
from sandbox.domain.editing import apply, place_in
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import list_of, object_of, objects_of, text_of
from sandbox.domain.screens import Screen, assumed_screen, edit_screen, transition_screen
from sandbox.domain.site import Site
from sandbox.domain.workflow import available, transition

Text = Annotated[str, Field(min_length=1, max_length=255)]


class Trigger(StrEnum):
    """What has to happen to an issue for a rule to act."""

    #: It moved to the status ``value``.
    STATUS = "status"
    #: It got the label ``value``.
    LABEL = "label"
    #: Its field ``value`` (an id) changed.
    FIELD = "field"
    #: It was created.
    CREATED = "created"
    #: Somebody commented on it.
    COMMENT = "comment"


class Reach(StrEnum):
    """Which issues a rule changes."""

    #: The one that set it off.
    ISSUE = "issue"
    #: Its parent.
    PARENT = "parent"
    #: All that are linked with it.
    LINKS = "links"
    #: Its sub-tasks.
    SUBTASKS = "subtasks"


class Rule(BaseModel):
    """One rule of a site. Rules do not set off rules."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: Text
    """what people call it"""
    on: Trigger
    """what sets it off: status, label, field, created or comment"""
    value: str = ""
    """the new status (name or id), the new label, or the id of the field that changed"""
    project: str = ""
    """only issues of this project; empty: all"""
    reach: Reach = Reach.ISSUE
    """which issues it changes: issue (the one that set it off), parent, links or subtasks"""
    set: JsonObject = {}
    """fields to set, as in a REST edit, also such as are on no screen"""
    update: JsonObject = {}
    """verbs to apply, as in a REST edit"""
    move: str = ""
    """name or id of a status to move the issue to, if its workflow offers that"""
    by: str = ""
    """account (id, key or name) that does it, in a changelog entry of its own; empty: a
    post-function of the account that wrote, on the issue itself in the very entry of the
    write that set it off"""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        bare = self.on in (Trigger.CREATED, Trigger.COMMENT)
        if bare == bool(self.value):
            raise ValueError(
                f'rule {self.name!r}: on = "{self.on}" {"takes no" if bare else "needs a"} value'
            )
        if not (self.set or self.update or self.move):
            raise ValueError(f"rule {self.name!r} does nothing: give it set, update or move")
        return self


def triggered(
    rules: Iterable[Rule], before: IssueState | None, after: IssueState
) -> tuple[Rule, ...]:
    """Return the rules that a write sets off; ``before`` is None for a new issue."""
    project = text_of(object_of(after.fields.get("project")).get("key"))
    return tuple(
        rule for rule in rules if rule.project in ("", project) and _happened(rule, before, after)
    )


def act(site: Site, rule: Rule, issue: IssueState, *, actor: JsonObject, now_us: int) -> IssueState:
    """Return the issue after a rule; the same issue when there is nothing to do.

    Raises what an edit or a transition raises.
    """
    found = _moved(site, rule, issue, actor, now_us) if rule.move else issue
    if rule.set or rule.update:
        screen = _every_field(site, found)
        place = place_in(site, found, found.native, None)
        wanted = check(place, screen, found.fields, rule.set, rule.update)
        found = apply(site, found, screen, wanted, actor=actor, now_us=now_us).issue
    return found


def reached(rule: Rule, issue: IssueState) -> tuple[str, ...]:
    """Return the ids of the other issues that a rule changes."""
    fields = issue.fields
    if rule.reach is Reach.PARENT:
        found = [object_of(fields.get("parent"))]
    elif rule.reach is Reach.SUBTASKS:
        found = objects_of(fields.get("subtasks"))
    else:
        ends = ("inwardIssue", "outwardIssue")
        links = objects_of(fields.get("issuelinks"))
        found = [object_of(link.get(end)) for link in links for end in ends]
    ids = (text_of(one.get("id")) for one in found)
    return tuple(dict.fromkeys(one for one in ids if one))


def in_one_entry(known: int, issue: IssueState) -> IssueState:
    """Return the issue with all entries after the first ``known`` ones made one.

    It is the first one's author and time that it keeps.
    """
    new = issue.histories[known:]
    if len(new) < 2:
        return issue
    items = [item for entry in new for item in objects_of(entry.get("items"))]
    merged: JsonObject = {**new[0], "items": list(items)}
    return replace(issue, histories=(*issue.histories[:known], merged))


def _happened(rule: Rule, before: IssueState | None, after: IssueState) -> bool:
    old = {} if before is None else before.fields
    new = after.fields
    if rule.on is Trigger.CREATED:
        return before is None
    if rule.on is Trigger.COMMENT:
        return _comments(new) > _comments(old)
    if rule.on is Trigger.LABEL:
        return rule.value in list_of(new.get("labels")) and rule.value not in list_of(
            old.get("labels")
        )
    if before is None:
        return False
    if rule.on is Trigger.FIELD:
        return old.get(rule.value) != new.get(rule.value)
    status = object_of(new.get("status"))
    moved = object_of(old.get("status")).get("id") != status.get("id")
    return moved and _names(status, rule.value)


def _comments(fields: JsonObject) -> int:
    return len(list_of(object_of(fields.get("comment")).get("comments")))


def _names(status: JsonObject, name: str) -> bool:
    return name.casefold() in (text_of(status.get("id")), text_of(status.get("name")).casefold())


def _moved(site: Site, rule: Rule, issue: IssueState, actor: JsonObject, now_us: int) -> IssueState:
    for one in available(site, issue):
        if _names(object_of(one.get("to")), rule.move):
            return transition(
                site,
                issue,
                text_of(one.get("id")),
                {},
                {},
                dialect=issue.native,
                actor=actor,
                now_us=now_us,
            ).issue
    return issue


def _every_field(site: Site, issue: IssueState) -> Screen:
    """Return all fields: rules reach also those that are on no screen."""
    return {
        **assumed_screen(site),
        **transition_screen(site, issue, {}),
        **edit_screen(site, issue),
    }
