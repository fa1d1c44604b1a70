"""Reviews as values: one of every kind of change, for pages that need no database."""

from typing import Any

from pydantic import JsonValue

from gateway.promotion.states import OpState
from gateway.promotion.values import PlannedOperation, Receipt, Request, SideEffect
from gateway.review.people import Person, Role
from gateway.review.states import TURNS, State
from gateway.review.values import ChangeView, Flag, IssueView, OperationView, ReviewView
from sandbox.contract.compare import Three
from sandbox.contract.shapes import Change, ChangeKind, Read

NOW = 1_795_000_000_000_000
DIGEST = "d" * 64
ADMIN = Person(person="admin", name="Jiwoo Kim", role=Role.ADMIN)
MINUTE = 60_000_000
REASON = "You asked me to triage the Safari bugs.\nThe log says <script>alert(1)</script>."

MINA: JsonValue = {
    "accountId": "u1",
    "displayName": "Mina Park",
    "emailAddress": "mina@example.com",
}
SAM: JsonValue = {"accountId": "u2", "displayName": "Sam Lee", "emailAddress": "sam@example.com"}


def node(kind: str, *content: JsonValue, **attrs: JsonValue) -> dict[str, JsonValue]:
    """Return an ADF node."""
    made: dict[str, JsonValue] = {"type": kind}
    if attrs:
        made["attrs"] = dict(attrs)
    if content:
        made["content"] = list(content)
    return made


def text(words: str, *marks: str) -> dict[str, JsonValue]:
    """Return an ADF text."""
    made: dict[str, JsonValue] = {"type": "text", "text": words}
    if marks:
        made["marks"] = [{"type": mark} for mark in marks]
    return made


def paragraph(*content: JsonValue | str) -> dict[str, JsonValue]:
    """Return an ADF paragraph; plain strings become texts."""
    return node("paragraph", *(text(one) if isinstance(one, str) else one for one in content))


def document(*blocks: JsonValue) -> dict[str, JsonValue]:
    """Return an ADF document."""
    return {"type": "doc", "version": 1, "content": list(blocks)}


def cell(*content: JsonValue | str, header: bool = False) -> dict[str, JsonValue]:
    """Return a table cell."""
    return node("tableHeader" if header else "tableCell", paragraph(*content))


def row(*cells: JsonValue) -> dict[str, JsonValue]:
    """Return a table row."""
    return node("tableRow", *cells)


def description(*, changed: bool) -> dict[str, JsonValue]:
    """Return a believable description, before or after an agent's work."""
    steps = ["Open Safari", "Go to /login", "Press Sign in"]
    if changed:
        steps.insert(2, "Enter valid credentials")
    rows = [
        row(cell("Browser", header=True), cell("Result", header=True)),
        row(
            cell("Safari 18"),
            cell(
                node(
                    "status",
                    text="FIXED" if changed else "FAIL",
                    color="green" if changed else "red",
                    localId="s1",
                )
            ),
        ),
        row(cell("Chrome 140"), cell(node("status", text="OK", color="green"))),
    ]
    if changed:
        rows.append(row(cell("Firefox 145"), cell(node("status", text="OK", color="green"))))
    return document(
        node("heading", text("Login fails on Safari 18" + " and 18.1" * changed), level=2),
        paragraph(
            "Customers who open the " if changed else "Users who open the ",
            text("/login", "code"),
            " page see a blank screen. Reported by ",
            node("mention", id="u1", text="@Mina Park"),
            " on ",
            node("date", timestamp="1763856000000"),
            ".",
        ),
        paragraph(
            "사파리에서 로그인이 안 됩니다. 재현은 항상 가능합니다."
            if changed
            else "사파리에서 로그인이 되지 않습니다. 재현은 항상 가능합니다."
        ),
        node(
            "panel",
            paragraph("Workaround: use Chrome" + " or Firefox" * changed + "."),
            panelType="warning" if changed else "info",
        ),
        node("heading", text("Steps"), level=3),
        node("orderedList", *(node("listItem", paragraph(step)) for step in steps)),
        node(
            "codeBlock",
            text(
                "TypeError: undefined is not an object"
                + " (evaluating 'a.b')" * changed
                + "\n  at login.js:42"
            ),
            language="javascript",
        ),
        node("table", *rows),
        node(
            "taskList",
            node("taskItem", text("Collect HAR file"), localId="t1", state="DONE"),
            node(
                "taskItem",
                text("Bisect release"),
                localId="t2",
                state="DONE" if changed else "TODO",
            ),
            localId="tl",
        ),
        paragraph(text("It worked "), text("yesterday", *(["em"] if changed else [])), text(".")),
    )


