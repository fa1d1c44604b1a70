"""Staged changes as a diff that people and models read alike."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

import orjson
from pydantic import JsonValue

from sandbox.contract.shapes import Change, ChangeKind, JsonObject
from sandbox.domain.parts import object_of
from sandbox.domain.rich_edit import shown
from sandbox.domain.site import Site
from sandbox.mcp_server.slim import slim

#: Lines around a changed one.
_AROUND = 1
#: Where a value's own words are, best first.
_NAMES = ("displayName", "name", "value", "key", "id")


def diff(site: Site, changes: Iterable[Change]) -> str:
    """Return changes as lines: what goes with ``-``, what comes with ``+``, by issue."""
    lines: list[str] = []
    key = ""
    for change in changes:
        if change.issue_key != key:
            key = change.issue_key
            lines.append(f"=== {key}")
        lines += _change(site, change)
    return "\n".join(lines)


def _change(site: Site, change: Change) -> Iterator[str]:
    if change.kind is ChangeKind.CREATE:
        yield "+ new issue"
        fields = object_of(object_of(change.after).get("fields"))
        for name, value in fields.items():
            yield from _field(site, name, None, value)
    elif change.kind is ChangeKind.EDIT:
        yield from _field(site, change.field or "", change.before, change.after)
    elif change.kind is ChangeKind.TRANSITION:
        before, after = (object_of(one).get("status") for one in (change.before, change.after))
        yield from _field(site, "status", before, after)
        for name, value in object_of(object_of(change.after).get("fields")).items():
            yield from _field(site, name, None, value)
    else:
        yield from _part(change)


def _part(change: Change) -> Iterator[str]:
    """Yield a comment, link, worklog: its text as a text, the rest as it is."""
    before, after = object_of(change.before), object_of(change.after)
    yield f"@@ {change.kind.value.replace('_', ' ')}"
    for name in dict.fromkeys([*before, *after]):
        if name != "id" and before.get(name) != after.get(name):
            yield from _lines(name, before.get(name), after.get(name), rich=name in _TEXTS)


_TEXTS = frozenset({"body", "comment"})


def _field(site: Site, field: str, before: JsonValue, after: JsonValue) -> Iterator[str]:
    known = site.field(field)
    name = str(known.get("name")) if known else field
    yield from _lines(name, before, after, rich=site.is_rich(field))


def _lines(name: str, before: JsonValue, after: JsonValue, *, rich: bool) -> Iterator[str]:
    old, new = (_words(one, rich=rich).splitlines() for one in (before, after))
    if len(old) <= 1 and len(new) <= 1:
        yield from (f"- {name}: {line}" for line in old)
        yield from (f"+ {name}: {line}" for line in new)
        return
    yield f"@@ {name}"
    found = difflib.unified_diff(old, new, lineterm="", n=_AROUND)
    yield from (line for line in found if not line.startswith(("---", "+++")))


def _words(value: JsonValue, *, rich: bool) -> str:
    if value is None or value == []:
        return ""
    if rich and isinstance(value, str | dict):
        return shown(value)
    if isinstance(value, list):
        return ", ".join(_words(one, rich=False) for one in value)
    if isinstance(value, Mapping):
        return _named(dict(value))
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _named(value: JsonObject) -> str:
    found = next((value[name] for name in _NAMES if value.get(name)), None)
    return str(found) if found is not None else orjson.dumps(slim(value)).decode()
