"""Tools of our own about the work itself: take it back, what is allowed, which task."""

import re

from pydantic import JsonValue

from sandbox.contract.shapes import ChangeKind, JsonObject, Scope
from sandbox.domain.issue import user_id
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import answer
from sandbox.mcp_server.tool import (
    DISCARD,
    LIST,
    NUMBER,
    OBJECT,
    READ,
    STAGE,
    TEXT,
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    string,
)
from sandbox.operations import proposing, reading, workspaces

#: A task's name, as it may stand in a URL.
TASK = re.compile(r"[A-Za-z0-9._~-]{1,64}")


def _discard(call: Call) -> ToolAnswer:
    if call.arguments.get("onlyRefused") is True:
        count = proposing.take_back_refused(call.sandbox, call.caller)
        text = wording.TAKEN_BACK if count else wording.NOTHING_REFUSED
        return answer({"discarded": count}, text.format(count=count))
    count = len(proposing.pending(call.sandbox, call.caller))
    if not count:
        return answer({"discarded": 0}, wording.NOTHING_TO_DISCARD)
    workspaces.reset_own(call.sandbox, call.caller)
    return answer({"discarded": count}, wording.DISCARDED.format(count=count))


def _may(call: Call) -> ToolAnswer:
    scope = call.caller.scope or Scope()
    me = reading.person(call.sandbox, call.caller)
    kinds: list[JsonValue] = [one.value for one in ChangeKind if one in scope.kinds]
    projects: list[JsonValue] = [
        {"key": one.get("key"), "name": one.get("name")}
        for one in reading.projects(call.sandbox, call.caller)
    ]
    found: JsonObject = {
        "person": {"accountId": user_id(me), "displayName": me.get("displayName")},
        "agent": call.caller.agent or "",
        "task": call.caller.task or "(default)",
        "projects": projects,
        "issues": "assigned to, reported or watched by that person" if scope.mine_only else "all",
        "issueTypes": None if scope.issue_types is None else list(scope.issue_types),
        "fields": None if scope.fields is None else list(scope.fields),
        "mayStage": kinds,
        "onlyAPerson": wording.HOW_A_PERSON,
    }
    return answer(found, wording.MAY_HEAD)


def _task(call: Call) -> ToolAnswer:
    task = call.text("task")
    if task and not TASK.fullmatch(task):
        raise ToolRefusal(wording.BAD_TASK.format(task=task))
    opened = workspaces.opened_by(call.sandbox, call.caller, task or call.caller.task)
    tasks: list[JsonValue] = [
        {"task": one.task or "(default)", "unsubmitted": one.seq > one.sealed_seq} for one in opened
    ]
    name = task or call.caller.task
    url = f"{call.sandbox.address.url}/mcp" + (f"/{name}" if name else "")
    head = wording.TASK_OPEN if task else wording.NAME_A_TASK
    found: JsonObject = {"task": name or "(default)", "url": url, "tasks": tasks}
    return answer(found, head.format(task=name or "(default)", url=url))


OWN_TOOLS: tuple[Tool, ...] = (
    Tool(
        "discardMyChanges",
        "Discard staged changes",
        wording.DISCARD,
        {"onlyRefused": {"type": "boolean", "description": "true: only what people refused."}},
        (),
        DISCARD,
        _discard,
        gives={"discarded": NUMBER},
    ),
    Tool(
        "whatMayIDo",
        "What may I do here",
        wording.MAY,
        {},
        (),
        READ,
        _may,
        gives={"person": OBJECT, "task": TEXT, "projects": LIST, "mayStage": {"type": "array"}},
    ),
    Tool(
        "openTask",
        "Open a task",
        wording.TASK,
        {"task": string("Letters, digits and . _ ~ -", maxLength=64)},
        (),
        STAGE.model_copy(update={"idempotent_hint": True}),
        _task,
        gives={"task": TEXT, "url": TEXT, "tasks": LIST},
    ),
)
