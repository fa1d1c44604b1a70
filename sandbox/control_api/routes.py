"""What the gateway (and whoever holds the control secret) may ask of a sandbox.

Bodies are the shapes of ``sandbox.contract``. Every route is: parse, one operation,
answer. Writes and long reads run in the threadpool.
"""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import to_jsonable_python
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from sandbox.contract.shapes import (
    IssueBaseline,
    JsonObject,
    Outcome,
    Registry,
    SiteBaseline,
    Told,
)
from sandbox.domain.automation import Rule
from sandbox.domain.errors import MissingError
from sandbox.domain.faults import Faults
from sandbox.operations import attaching, intake, playing, proposing, remarks, workspaces
from sandbox.operations.access import require_upstream
from sandbox.operations.context import Sandbox

router = APIRouter(prefix="/_sandbox")


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Issues(_Body):
    """Baselines to put in."""

    issues: list[IssueBaseline]


class IssueIds(_Body):
    """Issues that upstream no longer shows."""

    issue_ids: list[str]


class Fork(_Body):
    """The task of the new workspace."""

    task: str


class Rules(_Body):
    """What an upstream does by itself after a write."""

    rules: tuple[Rule, ...]


class Played(_Body):
    """What a person of the played Jira does to an issue."""

    person: str
    issue_id: str
    fields: JsonObject = {}
    comment: str = ""


class Thread(_Body):
    """All that was said about the changes of one set."""

    remarks: tuple[Told, ...]


class Idle(_Body):
    """How long nobody must have written, in seconds."""

    seconds: Annotated[int, Field(ge=0)]


class Seal(_Body):
    """What a person says when sealing for an agent."""

    title: str
    reason: str = ""


def _sandbox(request: Request) -> Sandbox:
    return cast("Sandbox", request.app.state.sandbox)


SandboxDep = Annotated[Sandbox, Depends(_sandbox)]


@router.get("/health")
async def health(sandbox: SandboxDep) -> JsonObject:
    """Say what is played here."""
    return {
        "site": sandbox.site,
        "role": sandbox.role.value,
        "flavour": sandbox.flavour.value,
        "version": sandbox.version,
    }


@router.put("/site")
async def put_site(sandbox: SandboxDep, baseline: SiteBaseline) -> JsonObject:
    """Put the site's metadata in."""
    await run_in_threadpool(intake.put_site, sandbox, baseline)
    return {}


@router.put("/automation")
async def put_automation(sandbox: SandboxDep, body: Rules) -> JsonObject:
    """Replace the post-functions and automation rules (role upstream only)."""
    require_upstream(sandbox)
    sandbox.rules = body.rules
    return {}


@router.put("/faults")
async def put_faults(sandbox: SandboxDep, faults: Faults) -> JsonObject:
    """Misbehave from now on as described (role upstream only); ``{}`` ends it."""
    require_upstream(sandbox)
    sandbox.faults = faults
    sandbox.struck.clear()
    return {}


@router.get("/faults")
async def faults(sandbox: SandboxDep) -> JsonObject:
    """Answer how it misbehaves, and how often each fault was played since it was told."""
    return {"faults": sandbox.faults.model_dump(mode="json"), "struck": dict(sandbox.struck)}


@router.post("/issues")
async def put_issues(sandbox: SandboxDep, body: Issues) -> JsonObject:
    """Put baselines in; answer the sandbox's revision."""
    revision = await run_in_threadpool(intake.put_issues, sandbox, body.issues)
    return {"revision": revision}


@router.post("/issues/remove")
async def remove_issues(sandbox: SandboxDep, body: IssueIds) -> JsonObject:
    """Take issues out that upstream no longer shows."""
    await run_in_threadpool(intake.remove_issues, sandbox, body.issue_ids)
    return {}


@router.put("/registry")
async def put_registry(sandbox: SandboxDep, registry: Registry) -> JsonObject:
    """Replace all grants."""
    await run_in_threadpool(intake.put_registry, sandbox, registry)
    return {}


@router.get("/change-sets")
async def change_sets(sandbox: SandboxDep, after: Annotated[int, Query(ge=0)] = 0) -> JsonObject:
    """Answer the sets sealed after a position."""
    found = await run_in_threadpool(intake.change_sets_after, sandbox, after)
    return {
        "change_sets": [
            {"position": position, "change_set": one.model_dump(mode="json")}
            for position, one in found
        ]
    }


@router.get("/change-sets/{change_set_id}/reads")
async def reads(sandbox: SandboxDep, change_set_id: str) -> JsonObject:
    """Answer what the agent read before it sealed; null when nobody can say."""
    found = await run_in_threadpool(intake.reads_of, sandbox, change_set_id)
    return {"reads": None if found is None else [one.model_dump(mode="json") for one in found]}


