"""Where the founders' shared folder lies, if it is there."""

from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared"

#: The folder with recorded Jira answers and schemas, or None in a fresh clone elsewhere.
SHARED: Path | None = _BESIDE if (_BESIDE / "data").is_dir() else None


def shared(path: str) -> Path:
    """Return a path in the shared folder, or skip the test and say what it needed."""
    if SHARED is None or not (SHARED / path).exists():
        pytest.skip(f"needs ../shared/{path}, which is not here")
    return SHARED / path
