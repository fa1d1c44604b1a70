"""What an agent claims on its page: the request that it quotes, and its sources."""

from typing import Any

from gateway.review.sources import Cited, Proof
from gateway.review.values import ReviewView, Round
from gateway.store import reviews
from gateway.web.language import Lang, Tongue
from gateway.web.presenting import present
from gateway.web.templating import render
from sandbox.contract.shapes import Source
from tests.gateway.promotion.world import change_set, edit
from tests.gateway.web.samples import ADMIN, NOW, review
from tests.gateway.web.test_api import Machine, machine
from tests.gateway.web.test_every_leaf import SHELL
from tests.gateway.web.visit import Visit

__all__ = ["machine"]
ASKED = "Please <b>close</b>\u202e WEB-7\n그리고 댓글도"


def html(view: ReviewView, lang: Lang = Lang.EN) -> str:
    tongue = Tongue(lang)
    shown = present(view, ADMIN, tongue, NOW)
    return render("change_set.html", tongue, shell=SHELL, page=shown, box=None, opened=())


def asked(view: ReviewView, lang: Lang = Lang.EN) -> str:
    """Return what stands where the request is quoted."""
    return html(view, lang).split("data-asked", 1)[1].split("</blockquote>", 1)[0]


def before(request: str) -> Round:
    return Round(review_id=9, number=1, words="", decided_by="eve", changes=(), request=request)


def citing(*sources: Cited) -> ReviewView:
    view = review()
    first, *others = view.issues[0].changes
    own = first.model_copy(update={"sources": sources})
    issue = view.issues[0].model_copy(update={"changes": (own, *others)})
    return view.model_copy(update={"issues": (issue, *view.issues[1:])})


def notes(*sources: Cited, lang: Lang = Lang.EN) -> list[str]:
    pieces = html(citing(*sources), lang).split("data-source>")[1:]
    return [one.split("</p>", 1)[0].partition("</svg>")[2].strip() for one in pieces]


def test_the_request_is_quoted_as_text_with_what_nobody_sees() -> None:
    shown = asked(review(request=ASKED))
    assert "hx-ignore" in shown
    assert "Please &lt;b&gt;close&lt;/b&gt;" in shown
    assert '<span class="odd">⟦U+202E⟧</span>' in shown
    assert "그리고 댓글도" in shown
    whole = html(review(request=ASKED), Lang.KO)
    assert "에이전트가 요청받았다고 하는 말" in whole
    assert whole.index("data-asked") < whole.index("Safari bugs.")


def test_who_quotes_nobody_is_said_so_and_an_undo_was_not_asked_of_an_agent() -> None:
    assert "It quotes nobody." in asked(review())
    assert "아무 말도 인용하지 않았습니다." in asked(review(), Lang.KO)
    assert "data-asked" not in html(review(request=None))


def test_a_round_that_quotes_something_else_says_what_it_quoted_before() -> None:
    shown = html(review(request="B", before=before("A <i>")))
    was = shown.split("data-was-asked>", 1)[1].split("</p>", 1)[0]
    assert was == "In round 1 it quoted: <span hx-ignore>A &lt;i&gt;</span>"
    nobody = html(review(request="B", before=before("")))
    assert "<span hx-ignore>nobody</span>" in nobody
    assert "data-was-asked" not in html(review(request="B", before=before("B")))


def test_a_source_leads_to_where_it_can_be_read() -> None:
    url = "https://jira.example.com/browse/AIR-3?focusedCommentId=10234"
    cited = Cited(issue_key="AIR-3", comment_id="10234", url=url, proof=Proof.READ)
    [shown] = notes(cited)
    assert shown == (
        f'The agent says that this comes from <a href="{url}" rel="noopener noreferrer" '
        'target="_blank">comment 10234 of AIR-3</a>.'
    )
    [korean] = notes(cited, lang=Lang.KO)
    assert korean.startswith("에이전트가 밝힌 출처: <a href=")
    assert ">AIR-3의 댓글 10234</a>" in korean


def test_words_are_quoted_with_what_we_know_of_them() -> None:
    read = {"issue_key": "AIR-3", "comment_id": "7", "proof": Proof.READ}
    literal, loose, false, unread = notes(
        Cited(**read, words="fails <b>\u202e since 4.2", verbatim=True),
        Cited(**read, words="loosely"),
        Cited(**read, words="never written", written=False, verbatim=True),
        Cited(issue_key="AIR-3", words="unread", verbatim=True),
    )
    assert literal == (
        '<q hx-ignore>fails &lt;b&gt;<span class="odd">⟦U+202E⟧</span> since 4.2</q> comes from '
        'comment 7 of AIR-3, the agent says. <b class="chip chip-ok">word for word</b>'
    )
    assert "chip" not in loose
    assert "It does not write these words." in false
    assert "It did not read that before" in unread
    assert "word for word" not in false + unread
    [korean] = notes(Cited(**read, words="4.2부터", verbatim=True), lang=Lang.KO)
    assert "에이전트가 밝힌 <q hx-ignore>4.2부터</q>의 출처: AIR-3의 댓글 7" in korean
    assert "그대로 있음" in korean


def test_jira_on_this_machine_is_shown_in_our_own_browser() -> None:
    url = "http://127.0.0.1:9/browse/AIR-3"
    [shown] = notes(Cited(issue_key="AIR-3", url=url, proof=Proof.READ))
    assert '<a href="/sandbox/AIR-3">AIR-3</a>' in shown


def test_a_source_that_is_not_what_the_agent_says_is_told_so() -> None:
    never, gone, hidden = notes(
        Cited(issue_key="AIR-3<b>", url="javascript:alert(1)"),
        Cited(issue_key="AIR-3", comment_id="7", proof=Proof.NO_COMMENT),
        Cited(issue_key=""),
    )
    assert "AIR-3&lt;b&gt;" in never
    assert "<a" not in never + gone + hidden
    assert "It did not read that before it wrote this." in never
    assert "No such comment was there when we read the issue last." in gone
    assert hidden == "The agent says that this comes from an issue that you may not see."


def test_the_page_the_api_and_the_stored_set_tell_the_same(eve: Visit, machine: Machine) -> None:
    sources = {"c1": (Source(issue_key="AIR-2"),)}
    given: dict[str, Any] = {"request": "로그인 제목을 고쳐 줘", "sources": sources}
    made = change_set(edit("summary", "New"), **given)
    number = eve.house.arrive(made)
    shown = eve.get(f"/cs/{number}").text
    assert "로그인 제목을 고쳐 줘" in shown
    assert "The agent says that this comes from" in shown
    assert "nothing shows that it read that" in shown
    told = machine.ask("GET", f"/{machine.house.arrive(made)}").json()
    assert told["request"] == "로그인 제목을 고쳐 줘"
    [cited] = told["issues"][0]["changes"][0]["sources"]
    assert (cited["issue_key"], cited["proof"]) == ("AIR-2", "never")
    with eve.house.gateway.database.read() as conn:
        stored = reviews.get(conn, number)
    assert stored is not None
    assert stored.change_set.sources == sources


def test_sources_of_a_change_that_is_not_there_are_refused(eve: Visit) -> None:
    made = change_set(edit("summary", "New"), sources={"c9": (Source(issue_key="AIR-2"),)})
    shown = eve.get(f"/cs/{eve.house.arrive(made)}").text
    assert "It names sources of a change that it does not have." in shown
