"""The page of a promotion: what stands on it, the stream it follows, the way back."""

import re

import pytest

from gateway.operations.promoting import Promoter
from gateway.review.people import Person, Role
from gateway.store import people, sites
from gateway.store.database import database_now
from gateway.web import run_pages
from tests.gateway.promotion.world import change_set, create, edit
from tests.gateway.web.conftest import Visit


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a stream that has nothing new to say after two looks."""
    monkeypatch.setattr(run_pages, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(run_pages, "LONGEST", 0.05)


@pytest.fixture
def released(eve: Visit) -> tuple[Visit, int]:
    """Lend a browser at a promotion that was released and not begun."""
    review = eve.arrive()
    digest = eve.digest(review)
    eve.post(f"/cs/{review}/approve", digest=digest)
    assert eve.post(f"/cs/{review}/promote", digest=digest).status_code == 303
    return eve, review


def stream(visit: Visit, review: int, last: str = "") -> str:
    """Return what the stream says until it ends by itself."""
    headers = {"Last-Event-ID": last} if last else {}
    answer = visit.get(f"/cs/{review}/run/events", **headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer.text


def ids(text: str) -> list[str]:
    return re.findall(r"^id: (\w+)$", text, re.MULTILINE)


def test_a_stream_says_what_is_and_goes_on_where_it_was_cut(released: tuple[Visit, int]) -> None:
    eve, review = released
    first = stream(eve, review)
    assert len(ids(first)) == 1
    assert "data: " in first
    assert "next in line" in first
    # Nothing happened since: whoever comes back is told nothing twice.
    assert ids(stream(eve, review, ids(first)[0])) == []
    eve.house.promote_all()
    last = stream(eve, review, ids(first)[0])
    assert len(ids(last)) == 1
    assert ids(last) != ids(first)
    assert "written and read back" in last
    assert last.endswith("event: done\ndata:\n\n")


def test_the_page_names_what_it_shows_so_that_the_stream_repeats_nothing(
    released: tuple[Visit, int],
) -> None:
    eve, review = released
    html = eve.get(f"/cs/{review}/run").text
    found = re.search(r'data-follow="([^"]+)" data-seen="(\w+)"', html)
    assert found is not None
    assert ids(eve.get(f"{found[1]}?seen={found[2]}").text) == []
    assert '<noscript><meta http-equiv="refresh"' in html


def test_a_stream_is_for_people_and_for_reviews_that_are(visit: Visit) -> None:
    assert visit.get("/cs/1/run/events").status_code == 303
    visit.sign_in("eve")
    assert visit.get("/cs/99/run/events").status_code == 404


def test_a_stream_ends_when_its_reader_signs_out(released: tuple[Visit, int]) -> None:
    eve, review = released
    eve.post("/sign-out")
    assert eve.get(f"/cs/{review}/run/events").status_code == 303


def test_a_request_that_waits_says_until_when(released: tuple[Visit, int]) -> None:
    eve, review = released
    with eve.house.gateway.database.write() as conn:
        later = database_now(conn) + 90_000_000
        conn.exec_driver_sql(f"UPDATE operation SET not_before = {later}")
    # A wait of seconds is waited out with the operation in hand; this one is put back.
    assert Promoter(eve.house.gateway, "test").run_once() is False
    html = eve.get(f"/cs/{review}/run").text
    assert re.search(r"Tried again at \d\d:\d\d:\d\d UTC\.", html)
    korean = eve.get(f"/cs/{review}/run?lang=ko").text
    assert re.search(r"\d\d:\d\d:\d\d UTC에 다시 시도합니다\.", korean)


def test_a_paused_site_is_said_on_the_page(released: tuple[Visit, int]) -> None:
    eve, review = released
    before = ids(stream(eve, review))
    with eve.house.gateway.database.write() as conn:
        sites.pause(conn, eve.house.gateway.site, "Jira no longer accepts our credentials (401).")
    assert ids(stream(eve, review, before[0])) != []
    html = eve.get(f"/cs/{review}/run?lang=ko").text
    assert "모두 대기 중" in html
    assert "Jira no longer accepts" not in html


def test_a_failure_is_shown_with_its_reason_and_a_way_to_try_again(
    released: tuple[Visit, int],
) -> None:
    eve, review = released
    eve.house.jira.faults = ["400"]
    eve.house.promote_all()
    html = eve.get(f"/cs/{review}/run").text
    assert "Nothing of it was written to Jira." in html
    assert "fault 400" in html
    assert "1 refused by Jira" in html
    assert "Try the rest again" in html
    assert f"/cs/{review}/undo" not in html


def test_an_undo_is_listed_before_it_is_asked_for(released: tuple[Visit, int]) -> None:
    eve, review = released
    eve.house.promote_all()
    html = eve.get(f"/cs/{review}/run").text
    assert f'href="/cs/{review}/undo"' in html
    assert f'href="/cs/{review}/undo?position=1"' in html
    asked = eve.get(f"/cs/{review}/undo")
    assert asked.status_code == 200
    assert "cannot be called back" in asked.text
    assert "Summary" in asked.text
    effects = list(eve.house.jira.effects)
    made = eve.post(f"/cs/{review}/undo")
    assert made.status_code == 303
    new = int(made.headers["location"].rsplit("/", 1)[-1])
    assert new != review
    assert "Undo of" in eve.get(f"/cs/{new}").text
    assert eve.house.jira.effects == effects
    assert f'<a href="/cs/{new}">CS-{new}</a>' in eve.get(f"/cs/{review}/run").text
    again = eve.post(f"/cs/{review}/undo", position="1")
    assert again.status_code == 409
    assert f"CS-{new} undoes it already." in again.text


def test_an_undo_of_what_was_never_written_is_refused_in_both_languages(eve: Visit) -> None:
    review = eve.arrive()
    answer = eve.get(f"/cs/{review}/undo")
    assert answer.status_code == 409
    assert "Nothing of it was written to Jira." in answer.text
    assert "Jira에 반영된 것이 없습니다." in eve.get(f"/cs/{review}/undo?lang=ko").text


def test_a_viewer_finds_no_undo(visit: Visit) -> None:
    visit.sign_in("eve")
    review = visit.arrive()
    digest = visit.digest(review)
    visit.post(f"/cs/{review}/approve", digest=digest)
    visit.post(f"/cs/{review}/promote", digest=digest)
    visit.house.promote_all()
    with visit.house.gateway.database.write() as conn:
        people.add(conn, Person(person="vi", name="Vi", role=Role.VIEWER), now=1)
    visit.sign_in("vi")
    assert "/undo" not in visit.get(f"/cs/{review}/run").text
    assert visit.get(f"/cs/{review}/undo").status_code == 403
    assert visit.post(f"/cs/{review}/undo").status_code == 403


def test_a_request_that_nobody_can_tell_of_is_decided_on_the_page(
    released: tuple[Visit, int],
) -> None:
    eve, review = released
    eve.house.jira.faults = ["400"]
    eve.house.promote_all()
    with eve.house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET state = 'needs_human'")
    html = eve.get(f"/cs/{review}/run").text
    for said in ("A person decides", "It is in Jira", "send it again", "Leave it as it is"):
        assert said in html
    stuck = eve.post(f"/cs/{review}/promote", digest=eve.digest(review))
    assert "say at that request whether it is there" in stuck.text
    answer = eve.post(
        f"/cs/{review}/requests/1", digest=eve.digest(review), verdict="again", words="Not there."
    )
    assert answer.headers["location"] == f"/cs/{review}/run#s-1"
    eve.house.promote_all()
    assert "Everything that was approved is in Jira" in eve.get(f"/cs/{review}/run").text
    wrong = eve.post(f"/cs/{review}/requests/1", digest=eve.digest(review), verdict="maybe")
    assert wrong.status_code == 400


def test_whoever_promotes_chooses_whether_to_carry_on(eve: Visit) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    eve.post(f"/cs/{review}/approve", digest=digest)
    assert 'name="carry_on" value="yes"' in eve.get(f"/cs/{review}/promote").text
    assert eve.post(f"/cs/{review}/promote", digest=digest, carry_on="yes").status_code == 303
    assert eve.get("/history").status_code == 200


def test_a_new_issue_has_the_key_that_jira_gave_it_on_every_page_of_its_set(eve: Visit) -> None:
    review = eve.house.arrive(change_set(create(), edit("labels", ["x"], id="c2")))
    form = {"digest": eve.digest(review)}
    assert "it has no key yet" in eve.get(f"/cs/{review}").text
    eve.post(f"/cs/{review}/approve", **form)
    eve.post(f"/cs/{review}/promote", **form)
    eve.house.promote_all()
    for path in (f"/cs/{review}/run", f"/cs/{review}"):
        page = eve.get(path).text
        assert "it has no key yet" not in page
        assert 'href="/sandbox/AIR-3"' in page
    run = eve.get(f"/cs/{review}/run").text
    # What was only edited became nothing else.
    assert run.count("<dt>Became</dt>") == 1
    assert 'href="/sandbox/AIR-1"' in run
