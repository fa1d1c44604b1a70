"""The demo: its loop without a person, its comparison, and that nothing is left behind."""

import copy
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.demo_check import compare, forms, short
from gateway.cli.demo_parts import Demo
from gateway.cli.processes import ChildFailedError, environment, finish, start
from tests.gateway.cli.running import airlock_process

CAST = {"clean": "WEB-1", "conflict": "WEB-2", "person": {"name": "Mina"}}
NAMED = {"priority": {"name": "Medium"}, "status": {"name": "To Do"}}


def issue(**fields: Any) -> dict[str, Any]:
    return {**NAMED, "labels": ["customer-report"], "comment": {"total": 1}, "subtasks": [],
            "duedate": None, "updated": "1", **fields}  # fmt: skip


BEFORE = {"WEB-1": issue(), "WEB-2": issue(), "WEB-3": issue()}
AFTER = {
    "WEB-1": issue(
        priority={"name": "High"}, status={"name": "In Progress"}, comment={"total": 2},
        labels=["customer-report", "regression"], subtasks=[{"key": "WEB-4"}], updated="2",
    ),
    "WEB-2": issue(priority={"name": "Highest"}, duedate="2026-12-04", updated="2"),
    "WEB-3": issue(),
    "WEB-4": issue(summary="새 하위 작업", parent={"key": "WEB-1"}),
}  # fmt: skip


def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path, "token", told={"cast": CAST})


def test_exactly_what_was_approved_is_right(tmp_path: Path) -> None:
    assert compare(demo(tmp_path), BEFORE, AFTER) == []


@pytest.mark.parametrize(
    ("key", "field", "value", "says"),
    [
        ("WEB-3", "labels", ["x"], "WEB-3 labels changed although nobody approved it"),
        ("WEB-3", "updated", "2", "WEB-3 updated changed although nobody approved it"),
        ("WEB-1", "duedate", "2026-12-04", "WEB-1 duedate changed although nobody approved it"),
        ("WEB-1", "priority", {"name": "Low"}, "WEB-1 priority should be High, but is Low"),
        ("WEB-1", "priority", {"name": "Medium"}, "WEB-1 priority should be High, but is Medium"),
        ("WEB-1", "comment", {"total": 3}, "WEB-1 comment should be 2, but is 3"),
        ("WEB-2", "priority", {"name": "Low"}, "WEB-2 priority should be Highest, but is Low"),
        ("WEB-4", "parent", {"key": "WEB-3"}, "WEB-4 was made below WEB-3, which nobody approved"),
    ],
)
def test_anything_else_is_wrong(
    tmp_path: Path, key: str, field: str, value: Any, says: str
) -> None:
    after = copy.deepcopy(AFTER)
    after[key][field] = value
    assert compare(demo(tmp_path), BEFORE, after) == [says]


def test_issues_that_are_gone_or_too_many_are_wrong(tmp_path: Path) -> None:
    gone = {key: value for key, value in AFTER.items() if key != "WEB-3"}
    assert "WEB-3 is gone" in compare(demo(tmp_path), BEFORE, gone)
    many = {**AFTER, "WEB-5": issue(summary="x", parent={"key": "WEB-1"})}
    assert any("WEB-4, WEB-5" in one for one in compare(demo(tmp_path), BEFORE, many))
    none = {key: value for key, value in AFTER.items() if key != "WEB-4"}
    assert any("there are: none" in one for one in compare(demo(tmp_path), BEFORE, none))


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "none"), ([], "none"), ({"name": "High"}, "High"), ({"total": 0}, "0"),
     ([{"key": "A-1"}, {"key": "A-2"}], "A-1, A-2"), ("text", "text")],
)  # fmt: skip
def test_a_value_in_a_few_words(value: Any, said: str) -> None:
    assert short(value) == said


def test_forms_are_read_with_what_stands_in_them() -> None:
    html = (
        '<input type="hidden" name="outside" value="x">'
        '<form action="/cs/1/approve"><input type="hidden" name="digest" value="a&amp;b">'
        '<input name="words" value="seen"></form><form></form>'
    )
    first, second = forms(html)
    assert (first.action, first.fields) == ("/cs/1/approve", {"digest": "a&b"})
    assert (second.action, second.fields) == ("", {})


def test_children_inherit_no_setting_and_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JIRA_API_TOKEN", "AIRLOCK_TEST_UPSTREAM", "HTTPS_PROXY", "SECRET"):
        monkeypatch.setenv(name, "x")
    names = set(environment({"OWN": "y"}))
    assert "OWN" in names
    assert not {"JIRA_API_TOKEN", "AIRLOCK_TEST_UPSTREAM", "HTTPS_PROXY", "SECRET"} & names


def test_a_child_that_does_not_start_says_why() -> None:
    child = start("sandbox", ["sandbox"], {})
    with pytest.raises(ChildFailedError, match="AIRLOCK_SITE_FILE"):
        child.ready()
    child.stop()
    with pytest.raises(ChildFailedError, match="needed to load"):
        finish("seed_data", ["seed_data"], {})


@pytest.mark.timeout(180)
def test_the_whole_loop_without_a_person(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JIRA_URL=https://real.example.com\nAIRLOCK_PORT=1\n")
    poison = {"JIRA_URL": "https://real.example.com", "JIRA_API_TOKEN": "not-for-a-demo"}
    done = airlock_process("demo", "--check", env=poison, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "demo check passed: exactly what was approved changed" in done.stdout
    for line in ("refused", "priority: Medium -> High", "unchanged 118 other issues", "new: "):
        assert line in done.stdout
    assert "WRONG" not in done.stdout


def begun(tmp_path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo"],
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def children(parent: int) -> list[int]:
    """Return the processes that a process has started, from /proc."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(one) for one in listed.split()]


def wait_until_gone(pids: list[int]) -> list[int]:
    until = time.monotonic() + 10
    left = pids
    while left and time.monotonic() < until:
        left = [one for one in left if Path(f"/proc/{one}").exists()]
        time.sleep(0.05)
    return left


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("number", "at"),
    [(signal.SIGTERM, "Starting three processes"), (signal.SIGINT, "Ctrl-C ends the demo")],
)
def test_told_to_end_nothing_is_left(tmp_path: Path, number: signal.Signals, at: str) -> None:
    process = begun(tmp_path)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if at in line:
            break
    if "Ctrl-C" in at:
        assert len(children(process.pid)) == 3
        assert any("/sign-in?link=" in line for line in said)
    started = children(process.pid)
    process.send_signal(number)
    rest = process.stdout.read()
    assert process.wait(30) == 0, rest
    process.stdout.close()
    assert "Traceback" not in rest
    assert wait_until_gone(started) == []
    assert list(tmp_path.glob("airlock-demo-*")) == []