def change(
    change_id: str,
    kind: ChangeKind,
    issue: str = "WEB-7",
    *,
    field: str | None = None,
    name: str = "",
    base: JsonValue = None,
    now: Any = ...,
    wants: JsonValue = None,
    three: Three = Three.OURS,
    rich: bool = False,
    **more: Any,
) -> ChangeView:
    """Return one change beside Jira now; Jira is where it was unless ``now`` is given."""
    return ChangeView(
        change=Change(
            id=change_id,
            kind=kind,
            issue_id=issue.replace("WEB-", "100"),
            issue_key=issue,
            field=field,
            before=base,
            after=wants,
        ),
        field_name=name,
        field_type="",
        rich=rich,
        base=base,
        now=base if now is ... else now,
        wants=wants,
        three=three,
        verdict=more.pop("verdict", "keep"),
        **more,
    )


def changes_of_every_kind() -> tuple[ChangeView, ...]:
    """Return the changes of the first issue."""
    edit = ChangeKind.EDIT
    return (
        change(
            "c1",
            edit,
            field="priority",
            name="Priority",
            base={"id": "3", "name": "Medium"},
            wants={"id": "2", "name": "High"},
        ),
        change(
            "c2",
            edit,
            field="assignee",
            name="Assignee",
            now=MINA,
            wants=SAM,
            three=Three.CONFLICT,
            flags=(
                Flag(
                    id="conflict",
                    severity="block",
                    change_id="c2",
                    evidence={"key": "WEB-7", "by": "Mina Park"},
                ),
            ),
        ),
        change(
            "c3",
            edit,
            field="description",
            name="Description",
            base=description(changed=False),
            wants=description(changed=True),
            rich=True,
        ),
        change(
            "c4",
            edit,
            field="labels",
            name="Labels",
            base=["login", "needs-triage"],
            wants=["login", "safari", "regression"],
        ),
        change(
            "c5",
            ChangeKind.TRANSITION,
            base={
                "status": {"id": "1", "name": "To Do", "statusCategory": {"key": "new"}},
            },
            wants={
                "status": {
                    "id": "3",
                    "name": "In Review",
                    "statusCategory": {"key": "indeterminate"},
                },
                "transition": {"id": "31", "name": "Ask for review"},
                "fields": {"duedate": "2026-11-30"},
            },
        ),
        change(
            "c6",
            ChangeKind.COMMENT,
            wants={
                "id": "9000000001",
                "body": document(paragraph("Reproduced on 18.1 with build 5120. HAR attached.")),
                "visibility": {"type": "role", "value": "Developers"},
            },
            flags=(
                Flag(
                    id="unread_write",
                    severity="warn",
                    change_id="c6",
                    evidence={"key": "WEB-7"},
                ),
            ),
        ),
    )


