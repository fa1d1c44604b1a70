"""Estimates and time spent: one object to clients, nine fields inside Jira."""

from collections.abc import Mapping

from pydantic import JsonValue

from sandbox.contract.shapes import JsonObject
from sandbox.domain import errors
from sandbox.domain.errors import InvalidError, invalid
from sandbox.domain.parts import number_of, text_of
from sandbox.domain.place import Place
from sandbox.domain.times import parse_duration, written_duration

#: The parts of ``timetracking``, the field behind each, and its sum over sub-tasks.
_PARTS = (
    ("originalEstimate", "timeoriginalestimate", "aggregatetimeoriginalestimate"),
    ("remainingEstimate", "timeestimate", "aggregatetimeestimate"),
    ("timeSpent", "timespent", "aggregatetimespent"),
)
_MESSAGES = {
    "originalEstimate": errors.ORIGINAL_ESTIMATE_INVALID,
    "remainingEstimate": errors.REMAINING_ESTIMATE_INVALID,
}


def parse_estimates(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return the estimates that a client sent, each also in seconds."""
    if not isinstance(value, dict):
        raise invalid(field, errors.NOT_AN_OBJECT)
    problems: dict[str, str] = {}
    found: JsonObject = {}
    for name, message in _MESSAGES.items():
        if name not in value or value[name] is None:
            continue
        seconds = parse_duration(text_of(value[name]))
        if seconds is None:
            problems[f"{field}_{name.lower()}"] = message
        else:
            found |= _part(name, seconds)
    if problems:
        raise InvalidError(errors=problems)
    return found


def merge_estimates(before: JsonValue, sent: JsonValue) -> JsonValue:
    """Return time tracking after estimates were sent; what was not sent stays.

    The first original estimate is also the remaining one, as in Jira.
    """
    if not isinstance(sent, dict):
        sent = {}
    old = before if isinstance(before, dict) else {}
    merged = {**old, **sent}
    if "remainingEstimate" not in merged and "timeSpent" not in merged:
        original = merged.get("originalEstimateSeconds")
        if original is not None:
            merged |= _part("remainingEstimate", number_of(original))
    return merged


def seconds_behind(timetracking: JsonValue) -> JsonObject:
    """Return the fields of seconds behind ``timetracking``, as far as it tells."""
    written = timetracking if isinstance(timetracking, dict) else {}
    seconds = {field: written.get(f"{part}Seconds") for part, field, _ in _PARTS}
    return {field: value for field, value in seconds.items() if value is not None}


def tracked(fields: Mapping[str, JsonValue], changed: Mapping[str, JsonValue]) -> JsonObject:
    """Return every field that follows from changed seconds: sums, progress, work ratio."""
    now: JsonObject = {own: changed.get(own, fields.get(own)) for _, own, _ in _PARTS}
    for _, own, total in _PARTS:
        now[total] = _sum(fields.get(total), fields.get(own), now[own])
    now["timetracking"] = _object(now)
    now["progress"] = _progress(now["timespent"], now["timeestimate"])
    now["aggregateprogress"] = _progress(now["aggregatetimespent"], now["aggregatetimeestimate"])
    original = number_of(now["timeoriginalestimate"])
    now["workratio"] = number_of(now["timespent"]) * 100 // original if original else -1
    return now


def _part(name: str, seconds: int) -> JsonObject:
    return {name: written_duration(seconds), f"{name}Seconds": seconds}


def _object(now: Mapping[str, JsonValue]) -> JsonObject:
    found: JsonObject = {}
    for part, own, _ in _PARTS:
        if now[own] is not None:
            found |= _part(part, number_of(now[own]))
    return found


def _sum(total: JsonValue, before: JsonValue, after: JsonValue) -> JsonValue:
    """Return a sum over sub-tasks after the issue's own share changed."""
    if total is None and after is None:
        return None
    return max(0, number_of(total) - number_of(before) + number_of(after))


def _progress(spent: JsonValue, left: JsonValue) -> JsonObject:
    done, total = number_of(spent), number_of(spent) + number_of(left)
    found: JsonObject = {"progress": done, "total": total}
    return {**found, "percent": done * 100 // total} if total else found
