"""The sheet before promotion, the round before, and other sets on the same issues."""

from dataclasses import replace

from gateway.operations import reviewing
from sandbox.contract.shapes import ChangeSet
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.conftest import Visit


def approved(eve: Visit) -> int:
    """Return a review that is approved and not promoted."""
    review = eve.arrive()
    assert eve.post(f"/cs/{review}/approve", digest=eve.digest(review)).status_code == 303
    return review


def test_the_sheet_names_author_order_and_what_the_dry_run_found(eve: Visit) -> None:
    review = approved(eve)
    html = eve.get(f"/cs/{review}/promote").text
    for said in ("Written as", "Notifications", "Dry run", "In this order", "checked against Jira"):
        assert said in html
    assert "the gateway&#39;s own account" in html
    korean = eve.get(f"/cs/{review}/promote?lang=ko").text
    assert "이 순서대로" in korean
    assert "사전 확인" in korean
    assert eve.house.jira.effects == []


def test_a_sheet_of_what_jira_contradicts_leads_back_to_be_decided_anew(eve: Visit) -> None:
    review = approved(eve)
    digest = eve.digest(review)
    eve.house.jira.edit("10001", "Bob", summary="Bob's")
    answer = eve.get(f"/cs/{review}/promote")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cs/{review}")
    page = eve.get(f"/cs/{review}").text
    assert "data-lapsed" in page
    assert "<b hx-ignore>AIR-1 Summary</b>" in page
    assert "승인이 저절로 끝났습니다" in eve.get(f"/cs/{review}?lang=ko").text
    assert eve.post(f"/cs/{review}/promote", digest=digest).status_code == 409
    assert eve.house.jira.effects == []
    history = eve.get("/history?lang=en").text
    assert "The approval ended, as Jira was changed: AIR-1 Summary" in history


def test_the_sheet_says_what_would_not_be_written(eve: Visit) -> None:
    review = approved(eve)
    fields = eve.house.jira.issues["10001"]["fields"]
    fields["archiveddate"] = "2026-11-02T10:00:00.000+0000"
    html = eve.get(f"/cs/{review}/promote").text
    assert "Part of it would not be written now" in html
    assert "flag-bad" in html
    assert "so nothing can be promoted" in html
    assert f'action="/cs/{review}/promote"' not in html
    assert "다시 확인" in eve.get(f"/cs/{review}/promote?lang=ko").text
    refused = eve.post(f"/cs/{review}/promote", digest=eve.digest(review))
    assert refused.status_code == 409
    assert "AIR-1" in refused.text
    assert "보관" in refused.text
    assert "그런 다음 반영 화면을 다시 여십시오." in refused.text, "in the reader's language"
    assert eve.house.jira.effects == []
    del fields["archiveddate"]
    assert f'action="/cs/{review}/promote"' in eve.get(f"/cs/{review}/promote").text
    assert eve.post(f"/cs/{review}/promote", digest=eve.digest(review)).status_code == 303


def test_the_page_says_who_approved_and_how_many_more_have_to(eve: Visit) -> None:
    gateway = eve.house.gateway
    rules = replace(gateway.settings.people, approvals=2)
    gateway.settings = replace(gateway.settings, people=rules)
    review = eve.arrive()
    assert "2 more people have to approve it." in eve.get(f"/cs/{review}").text
    eve.post(f"/cs/{review}/approve", digest=eve.digest(review))
    assert "Approved by Eve. 1 more person has to approve it." in eve.get(f"/cs/{review}").text
    assert "1명이 더 승인해야 합니다." in eve.get(f"/cs/{review}?lang=ko").text


def second_round(eve: Visit) -> tuple[int, int]:
    """Return a review that was sent back and the one of its next round."""
    first = eve.arrive()
    old = eve.house.door.sealed[-1]
    words = "Only the labels, <please>."
    eve.post(f"/cs/{first}/send-back", digest=eve.digest(first), words=words)
    again: ChangeSet = change_set(
        edit("labels", ["web", "y"]), edit("priority", {"id": "1"}, id="c2"),
        number=2, round=2, replaces=old.id,
    )  # fmt: skip
    return first, eve.house.arrive(again)