def new_issue() -> IssueView:
    """Return an issue that does not exist yet."""
    return IssueView(
        issue_id="9000000007",
        key="WEB-9000000007",
        summary="",
        url="",
        new=True,
        changes=(
            change(
                "c7",
                ChangeKind.CREATE,
                "WEB-9000000007",
                wants={
                    "fields": {
                        "project": {"id": "1", "key": "WEB", "name": "Web shop"},
                        "issuetype": {"id": "10", "name": "Bug"},
                        "summary": "Blank page on /settings in Safari",
                        "priority": {"id": "2", "name": "High"},
                        "assignee": SAM,
                        "labels": ["safari"],
                        "description": document(paragraph("Same cause as "), node("bulletList")),
                        "customfield_10016": 3,
                    }
                },
            ),
            change(
                "c8",
                ChangeKind.LINK,
                "WEB-9000000007",
                wants={
                    "type": {"id": "1", "name": "Blocks", "outward": "blocks"},
                    "inwardIssue": {"id": "9000000007", "key": "WEB-9000000007"},
                    "outwardIssue": {"id": "1007", "key": "WEB-7"},
                },
                verdict="reject",
                words="They are duplicates, not blockers.",
            ),
        ),
    )


def operation(position: int = 0, **more: Any) -> PlannedOperation:
    """Return one planned request."""
    values: dict[str, Any] = {
        "position": position,
        "kind": ChangeKind.EDIT,
        "change_ids": ("c1", "c4"),
        "issue_id": "1007",
        "issue_key": "WEB-7",
        "project_key": "WEB",
        "request": Request(
            method="PUT",
            path="/rest/api/3/issue/1007",
            query={"notifyUsers": "true"},
            body={
                "fields": {"priority": {"id": "2"}},
                "update": {"labels": [{"add": "safari"}, {"remove": "needs-triage"}]},
                "properties": [{"key": "airlock.last", "value": "MARK"}],
            },
        ),
        "base": {"priority": {"id": "3", "name": "Medium"}, "labels": ["login"]},
        "wants": {"priority": {"id": "2"}, "labels": {"add": ["safari"], "remove": []}},
        "set_fields": ("labels",),
        "depends_on": (1,) if position > 1 else (),
    }
    return PlannedOperation(**{**values, **more})


def operations() -> tuple[OperationView, ...]:
    """Return three requests: written, refused, not begun."""
    receipt = Receipt(
        status=204,
        at=NOW,
        known_by="answer",
        upstream_key="WEB-7",
        url="https://jira.example.com/browse/WEB-7",
        replaced={"priority": ({"name": "Medium"}, {"name": "High"})},
        side_effects=(SideEffect(field="Sprint", before=None, after="Sprint 12", by="Automation"),),
    )
    return (
        OperationView(planned=operation(0), state=OpState.APPLIED, receipt=receipt),
        OperationView(
            planned=operation(1, kind=ChangeKind.COMMENT),
            state=OpState.REJECTED,
            trouble="Field 'body' is required.",
        ),
        OperationView(planned=operation(2, kind=ChangeKind.CREATE), state=OpState.HELD),
    )


def review(state: State = State.REVIEW, **more: Any) -> ReviewView:
    """Return a change set with something of everything."""
    values: dict[str, Any] = {
        "id": 1,
        "state": state,
        "turn": TURNS[state],
        "title": "Safari login triage",
        "reason": REASON,
        "agent": "triage-bot",
        "person": "u2",
        "person_name": "Sam Lee",
        "site_url": "https://jira.example.com",
        "demo": False,
        "round": 2,
        "received_at": NOW - 4 * MINUTE,
        "checked_at": NOW,
        "issues": (
            IssueView(
                issue_id="1007",
                key="WEB-7",
                summary="Login fails on Safari 18",
                url="https://jira.example.com/browse/WEB-7",
                new=False,
                changes=changes_of_every_kind(),
            ),
            new_issue(),
        ),
        "flags": (
            Flag(id="notifies", severity="info", evidence={"count": "6", "people": "Ann, Bob, …"}),
        ),
        "reads": (
            Read(
                issue_key="WEB-7",
                fields=("summary", "description"),
                at=NOW - 10 * MINUTE,
                door="mcp",
                client="claude-desktop",
            ),
        ),
        "digest": DIGEST,
        "operations": operations(),
        "obstacles": (
            "Somebody changed the same field in Jira. Leave the change out or send it back.",
        ),
    }
    return ReviewView(**{**values, **more})
