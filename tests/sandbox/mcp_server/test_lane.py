"""The short way of ``tools/call`` answers, byte for byte, what the SDK's way does.

The same requests go to two sandboxes that are alike, one of which has no short way.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from sandbox.contract.shapes import Flavour
from sandbox.mcp_server.asking import Asked
from sandbox.mcp_server.lane import CallLane
from sandbox.mcp_server.mount import ToolSettings, is_mcp
from sandbox.operations.context import Sandbox
from tests.sandbox.jira_api.visitors import ADDRESS, TOKEN, shadow, visitor

OLD = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
NEW = "2026-07-28"
PEER = "/mcp?tools=mcp-atlassian"
META = "io.modelcontextprotocol/"
ENVELOPE: dict[str, Any] = {
    f"{META}protocolVersion": NEW,
    f"{META}clientInfo": {"name": "test", "version": "1"},
    f"{META}clientCapabilities": {},
}
GET = ("getJiraIssue", {"issueIdOrKey": "AIR-1"})
LONG = "문장 하나. " * 2000


@dataclass(frozen=True)
class Case:
    """One request, and whether it is plain: then the short way has to take it."""

    name: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    path: str = "/mcp"
    plain: bool = True


def message(
    tool: str, arguments: dict[str, Any] | None, more: dict[str, Any] | None = None
) -> dict[str, Any]:
    named = {"name": tool, **({} if arguments is None else {"arguments": arguments})}
    params = {**named, **(more or {})}
    return {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}


def case(
    name: str,
    call: tuple[str, dict[str, Any] | None] = GET,
    *,
    version: str | None = "2025-11-25",
    path: str = "/mcp",
    plain: bool = True,
    params: dict[str, Any] | None = None,
    changed: dict[str, Any] | None = None,
    **headers: str,
) -> Case:
    """Return a request as a good client of that version sends it, but for what is said."""
    tool, arguments = call
    own = {"_meta": ENVELOPE} if version == NEW else {}
    sent = {**message(tool, arguments, {**own, **(params or {})}), **(changed or {})}
    said = {} if version is None else {"mcp-protocol-version": version}
    if version == NEW:
        said |= {"mcp-method": "tools/call", "mcp-name": tool}
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Case(name, json.dumps(sent).encode(), {**said, **named}, path, plain)


#: Reads, refusals of every kind, and writes that stand upon each other.
OFFICIAL: list[tuple[str, dict[str, Any] | None]] = [
    GET,
    ("getJiraIssue", {"issueIdOrKey": "AIR-1", "fields": ["*all"]}),
    ("getJiraIssue", {"issueIdOrKey": "AIR-1", "fields": ["resolution", "priority", "nothing"]}),
    ("getJiraIssue", {"issueIdOrKey": "AIR-1", "responseContentFormat": "adf", "fields": None}),
    ("getJiraIssue", {"issueIdOrKey": "AIR-2"}),
    ("getJiraIssue", {"issueIdOrKey": "OPS-1"}),
    ("getJiraIssue", {"issueIdOrKey": "AIR-999"}),
    ("getJiraIssue", {"issueIdOrKey": 12}),
    ("getJiraIssue", {"issueIdOrKey": ""}),
    ("getJiraIssue", {"issueKey": "AIR-1"}),
    ("getJiraIssue", {"issueIdOrKey": "AIR-1", "textFrom": 1e22}),
    ("getJiraIssue", {"issueIdOrKey": "AIR-1", "cloudId": "https://other.example"}),
    ("getJiraIssue", {}),
    ("getJiraIssue", None),
    ("searchJiraIssuesUsingJql", {"jql": "ORDER BY key", "maxResults": 2}),
    ("searchJiraIssuesUsingJql", {"jql": "text ~ '로그인'", "searchResultMode": "count"}),
    ("searchJiraIssuesUsingJql", {"jql": "nonsense ="}),
    ("deleteJiraIssue", {"issueIdOrKey": "AIR-1"}),
    ("getJiraIsue", {"issueIdOrKey": "AIR-1"}),
    ("jira_get_issue", {"issue_key": "AIR-1"}),
    ("whatMayIDo", {}),
    ("editJiraIssue", {"issueIdOrKey": "AIR-1", "fields": {"summary": "새 제목 ' \"\\ \u2028"}}),
    ("editJiraIssue", {"issueIdOrKey": "AIR-1", "fields": {"description": LONG}}),
    ("editJiraIssue", {"issueIdOrKey": "AIR-2", "fields": {"summary": "x"}}),
    ("addCommentToJiraIssue", {"issueIdOrKey": "AIR-1", "commentBody": f"* {ADDRESS}/browse/A-1"}),
    ("createJiraIssue", {"projectKey": "AIR", "issueTypeName": "Task", "summary": "하나"}),
    ("transitionJiraIssue", {"issueIdOrKey": "AIR-1", "transition": {"name": "Nowhere"}}),
    GET,
    ("showMyPendingChanges", {}),
    ("submitForReview", {"title": "다 됨"}),
    ("getReviewOutcome", {}),
]
PEERS: list[tuple[str, dict[str, Any] | None]] = [
    ("jira_get_issue", {"issue_key": "AIR-1"}),
    ("jira_get_issue", {"issue_key": "AIR-1", "fields": "*all", "include": "all"}),
    ("jira_search", {"jql": "ORDER BY key", "limit": 1}),
    ("jira_update_issue", {"issue_key": "AIR-3", "fields": '{"summary": "둘"}'}),
    ("jira_delete_issue", {"issue_key": "AIR-1"}),
    ("jira_get_issue", {"issue_key": "AIR-2"}),
]


def calls() -> Iterator[Case]:
    for version in (NEW, OLD[-1]):
        for number, call in enumerate(OFFICIAL):
            path = f"/t/{version[:4]}/mcp"
            yield case(f"{version} {number} {call[0]}", call, version=version, path=path)
        for number, call in enumerate(PEERS):
            yield case(f"{version} peer {number}", call, version=version, path=PEER)
    for old in (*OLD, None):
        yield case(f"version {old}", version=old)
    yield case("task in the path", path="/mcp/triage")
    yield case("switched off", ("getIssueLinkTypes", {}))


def messages() -> Iterator[Case]:
    progress = {"_meta": {"progressToken": 3, "vendor/thing": {"a": None}}}
    yield case("progress token", params=progress)
    yield case("text id", changed={"id": "하나"})
    yield case("large id", changed={"id": 10**30})
    odd: dict[str, dict[str, Any]] = {
        "no id": {"id": None}, "fractional id": {"id": 1.5}, "true id": {"id": True},
        "old JSON-RPC": {"jsonrpc": "1.0"}, "more members": {"extra": 1},
        "another method": {"method": "tools/list"}, "ping": {"method": "ping"},
        "unknown method": {"method": "tools/delete"}, "params a list": {"params": []},
    }  # fmt: skip
    wrong: dict[str, dict[str, Any]] = {
        "arguments null": {"arguments": None}, "arguments a list": {"arguments": [1]},
        "arguments a text": {"arguments": "x"}, "name a number": {"name": 4},
        "a task": {"task": {"ttl": 1}}, "unknown params": {"more": 1},
        "meta a list": {"_meta": [1]}, "bad progress token": {"_meta": {"progressToken": {}}},
    }  # fmt: skip
    for version in (OLD[-1], NEW):
        for name, changed in odd.items():
            yield case(f"{version} {name}", version=version, changed=changed, plain=False)
        for name, params in wrong.items():
            yield case(f"{version} {name}", version=version, params=params, plain=False)
    no_id = {key: one for key, one in message(*GET).items() if key != "id"}
    texts = {
        "notification": json.dumps(no_id), "batch": json.dumps([message(*GET)] * 2),
        "empty batch": "[]", "a response": '{"jsonrpc":"2.0","id":1,"result":{}}',
        "broken": "{", "a text": '"x"', "nothing": "", "deep": "[" * 5000,
        "two ids": json.dumps(message(*GET))[:-1] + ',"id":null}',
        "a number that is none": json.dumps(message("whatMayIDo", {"x": float("nan")})),
        "half a character": json.dumps(message("getJiraIssue", {"issueIdOrKey": "\ud800"})),
        "a huge number": json.dumps(message("getJiraIssue", {"issueIdOrKey": 10**40})),
    }  # fmt: skip
    for name, text in texts.items():
        plain = name in ("a number that is none", "a huge number")
        yield Case(name, text.encode(), {"mcp-protocol-version": OLD[-1]}, plain=plain)
        yield Case(f"new {name}", text.encode(), {"mcp-protocol-version": NEW}, plain=False)
    yield Case("not UTF-8", b'{"jsonrpc":"2.0","id":"\xff"}', plain=False)
    half = ("getJiraIssue", {"issueIdOrKey": "\ud800"})
    yield case("new half a character", half, version=NEW)


def headers() -> Iterator[Case]:
    for accept in ("application/json", "*/*", "application/*;q=0.5", "TEXT/html, APPLICATION/JSON"):
        yield case(f"accept {accept}", accept=accept)
    for accept in ("text/html", "", "application/jsonx", "text/event-stream"):
        yield case(f"accept '{accept}'", accept=accept, plain=False)
    yield case("content type with charset", content_type="application/json; charset=utf-8")
    for kind in ("text/plain", "Application/JSON", "application/json, x", "application/jsonp"):
        yield case(f"content type {kind}", content_type=kind, plain=False)
    for host in ("localhost:1", "127.0.0.1:8710", "[::1]:99"):
        yield case(f"host {host}", host=host)
    for host in ("evil.example", "127.0.0.1.evil.example:8710", "localhost", "LOCALHOST:1"):
        yield case(f"host {host}", host=host, plain=False)
    for origin in ("http://localhost:3000", ADDRESS, ""):
        yield case(f"origin '{origin}'", origin=origin)
    for origin in ("https://evil.example", "null", "http://localhost"):
        yield case(f"origin {origin}", origin=origin, plain=False)
    for token in ("wrong", "", "ala_" + "x" * 43):
        yield case(f"token '{token}'", authorization=f"Bearer {token}", plain=False)
    yield case("basic", authorization="Basic eDp5", plain=False)
    yield case("session that is none", mcp_session_id="abc")
    yield case("unknown profile", path="/mcp?tools=none", plain=False)
    yield case("bad task", path="/mcp/a%20b", plain=False)


def eras() -> Iterator[Case]:
    for version in ("1999-01-01", "2027-01-01", "", "2025-11-25 "):
        yield case(f"version '{version}'", version=version, plain=False)
    yield case("envelope of the other era", params={"_meta": ENVELOPE})
    yield case("no envelope", version=NEW, params={"_meta": {}}, plain=False)
    short = {key: one for key, one in ENVELOPE.items() if not key.endswith("Capabilities")}
    yield case("half an envelope", version=NEW, params={"_meta": short}, plain=False)
    broken = {**ENVELOPE, f"{META}clientInfo": {"name": 1}}
    yield case("a broken envelope", version=NEW, params={"_meta": broken}, plain=False)
    for name, more in (("mcp-name", "x"), ("mcp-name", "=?base64?x"), ("mcp-method", "tools/list")):
        plain = case("", version=NEW)
        yield Case(f"{name} {more}", plain.body, {**plain.headers, name: more}, plain=False)
    yield case("a repeated argument", version=NEW, mcp_param_key="AIR-1", plain=False)
    yield case("a name in disguise", ("=?base64?eA==?=", {}), version=NEW, plain=False)


CASES = [*calls(), *messages(), *headers(), *eras()]


class Taken(list[str]):
    """Names of the cases that the short way answered."""


def answers(sandbox: Sandbox, taken: Taken) -> Iterator[tuple[int, list[Any], bytes]]:
    tools = ToolSettings(denied=frozenset({"getIssueLinkTypes"}))
    with visitor(sandbox, f"Bearer {TOKEN}", tools=tools) as http:
        for one in CASES:
            counted = len(taken)
            answer = http.post(
                one.path,
                content=one.body,
                headers={"content-type": "application/json", **one.headers},
            )
            if len(taken) > counted:
                taken[-1] = one.name
            yield answer.status_code, answer.headers.raw, answer.content


def counting(taken: Taken) -> Any:
    usual = CallLane.answer

    async def answer(
        lane: CallLane, scope: Scope, receive: Receive, send: Send, who: Asked
    ) -> Receive | None:
        again = await usual(lane, scope, receive, send, who)
        if again is None:
            taken.append("")
        return again

    return answer


async def passing(
    _lane: CallLane, _scope: Scope, receive: Receive, _send: Send, _who: Asked
) -> Receive:
    return receive


@pytest.mark.parametrize("flavour", [Flavour.CLOUD, Flavour.SERVER])
def test_both_ways_answer_the_same(
    tmp_path: Path, flavour: Flavour, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandboxes = [shadow(tmp_path / name, flavour) for name in ("short", "usual")]
    taken = Taken()
    monkeypatch.setattr(CallLane, "answer", counting(taken))
    short = list(answers(sandboxes[0], taken))
    monkeypatch.setattr(CallLane, "answer", passing)
    usual = list(answers(sandboxes[1], Taken()))
    for one, left, right in zip(CASES, short, usual, strict=True):
        assert left == right, one.name
    assert set(taken) == {one.name for one in CASES if one.plain}
    assert _journal(sandboxes[0]) == _journal(sandboxes[1])


def _journal(sandbox: Sandbox) -> list[Any]:
    assert sandbox.reads.flush()
    with sandbox.database.read() as conn:
        found = conn.exec_driver_sql("SELECT * FROM journal ORDER BY id").all()
    assert len(found) > 20
    return [tuple(row) for row in found]


def test_a_body_without_a_length_or_in_pieces_is_answered_too(tmp_path: Path) -> None:
    with visitor(shadow(tmp_path, Flavour.CLOUD), f"Bearer {TOKEN}") as http:
        assert isinstance(http, TestClient)
        whole = case("")
        sent = {"content-type": "application/json", **whole.headers}
        pieces = (whole.body[at : at + 9] for at in range(0, len(whole.body), 9))
        one = http.post("/mcp", content=whole.body, headers=sent)
        other = http.post("/mcp", content=pieces, headers=sent)
    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert one.json()["result"]["structuredContent"]["key"] == "AIR-1"


def test_only_the_addresses_of_mcp_lead_to_it() -> None:
    theirs = ("/mcp", "/mcp/task", "/mcp/a b", "/mcp/작업")
    others = ("/mcp/", "/mcp/a/b", "/mcpx", "/", "/rest/mcp", "//mcp", "/mcp/task/")
    assert [path for path in (*theirs, *others) if is_mcp(path)] == list(theirs)
