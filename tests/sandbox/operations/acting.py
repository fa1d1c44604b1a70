"""Short ways to act and to push, for the tests of the operations."""

from pydantic import JsonValue

from sandbox.contract.shapes import (
    Change,
    ChangeOutcome,
    ChangeSet,
    Dialect,
    Flavour,
    IssueBaseline,
    JsonObject,
    Outcome,
    Verdict,
)
from sandbox.domain.issue import IssueState
from sandbox.operations import intake, proposing, reading, writing
from sandbox.operations.context import Caller, Sandbox
from tests.sandbox.tiny import START_US, agent_caller, tiny_issues

V3 = Dialect.V3


def edit(sandbox: Sandbox, ref: str, caller: Caller | None = None, **fields: JsonValue) -> None:
    """Have the test agent set some fields."""
    writing.edit_issue(sandbox, caller or agent_caller(sandbox), ref, dict(fields), dialect=V3)


def create(sandbox: Sandbox, caller: Caller | None = None, **fields: JsonValue) -> IssueState:
    """Have the test agent create a Task in AIR."""
    wanted: JsonObject = {
        "project": {"key": "AIR"},
        "issuetype": {"name": "Task"},
        "summary": "Made here",
        **fields,
    }
    return writing.create_issue(sandbox, caller or agent_caller(sandbox), wanted, dialect=V3)


def value(sandbox: Sandbox, ref: str, field: str, caller: Caller | None = None) -> JsonValue:
    """Return one field as the test agent sees it."""
    return reading.issue(sandbox, caller or agent_caller(sandbox), ref).fields.get(field)


def said(sandbox: Sandbox, ref: str, caller: Caller | None = None) -> list[str]:
    """Return the texts of an issue's comments as the test agent sees them."""
    page = value(sandbox, ref, "comment", caller)
    assert isinstance(page, dict)
    comments = page["comments"]
    assert isinstance(comments, list)
    assert page["total"] == len(comments)
    return [_text(one) for one in comments]


def _text(node: JsonValue) -> str:
    if isinstance(node, list):
        return "".join(_text(one) for one in node)
    if not isinstance(node, dict):
        return ""
    if "body" in node:
        return _text(node["body"])
    return str(node.get("text", "")) + _text(node.get("content"))


def submit(sandbox: Sandbox, caller: Caller | None = None) -> ChangeSet:
    """Have the test agent hand in."""
    said = proposing.Said(reason="because")
    return proposing.seal(sandbox, caller or agent_caller(sandbox), said)


def brief(changes: tuple[Change, ...] | list[Change]) -> list[tuple[str, str, str | None]]:
    """Return what a reviewer would list: kind, issue, field."""
    return [(one.kind.value, one.issue_key, one.field) for one in changes]


def decide(
    sandbox: Sandbox,
    change_set: ChangeSet,
    state: str,
    verdicts: dict[str, Verdict] | None = None,
    upstream: dict[str, tuple[str, str]] | None = None,
) -> None:
    """Push an outcome; ``upstream`` tells by change the key and id that it got."""
    made = upstream or {}
    intake.take_outcome(
        sandbox,
        Outcome(
            change_set=change_set.id,
            state=state,
            decided_by="Soo-jin",
            decided_at=START_US,
            words="as I said",
            changes=tuple(
                ChangeOutcome(
                    change_id=name,
                    verdict=verdict,
                    upstream_key=made.get(name, (None, None))[0],
                    upstream_id=made.get(name, (None, None))[1],
                )
                for name, verdict in (verdicts or {}).items()
            ),
        ),
    )


def baseline(key: str, revision: int, **fields: JsonValue) -> IssueBaseline:
    """Return one of the tiny issues as upstream has it now."""
    found = next(one for one in tiny_issues(Flavour.CLOUD) if one.key == key)
    return changed(found, revision, **fields)


def changed(found: IssueBaseline, revision: int, **fields: JsonValue) -> IssueBaseline:
    """Return a baseline with other fields, at a later revision."""
    own = found.doc["fields"]
    assert isinstance(own, dict)
    doc = {**found.doc, "fields": {**own, **fields}}
    return found.model_copy(update={"revision": revision, "doc": doc})


def renamed(found: IssueBaseline, key: str, issue_id: str) -> IssueBaseline:
    """Return a baseline as that of another issue."""
    doc = {**found.doc, "key": key, "id": issue_id}
    return found.model_copy(update={"key": key, "issue_id": issue_id, "doc": doc})
