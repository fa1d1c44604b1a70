"""The pages over HTTP: what they show, where a form leads, what a wrong form is told."""

import re

import pytest

from gateway.operations import reviewing
from gateway.review.people import Person, Role
from gateway.review.states import State
from gateway.store import people
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.conftest import Visit


def state(visit: Visit, review: int) -> State:
    return reviewing.view(visit.house.gateway, review).state


def test_the_inbox_leads_to_the_change_set(eve: Visit) -> None:
    review = eve.arrive()
    shown = eve.get("/").text
    assert f'href="/cs/{review}"' in shown
    assert "Your turn" in shown
    assert eve.get(f"/cs/{review}").status_code == 200


def test_every_decision_form_carries_the_digest(eve: Visit) -> None:
    review = eve.arrive()
    html = eve.get(f"/cs/{review}").text
    forms = re.findall(r'<form [^>]*action="/cs/[^"]*"[^>]*>(.*?)</form>', html, re.DOTALL)
    # What is viewed or said, who looks after it and other marks decide nothing.
    marks = re.compile(r'name="(mark|to|pause|note)"|id="m-c')
    forms = [one for one in forms if not marks.search(one)]
    # One of them is the as a whole.
    assert len(forms) == 9
    hidden = f'<input type="hidden" name="digest" value="{eve.digest(review)}">'
    assert all(hidden in form for form in forms)


