"""Sandbox processes for tests, forked from one that has the program loaded already.

Each is a process of its own, with its own environment, that can be killed; only the
seconds of loading the program are spent once. That ``python -m sandbox`` itself starts is
tested in ``tests/sandbox/test_main.py`` and by the demo.
"""

import json
import multiprocessing
import os
import queue
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from sandbox.__main__ import main

#: What tests fork from. Its process is started at first use, once in a test process.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["sandbox.__main__", "tests.gateway.operations.killed", "tests.soak.promoter"]
)

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_READY_SECONDS = 60
_STOP_SECONDS = 20


@dataclass(frozen=True)
class Ended:
    """How a process ended, and every line it printed."""

    exitcode: int | None
    printed: tuple[str, ...]


class SandboxProcess:
    """A sandbox that runs in a process of its own."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Start it with this environment and nothing of this machine's settings."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        reading, writing = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=_run, args=({**inherited, **env}, writing))
        self._process.start()
        writing.close()
        self._printed: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._collect, args=(reading,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def ready(self) -> dict[str, Any]:
        """Wait for the line ``READY {json}`` and return its JSON."""
        try:
            while (line := self._lines.get(timeout=_READY_SECONDS)) is not None:
                if line.startswith("READY "):
                    return dict(json.loads(line.removeprefix("READY ")))
        except queue.Empty:
            pass
        said = "\n".join(self._printed[-20:])
        raise AssertionError(f"the sandbox is not ready ({self._process.exitcode}):\n{said}")

    def stop(self) -> Ended:
        """End it: politely, then not."""
        self._process.terminate()
        return self.ended()

    def kill(self) -> Ended:
        """Kill it with -9."""
        self._process.kill()
        return self.ended()

    def ended(self) -> Ended:
        """Wait until it has ended; kill it if it does not."""
        self._process.join(_STOP_SECONDS)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._reader.join(_STOP_SECONDS)
        ended = Ended(self._process.exitcode, tuple(self._printed))
        self._process.close()
        return ended

    def _collect(self, reading: Connection) -> None:
        with os.fdopen(os.dup(reading.fileno()), encoding="utf-8") as output:
            reading.close()
            for line in output:
                self._printed.append(line.rstrip("\n"))
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


def _run(env: dict[str, str], writing: Connection) -> None:
    """Be ``python -m sandbox`` with this environment."""
    os.environ.clear()
    os.environ.update(env)
    for number in (1, 2):
        os.dup2(writing.fileno(), number)
    writing.close()
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    warnings.simplefilter("error", ResourceWarning)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main())
