"""What JQL searches by: an issue's columns and its rows in the typed index table.

One-valued system fields are columns. Everything else becomes rows ``(field, txt, num)``:
objects by id *and* by name, because JQL takes both; numbers and times as ``num``;
texts as one row a word under ``word:{field}``. ``txt`` is always case-folded, so that
"equal" means the same on every database.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain.issue import IssueState, user_id
from sandbox.domain.rich_text import plain_text
from sandbox.domain.site import Site
from sandbox.store.json_text import storable

#: Field, text, number.
Value = tuple[str, str | None, float | None]

#: Exact user ids of watchers: the scope asks for them, and it folds nothing.
SCOPE_WATCHER = "scope:watcher"

#: PostgreSQL indexes at most 2,700 bytes a row; no name in Jira is longer than this.
_LONGEST = 255

#: A longer "word" is a pasted blob; nobody searches for the rest of it.
_LONGEST_WORD = 100

_WORD = re.compile(r"\w+")

#: What JQL may call an object by.
_NAMES = ("id", "key", "name", "value", "accountId", "emailAddress")

#: In the columns already, or no use in a search.
_NOT_INDEXED = frozenset(
    {
        "aggregateprogress",
        "created",
        "creator",
        "duedate",
        "lastViewed",
        "progress",
        "project",
        "reporter",
        "resolutiondate",
        "statuscategorychangedate",
        "thumbnail",
        "timetracking",
        "updated",
    }
)

#: Sprints of older Server versions: ``…Sprint@1f[id=1,rapidViewId=2,…,name=One,…]``.
_OLD_SPRINT = re.compile(r"greenhopper[^\[]*\[(.*)\]$", re.DOTALL)
_OLD_SPRINT_PART = re.compile(r"(?:^|,)(id|name|state)=([^,]*)")


def columns(site: Site, issue: IssueState) -> dict[str, Any]:
    """Return the values of an issue's columns."""
    fields = issue.fields
    status = _object(fields.get("status"))
    kind = _object(fields.get("issuetype"))
    prefix, _, number = issue.key.rpartition("-")
    priority = _id(fields.get("priority"))
    return {
        "project_key": str(_object(fields.get("project")).get("key") or prefix),
        "key_number": _number(number),
        "id_number": _number(issue.issue_id),
        "type_id": str(kind.get("id") or ""),
        "type_name": storable(str(kind.get("name") or "")),
        "status_id": str(status.get("id") or ""),
        "status_category": _category(site, status),
        "priority_rank": None if priority is None else site.priority_rank(priority),
        "resolution_id": _id(fields.get("resolution")),
        "assignee": user_id(fields.get("assignee")),
        "reporter": user_id(fields.get("reporter")),
        "creator": user_id(fields.get("creator")),
        "parent_id": _id(fields.get("parent")),
        "created_us": microseconds(fields.get("created")) or 0,
        "updated_us": microseconds(fields.get("updated")) or 0,
        "resolved_us": microseconds(fields.get("resolutiondate")),
        "due": _text(fields.get("duedate")),
        "summary_key": folded(_text(fields.get("summary")) or ""),
    }


def values(site: Site, issue: IssueState) -> list[Value]:
    """Return an issue's rows in the index table, each once."""
    found: dict[Value, None] = {}
    for field, value in issue.fields.items():
        if value in (None, "", [], {}) or field in _NOT_INDEXED:
            continue
        special = _SPECIAL.get(field)
        rows = special(field, value) if special else _general(site, field, value)
        found.update(dict.fromkeys(rows))
    found.update(dict.fromkeys(_watchers(issue)))
    return list(found)


def folded(text: str) -> str:
    """Return a text as ``txt`` holds it and as it must be asked for."""
    return storable(unicodedata.normalize("NFKC", text).casefold().strip())[:_LONGEST]


def words(text: str) -> list[str]:
    """Return a text's distinct words as the index holds them."""
    plain = storable(unicodedata.normalize("NFKC", text).casefold())
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in _WORD.findall(plain)))