def test_a_change_is_left_out_and_kept_again(eve: Visit) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    answer = eve.post(
        f"/cs/{review}/changes/c2", verdict="reject", words="not <asked>", digest=digest
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cs/{review}#c-c2"
    html = eve.get(f"/cs/{review}").text
    assert "1 of 2 changes kept · 1 left out" in html
    assert "not &lt;asked&gt;" in html
    again = eve.post(f"/cs/{review}/changes/c2", verdict="keep", digest=eve.digest(review))
    assert again.status_code == 303
    assert eve.digest(review) == digest


def test_from_approval_to_the_receipt(eve: Visit) -> None:
    review = eve.arrive()
    form = {"digest": eve.digest(review)}
    assert eve.post(f"/cs/{review}/approve", **form).headers["location"].endswith("/promote")
    assert f'href="/cs/{review}/promote"' in eve.get(f"/cs/{review}").text
    html = eve.get(f"/cs/{review}/promote").text
    assert "In this order" in html
    assert "Write 1 request to" in html
    assert "What cannot be taken back" in html
    promoted = eve.post(f"/cs/{review}/promote", **form)
    assert promoted.headers["location"] == f"/cs/{review}/run"
    running = eve.get(f"/cs/{review}/run").text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in running
    assert f'data-follow="/cs/{review}/run/events"' in running
    eve.house.promote_all()
    done = eve.get(f"/cs/{review}/run").text
    assert 'data-state="promoted"' in done
    assert "written and read back" in done
    assert "data-follow" not in done
    assert 'data-state="promoted"' in eve.get(f"/cs/{review}").text


def test_an_approval_can_be_withdrawn(eve: Visit) -> None:
    review = eve.arrive()
    form = {"digest": eve.digest(review)}
    eve.post(f"/cs/{review}/approve", **form)
    assert eve.post(f"/cs/{review}/withdraw", **form).status_code == 303
    assert state(eve, review) is State.REVIEW


@pytest.mark.parametrize(
    ("verb", "after"),
    [("reject", State.REJECTED), ("send-back", State.CHANGES_REQUESTED)],
)
def test_words_go_with_a_refusal(eve: Visit, verb: str, after: State) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    silent = eve.post(f"/cs/{review}/{verb}", digest=digest, words="  ")
    assert silent.status_code == 409
    assert "The agent needs a reason to learn from." in silent.text
    assert state(eve, review) is State.REVIEW
    assert eve.post(f"/cs/{review}/{verb}", digest=digest, words="왜냐하면").status_code == 303
    assert state(eve, review) is after
    assert "왜냐하면" in eve.get(f"/cs/{review}").text


@pytest.mark.parametrize("verb", ["approve", "promote", "reject", "send-back", "withdraw"])
def test_a_form_without_the_digest_is_told_so(eve: Visit, verb: str) -> None:
    review = eve.arrive()
    answer = eve.post(f"/cs/{review}/{verb}", words="x")
    assert answer.status_code == 400
    assert "did not say which version" in answer.text
    assert f'href="/cs/{review}"' in answer.text
    assert state(eve, review) is State.REVIEW


def test_a_set_of_which_nothing_can_be_approved_can_still_be_rejected(eve: Visit) -> None:
    review = eve.arrive()
    for change in ("c1", "c2"):
        digest = eve.digest(review)
        eve.post(f"/cs/{review}/changes/{change}", verdict="reject", digest=digest)
    html = eve.get(f"/cs/{review}").text
    assert 'name="digest" value="-"' in html
    assert "Nothing would change in Jira." in html
    assert eve.post(f"/cs/{review}/reject", digest="-", words="none of it").status_code == 303
    assert state(eve, review) is State.REJECTED


@pytest.mark.parametrize("digest", ["0" * 64, "x", "-", "%00", "\u202e"])
def test_a_digest_that_is_not_the_one_shown_answers_409_with_what_changed(
    eve: Visit, digest: str
) -> None:
    review = eve.arrive()
    answer = eve.post(f"/cs/{review}/approve", digest=digest)
    assert answer.status_code == 409
    assert f"CS-{review} changed while you looked" in answer.text
    assert f'href="/cs/{review}"' in answer.text
    assert state(eve, review) is State.REVIEW


def test_the_stale_page_says_what_is_different_now(eve: Visit) -> None:
    review = eve.arrive()
    shown = eve.digest(review)
    eve.post(f"/cs/{review}/changes/c2", verdict="reject", digest=shown)
    answer = eve.post(f"/cs/{review}/approve", digest=shown)
    assert "Eve left out: AIR-1 Labels." in answer.text
    korean = eve.http.post(
        f"/cs/{review}/approve?lang=ko",
        data={"digest": shown},
        headers={"Origin": "http://airlock.test"},
    )
    assert "Eve 님이 제외함: AIR-1 Labels" in korean.text


def test_promotion_takes_a_sign_in_that_is_not_old(eve: Visit) -> None:
    review = eve.arrive()
    form = {"digest": eve.digest(review)}
    eve.post(f"/cs/{review}/approve", **form)
    half_an_hour = 30 * 60 * 1_000_000
    eve.house.gateway.clock = lambda: 1_000 + half_an_hour + 1
    answer = eve.post(f"/cs/{review}/promote", **form)
    assert answer.status_code == 403
    assert "your sign-in is older than 30 minutes" in answer.text
    assert eve.house.jira.effects == []
    assert state(eve, review) is State.APPROVED
    eve.sign_in("eve")
    assert eve.post(f"/cs/{review}/promote", **form).headers["location"].endswith("/run")


def test_a_sheet_of_nothing_to_promote_leads_on(eve: Visit) -> None:
    review = eve.arrive()
    assert eve.get(f"/cs/{review}/promote").headers["location"] == f"/cs/{review}"
    form = {"digest": eve.digest(review)}
    eve.post(f"/cs/{review}/approve", **form)
    eve.post(f"/cs/{review}/promote", **form)
    assert eve.get(f"/cs/{review}/promote").headers["location"] == f"/cs/{review}/run"


def test_a_conflict_takes_the_approve_button_and_shows_three_columns(eve: Visit) -> None:
    review = eve.arrive()
    eve.house.jira.edit("10001", "Bob", summary="Bob&#39;s <i>")
    html = eve.get(f"/cs/{review}").text
    assert f'action="/cs/{review}/approve"' not in html
    assert "When the agent started" in html
    assert "Cannot be approved yet" in html
    refused = eve.post(f"/cs/{review}/approve", digest=eve.digest(review))
    assert refused.status_code == 409
    assert "Somebody changed the same field in Jira." in refused.text


def test_a_viewer_sees_everything_and_presses_nothing(visit: Visit) -> None:
    review = visit.arrive()
    with visit.house.gateway.database.write() as conn:
        people.add(conn, Person(person="vi", name="Vi", role=Role.VIEWER), now=1)
    visit.sign_in("vi")
    html = visit.get(f"/cs/{review}").text
    pressed = set(re.findall(f'action="/cs/{review}([^"]*)"', html))
    # Marks of one's own.
    assert pressed == {"/viewed", "/aside"}
    answer = visit.post(f"/cs/{review}/approve", digest=visit.digest(review))
    assert answer.status_code == 403
    assert "Your role may look, but not do this." in answer.text


@pytest.mark.parametrize("path", ["/cs/99", "/cs/99/run", "/cs/x", "/cs/-1", "/nowhere"])
def test_what_is_not_there_is_a_page_that_leads_on(eve: Visit, path: str) -> None:
    answer = eve.get(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_an_unknown_change_is_not_found(eve: Visit) -> None:
    review = eve.arrive()
    answer = eve.post(f"/cs/{review}/changes/c99", verdict="keep", digest=eve.digest(review))
    assert answer.status_code == 404
    assert "There is no change c99" in answer.text


def test_a_verdict_that_is_none_is_refused(eve: Visit) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    assert eve.post(f"/cs/{review}/changes/c1", digest=digest).status_code == 400
    wrong = eve.post(f"/cs/{review}/changes/c1", digest=digest, verdict="maybe")
    assert wrong.status_code == 409
    assert "A change can be kept or left out." in wrong.text


def test_words_without_end_are_refused(eve: Visit) -> None:
    review = eve.arrive()
    answer = eve.post(f"/cs/{review}/reject", digest=eve.digest(review), words="x" * 2001)
    assert answer.status_code == 400
    assert "at most 2000 characters" in answer.text


def test_a_fault_of_ours_shows_a_page_and_no_trace(eve: Visit) -> None:
    eve.arrive()
    with eve.house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE review SET body = 'broken'")
    answer = eve.get("/cs/1")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "Traceback" not in answer.text


def test_korean_is_kept_once_it_was_chosen(eve: Visit) -> None:
    chosen = eve.get("/?lang=ko")
    assert '<html lang="ko">' in chosen.text
    assert "내 차례" in chosen.text
    assert '<html lang="ko">' in eve.get("/").text
    assert '<html lang="en">' in eve.get("/?lang=en").text
    assert '<html lang="en">' in eve.get("/", **{"Accept-Language": "ko"}).text


def test_the_header_names_the_target_and_the_demo_says_so(eve: Visit) -> None:
    shown = eve.get("/").text
    assert "</span>127.0.0.1:9</span>" in shown
    assert "make-believe" not in shown
    eve.house.gateway.demo = True
    assert "make-believe" in eve.get("/").text


def test_the_inbox_is_narrowed_and_paged_by_its_address(eve: Visit) -> None:
    for number in range(1, 24):
        eve.house.arrive(change_set(edit("summary", f"New {number}"), number=number))
    whole = eve.get("/").text
    assert whole.count("<tr data-row") == 20
    assert 'href="/?turn=reviewer"' in whole
    assert "Show all 23" in whole
    one = eve.get("/?turn=reviewer&sort=oldest").text
    assert one.count("<tr data-row") == 23
    assert one.index('id="cs-1"') < one.index('id="cs-23"')
    assert "Nothing here fits what you chose." in eve.get("/?project=NONE").text
    odd = eve.get("/?turn=<b>&sort=x&page=-1&agent=<script>")
    assert odd.status_code == 200
    assert "<script>" not in odd.text.replace("<script src", "")
