"""One Jira value as HTML, by what it is: a person, a status, a date, a list.

Values come as Jira's JSON. What has no look of its own is shown as JSON, whole.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup
from pydantic import JsonValue

from gateway.web.adf_html import AdfHtml
from gateway.web.adf_nodes import is_document
from gateway.web.language import N_, Tongue
from gateway.web.links import link
from gateway.web.reveal import reveal
from sandbox.contract.compare import normal
from sandbox.contract.digest import canonical
from sandbox.contract.sameness import Same
from sandbox.contract.shapes import JsonObject

#: How Jira Server writes a sprint: a Java object's fields as text.
_SERVER_SPRINT = re.compile(r"^com\.atlassian\.greenhopper.*\[(.*)\]$", re.DOTALL)
#: Jira's status categories to the lozenge's colour.
_CATEGORIES = {"new": "neutral", "indeterminate": "blue", "done": "green"}
#: The words that may stand for a thing, the first one present.
_NAMES = ("displayName", "name", "value", "title", "key", "id")
#: Fields that hold seconds.
_SECONDS = frozenset(
    {"timeestimate", "timeoriginalestimate", "timespent", "aggregatetimespent", "timeSpentSeconds"}
)
_UNITS = ((3600, N_("%(num)dh")), (60, N_("%(num)dm")))


class Values:
    """Shows values in the reader's language."""

    def __init__(self, tongue: Tongue) -> None:
        """Remember the reader's language."""
        self.tongue = tongue
        self.adf = AdfHtml(tongue)

    def show(self, value: JsonValue, field: str = "") -> Markup:
        """Return any value."""
        if value is None or value in ("", [], {}):
            return Markup('<span class="none">{}</span>').format(self.tongue.gettext("None"))
        if isinstance(value, bool):
            return reveal(self.tongue.gettext("Yes") if value else self.tongue.gettext("No"))
        if isinstance(value, int | float):
            return self._number(value, field)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return self.chips(value)
        return self._object(value)

    def chips(self, values: Iterable[JsonValue], css: str = "") -> Markup:
        """Return values as chips in a row."""
        chips = [chip(self.show(one), css) for one in values]
        return Markup('<span class="chips">{}</span>').format(Markup("").join(chips))

    def set_change(self, before: JsonValue, after: JsonValue) -> Markup:
        """Return a list whose order has no meaning: kept, removed and added chips."""
        return _set_change(self.tongue, Same(before), Same(after))

    def chips_between(self, before: JsonValue, after: JsonValue) -> Markup:
        """Return the same, made anew."""
        old, new = _elements(before), _elements(after)
        pieces = [chip(self.show(one)) for mark, one in old.items() if mark in new]
        pieces += [
            self._chip_change("del", "−", self.tongue.gettext("removed"), one)
            for mark, one in old.items()
            if mark not in new
        ]
        pieces += [
            self._chip_change("ins", "+", self.tongue.gettext("added"), one)
            for mark, one in new.items()
            if mark not in old
        ]
        return Markup('<span class="chips">{}</span>').format(Markup("").join(pieces))

    def duration(self, seconds: float) -> str:
        """Return seconds as hours and minutes."""
        parts, rest = [], round(seconds)
        for size, text in _UNITS:
            number, rest = divmod(rest, size)
            if number:
                parts.append(self.tongue.gettext(text, num=number))
        if rest or not parts:
            parts.append(self.tongue.gettext("%(num)ds", num=rest))
        return " ".join(parts)

    def status(self, value: JsonValue) -> Markup:
        """Return a status as a lozenge in its category's colour."""
        found: JsonObject = value if isinstance(value, dict) else {"name": value}
        category = found.get("statusCategory")
        key = category.get("key") if isinstance(category, dict) else None
        return Markup('<span class="lozenge lozenge-{}">{}</span>').format(
            _CATEGORIES.get(str(key), "neutral"), reveal(name_of(found) or "?")
        )

    def json(self, value: JsonValue) -> Markup:
        """Return a value as indented JSON, every leaf of it."""
        return _json(Same(value))

    def _chip_change(self, tag: str, sign: str, label: str, value: JsonValue) -> Markup:
        inner = Markup(
            '<{0}><span aria-hidden="true">{1} </span><span class="vh">[{2}] </span>{3}</{0}>'
        ).format(tag, sign, label, self.show(value))
        return chip(inner, f"chip-{tag}")

    def _number(self, value: float, field: str) -> Markup:
        if field in _SECONDS:
            return reveal(self.duration(value))
        return reveal(json.dumps(value))

    def _text(self, value: str) -> Markup:
        moment = self.tongue.written(value)
        if moment != value:
            return Markup('<time datetime="{}">{}</time>').format(value, moment)
        sprint = _SERVER_SPRINT.match(value)
        if sprint:
            return self._object(dict(_java_fields(sprint[1])))
        return Markup('<span class="plain">{}</span>').format(reveal(value.replace("\r\n", "\n")))

    def _object(self, value: JsonObject) -> Markup:
        if is_document(value):
            return self.adf.document(value)
        if "displayName" in value or "accountId" in value or "emailAddress" in value:
            return self._person(value)
        if "statusCategory" in value:
            return self.status(value)
        if isinstance(value.get("fields"), dict) and "key" in value:
            return self._issue(value)
        if isinstance(value.get("child"), dict):
            return reveal(f"{name_of(value)} › {name_of(value['child'])}")
        name = name_of(value)
        return self._named(value, name) if name else self.json(value)

    def _named(self, value: JsonObject, name: str) -> Markup:
        state = value.get("state")
        if isinstance(state, str) and ("boardId" in value or "startDate" in value):
            return Markup('{} <small class="mute">{}</small>').format(reveal(name), reveal(state))
        return reveal(name)

    def _person(self, value: JsonObject) -> Markup:
        name = name_of(value) or str(value.get("accountId", "?"))
        mail = value.get("emailAddress")
        host = str(mail).rpartition("@")[2] if mail else ""
        note = Markup(' <small class="mute">@{}</small>').format(reveal(host)) if host else ""
        return Markup(
            '<span class="person"><span class="avatar" aria-hidden="true">{}</span>{}{}</span>'
        ).format(reveal(_initials(name)), reveal(name), note)

    def _issue(self, value: JsonObject) -> Markup:
        fields = value["fields"]
        summary = fields.get("summary") if isinstance(fields, dict) else None
        return reveal(f"{value['key']} {summary or ''}".strip())


