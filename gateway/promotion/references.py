"""Temporary keys and ids of issues that do not exist upstream yet.

A plan names a new issue by its temporary key and id. When it has been created, each
string leaf and path segment that names it gets the real one: that and the id of a
transition are all that is ever filled in after the approval.
"""

import re
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from gateway.promotion.values import PlannedOperation, Request
from sandbox.contract.sameness import alike

#: Key numbers and issue ids of new issues lie in this reserved range.
RESERVED = range(9_000_000_000, 10_000_000_000)
#: In a text a key stands alone, in an address, or behind a percent-encoded sign ("%2F").
_BEFORE = r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"
#: What every temporary name holds, in a text …
_RANGE = re.compile(r"9\d{9}")
_KEY = re.compile(_BEFORE + r"[A-Za-z][A-Za-z0-9_]*-9\d{9}(?![\w-])")
#: … and in a whole value, as ``alike`` writes it.
_NUMBER = re.compile(rb"9\d{9}")
#: An id alone, as in "issueId=9…" or "parent = 9…"; in a key it is the key that counts.
_ID = re.compile(_BEFORE + r"9\d{9}(?![\w-])")


def is_temporary_id(issue_id: str) -> bool:
    """Return whether an issue id lies in the reserved range."""
    return issue_id.isascii() and issue_id.isdigit() and int(issue_id) in RESERVED


def is_temporary_key(key: str) -> bool:
    """Return whether a key's number lies in the reserved range."""
    return is_temporary_id(key.rsplit("-", 1)[-1]) and "-" in key


def is_temporary(name: str) -> bool:
    """Return whether this is the id or the key of a new issue."""
    return is_temporary_id(name) or is_temporary_key(name)


def strings(value: JsonValue) -> Iterable[str]:
    """Yield every string leaf of a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)


def temporary_names(value: JsonValue) -> set[str]:
    """Return everything in a value's strings that looks like a new issue's id or key."""
    found: set[str] = set()
    # Most values name none, and the numbers of a name are easily looked for.
    if not _NUMBER.search(alike(value)):
        return found
    for text in strings(value):
        if _RANGE.search(text) is None:
            continue
        found |= {one for one in text.split("/") if is_temporary_id(one)}
        found |= set(_KEY.findall(text))
    return found


def names_of(planned: PlannedOperation) -> set[str]:
    """Return the temporary names in everything that is sent, assumed or wanted."""
    request = planned.request
    places: list[JsonValue] = [planned.issue_id, planned.issue_key, request.path, request.body]
    return temporary_names([*places, *request.query.values(), planned.base, planned.wants])


def mentioned(value: JsonValue, temporary: Mapping[str, str]) -> set[str]:
    """Return the ids of the new issues that a value names; ``temporary``: key to id."""
    if not temporary:
        return set()
    ids = set(temporary.values())
    found: set[str] = set()
    for text in strings(value):
        found |= ids & set(_ID.findall(text))
        keys = (key.upper() for key in _KEY.findall(text))
        found |= {temporary[key] for key in keys if key in temporary}
    return found


def replaced(value: JsonValue, real: Mapping[str, str]) -> JsonValue:
    """Return a value with temporary ids and keys replaced by real ones."""
    if isinstance(value, str):
        return _replaced_text(value, real)
    if isinstance(value, list):
        return [replaced(one, real) for one in value]
    if isinstance(value, dict):
        return {name: replaced(one, real) for name, one in value.items()}
    return value


def addressed(request: Request, real: Mapping[str, str]) -> Request:
    """Return a request that names real issues."""
    segments = [_replaced_text(one, real) for one in request.path.split("/")]
    query = {name: _replaced_text(one, real) for name, one in request.query.items()}
    body = replaced(request.body, real)
    return request.model_copy(update={"path": "/".join(segments), "query": query, "body": body})


def with_real(planned: PlannedOperation, real: Mapping[str, str]) -> PlannedOperation:
    """Return an operation on real issues: request, base and wants name them."""
    if not real:
        return planned
    return planned.model_copy(
        update={
            "request": addressed(planned.request, real),
            "base": replaced(planned.base, real),
            "wants": replaced(planned.wants, real),
        }
    )


def unresolved(request: Request, temporary: Mapping[str, str], real: Mapping[str, str]) -> set[str]:
    """Return the ids of new issues that a request names and that do not exist yet."""
    known = {key: one for key, one in temporary.items() if one not in real}
    named = mentioned([request.body, list(request.query.values())], known)
    return named | {one for one in request.path.split("/") if is_temporary_id(one)} - set(real)


def _replaced_text(text: str, real: Mapping[str, str]) -> str:
    if text in real:
        return real[text]
    return _ID.sub(lambda match: real.get(match.group(), match.group()), _keys_replaced(text, real))


def _keys_replaced(text: str, real: Mapping[str, str]) -> str:
    # JQL takes keys in any case.
    return _KEY.sub(lambda match: real.get(match.group().upper(), match.group()), text)
