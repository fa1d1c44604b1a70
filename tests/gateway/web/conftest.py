"""The pages over a real gateway: its own database, a small Jira, a small control door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.identity import links
from gateway.operations import reviewing
from tests.gateway.operations.conftest import House, fill, house_on
from tests.gateway.promotion.world import change_set, edit

ORIGIN = "http://airlock.test"
SAME = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


@dataclass
class Visit:
    """A browser at the pages of a gateway."""

    house: House
    http: TestClient

    def sign_in(self, person: str = "eve") -> httpx2.Response:
        """Use a fresh link as that person."""
        link = links.new_link(self.house.gateway, person)
        secret = urlsplit(link).query.removeprefix("link=")
        return self.post("/sign-in", link=secret)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page."""
        return self.http.get(path, headers=headers)

    def post(self, path: str, **form: str) -> httpx2.Response:
        """Post a form as our own page would."""
        return self.http.post(path, data=form, headers=SAME)

    def arrive(self) -> int:
        """Have a set of two edits arrive; returns its review."""
        return self.house.arrive(
            change_set(edit("summary", "New <b>"), edit("labels", ["web", "x"], id="c2"))
        )

    def digest(self, review: int) -> str:
        """Return the digest that the page shows now."""
        return reviewing.view(self.house.gateway, review).digest


@contextmanager
def visiting() -> Iterator[Visit]:
    """Open a browser that nobody is signed in with, at a gateway of its own."""
    found = house_on("sqlite://")
    found.gateway.database.migrate()
    fill(found)
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
def eve(visit: Visit) -> Visit:
    """Lend a browser in which an approver is signed in."""
    assert visit.sign_in("eve").status_code == 303
    return visit