@lru_cache(maxsize=512)
def _set_change(tongue: Tongue, before: Same, after: Same) -> Markup:
    """Return the difference of two lists: a page is looked at many times."""
    return Values(tongue).chips_between(before.value, after.value)


@lru_cache(maxsize=1024)
def _json(value: Same) -> Markup:
    """Return JSON indented: slow work, and the same at every look."""
    return Markup('<pre class="json" tabindex="0" role="group" aria-label="JSON">{}</pre>').format(
        reveal(json.dumps(value.value, ensure_ascii=False, indent=2))
    )


def chip(inner: Markup, css: str = "") -> Markup:
    """Return one chip."""
    return Markup('<span class="chip {}">{}</span>').format(css, inner)


def marked(tag: str, label: str, html: Markup) -> Markup:
    """Return a value as ``ins`` or ``del``, which is also said in a word."""
    return Markup('<{0}><span class="vh">[{1}] </span>{2}</{0}>').format(tag, label, html)


def name_of(value: JsonValue) -> str:
    """Return the words that stand for a thing."""
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    for key in _NAMES:
        if isinstance(value.get(key), str | int) and value[key] != "":
            return str(value[key])
    return ""


def web_link(url: str, title: str) -> Markup:
    """Return a link with a title."""
    return link(url, reveal(title or url))


def _elements(value: JsonValue) -> dict[bytes, JsonValue]:
    found = value if isinstance(value, list) else [] if value is None else [value]
    return {canonical(normal(one)): one for one in found}


def _initials(name: str) -> str:
    parts = name.split()
    if not parts:
        return "?"
    if len(parts) == 1 or not name.isascii():
        return parts[0][:1].upper()
    return (parts[0][:1] + parts[-1][:1]).upper()


def _java_fields(text: str) -> Iterable[tuple[str, JsonValue]]:
    for part in text.split(","):
        name, _, value = part.partition("=")
        if value and value != "<null>":
            yield name.strip(), value
