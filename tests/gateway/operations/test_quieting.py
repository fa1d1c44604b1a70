"""Promotion without mails: only where endpoint and permission allow, and as approved."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.operations import mailing, reviewing
from gateway.promotion.quiet import quieted
from gateway.promotion.values import Request
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from gateway.store import audit
from gateway.upstream.client import Upstream
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import ChangeKind, Flavour
from tests.gateway.operations.conftest import House, filled_file
from tests.gateway.operations.test_promoting import COMMENT, view
from tests.gateway.promotion.world import BASE_URL, change_set, edit


@dataclass
class Edge:
    """Jira with an answer to the question for permissions; keeps the queries of writes."""

    house: House
    given: tuple[str, ...] = ()
    status: int = 200
    queries: list[dict[str, str]] = field(default_factory=list)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/mypermissions"):
            names = request.url.params["permissions"].split(",")
            found: Any = {one: {"havePermission": one in self.given} for one in names}
            return httpx2.Response(self.status, json={"permissions": found})
        if request.method == "PUT":
            self.queries.append(dict(request.url.params))
        return self.house.jira.respond(request)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Lend a filled house on SQLite: what is tested here does not depend on the database."""
    found = filled_file(tmp_path / "gateway.db")
    yield found
    found.gateway.database.dispose()


@pytest.fixture
def edge(house: House) -> Edge:
    found = Edge(house)
    http = httpx2.Client(transport=httpx2.MockTransport(found.answer))
    house.gateway.upstream = Upstream(http, Address(BASE_URL), Flavour.CLOUD)
    return found


@pytest.mark.parametrize(
    ("kind", "cloud", "server"),
    [
        (ChangeKind.EDIT, True, True),
        (ChangeKind.COMMENT_EDIT, True, False),
        (ChangeKind.WORKLOG, True, False),
        (ChangeKind.TRANSITION, False, False),
        (ChangeKind.CREATE, False, False),
        (ChangeKind.COMMENT, False, False),
    ],
)
def test_only_endpoints_that_know_it_are_told(kind: ChangeKind, cloud: bool, server: bool) -> None:
    request = Request(method="PUT", path="/rest/api/3/issue/1")
    for flavour, told in ((Flavour.CLOUD, cloud), (Flavour.SERVER, server)):
        query = quieted(request, kind, flavour).query
        assert query == ({"notifyUsers": "false"} if told else {})


def test_what_the_reviewer_chose_is_approved_and_sent(house: House, edge: Edge) -> None:
    edge.given = ("ADMINISTER_PROJECTS",)
    review = house.arrive(change_set(edit("summary", "A"), COMMENT))
    before = reviewing.view(house.gateway, review).digest
    found = mailing.quiet_offer(house.gateway, "eve", review)
    assert (found.offered, found.chosen, found.requests) == (True, False, 1)
    mailing.set_quiet(house.gateway, "eve", review, before, quiet=True)
    after = reviewing.view(house.gateway, review).digest
    assert after != before
    assert mailing.quiet_offer(house.gateway, "eve", review).chosen
    with pytest.raises(StaleError):
        reviewing.approve(house.gateway, "eve", review, before)
    reviewing.approve(house.gateway, "eve", review, after)
    reviewing.promote(house.gateway, "eve", review, after)
    house.promote_all()
    assert view(house, review).state is State.PROMOTED
    assert edge.queries == [{"notifyUsers": "false"}]
    with house.gateway.database.read() as conn:
        assert audit.has(conn, "review_quiet", review=review, verdict="quiet")


def test_a_choice_can_be_taken_back_before_the_approval(house: House, edge: Edge) -> None:
    edge.given = ("ADMINISTER",)
    review = house.arrive(change_set(edit("summary", "A")))
    before = reviewing.view(house.gateway, review).digest
    mailing.set_quiet(house.gateway, "eve", review, before, quiet=True)
    quiet = reviewing.view(house.gateway, review).digest
    edge.given = ()
    mailing.set_quiet(house.gateway, "eve", review, quiet, quiet=False)
    assert reviewing.view(house.gateway, review).digest == before


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [((), 200, "may not keep Jira from"), (("ADMINISTER",), 500, "could not be asked")],
)
def test_without_the_permission_it_is_not_offered(
    house: House, edge: Edge, given: tuple[str, ...], status: int, words: str
) -> None:
    edge.given, edge.status = given, status
    review = house.arrive(change_set(edit("summary", "A")))
    digest = reviewing.view(house.gateway, review).digest
    assert not mailing.quiet_offer(house.gateway, "eve", review).offered
    with pytest.raises(RefusedError, match=words):
        mailing.set_quiet(house.gateway, "eve", review, digest, quiet=True)
    assert reviewing.view(house.gateway, review).digest == digest


def test_where_no_request_can_be_told_there_is_no_choice(house: House, edge: Edge) -> None:
    edge.given = ("ADMINISTER",)
    review = house.arrive(change_set(COMMENT))
    found = mailing.quiet_offer(house.gateway, "eve", review)
    assert (found.offered, found.requests) == (False, 0)