@router.get("/attachments/{attachment_id}")
async def attachment(sandbox: SandboxDep, attachment_id: str) -> Response:
    """Answer the bytes of a staged file; the gateway knows by their digest what they must be."""
    content = await run_in_threadpool(attaching.staged, sandbox, attachment_id)
    if content is None:
        raise MissingError(attaching.missing(attachment_id))
    return Response(content, media_type="application/octet-stream")


@router.post("/outcomes")
async def take_outcome(sandbox: SandboxDep, outcome: Outcome) -> JsonObject:
    """Take what became of a change set."""
    await run_in_threadpool(intake.take_outcome, sandbox, outcome)
    return {}


@router.put("/change-sets/{change_set_id}/remarks")
async def take_remarks(sandbox: SandboxDep, change_set_id: str, body: Thread) -> JsonObject:
    """Take what was said about a set's changes, in place of what was known of it."""
    await run_in_threadpool(remarks.take, sandbox, change_set_id, body.remarks)
    return {}


@router.get("/answers")
async def answers(sandbox: SandboxDep, after: Annotated[int, Query(ge=0)] = 0) -> JsonObject:
    """Answer what agents said to people, behind a position."""
    found = await run_in_threadpool(remarks.answers_after, sandbox, after)
    return {"answers": [one.model_dump(mode="json") for one in found]}


@router.get("/open-issues")
async def open_issues(sandbox: SandboxDep) -> JsonObject:
    """Answer which issues agents work on."""
    found = await run_in_threadpool(workspaces.open_issues, sandbox)
    return {"issue_ids": _json(found)}


@router.post("/wanted/take")
async def take_wanted(sandbox: SandboxDep) -> JsonObject:
    """Hand out, once, which issues agents asked for in vain."""
    return {"wanted": [one.model_dump(mode="json") for one in sandbox.wanted.take()]}


@router.get("/workspaces")
async def listed(sandbox: SandboxDep) -> JsonObject:
    """Answer all workspaces."""
    found = await run_in_threadpool(workspaces.listed, sandbox)
    return {"workspaces": [_json(one) for one in found]}


@router.get("/shadows")
async def shadows(sandbox: SandboxDep) -> JsonObject:
    """Answer which issues have shadows, for a board."""
    found = await run_in_threadpool(workspaces.shadows, sandbox)
    return {"shadows": [one.model_dump(mode="json") for one in found]}


@router.get("/workspaces/{workspace_id}/shadows/{issue_id}")
async def shadow(sandbox: SandboxDep, workspace_id: str, issue_id: str) -> JsonObject:
    """Answer one issue as a workspace has it; null where it is as in Jira."""
    found = await run_in_threadpool(workspaces.shadow, sandbox, workspace_id, issue_id)
    return {"shadow": None if found is None else found.model_dump(mode="json")}


@router.post("/play")
async def play(sandbox: SandboxDep, body: Played) -> JsonObject:
    """Edit an issue as one of the site's people would (role upstream only)."""
    await run_in_threadpool(
        playing.play, sandbox, body.person, body.issue_id, body.fields, body.comment
    )
    return {}


@router.post("/workspaces/{workspace_id}/fork")
async def fork(sandbox: SandboxDep, workspace_id: str, body: Fork) -> JsonObject:
    """Open a copy of a workspace for another task."""
    made = await run_in_threadpool(workspaces.fork, sandbox, workspace_id, body.task)
    return {"workspace": _json(made)}


@router.post("/workspaces/{workspace_id}/reset")
async def reset(sandbox: SandboxDep, workspace_id: str) -> JsonObject:
    """Drop what a workspace changed and did not seal."""
    await run_in_threadpool(workspaces.reset, sandbox, workspace_id)
    return {}


@router.post("/workspaces/{workspace_id}/discard")
async def discard(sandbox: SandboxDep, workspace_id: str) -> JsonObject:
    """Close a workspace for good."""
    await run_in_threadpool(workspaces.discard, sandbox, workspace_id)
    return {}


@router.post("/idle/seal")
async def seal_idle(sandbox: SandboxDep, body: Idle) -> JsonObject:
    """Seal what agents left unsealed for so long; answers the new sets' ids."""
    made = await run_in_threadpool(workspaces.seal_idle, sandbox, body.seconds * 1_000_000)
    return {"sealed": [one.id for one in made]}


@router.post("/workspaces/{workspace_id}/seal")
async def seal(sandbox: SandboxDep, workspace_id: str, body: Seal) -> JsonObject:
    """Seal what a workspace changed since its last change set."""
    made = await run_in_threadpool(
        proposing.seal_workspace, sandbox, workspace_id, title=body.title, reason=body.reason
    )
    return {"change_set": made.model_dump(mode="json")}


def _json(value: object) -> JsonValue:
    """Return a frozen value as JSON."""
    return cast("JsonValue", to_jsonable_python(value))
