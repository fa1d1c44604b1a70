"""A browser at the pages of a gateway."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from starlette.testclient import TestClient

from gateway.identity import links
from gateway.operations import reviewing
from tests.gateway.operations.conftest import House
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
