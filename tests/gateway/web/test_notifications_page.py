"""The page of notifications: for admins, says what does not arrive, and gives no secret away."""

from dataclasses import replace

from gateway.notify_settings import Event, Notify
from gateway.operations import noticing
from gateway.operations.delivering import Deliverer
from gateway.web.notice_words import deliverer_of
from tests.gateway.web.conftest import Visit

HOOK = "https://127.0.0.1:9/services/T0/secret-path"


def failing(visit: Visit) -> Deliverer:
    """Set a channel that leads nowhere."""
    gateway = visit.house.gateway
    notify = Notify(frozenset({Event.WAITING}), slack=HOOK)
    gateway.settings = replace(gateway.settings, notify=notify)
    noticing.notice_news(gateway)
    return deliverer_of(gateway)


def test_an_admin_sees_what_does_not_arrive_on_every_page(visit: Visit) -> None:
    visit.sign_in("ann")
    assert "data-unheard" not in visit.get("/").text
    deliverer = failing(visit)
    visit.arrive()
    deliverer.run_once()
    assert "data-unheard" in visit.get("/").text
    shown = visit.get("/notifications")
    assert "It cannot be reached (ConnectError)." in shown.text
    assert "127.0.0.1:9" in shown.text
    assert "secret-path" not in shown.text
    korean = visit.get("/notifications?lang=ko").text
    assert "연결할 수 없습니다" in korean
    visit.sign_in("eve")
    assert "data-unheard" not in visit.get("/").text


def test_a_test_goes_through_every_channel(visit: Visit) -> None:
    visit.sign_in("ann")
    deliverer = failing(visit)
    answer = visit.post("/notifications/test")
    assert answer.headers["location"] == "/notifications?tested=true"
    assert "1 waiting" in visit.get("/notifications").text
    assert deliverer.run_once() == 0


def test_without_a_channel_the_page_says_how_to_set_one(visit: Visit) -> None:
    visit.sign_in("ann")
    assert "AIRLOCK_NOTIFY_" in visit.get("/notifications").text
