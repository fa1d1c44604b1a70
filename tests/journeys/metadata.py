"""Changes to the fake Jira's metadata in the middle of a journey."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.house import House


def built_versions(built: House) -> Any:
    assert built.world is not None
    return next(one for one in built.world.metadata["projects"] if one["key"] == "WEB")["versions"]


@contextmanager
def version_gone(built: House) -> Iterator[None]:
    """Somebody deletes the newest version of WEB in Jira, and has it back at the end."""
    assert built.world is not None
    gone = built_versions(built)[-1]["id"]
    without = json.loads(
        json.dumps(built.world.metadata),
        object_hook=lambda one: {
            name: [row for row in rows if not (isinstance(row, dict) and row.get("id") == gone)]
            if name in ("versions", "allowedValues") and isinstance(rows, list)
            else rows
            for name, rows in one.items()
        },
    )
    built.upstream.door.call("PUT", "/site", without)
    yield
    built.upstream.door.call("PUT", "/site", built.world.metadata)
