"""``airlock demo``: the whole main job on one machine, with a fake Jira. No account needed."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from gateway.cli import demo_check, demo_parts
from gateway.cli.demo_parts import Demo
from gateway.cli.processes import ChildFailedError, hear_endings

_SNIPPET = """\
  Claude Code   claude mcp add --transport http --header "Authorization: Bearer {token}" \\
                  atlassian {mcp}
  .mcp.json     {{"mcpServers": {{"atlassian": {{"type": "http", "url": "{mcp}",
                  "headers": {{"Authorization": "Bearer {token}"}}}}}}}}
  stdio         AIRLOCK_MCP_URL={mcp} AIRLOCK_TOKEN={token} airlock mcp
  Jira REST     curl -H "Authorization: Bearer {token}" {sandbox}/rest/api/3/myself
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--check",
        action="store_true",
        help="run the loop without a person; exits non-zero if anything else changed",
    )
    parser.add_argument("--seed", type=int, default=7, help="seed of the demo's world")


def run(args: argparse.Namespace) -> int:
    """Start the demo, let the agent work, then wait (or check)."""
    hear_endings()
    folder = Path(tempfile.mkdtemp(prefix="airlock-demo-"))
    try:
        return _in_folder(folder, args)
    except ChildFailedError as error:
        sys.stderr.write(f"The demo cannot go on: {error}\n")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_folder(folder: Path, args: argparse.Namespace) -> int:
    _say("Starting three processes: a fake Jira, the shadow sandbox, the gateway …")
    demo = demo_parts.begin(folder, args.seed)
    try:
        demo_parts.register_agent(demo)
        before = demo_check.snapshot(demo)
        _say("A scripted agent works through a real MCP client …")
        for line in demo_parts.let_agent_work(demo).splitlines():
            _say(f"  agent     {line}")
        demo_parts.let_colleague_edit(demo)
        conflict = demo.told["cast"]["conflict"]
        _say(f"  colleague changes the priority of {conflict} in Jira meanwhile")
        reviews = demo_parts.wait_for_reviews(demo, 3)
        if args.check:
            return demo_check.check(demo, before, reviews)
        _invite(demo)
        return _wait(demo)
    finally:
        # A second Ctrl-C must not leave a process behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        demo.stop()


def _invite(demo: Demo) -> None:
    mcp = f"{demo.sandbox_url}/mcp"
    _say("")
    _say("Three change sets wait for you. Open this link (it works once, for 10 minutes):")
    _say(f"\n  {demo.sign_in}\n")
    _say("Connect an agent of your own:")
    _say(_SNIPPET.format(token=demo.agent_token, mcp=mcp, sandbox=demo.sandbox_url))
    _say(f"  the fake Jira {demo.upstream_url}   the shadow sandbox {demo.sandbox_url}")
    _say("  Ctrl-C ends the demo and forgets everything.")


def _wait(demo: Demo) -> int:
    """Wait until somebody ends the demo, or one of its processes ends by itself."""
    while True:
        for child in demo.children:
            if child.process.poll() is not None:
                raise ChildFailedError(child.last_words())
        time.sleep(0.5)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
