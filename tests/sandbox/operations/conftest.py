"""A shadow sandbox with the tiny world in it, on each kind of database in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.operations.context import Role, Sandbox
from tests.databases import Postgres, postgres
from tests.sandbox.tiny import tiny_sandbox

__all__ = ["Postgres", "postgres"]


@pytest.fixture(params=["sqlite", "postgres"])
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    """Lend a Cloud shadow."""
    yield from _lent(request, tmp_path, Role.SHADOW)


@pytest.fixture(params=["sqlite", "postgres"])
def upstream(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    """Lend a Cloud site that plays the real Jira."""
    yield from _lent(request, tmp_path, Role.UPSTREAM)


def _lent(request: pytest.FixtureRequest, tmp_path: Path, role: Role) -> Iterator[Sandbox]:
    if request.param == "sqlite":
        opened = tiny_sandbox(tmp_path, role)
        yield opened
        opened.database.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create()
    opened = tiny_sandbox(tmp_path, role, url=url)
    yield opened
    opened.database.dispose()
    server.drop(url)
