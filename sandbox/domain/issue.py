"""An issue as the sandbox holds it: Jira's own JSON, and easy access to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from pydantic import JsonValue

from sandbox.contract.scope import IssueFacts
from sandbox.contract.shapes import Dialect, JsonObject

#: Ids and key numbers from here on are made in workspaces; Jira never gets there.
TEMPORARY_FROM = 9_000_000_000


@dataclass(frozen=True, slots=True)
class IssueState:
    """One version of an issue. Every edit makes a new one.

    ``doc`` is what ``GET issue/{key}?fields=*all`` answers in the site's own dialect
    (``native``), with addresses as placeholders and without any ``expand`` part;
    comments lie in ``fields.comment.comments`` and worklogs in ``fields.worklog.worklogs``.
    """

    issue_id: str
    key: str
    native: Dialect
    doc: JsonObject
    #: Changelog entries (``histories``) oldest first.
    histories: tuple[JsonObject, ...] = ()
    #: ``remote_links``, ``watchers``, ``properties``.
    extra: JsonObject | None = None
    #: The baseline revision this version grew from; 0 for an issue created here.
    base_revision: int = 0
    created_here: bool = False
    deleted: bool = False
    #: When Jira last said so, in microseconds; 0 for an issue created here.
    read_at: int = 0

    @property
    def fields(self) -> JsonObject:
        """The issue's fields by id."""
        return cast("JsonObject", self.doc.get("fields") or {})

    def with_fields(self, changed: JsonObject) -> "IssueState":
        """Return this issue with some fields replaced."""
        return replace(self, doc={**self.doc, "fields": {**self.fields, **changed}})

    def with_extra(self, changed: JsonObject) -> "IssueState":
        """Return this issue with some extra parts replaced."""
        return replace(self, extra={**(self.extra or {}), **changed})


def is_temporary(issue_id: str) -> bool:
    """Return whether an id, or a key's number, was given out in a workspace."""
    return issue_id.isdecimal() and int(issue_id) >= TEMPORARY_FROM


def user_id(user: JsonValue) -> str | None:
    """Return what identifies a user: accountId on Cloud, key (or name) on Server."""
    if not isinstance(user, dict):
        return None
    for name in ("accountId", "key", "name"):
        found = user.get(name)
        if isinstance(found, str) and found:
            return found
    return None


def facts(issue: IssueState) -> IssueFacts:
    """Return what the scope needs to know of a baseline issue."""
    fields = issue.fields
    project = cast("JsonObject", fields.get("project") or {})
    kind = cast("JsonObject", fields.get("issuetype") or {})
    watchers = (issue.extra or {}).get("watchers") or []
    people: Iterable[JsonValue] = (
        fields.get("assignee"),
        fields.get("reporter"),
        *(watchers if isinstance(watchers, list) else ()),
    )
    ids = {found for found in (user_id(one) for one in people) if found}
    return IssueFacts(
        project_key=str(project.get("key") or issue.key.rsplit("-", 1)[0]),
        type_id=str(kind.get("id") or ""),
        type_name=str(kind.get("name") or ""),
        people=frozenset(ids),
        created_here=issue.created_here,
    )
