"""Agents written for other servers, unchanged: same names, same arguments, same paths."""

import json
from typing import Any

import pytest

from gateway.operations import reviewing
from seed_data.scenarios.transcripts import MCP_ATLASSIAN, OFFICIAL, Step
from tests.house import House
from tests.journeys.agents import Agent, Era, Told, work


def filled(value: Any, known: dict[str, Any]) -> Any:
    """Return arguments with remembered values for ``$name``."""
    if isinstance(value, str):
        for name in sorted(known, key=len, reverse=True):
            value = value.replace(f"${name}", str(known[name]))
        return value
    if isinstance(value, dict):
        return {name: filled(one, known) for name, one in value.items()}
    return [filled(one, known) for one in value] if isinstance(value, list) else value


def at(value: Any, path: str) -> Any:
    """Return what lies at a dotted path."""
    for part in path.split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return value


def json_of(told: Told) -> Any:
    """Return an answer's JSON: structured, or the text of the other server."""
    if set(told.structured) == {"result"}:
        return json.loads(told.structured["result"])
    return told.structured


async def replay(agent: Agent, steps: tuple[Step, ...]) -> list[str]:
    """Do every step; returns the first line of each write's answer."""
    known: dict[str, Any] = {}
    writes: list[str] = []
    listed = {one.name: one for one in (await agent.client.list_tools()).tools}
    for step in steps:
        told = await agent.must(step.tool, **filled(step.arguments, known))
        known |= {name: at(json_of(told), path) for name, path in step.remember.items()}
        hints = listed[step.tool].annotations
        assert hints is not None
        if not hints.read_only_hint:
            writes.append(told.text.splitlines()[0])
    return writes


@pytest.mark.parametrize("era", ["auto", "legacy"])
@pytest.mark.parametrize(
    ("profile", "steps", "kinds"),
    [
        (
            "atlassian",
            OFFICIAL,
            ["edit", "edit", "comment", "transition", "create", "link", "worklog"],
        ),
        (
            "mcp-atlassian",
            MCP_ATLASSIAN,
            ["edit", "edit", "comment", "transition", "comment", "create", "link",
             "remote_link", "worklog"],
        ),
    ],
)  # fmt: skip
def test_a_transcript_runs_unchanged_and_all_it_writes_waits_for_a_person(
    built: House, profile: str, steps: tuple[Step, ...], kinds: list[str], era: Era
) -> None:
    assert built.world is not None
    token = built.token(f"{profile}-{era}", built.world.cast.person.account_id)
    before = built.snapshot()

    async def job(agent: Agent) -> list[str]:
        writes = await replay(agent, steps)
        own = {"atlassian": "submitForReview", "mcp-atlassian": "submit_for_review"}
        await agent.must(own[profile], reason="transcript")
        return writes

    writes = work(built.shadow.url, token, job, task=f"transcript-{era}", era=era, tools=profile)
    assert len(writes) >= 6
    assert all("Staged, not applied" in line for line in writes)
    [review] = built.fetch()
    changes = [
        one for issue in reviewing.view(built.gateway, review).issues for one in issue.changes
    ]
    assert sorted(one.change.kind.value for one in changes) == sorted(kinds)
    assert built.snapshot() == before
