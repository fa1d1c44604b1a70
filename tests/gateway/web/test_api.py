"""The machine API: the same rules as the pages, problems as JSON, and nothing approves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.identity import personal, sessions
from gateway.identity.personal import ApiScope
from gateway.operations import reviewing
from gateway.review.states import State
from gateway.store import personal as stored
from gateway.store import remarks
from tests.gateway.operations.conftest import House, filled_in_memory
from tests.gateway.promotion.world import change_set, edit

EVERY = tuple(ApiScope)
DAY = 86_400 * 1_000_000


@dataclass
class Machine:
    """A client of the API with a person's token."""

    house: House
    http: TestClient
    token: str

    def ask(self, method: str, path: str = "", **options: Any) -> httpx2.Response:
        """Ask for something below the change sets."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.http.request(method, f"/api/v1/change-sets{path}", headers=headers, **options)

    def decide(self, review: int, verb: str, words: str = "no", **headers: str) -> httpx2.Response:
        """Decide about what is there now, unless the headers say otherwise."""
        shown = headers if "If-Match" in headers else {"If-Match": self.etag(review), **headers}
        return self.ask("POST", f"/{review}/{verb}", json={"words": words}, headers=shown)

    def etag(self, review: int) -> str:
        return str(self.ask("GET", f"/{review}").headers["etag"])

    def arrive(self, number: int = 1) -> int:
        return self.house.arrive(change_set(edit("summary", "New"), number=number))

    def state(self, review: int) -> State:
        return reviewing.view(self.house.gateway, review, read_now=False).state


@pytest.fixture
def machine() -> Iterator[Machine]:
    house = filled_in_memory()
    token, _ = personal.make(house.gateway, "eve", "CI", EVERY, 30, by="eve")
    http = TestClient(
        create_app(house.gateway), "http://airlock.test", raise_server_exceptions=False
    )
    with http:
        yield Machine(house, http, token)
    house.gateway.database.dispose()


def said(answer: httpx2.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["type"].removeprefix("urn:airlock:")


def test_a_change_set_is_answered_with_its_exact_requests_and_its_digest(machine: Machine) -> None:
    review = machine.arrive()
    [row] = machine.ask("GET").json()["change_sets"]
    assert row["id"] == review
    answer = machine.ask("GET", f"/{review}")
    request = answer.json()["operations"][0]["planned"]["request"]
    assert (request["method"], request["body"]["fields"]) == ("PUT", {"summary": "New"})
    assert answer.headers["etag"] == f'"{answer.json()["digest"]}"'
    report = machine.ask("POST", f"/{review}/dry-run").json()
    assert report["operations"][0]["request"]["url"].endswith(request["path"])
    assert machine.house.jira.effects == []


def test_lists_come_in_pages_by_state(machine: Machine) -> None:
    reviews = [machine.arrive(number) for number in (1, 2, 3)]
    machine.decide(reviews[1], "reject")
    first = machine.ask("GET", params={"limit": 2}).json()
    assert [one["id"] for one in first["change_sets"]] == reviews[:0:-1]
    rest = machine.ask("GET", params={"limit": 2, "before": first["next_before"]}).json()
    assert [one["id"] for one in rest["change_sets"]] == reviews[:1]
    assert rest["next_before"] is None
    rejected = machine.ask("GET", params={"state": "rejected"}).json()["change_sets"]
    assert [one["id"] for one in rejected] == [reviews[1]]


@pytest.mark.parametrize(
    ("verb", "state"), [("send-back", State.CHANGES_REQUESTED), ("reject", State.REJECTED)]
)
def test_words_reach_the_agent_through_the_same_rules(
    machine: Machine, verb: str, state: State
) -> None:
    review = machine.arrive()
    assert said(machine.decide(review, verb, words=" ")) == (409, "words")
    answer = machine.decide(review, verb, words="왜요?")
    assert answer.json()["state"] == state
    view = reviewing.view(machine.house.gateway, review, read_now=False)
    assert (view.words, view.decided_by) == ("왜요?", "eve")
    assert said(machine.decide(review, verb))[1] in ("state", "stale")


def test_a_remark_is_said_once_and_a_reason_is_enough_to_send_back(machine: Machine) -> None:
    review = machine.arrive()
    said_it = {"json": {"change": "c1", "words": "@max 왜요?"}, "headers": {"Idempotency-Key": "k"}}
    for _ in range(2):
        assert machine.ask("POST", f"/{review}/remarks", **said_it).status_code == 200
    with machine.house.gateway.database.read() as conn:
        [one] = remarks.of_review(conn, review)
    assert (one.author, one.text, machine.state(review)) == ("eve", "@max 왜요?", State.REVIEW)
    unknown = {"json": {"change": "c9", "words": "x"}}
    assert machine.ask("POST", f"/{review}/remarks", **unknown).status_code == 404
    seen = {"If-Match": machine.etag(review)}
    body = {"reasons": ["not asked for"], "words": "그만"}
    answer = machine.ask("POST", f"/{review}/send-back", json=body, headers=seen)
    assert answer.status_code == 200
    view = reviewing.view(machine.house.gateway, review, read_now=False)
    assert view.words == "[not asked for] 그만"
    wrong = machine.ask("POST", f"/{review}/reject", json={"reasons": ["boss"]}, headers=seen)
    assert wrong.status_code == 400


def test_a_decision_names_what_was_seen(machine: Machine) -> None:
    review = machine.arrive()
    path = f"/{review}/reject"
    assert said(machine.ask("POST", path, json={"words": "x"})) == (428, "if_match")
    stale = machine.decide(review, "reject", **{"If-Match": f'"{"0" * 64}"'})
    assert said(stale) == (412, "stale")
    assert f'"{stale.json()["digest"]}"' == machine.etag(review)
    assert machine.state(review) is State.REVIEW


@pytest.mark.parametrize("verb", ["approve", "promote"])
@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_approving_needs_a_person_in_a_browser(
    machine: Machine, verb: str, headers: dict[str, str]
) -> None:
    review = machine.arrive()
    answer = machine.decide(review, verb, **headers)
    assert said(answer) == (403, "browser")
    assert answer.json()["link"].endswith(f"/cs/{review}")
    assert machine.state(review) is State.REVIEW
    assert said(machine.decide(99, verb, **{"If-Match": "x"})) == (404, "unknown")


def test_retry_goes_on_with_what_a_person_began_and_nothing_else(machine: Machine) -> None:
    review, jira = machine.arrive(), machine.house.jira
    assert said(machine.decide(review, "retry")) == (409, "retry")
    digest = reviewing.view(machine.house.gateway, review).digest
    reviewing.approve(machine.house.gateway, "max", review, digest)
    assert said(machine.decide(review, "retry")) == (409, "retry")
    jira.faults = ["400"]
    reviewing.promote(machine.house.gateway, "max", review, digest)
    machine.house.promote_all()
    assert machine.state(review) is State.FAILED
    assert machine.decide(review, "retry").json()["state"] == State.PROMOTING
    machine.house.promote_all()
    assert machine.state(review) is State.PROMOTED
    assert len(jira.effects) == 1


def test_the_same_key_gets_the_same_answer_and_another_request_none(machine: Machine) -> None:
    review = machine.arrive()
    tag = machine.etag(review)
    first = machine.decide(review, "reject", **{"If-Match": tag, "Idempotency-Key": "k1"})
    again = machine.decide(review, "reject", **{"If-Match": tag, "Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = machine.decide(review, "reject", "else", **{"If-Match": tag, "Idempotency-Key": "k1"})
    assert said(other) == (422, "key_reused")
    refused = [
        machine.decide(review, "reject", **{"If-Match": tag, "Idempotency-Key": "k2"})
        for _ in range(2)
    ]
    assert said(refused[0]) == said(refused[1])
    assert refused[0].json() == refused[1].json()


def test_work_that_is_under_way_or_was_abandoned(machine: Machine) -> None:
    gateway, review = machine.house.gateway, machine.arrive()
    headers = {"If-Match": machine.etag(review), "Idempotency-Key": "k"}
    assert machine.decide(review, "reject", **headers).status_code == 200
    with gateway.database.write() as conn:
        stored.finish(conn, "eve", "k", 0, "")
    assert said(machine.decide(review, "reject", **headers)) == (409, "in_progress")
    now = gateway.clock()
    gateway.clock = lambda: now + 61 * 1_000_000
    # Nobody is working on it any more: it is done again, and the digest still guards it.
    assert said(machine.decide(review, "reject", **headers))[0] in (409, 412)
    gateway.clock = lambda: now + 2 * DAY
    other = machine.decide(review, "reject", "other", **headers)
    assert other.json()["type"] != "urn:airlock:key_reused"


def test_a_fault_of_ours_frees_the_key(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    review = machine.arrive()
    headers = {"If-Match": machine.etag(review), "Idempotency-Key": "k"}
    with monkeypatch.context() as broken:
        broken.setattr(reviewing, "reject", lambda *_: 1 / 0)
        assert said(machine.decide(review, "reject", **headers)) == (500, "broken")
    assert machine.decide(review, "reject", **headers).status_code == 200


CALLS = [
    ("GET", ""),
    ("GET", "/1"),
    ("POST", "/1/dry-run"),
    ("POST", "/1/send-back"),
    ("POST", "/1/reject"),
    ("POST", "/1/retry"),
    ("POST", "/1/approve"),
    ("POST", "/1/promote"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_cookies_and_agents_tokens_count_for_nothing(
    machine: Machine, method: str, path: str
) -> None:
    machine.arrive()
    cookie = sessions.begin(machine.house.gateway, "eve")
    body = {"words": "x"} if method == "POST" else None
    for headers in (
        {},
        {"Cookie": f"airlock={cookie}", "Sec-Fetch-Site": "same-origin"},
        {"Authorization": "Bearer ala_0123456789"},
        {"Authorization": f"Bearer {cookie}"},
        {"Authorization": f"Basic {machine.token}"},
        {"Authorization": "Bearer alp_nothing"},
    ):
        answer = machine.http.request(
            method, f"/api/v1/change-sets{path}", headers={"If-Match": "x", **headers}, json=body
        )
        assert said(answer) == (401, "token")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert machine.state(1) is State.REVIEW


@pytest.mark.parametrize("page", ["/", "/cs/1", "/history", "/agents"])
def test_a_personal_token_opens_no_page(machine: Machine, page: str) -> None:
    machine.arrive()
    headers = {"Authorization": f"Bearer {machine.token}"}
    answer = machine.http.get(page, headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    form = {"digest": reviewing.view(machine.house.gateway, 1).digest}
    posted = machine.http.post("/cs/1/approve", data=form, headers=headers)
    assert posted.status_code == 401
    assert machine.state(1) is State.REVIEW


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ((ApiScope.READ,), set()),
        ((ApiScope.COMMENT,), {"send-back"}),
        ((ApiScope.REJECT,), {"reject"}),
        ((ApiScope.RETRY,), {"retry"}),
    ],
)
def test_a_token_does_what_it_is_for(
    machine: Machine, scopes: tuple[ApiScope, ...], allowed: set[str]
) -> None:
    review = machine.arrive()
    machine.token, _ = personal.make(machine.house.gateway, "eve", "x", scopes, 1, by="eve")
    for verb in {"send-back", "reject", "retry"} - allowed:
        assert said(machine.decide(review, verb)) == (403, "scope")
    for verb in allowed:
        answer = machine.decide(review, verb)
        assert answer.json().get("type") != "urn:airlock:scope"


def test_a_role_is_asked_as_it_is_now(machine: Machine) -> None:
    review = machine.arrive()
    with machine.house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE person SET role = 'viewer' WHERE person = 'eve'")
    assert machine.ask("GET", f"/{review}").status_code == 200
    assert said(machine.decide(review, "reject")) == (403, "role")


def test_a_revoked_and_an_expired_token_are_worthless(machine: Machine) -> None:
    gateway = machine.house.gateway
    with gateway.database.read() as conn:
        [one] = stored.listed(conn)
    assert machine.ask("GET").status_code == 200
    now = gateway.clock()
    gateway.clock = lambda: now + 31 * DAY
    assert said(machine.ask("GET")) == (401, "token")
    gateway.clock = lambda: now
    personal.revoke(gateway, one.token_id, by="eve")
    assert said(machine.ask("GET")) == (401, "token")
    with pytest.raises(personal.NoSuchTokenError):
        personal.revoke(gateway, one.token_id, by="eve")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/99", 404),
        ("GET", "/seven", 404),
        ("DELETE", "/1", 405),
        ("GET", "/1/nothing", 404),
        ("POST", "/1/reject", 400),
    ],
)
def test_every_failure_is_a_problem(machine: Machine, method: str, path: str, status: int) -> None:
    machine.arrive()
    answer = machine.ask(method, path, headers={"If-Match": "x"})
    assert said(answer)[0] == status


def test_the_api_describes_itself(machine: Machine) -> None:
    told = machine.http.get("/api/v1/openapi.json").json()
    assert {f"/change-sets{path.replace('1', '{review_id}')}" for _, path in CALLS} <= set(
        told["paths"]
    )
    assert machine.http.get("/api/v1/docs").status_code == 404
