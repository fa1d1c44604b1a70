"""Signing in: once per link, by a button, for ten minutes, and nothing leaks."""

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
import uvicorn
from sqlalchemy import text
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.identity import links, sessions
from gateway.identity.people import UnknownPersonError, admit
from gateway.review.people import Person, Role
from gateway.store import people
from tests.gateway.operations.conftest import house_on
from tests.gateway.web.conftest import Visit

SECOND = 1_000_000


def secret_of(link: str) -> str:
    return link.partition("link=")[2]


def test_opening_a_link_shows_a_button_and_uses_nothing_up(visit: Visit) -> None:
    link = links.new_link(visit.house.gateway, "eve")
    path = link.removeprefix(visit.house.gateway.settings.public_url)
    for _ in range(3):
        shown = visit.get(path)
        assert shown.status_code == 200
        assert secret_of(link) in shown.text
        assert "set-cookie" not in shown.headers
    assert visit.post("/sign-in", link=secret_of(link)).status_code == 303


def test_a_link_signs_in_once(visit: Visit) -> None:
    secret = secret_of(links.new_link(visit.house.gateway, "eve"))
    first = visit.post("/sign-in", link=secret)
    assert first.headers["location"] == "/"
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    second = visit.post("/sign-in", link=secret)
    assert second.status_code == 403
    assert "It was used before, or is older than ten minutes." in second.text
    assert visit.get("/").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(599, 303), (600, 403), (100_000, 403)])
def test_a_link_is_good_for_ten_minutes(visit: Visit, seconds: int, status: int) -> None:
    gateway = visit.house.gateway
    secret = secret_of(links.new_link(gateway, "eve"))
    began = gateway.clock()
    gateway.clock = lambda: began + seconds * SECOND
    assert visit.post("/sign-in", link=secret).status_code == status


@pytest.mark.parametrize("secret", ["x", "x" * 200, "\u202e", "' OR 1=1 --"])
def test_a_made_up_link_signs_nobody_in(visit: Visit, secret: str) -> None:
    assert visit.post("/sign-in", link=secret).status_code == 403
    assert visit.get("/").status_code == 303


def test_two_clicks_at_once_sign_in_once(visit: Visit) -> None:
    gateway = visit.house.gateway
    secret = secret_of(links.new_link(gateway, "eve"))
    found: list[str | None] = []
    barrier = threading.Barrier(4)

    def click() -> None:
        barrier.wait()
        found.append(links.consume(gateway, secret))

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == [None, None, None, "eve"]


def test_the_database_holds_neither_link_nor_cookie(visit: Visit) -> None:
    secret = secret_of(links.new_link(visit.house.gateway, "eve"))
    cookie = visit.post("/sign-in", link=secret).cookies["airlock"]
    with visit.house.gateway.database.read() as conn:
        for table in ("sign_in_link", "session", "audit"):
            stored = str(conn.execute(text(f"SELECT * FROM {table}")).all())
            assert stored != "[]"
            assert secret not in stored
            assert cookie not in stored


def test_signing_out_ends_the_session_for_good(eve: Visit) -> None:
    cookie = eve.http.cookies["airlock"]
    assert eve.post("/sign-out").headers["location"] == "/sign-in"
    assert eve.get("/", Cookie=f"airlock={cookie}").status_code == 303


def test_a_session_ends_after_a_working_day(eve: Visit) -> None:
    gateway = eve.house.gateway
    began = gateway.clock()
    gateway.clock = lambda: began + sessions.LIFETIME_S * SECOND
    assert eve.get("/").headers["location"] == "/sign-in"
    ended = eve.post("/cs/1/approve", digest="0" * 64)
    assert ended.status_code == 401
    assert "nothing was decided" in ended.text


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000])
def test_a_made_up_cookie_is_nobody(visit: Visit, cookie: str) -> None:
    assert visit.get("/", Cookie=f"airlock={cookie}").status_code == 303


def test_over_https_the_cookie_is_bound_to_this_host(visit: Visit) -> None:
    gateway = visit.house.gateway
    gateway.settings = replace(gateway.settings, public_url="https://airlock.test")
    secret = secret_of(links.new_link(gateway, "eve"))
    cookie = visit.post("/sign-in", link=secret).headers["set-cookie"]
    assert cookie.startswith("__Host-airlock=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_the_first_person_asked_for_becomes_admin_and_nobody_else_is_let_in() -> None:
    house = house_on("sqlite://")
    gateway = house.gateway
    gateway.database.migrate()
    links.new_link(gateway, "mina")
    with pytest.raises(UnknownPersonError, match="sam"):
        links.new_link(gateway, "sam")
    admit(gateway, Person(person="sam", name="Sam", role=Role.REVIEWER), by="mina")
    links.new_link(gateway, "sam")
    admit(gateway, Person(person="sam", name="Sam Lee", role=Role.APPROVER), by="mina")
    with gateway.database.read() as conn:
        assert {one.person: one.role for one in people.listed(conn)} == {
            "mina": Role.ADMIN,
            "sam": Role.APPROVER,
        }
    gateway.database.dispose()


class Kept(logging.Handler):
    """Keeps the lines that a log writes."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def access_log() -> Iterator[Kept]:
    """Listen to the server's access log, whatever other servers made of it."""
    logger, kept = logging.getLogger("uvicorn.access"), Kept()
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(level)


@pytest.fixture
def served(visit: Visit, access_log: Kept) -> Iterator[str]:
    """Serve the pages by a real server that writes an access log."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(visit.house.gateway), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


def test_the_access_log_never_holds_the_link(visit: Visit, served: str, access_log: Kept) -> None:
    secret = secret_of(links.new_link(visit.house.gateway, "eve"))
    with httpx2.Client(trust_env=False, timeout=20) as http:
        http.get(f"{served}/sign-in", params={"link": secret}).raise_for_status()
        http.post(f"{served}/sign-in", data={"link": secret}, headers={"Origin": served})
        assert http.get(served + "/?lang=ko").status_code == 200
    assert any('"GET /sign-in HTTP' in line for line in access_log.lines)
    assert any("/?lang=ko" in line for line in access_log.lines)
    assert not any(secret in line for line in access_log.lines)


def test_a_machine_without_a_session_still_learns_whether_we_live(visit: Visit) -> None:
    assert visit.get("/healthz").json() == {"ok": True}
    assert visit.get("/readyz").json() == {"ready": True}
    empty = house_on("sqlite://")
    with TestClient(create_app(empty.gateway), "http://airlock.test") as http:
        assert http.get("/readyz").status_code == 503
        assert http.get("/healthz").status_code == 200
    empty.gateway.database.dispose()


def test_the_language_that_was_asked_for_is_kept_on_the_way_to_the_sign_in(visit: Visit) -> None:
    assert visit.get("/history?lang=ko").headers["location"] == "/sign-in?lang=ko"
    assert '<html lang="ko">' in visit.get("/sign-in?lang=ko").text
    # Anything else is not carried along.
    assert visit.get("/history?lang=%0d%0aX").headers["location"] == "/sign-in"
