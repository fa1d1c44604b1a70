"""Looks for what was written in a life that a restored backup knows nothing of.

The same change set may have been approved, numbered and written differently then, so
that its marks are not the ones we would make today. What carries a mark of the same set
and has the same content is for a person to look at: it is never written a second time. The
same is asked of a write that was answered as to somebody else.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from gateway.operations.context import Gateway
from gateway.promotion.fields import fields_of, part
from gateway.promotion.probing import marked_by_property
from gateway.promotion.values import MARKER_KEY, PlannedOperation
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: A backup may be this old, in days, and so many issues are looked through.
_DAYS = 90
_ISSUES = 1_000


def twin(gateway: Gateway, planned: PlannedOperation, change_set: str) -> str:
    """Return a sentence about what Jira has of this operation already, or nothing."""
    if planned.kind is ChangeKind.COMMENT:
        marks = _comments(gateway.upstream, planned)
    elif planned.kind is ChangeKind.CREATE:
        marks = _issues(gateway.upstream, planned)
    else:
        # All others are found by their values, whoever wrote them.
        return ""
    for name, mark in marks:
        if part(mark, "set") == change_set:
            return (
                f"Jira has one like it of the same change set already: {name}. Please look at it."
            )
    return ""


def _comments(upstream: Upstream, planned: PlannedOperation) -> Iterator[tuple[str, JsonValue]]:
    try:
        every = upstream.comments(planned.issue_id)
    except OurFaultError as error:
        if error.status == 404:
            return
        raise
    for one in every:
        if equal(one.get("body"), planned.wants.get("body")):
            found = marked_by_property(one, MARKER_KEY)
            if found is None:
                found = upstream.comment_property(str(one.get("id")), MARKER_KEY)
            yield planned.issue_key, found


def _issues(upstream: Upstream, planned: PlannedOperation) -> Iterator[tuple[str, JsonValue]]:
    project = planned.project_key.replace("\\", "").replace('"', "")
    query = f'project = "{project}" AND created >= -{_DAYS}d ORDER BY created DESC, key DESC'
    for number, hit in enumerate(upstream.search(query)):
        if number >= _ISSUES:
            return
        if equal(fields_of(hit).get("summary"), planned.wants.get("summary")):
            doc: JsonObject | None = upstream.issue(str(hit.get("id")))
            yield str(hit.get("key")), marked_by_property(doc, MARKER_KEY)
