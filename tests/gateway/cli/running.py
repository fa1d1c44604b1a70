"""Running the ``airlock`` command: in this process for speed, or as a process of its own."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

from gateway.cli.main import main


def airlock_process(
    *arguments: str, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``airlock …`` to its end, with nothing of this machine's settings."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        env=_surroundings(env),
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=170,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def airlock(
    *arguments: str, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``airlock …`` as ``airlock_process`` does, without starting Python again.

    An exception that would print a traceback is raised here.
    """
    said, complained = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, _surroundings(env), clear=True),
        contextlib.chdir(folder or Path.cwd()),
        _standard_input(),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
    ):
        code = _exit_code(list(arguments))
    return subprocess.CompletedProcess(
        ["airlock", *arguments], code, said.getvalue(), complained.getvalue()
    )


def _exit_code(arguments: list[str]) -> int:
    """Run the command; what it exits with is read as Python itself would."""
    try:
        return main(arguments)
    except SystemExit as exit_:
        if isinstance(exit_.code, str):
            sys.stderr.write(f"{exit_.code}\n")
            return 1
        return exit_.code or 0


@contextlib.contextmanager
def _standard_input() -> Iterator[None]:
    with Path(os.devnull).open(encoding="utf-8") as nothing, mock.patch("sys.stdin", nothing):
        yield


def _surroundings(env: Mapping[str, str] | None) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**inherited, "COLUMNS": "100", **(env or {})}
