"""What of an issue an agent is shown: nothing that its scope hides, and no marker.

An issue's JSON quotes other issues (parent, sub-tasks, links) and its changelog names
them; those follow the scope as well. Pure but for the question which of them are visible.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from pydantic import JsonValue

from sandbox.contract.scope import readable
from sandbox.contract.shapes import JsonObject, Scope
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.operations.properties import without_marker
from sandbox.store import json_text

#: Changelog items that name other issues.
_NAMING = frozenset(
    {"Link", "Parent", "Parent Issue", "IssueParentAssociation", "Epic Link", "Epic Child"}
)
_KEY = re.compile(r"\b([A-Z][A-Z0-9_]+)-\d+\b")

#: Extra parts and the field that says whether they may be seen.
_EXTRA = {
    "watchers": "watches",
    "remote_links": "issuelinks",
    "comment_properties": "comment",
    "properties": "properties",
}

#: Texts in an issue's JSON that show that it quotes others.
_QUOTES = ('"inwardIssue":{', '"outwardIssue":{', '"parent":{', '"subtasks":[{')

#: Characters of a text that is remembered as it was shown.
_REMEMBERED = 50_000

Seen = Callable[[Collection[str]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Eyes:
    """How one agent looks at issues."""

    site: Site
    scope: Scope
    #: Of some issue ids, those that the agent sees; asked only for "my issues only".
    seen: Seen


def shown(issue: IssueState, eyes: Eyes) -> IssueState:
    """Return an issue as an agent sees it."""
    found = without_marker(issue)
    fields = _kept(found.fields, eyes.scope, eyes.site.epic_link_field, eyes.seen)
    histories = tuple(one for one in _histories(found, eyes) if one["items"])
    return replace(
        found,
        doc={**found.doc, "fields": fields},
        histories=histories,
        extra=_extra(found.extra or {}, eyes.scope),
    )


def is_plain(text: str, eyes: Eyes) -> bool:
    """Return whether an issue's JSON text can be shown to an agent as it is."""
    return eyes.scope.fields is None and not any(quote in text for quote in _QUOTES)


def shown_text(text: str, eyes: Eyes) -> str:
    """Return an issue's JSON text as an agent sees it."""
    if is_plain(text, eyes):
        return text
    # Whose the quoted issues are changes without this text: then it is asked each time.
    if eyes.scope.mine_only or len(text) > _REMEMBERED:
        return _filtered(text, eyes.scope, eyes.site.epic_link_field, eyes.seen)
    return _filtered_before(text, eyes.scope, eyes.site.epic_link_field)


@lru_cache(maxsize=256)
def _filtered_before(text: str, scope: Scope, epic: str | None) -> str:
    return _filtered(text, scope, epic, frozenset)


def _filtered(text: str, scope: Scope, epic: str | None, seen: Seen) -> str:
    doc = json_text.load(text)
    return json_text.dump({**doc, "fields": _kept(doc["fields"], scope, epic, seen)})


def _kept(fields: JsonObject, scope: Scope, epic: str | None, seen: Seen) -> JsonObject:
    """Return the fields that an agent sees, without quotes of what it does not see."""
    kept = {name: value for name, value in fields.items() if readable(scope, name)}
    visible = _visible(list(_quoted(kept)), scope, seen)

    def is_visible(stub: JsonValue) -> bool:
        return text_of(object_of(stub).get("id")) in visible

    if "parent" in kept and not is_visible(kept["parent"]):
        del kept["parent"]
    if isinstance(kept.get("subtasks"), list):
        kept["subtasks"] = [one for one in objects_of(kept["subtasks"]) if is_visible(one)]
    if isinstance(kept.get("issuelinks"), list):
        links = objects_of(kept["issuelinks"])
        kept["issuelinks"] = [one for one in links if is_visible(_end(one))]
    if epic is not None and kept.get(epic) and _foreign(text_of(kept[epic]), scope):
        kept[epic] = None
    return kept


def _quoted(fields: JsonObject) -> Iterator[JsonObject]:
    yield object_of(fields.get("parent"))
    yield from objects_of(fields.get("subtasks"))
    yield from (_end(one) for one in objects_of(fields.get("issuelinks")))


def _end(link: JsonObject) -> JsonObject:
    return object_of(link.get("inwardIssue")) or object_of(link.get("outwardIssue"))


def _visible(stubs: Collection[JsonObject], scope: Scope, seen: Seen) -> set[str]:
    """Return the ids of the quoted issues that the scope shows.

    Projects and types are judged by the quote itself: what upstream quotes need not be
    here. Whose an issue is only its baseline can say, so then it must be here.
    """
    inside = {text_of(one.get("id")) for one in stubs if _inside(one, scope)} - {""}
    return set(seen(inside)) if inside and scope.mine_only else inside


def _inside(stub: JsonObject, scope: Scope) -> bool:
    if _foreign(text_of(stub.get("key")), scope):
        return False
    kind = object_of(object_of(stub.get("fields")).get("issuetype"))
    names = {text_of(kind.get("id")), text_of(kind.get("name"))}
    return scope.issue_types is None or bool(names & set(scope.issue_types))


def _foreign(key: str, scope: Scope) -> bool:
    return key.rpartition("-")[0] not in scope.projects


def _histories(issue: IssueState, eyes: Eyes) -> Iterator[JsonObject]:
    for one in issue.histories:
        items = [item for item in objects_of(one.get("items")) if _item_shown(item, eyes)]
        yield {**one, "items": cast("JsonValue", items)}


def _item_shown(item: JsonObject, eyes: Eyes) -> bool:
    name = text_of(item.get("field"))
    if name in _NAMING and _names_foreign(item, eyes.scope):
        return False
    if eyes.scope.fields is None:
        return True
    known = eyes.site.field(text_of(item.get("fieldId")) or name)
    return known is not None and readable(eyes.scope, text_of(known.get("id")))


def _names_foreign(item: JsonObject, scope: Scope) -> bool:
    texts = (text_of(item.get(name)) for name in ("from", "fromString", "to", "toString"))
    return any(key not in scope.projects for text in texts for key in _KEY.findall(text))


def _extra(extra: JsonObject, scope: Scope) -> JsonObject:
    return {
        name: value
        for name, value in extra.items()
        if scope.fields is None or readable(scope, _EXTRA.get(name, name))
    }
