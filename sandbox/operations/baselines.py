"""A pushed baseline → the issue as the store keeps it. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from pydantic import JsonValue

from sandbox.contract.digest import canonical
from sandbox.contract.shapes import IssueBaseline, JsonObject
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import number_of, object_of, objects_of, text_of
from sandbox.domain.times import parse_moment

#: What ``expand`` adds to an issue's JSON; the sandbox makes its own or has none.
_EXPANDED = frozenset(
    {
        "changelog",
        "editmeta",
        "names",
        "operations",
        "properties",
        "renderedFields",
        "schema",
        "transitions",
        "versionedRepresentations",
    }
)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def state_of(baseline: IssueBaseline) -> IssueState:
    """Return the issue that a baseline describes."""
    doc = {name: value for name, value in baseline.doc.items() if name not in _EXPANDED}
    extra = {name: value for name, value in baseline.extra.items() if name != "worklogs"}
    return IssueState(
        issue_id=baseline.issue_id,
        key=baseline.key,
        native=baseline.dialect,
        doc=_with_worklogs(doc, baseline.extra.get("worklogs")),
        histories=oldest_first(
            objects_of(object_of(baseline.doc.get("changelog")).get("histories"))
        ),
        extra=extra,
        base_revision=baseline.revision,
        read_at=baseline.fetched_at,
    )


def unchanged(one: IssueState, other: IssueState) -> bool:
    """Return whether two baselines of an issue say exactly the same."""
    return one.key == other.key and one.native == other.native and _whole(one) == _whole(other)


def oldest_first(histories: Iterable[JsonObject]) -> tuple[JsonObject, ...]:
    """Return changelog entries oldest first; Cloud answers newest first, Server oldest."""
    listed = list(histories)
    if len(listed) > 1 and _moment(listed[0]) > _moment(listed[-1]):
        listed.reverse()  # so that entries of one moment keep their order, too
    return tuple(sorted(listed, key=_moment))


def _moment(history: JsonObject) -> datetime:
    return parse_moment(text_of(history.get("created"))) or _LONG_AGO


def _with_worklogs(doc: JsonObject, worklogs: JsonValue) -> JsonObject:
    """Return the document with all worklogs: Jira puts only the first 20 into an issue."""
    fields = object_of(doc.get("fields"))
    page, listed = object_of(fields.get("worklog")), objects_of(worklogs)
    if len(listed) <= len(objects_of(page.get("worklogs"))):
        return doc
    total = max(len(listed), number_of(page.get("total")))
    whole = {**page, "total": total, "worklogs": cast("JsonValue", listed)}
    return {**doc, "fields": {**fields, "worklog": cast("JsonValue", whole)}}


def _whole(issue: IssueState) -> bytes:
    return canonical([issue.doc, list(issue.histories), issue.extra or {}])
