"""Who else has a change set before them is said to those who look at it, and to nobody else."""

import pytest
from sqlalchemy.exc import OperationalError

from gateway.review.people import Person, Role
from gateway.review.values import ReviewView
from gateway.store import opening, people
from tests.gateway.operations.conftest import House
from tests.gateway.web.conftest import Visit

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_BEGAN = 1_000  # when the house was filled


def at(house: House, minutes: float) -> None:
    """Let it be so many minutes after the beginning."""
    now = _BEGAN + round(minutes * _MINUTE)
    house.gateway.clock = lambda: now


def rows(house: House) -> list[tuple[int, str, float]]:
    """Return what is kept, times in minutes after the beginning."""
    with house.gateway.database.read() as conn:
        found = conn.exec_driver_sql("SELECT review_id, person, at FROM opened ORDER BY 1, 2")
        return [(review, person, (at - _BEGAN) / _MINUTE) for review, person, at in found.all()]


def test_who_opened_it_lately_is_named_to_others_and_not_to_oneself(eve: Visit) -> None:
    at(eve.house, 0)
    review = eve.arrive()
    assert "opened this" not in eve.get(f"/cs/{review}").text
    assert "opened this" not in eve.get(f"/cs/{review}").text
    at(eve.house, 2)
    eve.sign_in("max")
    html = eve.get(f"/cs/{review}").text
    assert "Eve opened this 2 minutes ago." in html
    assert "You can decide all the same" in html
    assert "Eve 님이 2분 전에 열었습니다." in eve.get(f"/cs/{review}?lang=ko").text
    at(eve.house, 3)
    eve.sign_in("rob")
    assert "Max opened this 1 minute ago. Eve opened this 3 minutes ago." in (
        eve.get(f"/cs/{review}?lang=en").text
    )
    at(eve.house, 15)
    assert "Eve" not in _said(eve.get(f"/cs/{review}").text)


def _said(html: str) -> str:
    return html.partition("data-opened>")[2].partition("</p>")[0]


def test_it_is_noted_once_a_minute_and_forgotten_after_a_day(eve: Visit) -> None:
    at(eve.house, 0)
    review = eve.arrive()
    for minute in (0, 0.5, 0.99):
        at(eve.house, minute)
        eve.get(f"/cs/{review}")
    assert rows(eve.house) == [(review, "eve", 0)]
    at(eve.house, 1)
    eve.get(f"/cs/{review}")
    assert rows(eve.house) == [(review, "eve", 1)]
    at(eve.house, 24 * 60 + 1.5)
    eve.sign_in("max")
    eve.get(f"/cs/{review}")
    assert rows(eve.house) == [(review, "max", 24 * 60 + 1.5)]


def test_a_set_that_is_decided_is_not_noted(eve: Visit) -> None:
    at(eve.house, 0)
    review = eve.arrive()
    eve.get(f"/cs/{review}")
    eve.post(f"/cs/{review}/approve", digest=eve.digest(review))
    at(eve.house, 5)
    eve.sign_in("max")
    assert "opened this" not in eve.get(f"/cs/{review}").text
    assert rows(eve.house) == [(review, "eve", 0)]


def test_who_may_not_see_a_set_leaves_no_trace_of_having_asked(visit: Visit) -> None:
    at(visit.house, 0)
    review = visit.arrive()
    assert visit.get(f"/cs/{review}").status_code == 303  # to the sign-in
    visit.sign_in("eve")
    assert visit.get("/cs/999").status_code == 404
    assert rows(visit.house) == []


def test_whoever_has_no_role_in_its_projects_is_told_nothing_and_not_noted(eve: Visit) -> None:
    at(eve.house, 0)
    review = eve.arrive()
    eve.get(f"/cs/{review}")
    elsewhere = Person(person="zoe", name="Zoe", role=Role.NONE)
    with eve.house.gateway.database.write() as conn:
        people.add(conn, elsewhere, now=1)
    eve.sign_in("zoe")
    hidden = eve.get(f"/cs/{review}")
    assert hidden.status_code == 404
    assert "Eve" not in hidden.text
    assert rows(eve.house) == [(review, "eve", 0)]


def test_agents_and_programs_are_not_told_who_looks(eve: Visit) -> None:
    at(eve.house, 0)
    review = eve.arrive()
    eve.get(f"/cs/{review}")
    assert "opened" not in ReviewView.model_fields
    assert eve.get(f"/api/v1/change-sets/{review}").status_code == 401  # a session is nothing there


def test_a_page_opens_though_nothing_can_be_noted(
    eve: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = eve.arrive()

    def busy(*_: object, **_more: object) -> None:
        raise OperationalError("INSERT", None, Exception("database is locked"))

    monkeypatch.setattr(opening, "note", busy)
    assert eve.get(f"/cs/{review}").status_code == 200
    assert rows(eve.house) == []
