"""The corpus of ``tests.spoofing`` through every renderer and page: 0 executed, 0 hidden."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.operations.desk import Care
from gateway.policy.texts import odd_characters
from gateway.policy.unseen import unseen
from gateway.promotion.lasting import Lasting
from gateway.promotion.preflight import Preflight
from gateway.promotion.undo import Undo
from gateway.review.resting import FollowUp
from gateway.review.states import State
from gateway.review.values import Flag, ReviewView, Round
from gateway.store.opening import Opened
from gateway.web.adf_diff import AdfDiff
from gateway.web.adf_html import AdfHtml
from gateway.web.change_rows import ChangeRows
from gateway.web.flag_lines import flag_lines
from gateway.web.language import Lang, Tongue
from gateway.web.links import link
from gateway.web.presenting import present
from gateway.web.presenting_desk import present_desk, present_opened
from gateway.web.presenting_run import present_run, present_undo
from gateway.web.presenting_sheet import present_sheet
from gateway.web.reveal import reveal, spelled
from gateway.web.templating import render
from gateway.web.value_html import Values, web_link
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.promotion.world import change_set
from tests.gateway.web.attacked import visited
from tests.gateway.web.samples import ADMIN, NOW, review
from tests.gateway.web.test_every_leaf import SHELL
from tests.gateway.web.visit import Visit
from tests.spoofing import (
    ALIKE,
    EVERY,
    HOSTS,
    INVISIBLE,
    SOME,
    TARGETS,
    WHOLE,
    Page,
    every_place,
    faults,
    poisoned,
)

TONGUE = Tongue(Lang.EN)
HTML, DIFF, VALUES = AdfHtml(TONGUE), AdfDiff(TONGUE), Values(TONGUE)
CALM = "calm"
#: Set by the gateway itself, from a list of its own.
OWN = frozenset(
    {"kind", "state", "turn", "three", "verdict", "severity", "digest", "known_by", "how", "choice"}
)
#: An id and a flag's id lead to what is looked up; what they hold is tested below.
OWN |= {"position", "code", "box", "door", "place", "pick"}


def rendered(word: str) -> Iterator[str]:
    """Yield a word through every renderer of values."""
    doc, calm = every_place(word), every_place(CALM)
    yield HTML.document(doc)
    yield DIFF.documents(calm, doc)
    yield DIFF.documents(doc, calm)
    yield DIFF.texts(CALM, word)
    yield DIFF.texts(word, CALM)
    yield VALUES.show(word)
    yield VALUES.set_change([word, CALM], [CALM, {"name": word}])
    yield VALUES.status({"name": word, "statusCategory": {"key": word}})
    yield VALUES.json({word: [word]})
    values: list[Any] = [
        {"displayName": word, "emailAddress": f"x@{word}", "accountId": word},
        {"key": word, "fields": {"summary": word}},
        {"value": word, "child": {"value": word}},
        {"name": word, "state": word, "boardId": 1},
        {word: word},
        [word, [word]],
    ]
    yield from map(VALUES.show, values)
    yield web_link(word, word)
    yield link(word, reveal(word))
    yield reveal(word)
    flag = Flag(id=word, severity=word, change_id="c1", evidence={word: word, "key": word})
    for line in flag_lines([flag, Flag(id="odd_chars", severity="warn")], TONGUE):
        yield line.sentence
        yield from (value for _, value in line.evidence)


def test_no_renderer_lets_an_attack_out_or_hides_it() -> None:
    calm = list(rendered("peaceful"))
    wrong = [
        (attack, fault)
        for attack in EVERY
        for html, quiet in zip(rendered(attack), calm, strict=True)
        for fault in faults(str(html), str(quiet))
    ]
    assert wrong == []


def whole_review(state: State, word: str) -> ReviewView:
    """Return a review with a word in every text of it that comes from somewhere else."""
    before = Round(
        review_id=3,
        number=1,
        words="w",
        decided_by="p",
        changes=(Change(id="c9", kind=ChangeKind.COMMENT, issue_id="1", issue_key="X-1"),),
    )
    more: Any = {"before": before, "words": "w", "decided_by": "p", "paused": "p"}
    view = review(state, obstacles=() if state is State.APPROVED else ("o",), **more)
    return ReviewView.model_validate(poisoned(view.model_dump(mode="json"), word, OWN))


def cared(word: str) -> Care:
    """Return who looks after a set, and what is to be done, in that word."""
    note = FollowUp(word, word, NOW)
    people = ((word, word), ("x", "x"))
    return Care("x", word, word, people, True, True, None, note, word)


def pages_of(word: str) -> dict[str, str]:
    """Return every page that shows one review."""
    sent = whole_review(State.REVIEW, word)
    approved = whole_review(State.APPROVED, word)
    ran = whole_review(State.PARTLY_PROMOTED, word)
    remark = {"verdict": "warning", "code": "x", "sentence": "x", "next_step": "x"}
    found = Preflight.model_validate(
        poisoned(
            {
                "review": 1,
                "digest": "d",
                "checked_at": NOW,
                "site_url": "x",
                "author": "x",
                "verdict": "warning",
                "remarks": [remark],
                "operations": [
                    {
                        "position": 0,
                        "kind": "edit",
                        "issue_key": "x",
                        "change_ids": ["x"],
                        "request": {"method": "x", "url": "x"},
                        "verdict": "warning",
                        "remarks": [remark],
                    }
                ],
            },
            word,
            OWN,
        )
    )
    undo = Undo(
        tuple(one.change for issue in sent.issues for one in issue.changes),
        (Lasting(code="x", sentence=word, next_step=word, keys=(word,)),),
    )
    values: dict[str, dict[str, Any]] = {
        "change_set.html": {
            "page": present(sent, ADMIN, TONGUE, NOW),
            "box": present_desk(cared(word), TONGUE),
            "opened": present_opened((Opened("max", word, 1),), TONGUE, 2),
        },
        "promote.html": {"sheet": present_sheet(approved, found, ADMIN, TONGUE, NOW)},
        "run.html": {"run": present_run(ran, ADMIN, TONGUE, NOW, mark="m")},
        "undo.html": {"undo": present_undo(ran, undo, TONGUE, None)},
    }
    shell = replace(SHELL, other_href="?lang=ko", person=word, paused=word, host=word)
    return {name: render(name, TONGUE, shell=shell, **one) for name, one in values.items()}


def test_no_page_of_a_review_lets_the_corpus_out_or_hides_any_of_it() -> None:
    calm = pages_of(CALM)
    for name, html in pages_of(SOME).items():
        assert html.count("pwned()") > 5, name
        assert faults(html, calm[name]) == [], name


def test_the_check_sees_what_it_is_for() -> None:
    for bad in (
        "<p onclick=x>calm</p>",
        "<script>x</script>",
        "<p>pay\u202ement</p>",
        "<a class='' href='javascript:x' rel='' target='' title=''>x</a>",
        "<p class='p\u0430y'></p>",
    ):
        assert faults(bad, "<p class=''>calm</p>"), bad
    assert faults("<p>calm</p>", "<p>calm</p>") == []
    assert faults("<textarea>pay\u202ement</textarea>", "<textarea></textarea>") == []


def test_no_page_of_the_house_lets_the_corpus_out_or_hides_any_of_it(
    visit: Visit, another: Visit
) -> None:
    calm = visited(another, CALM, CALM)
    shown = visited(visit, WHOLE, SOME)
    assert [name for name, html in shown.items() if len(html) < 2000] == []
    assert 'data-state="promoted"' in shown["/cs/2/run"]
    assert {
        name: found for name, html in shown.items() if (found := faults(html, calm[name]))
    } == {}
    assert "pwned()" in shown["/"] + shown["/cs/1"] + shown["/agents"] + shown["/history"]


@pytest.mark.parametrize("given", [*INVISIBLE, *ALIKE])
def test_what_would_not_be_seen_is_spelled_and_flagged(given: str) -> None:
    assert "⟦U+" in reveal(given)
    assert "⟦U+" in spelled(given)
    assert odd_characters(given)


def test_every_format_character_of_unicode_is_shown() -> None:
    """Those that have a look of their own stay: Arabic and Syriac number signs and the like."""
    visible = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    missed = [
        hex(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in {"Cf", "Cc", "Cs", "Zl", "Zp"}
        if code not in visible and chr(code) not in "\t\n" and not unseen(f"x{chr(code)}y")
    ]
    assert missed == []


@pytest.mark.parametrize(
    "given",
    [
        "한글과 API를",
        "5 μs, 10 Ω",
        "Привет, мир",
        "Ελλάδα",
        "👩‍💻 ❤️ 1️⃣ 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f ☎︎",
        "葛\U000e0100城",
        "naïve café",
        "日本語テスト",
        "مرحبا",
    ],
)
def test_honest_text_of_any_language_is_left_alone(given: str) -> None:
    assert str(reveal(given)) == given
    assert odd_characters(given) == ()


@pytest.mark.parametrize("target", TARGETS)
def test_no_such_target_becomes_a_link(target: str) -> None:
    assert Page(link(target, reveal("click"))).links == []


@pytest.mark.parametrize("target", HOSTS)
def test_a_host_that_reads_like_another_is_told_in_plain_letters(target: str) -> None:
    shown = "".join(Page(link(target, reveal(target))).seen)
    host = target.split("/")[2]
    assert "⟦" in shown or "(evil.example)" in shown or (host.isascii() and "@" not in host)
    for said in ("https://bank.example/login", "bank.example", "bank.example/evil.example"):
        note = "".join(Page(link(target, reveal(said))).seen)
        assert "⟦" in note or "(" in note


def test_a_host_in_the_path_of_the_words_is_not_the_host_of_the_link() -> None:
    shown = link("https://evil.example/", reveal("https://bank.example/?evil.example"))
    assert "(evil.example)" in shown
    assert "(" not in link("https://bank.example/a", reveal("https://bank.example/a"))
    assert "(" not in link("mailto:mina@shop.example", reveal("mina@shop.example"))


def test_a_change_id_never_leads_a_form_elsewhere(visit: Visit) -> None:
    """Such an id comes from a sandbox that lies: 'keep' must not become 'approve'."""
    view = review()
    changes = view.issues[0].changes
    lying = changes[0].model_copy(
        update={"change": changes[0].change.model_copy(update={"id": "../approve"})}
    )
    issue = view.issues[0].model_copy(update={"changes": (lying,)})
    assert ChangeRows(TONGUE).row(lying).path == "..%2Fapprove"
    page = present(view.model_copy(update={"issues": (issue,)}), ADMIN, TONGUE, NOW)
    actions = Page(
        render("change_set.html", TONGUE, shell=SHELL, page=page, box=None, opened=())
    ).actions
    assert "/cs/1/changes/..%2Fapprove" in actions
    number = visit.house.arrive(change_set(lying.change))
    assert reviewing.view(visit.house.gateway, number).state is State.REFUSED
