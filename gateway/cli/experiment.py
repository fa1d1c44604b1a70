"""``airlock experiment``: agents do the same tasks in the sandbox; what they hand in is judged.

No Jira and no account: the demo's three processes. Each run of each task has a workspace of its
own, so every run begins from the same issues. Nothing is approved, so nothing reaches the fake
Jira either, which is looked at in the end.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.cli import demo_check, demo_parts
from gateway.cli.demo_parts import Demo
from gateway.cli.experiment_judge import Result, flags, judge, table
from gateway.cli.opening import close_gateway, open_gateway
from gateway.cli.processes import ChildFailedError, environment, finish, hear_endings
from gateway.operations import reviewing

#: The scripted agents, and whether what they do is right: the measure of the measure.
_KNOWN = {"careful": True, "hasty": False}
_MODULE = (sys.executable, "-m", "seed_data.experiments.agents")
#: Settings that an agent's program does not inherit: credentials are among them.
_OURS = ("AIRLOCK_", "JIRA_", "ATLASSIAN_", "CONFLUENCE_")
#: Seconds that an agent has for one task.
_PATIENCE = 600
#: Seconds in which what was handed in has to arrive at the gateway.
_ARRIVAL = 60


@dataclass(frozen=True, slots=True)
class Agent:
    """A program that works on a task: started once for each run."""

    name: str
    command: tuple[str, ...]
    scripted: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--agent",
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="a program that gets AIRLOCK_MCP_URL and AIRLOCK_TOKEN in its environment and the "
        "task in words on standard input; may be given several times. 'careful' and 'hasty' are "
        "scripted ones, and the default",
    )
    parser.add_argument("--task", action="append", default=[], help="only this task; repeatable")
    parser.add_argument("--runs", type=int, default=3, help="runs of each task (default 3)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the demo's world")
    parser.add_argument("--json", action="store_true", help="print each run as a line of JSON")


def run(args: argparse.Namespace) -> int:
    """Let every agent do every task so often, and print what came of it."""
    agents = _agents(args.agent)
    if isinstance(agents, str) or args.runs < 1:
        trouble = agents if isinstance(agents, str) else "--runs has to be 1 or more."
        sys.stderr.write(f"airlock: {trouble}\n")
        return 2
    hear_endings()
    folder = Path(tempfile.mkdtemp(prefix="airlock-experiment-"))
    try:
        return _in_folder(folder, agents, args)
    except ChildFailedError as error:
        sys.stderr.write(f"The experiment cannot go on: {error}\n")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _agents(given: list[str]) -> tuple[Agent, ...] | str:
    """Return the agents that are asked for, or what is wrong about how."""
    found = []
    for one in given or _KNOWN:
        if one in _KNOWN:
            found.append(Agent(one, (*_MODULE, one), scripted=True))
            continue
        name, _, command = one.partition("=")
        try:
            words = shlex.split(command)
        except ValueError:
            words = []
        if not words or not name.isidentifier() or name in [*_KNOWN, *(one.name for one in found)]:
            return (
                f"--agent {one}: write NAME=COMMAND, each name once, in letters, digits and '_', "
                f"or the name of a scripted one: {', '.join(_KNOWN)}."
            )
        found.append(Agent(name, tuple(words)))
    return tuple(found)


def _in_folder(folder: Path, agents: tuple[Agent, ...], args: argparse.Namespace) -> int:
    _say("Starting three processes: a fake Jira, the shadow sandbox, the gateway …")
    demo = demo_parts.begin(folder, args.seed)
    try:
        demo_parts.register_agent(demo)
        tasks = _tasks(demo, args.task)
        if isinstance(tasks, str):
            sys.stderr.write(f"airlock: {tasks}\n")
            return 2
        before = demo_check.snapshot(demo)
        ended = {
            (agent.name, task["name"], number): _let_work(demo, agent, task, number)
            for task in tasks
            for agent in agents
            for number in range(1, args.runs + 1)
        }
        sets = _handed_in(demo)
        touched = demo_check.snapshot(demo) != before
    finally:
        demo.stop()
    by_name = {task["name"]: task for task in tasks}
    results = [
        _result(one, by_name[one[1]], sets.get(_place(*one), []), trouble)
        for one, trouble in ended.items()
    ]
    return _report(results, agents, touched=touched, as_json=args.json)


def _tasks(demo: Demo, wanted: list[str]) -> list[dict[str, Any]] | str:
    cast = json.dumps(demo.told["cast"])
    every = list(json.loads(finish("the tasks", ["seed_data.experiments"], {}, given=cast)))
    names = [one["name"] for one in every]
    unknown = [one for one in wanted if one not in names]
    if unknown:
        return f"there is no task '{unknown[0]}'. There are: {', '.join(names)}."
    return [one for one in every if not wanted or one["name"] in wanted]


def _place(agent: str, task: str, number: int) -> str:
    """Return the name of the workspace of one run."""
    return f"{agent}-{task}-{number}"


def _let_work(demo: Demo, agent: Agent, task: dict[str, Any], number: int) -> str:
    """Let an agent do a task; returns why its program failed, empty when it did not."""
    place = _place(agent.name, task["name"], number)
    own = {
        "AIRLOCK_MCP_URL": f"{demo.sandbox_url}/mcp/{place}",
        "AIRLOCK_TOKEN": demo.agent_token,
    }
    if agent.scripted:
        own |= {"AIRLOCK_TASK": task["name"], "AIRLOCK_CAST": json.dumps(demo.told["cast"])}
    # A model's own settings are its program's business; ours stay with us.
    given = dict(os.environ) if not agent.scripted else {}
    kept = {name: one for name, one in given.items() if not name.startswith(_OURS)}
    try:
        done = subprocess.run(  # noqa: S603  the command that whoever runs this named
            agent.command,
            env={**kept, **environment(own)},
            input=task["words"] + "\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"its program did not end within {_PATIENCE} seconds"
    except OSError as error:
        return f"its program cannot be started: {error}"
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).strip().splitlines()
    return f"its program ended with {done.returncode}: {said[-1] if said else 'without a word'}"


def _handed_in(demo: Demo) -> dict[str, list[dict[str, Any]]]:
    """Return the change sets that came of all runs, by their workspace's name."""
    gateway = open_gateway(demo.gateway_env())
    try:
        made = sum(int(str(one.get("sets") or 0)) for one in gateway.sandbox.workspaces())
        until = time.monotonic() + _ARRIVAL
        while len(reviewing.inbox(gateway)) < made:
            if time.monotonic() > until:
                raise ChildFailedError("not every change set arrived at the gateway.")
            time.sleep(0.2)
        found: dict[str, list[dict[str, Any]]] = {}
        for row in reviewing.inbox(gateway):
            shown = reviewing.view(gateway, row.id).model_dump(mode="json")
            found.setdefault(shown["task"], []).append(shown)
        return found
    finally:
        close_gateway(gateway)


def _result(
    where: tuple[str, str, int], task: dict[str, Any], sets: list[dict[str, Any]], ended: str
) -> Result:
    faults = judge(task, sets)
    return Result(*where, (*([ended] if ended else []), *faults), flags(sets))


def _report(
    results: list[Result], agents: tuple[Agent, ...], *, touched: bool, as_json: bool
) -> int:
    for one in results if as_json else ():
        _say(json.dumps({**asdict(one), "right": one.right}, ensure_ascii=False))
    for line in () if as_json else table(results):
        _say(line)
    if touched:
        sys.stderr.write("The fake Jira changed although nothing was approved: a fault of ours.\n")
        return 1
    if not as_json:
        _say("the fake Jira is as it was: nothing was approved, so nothing reached it")
    wrong = [
        one
        for one in results
        if one.agent in _as_known(agents) and one.right is not _KNOWN[one.agent]
    ]
    for one in wrong:
        sys.stderr.write(f"{one.agent} {one.task} {one.run}: not what is known of this agent.\n")
    return 1 if wrong else 0


def _as_known(agents: tuple[Agent, ...]) -> frozenset[str]:
    """Return the names of the agents of which the result is known beforehand."""
    return frozenset(one.name for one in agents if one.scripted)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
