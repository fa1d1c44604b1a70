"""Sandboxes with the tiny world in them, on each kind of database in turn.

The world is put in once for each kind and role; every test gets a copy of it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.operations.context import Role, Sandbox
from tests.databases import Postgres, postgres
from tests.sandbox.tiny import empty_sandbox, tiny_sandbox

__all__ = ["Postgres", "postgres"]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[Role, Path]:
    """Lend SQLite files with the tiny world in them."""
    folder = tmp_path_factory.mktemp("templates")
    return {role: _filled(folder, role) for role in Role}


@pytest.fixture(params=["sqlite", "postgres"])
def sandbox(
    request: pytest.FixtureRequest, tmp_path: Path, templates: dict[Role, Path]
) -> Iterator[Sandbox]:
    """Lend a Cloud shadow."""
    yield from _lent(request, tmp_path, templates, Role.SHADOW)


@pytest.fixture(params=["sqlite", "postgres"])
def upstream(
    request: pytest.FixtureRequest, tmp_path: Path, templates: dict[Role, Path]
) -> Iterator[Sandbox]:
    """Lend a Cloud site that plays the real Jira."""
    yield from _lent(request, tmp_path, templates, Role.UPSTREAM)


def _lent(
    request: pytest.FixtureRequest, tmp_path: Path, templates: dict[Role, Path], role: Role
) -> Iterator[Sandbox]:
    if request.param == "sqlite":
        copy = shutil.copy(templates[role], tmp_path / "copy.db")
        opened = empty_sandbox(tmp_path, role, url=f"sqlite:///{copy}")
        yield opened
        opened.database.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.lent(f"tiny-{role}", lambda empty: _fill(tmp_path, role, empty)) as url:
        opened = empty_sandbox(tmp_path, role, url=url)
        yield opened
        opened.database.dispose()


def _filled(folder: Path, role: Role) -> Path:
    path = folder / f"{role}.db"
    _fill(folder, role, f"sqlite:///{path}")
    return path


def _fill(folder: Path, role: Role, url: str) -> None:
    tiny_sandbox(folder, role, url=url).database.dispose()
