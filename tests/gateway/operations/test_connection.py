"""Promotion over a connection that is throttled, lost, of another account, or not there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest

from gateway.operations import reviewing
from gateway.operations.background import resume
from gateway.operations.waiting import stored_limits
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.store import sites
from gateway.upstream.client import Upstream
from gateway.upstream.stranger import Expected
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour
from tests.gateway.operations.conftest import House, filled_file
from tests.gateway.operations.test_promoting import no_waiting, only, released, view
from tests.gateway.promotion.world import BASE_URL, change_set, edit

Answer = Callable[[httpx2.Request], httpx2.Response]


@dataclass
class Edge:
    """What stands between the gateway and its Jira, and may answer in its place."""

    house: House
    before: Callable[[httpx2.Request], httpx2.Response | None] = lambda _: None
    headers: dict[str, str] = field(default_factory=lambda: {"X-AAccountId": "gate"})
    writes: int = 0

    def client(self) -> httpx2.Client:
        """Return a client that goes this way."""
        return httpx2.Client(transport=httpx2.MockTransport(self._answer))

    def upstream(self) -> Upstream:
        """Return a connection as account ``gate``."""
        return Upstream(
            self.client(),
            Address(BASE_URL),
            Flavour.CLOUD,
            Expected(account=frozenset({"gate"}), named=True),
            limits=stored_limits(self.house.gateway.database, self.house.gateway.site),
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        said = self.before(request)
        if said is None:
            self.writes += request.method != "GET"
            said = self.house.jira.respond(request)
            said.headers.update(self.headers)
        return said


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Lend a filled house on SQLite: what is tested here does not depend on the database."""
    found = filled_file(tmp_path / "gateway.db")
    yield found
    found.gateway.database.dispose()


@pytest.fixture
def edge(house: House) -> Edge:
    """Put an edge between the gateway and its Jira."""
    found = Edge(house)
    house.gateway.upstream = found.upstream()
    return found


def writes_only(said: httpx2.Response) -> Callable[[httpx2.Request], httpx2.Response | None]:
    return lambda request: None if request.method == "GET" else said


STRANGERS: dict[str, dict[str, str]] = {
    "another account": {"X-AAccountId": "somebody"},
    "anonymous": {"X-AUSERNAME": "anonymous"},
    "failed login": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"},
}


@pytest.mark.parametrize("name", STRANGERS)
def test_an_answer_as_to_somebody_else_stops_everything_at_once(
    house: House, edge: Edge, name: str
) -> None:
    first = released(house, edit("summary", "A"))
    second = released(house, edit("summary", "B", issue_id="10002", issue_key="AIR-2"), number=2)
    # The write itself was taken: nobody can tell as whom.
    edge.before = writes_only(httpx2.Response(204, headers=STRANGERS[name]))
    house.promote_all()
    assert only(house, first).state is OpState.UNKNOWN
    assert only(house, second).state is OpState.READY
    assert view(house, second).state is State.PROMOTING, "the approval is kept"
    with house.gateway.database.read() as conn:
        stored = sites.get(conn, house.gateway.site)
    assert stored is not None
    assert (bool(stored.paused), stored.paused_kind) == (True, sites.IDENTITY)
    edge.before = lambda _: None
    assert resume(house.gateway)
    no_waiting(house)
    house.promote_all()
    assert view(house, first).state is view(house, second).state is State.PROMOTED
    assert house.jira.field("10001", "summary") == "A"


@pytest.mark.parametrize(
    "said",
    [
        httpx2.Response(401, json={"message": "token expired"}),
        httpx2.Response(403, headers={"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}),
        httpx2.Response(200, html="<html>Single sign-on</html>"),
        httpx2.Response(302, headers={"Location": "https://sso.example.com/"}),
    ],
    ids=["token expired", "CAPTCHA", "sign-on page", "redirect"],
)
def test_a_login_lost_in_the_middle_keeps_approvals_and_attempts(
    house: House, edge: Edge, said: httpx2.Response
) -> None:
    first = released(house, edit("summary", "A"), edit("priority", {"id": "2"}, id="c2"))
    second = released(house, edit("summary", "B", issue_id="10002", issue_key="AIR-2"), number=2)
    edge.before = lambda request: said if "10002" in request.url.path or edge.writes else None
    house.promote_all()
    assert view(house, first).state is State.PROMOTING
    assert edge.writes == 1
    assert not resume(house.gateway), "Jira does not know us yet"
    edge.before = lambda _: None
    assert resume(house.gateway)
    no_waiting(house)
    house.promote_all()
    assert view(house, first).state is view(house, second).state is State.PROMOTED
    assert edge.writes == 2, "nothing was written twice"


def test_what_a_person_paused_does_not_go_on_by_itself(house: House, edge: Edge) -> None:
    with house.gateway.database.write() as conn:
        sites.pause(conn, house.gateway.site, "A backup was restored.", "restored")
        sites.pause(conn, house.gateway.site, "Jira no longer knows us.")
        stored = sites.get(conn, house.gateway.site)
    assert stored is not None
    assert (stored.paused, stored.paused_kind) == ("A backup was restored.", "restored")
    assert not resume(house.gateway)


def test_promotion_writes_with_its_own_account_and_the_rest_reads_with_the_other(
    house: House,
) -> None:
    reading, writing = Edge(house), Edge(house, headers={"X-AAccountId": "pen"})
    house.gateway.upstream = reading.upstream()
    house.gateway.writer = replace(
        writing.upstream(), expected=Expected(account=frozenset({"pen"}), named=True)
    )
    review = released(house, edit("summary", "A"))
    house.promote_all()
    assert view(house, review).state is State.PROMOTED
    assert (reading.writes, writing.writes) == (0, 1)


def test_without_the_right_to_write_everything_works_but_promote(house: House) -> None:
    house.gateway.settings = replace(house.gateway.settings, read_only=True)
    review = house.arrive(change_set(edit("summary", "A")))
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    with pytest.raises(RefusedError) as raised:
        reviewing.promote(house.gateway, "eve", review, digest)
    assert "only reads Jira" in str(raised.value)
    assert view(house, review).state is State.APPROVED


def test_what_was_released_before_is_not_written_when_the_right_is_gone(house: House) -> None:
    review = released(house, edit("summary", "A"))
    house.gateway.settings = replace(house.gateway.settings, read_only=True)
    house.promote_all()
    found = only(house, review)
    assert (found.state, house.jira.effects) == (OpState.REJECTED, [])
    assert "only reads Jira" in found.trouble


def test_another_address_after_the_approval_is_not_written_to(house: House) -> None:
    review = released(house, edit("summary", "A"))
    moved = house.gateway.identity.model_copy(
        update={"api_url": "https://api.atlassian.com/ex/jira/other"}
    )
    house.gateway.identity = moved
    house.promote_all()
    assert (only(house, review).state, house.jira.effects) == (OpState.REJECTED, [])
