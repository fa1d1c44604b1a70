"""Starting our own processes for the demo: an environment allow-list, and a ready line."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

#: What a child inherits. No JIRA_*, no AIRLOCK_*, no proxy: the demo meets no real Jira.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")

_READY_SECONDS = 60
_STOP_SECONDS = 10


class ChildFailedError(Exception):
    """A process of ours did not start, or ended with an error."""


@dataclass(slots=True)
class Child:
    """A running process of ours, and the lines it prints."""

    name: str
    process: subprocess.Popen[str]
    lines: "queue.Queue[str | None]" = field(default_factory=queue.Queue)
    printed: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def ready(self) -> dict[str, Any]:
        """Wait for the line ``READY {json}`` and return its JSON."""
        while (line := self._next()) is not None:
            if line.startswith("READY "):
                return dict(json.loads(line.removeprefix("READY ")))
        raise ChildFailedError(self.last_words())

    def last_words(self) -> str:
        """Return that it ended, or is not ready in time, and what it printed last."""
        code = self.process.poll()
        how = "is not ready" if code is None else f"ended with exit code {code}"
        said = "\n".join(self.printed[-20:])
        return f"{self.name} {how}.\n{said}"

    def _next(self) -> str | None:
        try:
            return self.lines.get(timeout=_READY_SECONDS)
        except queue.Empty:
            return None

    def stop(self) -> None:
        """End the process: politely, then not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.reader is not None:
            self.reader.join(_STOP_SECONDS)


def hear_endings() -> None:
    """Have whatever tells us to stop raise KeyboardInterrupt, so that no child is left behind."""
    # A shell that starts us in the background has Ctrl-C ignored: hear it all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)


def _end(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment: the allow-list and what we give it."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **own}


def start(name: str, module: list[str], own: Mapping[str, str]) -> Child:
    """Start ``python -m module …`` and collect what it prints."""
    process = subprocess.Popen(  # noqa: S603  our own modules, by list
        [sys.executable, "-m", *module],
        env=environment(own),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    child = Child(name, process)
    if process.stdout is None:
        raise ChildFailedError(f"{name} has no output to read")
    child.reader = threading.Thread(target=_collect, args=(child, process.stdout), daemon=True)
    child.reader.start()
    return child


def finish(name: str, module: list[str], own: Mapping[str, str], given: str = "") -> str:
    """Run ``python -m module …`` to its end and return what it printed."""
    done = subprocess.run(  # noqa: S603  our own modules, by list
        [sys.executable, "-m", *module],
        env=environment(own),
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        raise ChildFailedError(f"{name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def _collect(child: Child, output: IO[str]) -> None:
    with output:
        for line in output:
            child.printed.append(line.rstrip("\n"))
            child.lines.put(line.rstrip("\n"))
    child.lines.put(None)
