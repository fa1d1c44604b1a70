"""How issues look to a model: compact, in Markdown, marked as data that is not trusted."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from pydantic import JsonValue

from sandbox.contract.addresses import from_placeholder
from sandbox.contract.shapes import Change, ChangeOutcome, Dialect, JsonObject, Outcome
from sandbox.domain import rich_edit
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of
from sandbox.domain.rich_text import value_in_dialect
from sandbox.domain.site import Site
from sandbox.mcp_server import wording
from sandbox.mcp_server.slim import slim, slim_object, tokens, within
from sandbox.mcp_server.tool import Call, ToolAnswer
from sandbox.operations.news import sentence

#: What the official server shows when no fields are named.
DEFAULT_FIELDS = (
    "summary",
    "description",
    "status",
    "issuetype",
    "priority",
    "labels",
    "components",
    "assignee",
    "reporter",
    "created",
    "updated",
    "resolution",
    "project",
)

#: Characters of one text; longer ones are cut, with a way to read on.
TEXT_LIMIT = 6_000
#: Tokens of a whole issue when no fields were named, and the least its description gets.
ISSUE_TOKENS = 600
LEAST_TEXT_TOKENS = 40
#: Tokens of a description in a list of hits.
HIT_TEXT_TOKENS = 60
#: Comments of one answer, the newest ones.
COMMENTS = 10
#: What the words around an issue's JSON cost.
AROUND = 60

UNTRUSTED = wording.UNTRUSTED


@dataclass(frozen=True, slots=True)
class Look:
    """How an issue is to be shown."""

    fields: tuple[str, ...] = ()
    adf: bool = False
    #: The first character of long texts.
    start: int = 0
    #: The first comment; None is the newest ones.
    comments_from: int | None = None
    #: Tokens that a text may cost; None is the usual limit of characters.
    text_tokens: int | None = None
    #: What is said where a text was cut.
    more: str = wording.CUT


def issue_json(call: Call, site: Site, issue: IssueState, look: Look) -> JsonObject:
    """Return an issue as REST-like JSON with only the wanted fields."""
    if look.fields or look.adf or look.start or look.text_tokens is not None:
        return rendered(call, _issue(call, site, issue, look))
    bare = _issue(call, site, issue, Look(text_tokens=0))
    left = ISSUE_TOKENS - AROUND - tokens(as_text(call, bare))
    left_look = Look(text_tokens=max(left, LEAST_TEXT_TOKENS))
    shown = object_of(bare["fields"])
    texts = {
        name: _field(site, name, issue.fields.get(name), left_look)
        for name in shown
        if site.is_rich(name)
    }
    return rendered(call, {**bare, "fields": {**shown, **texts}})


def _issue(call: Call, site: Site, issue: IssueState, look: Look) -> JsonObject:
    """Return the issue with addresses still as placeholders."""
    shown: JsonObject = {}
    fields = issue.fields
    for name in _wanted(issue, look.fields):
        value = fields.get(name)
        # A field that was asked for is shown empty; one that was not costs nothing.
        if name in fields and (look.fields or value not in (None, [], {})):
            shown[name] = _field(site, name, value, look)
    return {
        "id": issue.issue_id,
        "key": issue.key,
        "url": browse_url(call, site, issue.key),
        **as_of(issue),
        "fields": shown,
    }


def as_of(issue: IssueState) -> JsonObject:
    """Return when Jira was read last; nothing for an issue that is only staged."""
    if not issue.read_at:
        return {"asOf": wording.ONLY_STAGED} if issue.created_here else {}
    moment = datetime.fromtimestamp(issue.read_at // 1_000_000, UTC)
    return {"asOf": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}


def browse_url(call: Call, site: Site, key: str) -> str:
    """Return where a person sees the issue: in Jira, where the gateway told us that."""
    base = site.baseline.browse_url or call.sandbox.address.url
    return f"{base}/browse/{key}"


def rendered(call: Call, value: JsonObject) -> JsonObject:
    """Return a JSON value with the sandbox's own address for placeholders."""
    return dict(orjson.loads(as_text(call, value)))


def as_text(call: Call, value: JsonObject) -> str:
    """Return a JSON value as compact text, with the sandbox's own address."""
    return from_placeholder(orjson.dumps(value).decode(), call.sandbox.address)


def answer(value: JsonObject, head: str = "") -> ToolAnswer:
    """Return a structured answer and its text: our words, a warning, the same JSON compact."""
    text = orjson.dumps(value).decode()
    lines = [line for line in (head, UNTRUSTED, text) if line]
    return ToolAnswer(text="\n".join(lines), structured={**value, "_untrusted": UNTRUSTED})


def decision(change: Change, outcome: Outcome, decided: ChangeOutcome) -> str:
    """Return one line: what a person decided about a change, and in which words."""
    return sentence(change, outcome, decided)


def _wanted(issue: IssueState, fields: tuple[str, ...]) -> tuple[str, ...]:
    if not fields:
        return DEFAULT_FIELDS
    if "*all" in fields:
        return tuple(issue.fields)
    if "*navigable" in fields:
        return tuple(name for name in issue.fields if name not in ("comment", "worklog"))
    return tuple(dict.fromkeys(fields))


def _field(site: Site, name: str, value: JsonValue, look: Look) -> JsonValue:
    if name in ("comment", "worklog") and isinstance(value, dict):
        return _talk(value, look)
    if site.is_rich(name):
        return rich(value, look)
    return slim(value)


def _talk(page: JsonObject, look: Look) -> JsonObject:
    """Return the newest comments or worklogs, or those from a place on."""
    listed_in = "comments" if "comments" in page else "worklogs"
    text_in = "body" if listed_in == "comments" else "comment"
    listed = objects_of(page.get(listed_in))
    total = len(listed)
    start = max(total - COMMENTS, 0) if look.comments_from is None else look.comments_from
    shown = listed[start : start + COMMENTS]
    each = Look(adf=look.adf, text_tokens=look.text_tokens)
    said: list[JsonValue] = [
        {**slim_object(one), text_in: rich(one.get(text_in), each)} for one in shown
    ]
    found: JsonObject = {"total": total, "startAt": start, listed_in: said}
    if len(shown) < total:
        found["note"] = wording.SOME_COMMENTS.format(
            first=start, last=start + len(shown) - 1, total=total
        )
    return found


def rich(value: JsonValue, look: Look) -> JsonValue:
    """Return a rich text as Markdown, or as ADF when that was asked for."""
    if value is None or not isinstance(value, str | dict):
        return value
    if look.adf:
        return value_in_dialect(value, Dialect.V3)
    return cut(rich_edit.shown(value), look)


def cut(text: str, look: Look) -> str:
    """Return a text from a character on, cut where it gets long, with a way to read on."""
    rest = text[look.start :]
    size = TEXT_LIMIT if look.text_tokens is None else within(rest, look.text_tokens)
    if len(rest) <= size:
        return rest
    return rest[:size] + look.more.format(left=len(rest) - size, start=look.start + size)


def names_of(listed: JsonValue) -> list[str]:
    """Return the names in a list of objects."""
    return [str(object_of(one).get("name")) for one in objects_of(listed)]
