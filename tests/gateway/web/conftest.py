"""The pages over a real gateway: its own database, a small Jira, a small control door."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from tests.gateway.operations.conftest import filled_in_memory
from tests.gateway.web.oauth_desk import client, desk, oauth_house
from tests.gateway.web.visit import ORIGIN, SAME, Visit

__all__ = ["ORIGIN", "SAME", "Visit", "client", "desk", "oauth_house"]


@contextmanager
def visiting() -> Iterator[Visit]:
    """Open a browser that nobody is signed in with, at a gateway of its own."""
    found = filled_in_memory()
    app = create_app(found.gateway)
    with TestClient(app, ORIGIN, follow_redirects=False, raise_server_exceptions=False) as http:
        yield Visit(found, http)
    found.gateway.database.dispose()


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Lend a browser that nobody is signed in with."""
    with visiting() as one:
        yield one


@pytest.fixture
def another() -> Iterator[Visit]:
    """Lend a browser at the pages of another gateway."""
    with visiting() as found:
        yield found


@pytest.fixture
def eve(visit: Visit) -> Visit:
    """Lend a browser in which an approver is signed in."""
    assert visit.sign_in("eve").status_code == 303
    return visit
