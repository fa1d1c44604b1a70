"""Running the ``airlock`` command as a process."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def airlock(
    *arguments: str, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``airlock …`` to its end, with nothing of this machine's settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        env={**inherited, "COLUMNS": "100", **(env or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=90,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done
