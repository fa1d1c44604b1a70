"""Completing an issue: what Jira leaves out of ``GET issue`` when there is much of it."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion.values import MARKER_KEY
from gateway.upstream.client import Upstream
from gateway.upstream.paging import objects
from sandbox.contract.shapes import IssueBaseline, JsonObject


@dataclass(frozen=True, slots=True)
class Whole:
    """An issue with everything that belongs to it, and without our own marks."""

    issue_id: str
    key: str
    doc: JsonObject
    extra: JsonObject

    @property
    def watchers(self) -> list[JsonObject]:
        """Return who watches it."""
        return watchers_of(self.extra)


def watchers_of(extra: JsonObject) -> list[JsonObject]:
    """Return who watches an issue, from what is kept beside it."""
    return objects(extra.get("watchers"))


def whole_issue(upstream: Upstream, doc: JsonObject, known: IssueBaseline | None) -> Whole:
    """Return an issue complete; ``known`` saves questions when nothing about it changed."""
    issue_id = str(doc.get("id"))
    doc = _complete(upstream, issue_id, without_marks(doc))
    if known is not None and {**known.doc, "expand": None} == {**doc, "expand": None}:
        extra = known.extra
    else:
        extra = _extra(upstream, issue_id, doc)
    return Whole(issue_id, str(doc.get("key")), doc, extra)


def without_marks(doc: JsonObject) -> JsonObject:
    """Return an issue without the marker that promotions leave, on it and its comments."""
    found = dict(doc)
    properties = found.get("properties")
    if isinstance(properties, dict):
        kept = {name: value for name, value in properties.items() if name != MARKER_KEY}
        found["properties"] = kept
        # We asked for the marker alone: without it nothing was asked for.
        if not kept:
            del found["properties"]
    return _with_page(found, "comment", "comments", _unmarked)


def _unmarked(comments: list[JsonObject]) -> list[JsonObject]:
    return [_without_property(comment) for comment in comments]


def _without_property(comment: JsonObject) -> JsonObject:
    properties = comment.get("properties")
    if not isinstance(properties, list):
        return comment
    kept: list[JsonValue] = [one for one in objects(properties) if one.get("key") != MARKER_KEY]
    return {**comment, "properties": kept}


def _complete(upstream: Upstream, issue_id: str, doc: JsonObject) -> JsonObject:
    found = doc
    if _left_out(_field(found, "comment"), "comments"):
        listed = _unmarked(upstream.comments(issue_id))
        found = _with_page(found, "comment", "comments", lambda _: listed)
    if _left_out(_field(found, "worklog"), "worklogs"):
        worklogs = upstream.worklogs(issue_id)
        found = _with_page(found, "worklog", "worklogs", lambda _: worklogs)
    changelog = found.get("changelog")
    if isinstance(changelog, dict) and _left_out(changelog, "histories"):
        # The full list is oldest first; inline Cloud has the newest first.
        histories: list[JsonValue] = [*reversed(upstream.changelog(issue_id))]
        found = {**found, "changelog": _page(changelog, "histories", histories)}
    return found


def _extra(upstream: Upstream, issue_id: str, doc: JsonObject) -> JsonObject:
    watches = _field(doc, "watches")
    count = watches.get("watchCount") if isinstance(watches, dict) else None
    watchers: list[JsonValue] = [] if count == 0 else [*upstream.watchers(issue_id)]
    return {"watchers": watchers, "remote_links": [*upstream.remote_links(issue_id)]}


def _left_out(page: JsonValue, name: str) -> bool:
    if not isinstance(page, dict):
        return False
    total = page.get("total")
    return isinstance(total, int) and total > len(objects(page.get(name)))


def _with_page(
    doc: JsonObject, field: str, name: str, change: Callable[[list[JsonObject]], list[JsonObject]]
) -> JsonObject:
    page = _field(doc, field)
    fields = doc.get("fields")
    if not isinstance(page, dict) or name not in page or not isinstance(fields, dict):
        return doc
    before = objects(page.get(name))
    after: list[JsonValue] = [*change(before)]
    if after == before:
        return doc
    return {**doc, "fields": {**fields, field: _page(page, name, after)}}


def _page(page: JsonObject, name: str, rows: list[JsonValue]) -> JsonObject:
    """Return a page bean that holds all its rows."""
    sized: JsonObject = {size: len(rows) for size in ("maxResults", "total") if size in page}
    return {**page, **sized, name: rows, **({"startAt": 0} if "startAt" in page else {})}


def _field(doc: JsonObject, name: str) -> JsonValue:
    fields = doc.get("fields")
    return fields.get(name) if isinstance(fields, dict) else None