def test_a_later_round_shows_what_is_other_and_what_people_had_said(eve: Visit) -> None:
    first, second = second_round(eve)
    html = eve.get(f"/cs/{second}").text
    assert f'<a href="/cs/{first}">CS-{first}</a>' in html
    assert "2 of 2 changes are new or other than before" in html
    assert "changed since the last round" in html
    assert "new in this round" in html
    assert "Since round 1" in html
    assert "No longer in it: AIR-1 summary" in html
    assert "Only the labels, &lt;please&gt;." in html
    only = eve.get(f"/cs/{second}?only=fresh").text
    assert 'id="c-c1"' in only
    assert "Show all of it" in only


def test_what_is_as_in_the_round_before_can_be_hidden(eve: Visit) -> None:
    first = eve.arrive()
    old = eve.house.door.sealed[-1]
    eve.post(f"/cs/{first}/send-back", digest=eve.digest(first), words="Another summary.")
    again = change_set(
        edit("summary", "Newer"), edit("labels", ["web", "x"], id="c2"),
        number=2, round=2, replaces=old.id,
    )  # fmt: skip
    second = eve.house.arrive(again)
    only = eve.get(f"/cs/{second}?only=fresh").text
    assert 'id="c-c1"' in only
    assert 'id="c-c2"' not in only
    assert 'id="c-c2"' in eve.get(f"/cs/{second}").text


def test_other_open_sets_on_the_same_issues_are_named(eve: Visit) -> None:
    first = eve.arrive()
    second = eve.house.arrive(change_set(edit("priority", {"id": "1"}), number=2))
    assert f'<a href="/cs/{second}">CS-{second} Tidy up</a> (AIR-1)' in eve.get(f"/cs/{first}").text
    more = [edit("labels", [f"l{n}"]) for n in (2, 3)]
    last = eve.house.arrive(*(change_set(one, number=n) for n, one in enumerate(more, 3)))
    many = eve.get(f"/cs/{first}").text
    # Of many their number is said, and they are one touch away.
    assert "<summary>Also open on the same issues: 3</summary>" in many
    assert f'<a href="/cs/{last}">CS-{last} Tidy up</a>' in many
    for other in (last - 1, last):
        gone = eve.post(f"/cs/{other}/reject", digest=eve.digest(other), words="No.")
        assert gone.status_code == 303, gone.text
    shown = reviewing.view(eve.house.gateway, second)
    eve.post(f"/cs/{second}/reject", digest=shown.digest, words="No.")
    assert "data-neighbours" not in eve.get(f"/cs/{first}").text


def test_mails_are_asked_away_only_where_jira_allows_it(eve: Visit) -> None:
    review = eve.arrive()
    html = eve.get(f"/cs/{review}").text
    assert "Ask Jira for no mails" in html
    before = eve.digest(review)
    answer = eve.post(f"/cs/{review}/mails", digest=before, mails="no")
    assert answer.status_code == 409
    assert eve.digest(review) == before
    assert eve.post(f"/cs/{review}/mails", digest=before, mails="yes").status_code == 303


def test_a_dry_run_before_the_approval_says_what_jira_would_say_and_writes_nothing(
    eve: Visit,
) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    assert f'href="/cs/{review}/dry-run"' in eve.get(f"/cs/{review}").text
    html = eve.get(f"/cs/{review}/dry-run?lang=en").text
    for said in ("Jira would take", "In this order", "checked against Jira", "nothing is written"):
        assert said in html
    assert "<form" not in html.split('id="main"')[1].split("</main>")[0]
    assert "사전 확인" in eve.get(f"/cs/{review}/dry-run?lang=ko").text
    eve.house.jira.edit("10001", "Bob", summary="Bob's")
    assert "Part of it would not be written now" in eve.get(f"/cs/{review}/dry-run?lang=en").text
    assert eve.house.jira.effects == []
    assert eve.digest(review) == digest


def test_there_is_no_dry_run_of_nothing(eve: Visit) -> None:
    review = eve.arrive()
    for name in ("c1", "c2"):
        digest = eve.digest(review) or "-"
        eve.post(f"/cs/{review}/changes/{name}", verdict="reject", digest=digest)
    assert eve.get(f"/cs/{review}/dry-run").headers["location"] == f"/cs/{review}"
