"""Parsers of values that stand for themselves: texts, numbers, dates, labels."""

import math
import re

from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import errors
from sandbox.domain.errors import InvalidError, invalid
from sandbox.domain.place import Place
from sandbox.domain.rich_text import check_adf, value_in_dialect
from sandbox.domain.times import parse_day, parse_moment, written_moment

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+|mailto:\S+", re.IGNORECASE)


def text(field: str, value: JsonValue) -> str:
    """Return a text, or refuse what is none."""
    if not isinstance(value, str):
        raise invalid(field, errors.NOT_A_STRING)
    return value


def summary(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a summary: one line, not empty, short."""
    written = text(field, value).strip()
    if not written:
        raise invalid(field, errors.SUMMARY_REQUIRED)
    if "\n" in written or "\r" in written:
        raise invalid(field, errors.SUMMARY_HAS_NEWLINES)
    if len(written) > errors.LINE_LIMIT:
        raise invalid(field, errors.SUMMARY_TOO_LONG)
    return written


def line(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a single-line text."""
    return _within(field, text(field, value), errors.LINE_LIMIT) or None


def long_text(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a text of a kind that we know no limit of but Jira's own."""
    return _within(field, text(field, value), errors.TEXT_LIMIT) or None


def url(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a URL."""
    written = text(field, value).strip()
    if written and not _URL.fullmatch(written):
        raise invalid(field, errors.INVALID_URL)
    return written or None


def number(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a number. Jira stores all of them as floating point."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(field, errors.NOT_A_NUMBER)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise invalid(field, errors.NOT_A_NUMBER)
    return found


def day(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a date without time."""
    written = text(field, value)
    if not written:
        return None
    if parse_day(written) is None:
        raise invalid(field, errors.bad_date(written))
    return written


def moment(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a date with time, as Jira writes it."""
    written = text(field, value)
    if not written:
        return None
    found = parse_moment(written)
    if found is None:
        raise invalid(field, errors.bad_time(written))
    return written_moment(found)


def label(_place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return one label."""
    written = text(field, value)
    if not written or any(letter.isspace() for letter in written):
        raise invalid(field, errors.label_has_spaces(written))
    if len(written) > errors.LINE_LIMIT:
        raise invalid(field, errors.label_too_long(written))
    return written


def anything(_place: Place, _meta: JsonObject, _field: str, value: JsonValue) -> JsonValue:
    """Return any JSON: the field's type is not known here, its metadata lists it."""
    return value


def rich_text(place: Place, _meta: JsonObject, field: str, value: JsonValue) -> JsonValue:
    """Return a rich text in the stored dialect: a document in 3, wiki text in 2."""
    if place.dialect is Dialect.V2:
        written: JsonValue = _within(field, text(field, value), errors.TEXT_LIMIT)
    else:
        written = _document(field, value, place.held.get(field))
    return value_in_dialect(written, place.native) if written else None


def _document(field: str, value: JsonValue, standing: JsonValue) -> JsonObject:
    if not isinstance(value, dict) or value.get("type") != "doc":
        raise invalid(field, errors.NOT_A_DOCUMENT)
    problem = check_adf(value, standing)
    if problem is not None:
        raise InvalidError((errors.INVALID_DOCUMENT,), {field: problem})
    return value if value.get("content") else {}


def _within(field: str, written: str, limit: int) -> str:
    if len(written) > limit:
        raise invalid(field, errors.text_too_long(limit))
    return written