def microseconds(value: JsonValue) -> int | None:
    """Return Jira's time or date text as microseconds since 1970, or None."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    span = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def _general(site: Site, field: str, value: JsonValue) -> Iterator[Value]:
    """Index a field by what its value looks like."""
    if isinstance(value, list):
        for one in value:
            yield from _name(field, one) if isinstance(one, str) else _general(site, field, one)
    elif isinstance(value, bool):
        yield field, str(value).lower(), None
    elif isinstance(value, int | float):
        yield field, None, float(value)
    elif isinstance(value, str):
        yield from _string(site, field, value)
    elif isinstance(value, dict):
        yield from _document(field, value) if value.get("type") == "doc" else _named(field, value)


def _string(site: Site, field: str, value: str) -> Iterator[Value]:
    schema = _object((site.field(field) or {}).get("schema"))
    if site.is_rich(field):
        yield from _document(field, value)
    elif schema.get("type") in ("date", "datetime"):
        moment = microseconds(value)
        yield field, folded(value), None if moment is None else float(moment)
    else:
        yield field, folded(value), None
        yield from _words(field, value)


def _name(field: str, value: str) -> Iterator[Value]:
    """Index one of several texts: a label, or a sprint as older Servers write it."""
    sprint = _OLD_SPRINT.search(value)
    if sprint:
        yield from _named(field, dict(_OLD_SPRINT_PART.findall(sprint[1])))
    else:
        yield field, folded(value), None


def _document(field: str, value: JsonValue) -> Iterator[Value]:
    """Index a rich text: that it is there, and its words."""
    plain = plain_text(cast("str | JsonObject", value))
    if plain.strip():
        yield field, None, None
        yield from _words(field, plain)


def _words(field: str, text: str) -> Iterator[Value]:
    for word in words(text):
        yield f"word:{field}", word, None


def _named(field: str, value: JsonObject) -> Iterator[Value]:
    """Index an object by all that JQL may call it, and what hangs below it."""
    for name in _NAMES:
        called = value.get(name)
        if isinstance(called, str | int) and called != "":
            yield field, folded(str(called)), None
    child = value.get("child")
    if isinstance(child, dict):
        yield from _named(field, child)


def _comments(field: str, value: JsonValue) -> Iterator[Value]:
    for one in _objects(_object(value).get("comments")):
        yield from _document(field, one.get("body"))


def _worklogs(_field: str, value: JsonValue) -> Iterator[Value]:
    for one in _objects(_object(value).get("worklogs")):
        yield from _named("worklogAuthor", _object(one.get("author")))
        started = microseconds(one.get("started"))
        yield "worklogDate", None, None if started is None else float(started)
        yield from _document("worklogComment", one.get("comment"))


def _links(field: str, value: JsonValue) -> Iterator[Value]:
    for link in _objects(value):
        kind = _object(link.get("type"))
        for side, wording in (("outwardIssue", "outward"), ("inwardIssue", "inward")):
            other = _object(link.get(side))
            if other:
                yield from _named(field, {"id": other.get("id"), "key": other.get("key")})
                yield "issueLinkType", folded(str(kind.get(wording) or "")), None
                yield "issueLinkType", folded(str(kind.get("name") or "")), None


def _count(name: str) -> Callable[[str, JsonValue], Iterator[Value]]:
    def counted(field: str, value: JsonValue) -> Iterator[Value]:
        number = _object(value).get(name)
        if isinstance(number, int):
            yield field, None, float(number)

    return counted


def _present(field: str, _value: JsonValue) -> Iterator[Value]:
    yield field, None, None


_SPECIAL: dict[str, Callable[[str, JsonValue], Iterator[Value]]] = {
    "comment": _comments,
    "worklog": _worklogs,
    "issuelinks": _links,
    "watches": _count("watchCount"),
    "votes": _count("votes"),
    "attachment": _present,
}


def _watchers(issue: IssueState) -> Iterator[Value]:
    for watcher in _objects((issue.extra or {}).get("watchers")):
        identity = user_id(watcher)
        if identity:
            yield SCOPE_WATCHER, identity, None
        yield from _named("watcher", watcher)


def _category(site: Site, status: JsonObject) -> str:
    known = status if status.get("statusCategory") else site.status(str(status.get("id"))) or {}
    return str(_object(known.get("statusCategory")).get("key") or "")


def _number(text: str) -> int:
    # More digits than any Jira gives would not fit the column.
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


def _id(value: JsonValue) -> str | None:
    found = _object(value).get("id")
    return None if found is None else str(found)


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: JsonValue) -> Iterable[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
