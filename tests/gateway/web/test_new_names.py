"""New issues have short names on the page; what is sent, and the digest, name them as before."""

from typing import Any

from markupsafe import Markup
from pydantic import JsonValue

from gateway.promotion.states import OpState
from gateway.review.values import Flag, IssueView, OperationView, ReviewView
from gateway.web.language import Lang, Tongue
from gateway.web.new_names import NewNames
from gateway.web.presenting import present
from gateway.web.request_blocks import RequestBlocks
from gateway.web.reveal import reveal
from gateway.web.templating import render
from sandbox.contract.shapes import ChangeKind
from tests.gateway.web.samples import (
    ADMIN,
    NOW,
    change,
    document,
    new_issue,
    operation,
    paragraph,
    review,
    text,
)
from tests.gateway.web.test_every_leaf import SHELL
from tests.spoofing import EVERY, faults

KEY = "WEB-9000000007"
SHORT = f'<abbr class="new-key" title="{KEY}">NEW-1</abbr>'
EN = Tongue(Lang.EN)
KO = Tongue(Lang.KO)


def naming(key: str = KEY, **more: Any) -> ReviewView:
    """Return a review that names its new issue in texts, a link's text, a flag and a request."""
    words = f"See {KEY}, not NEW-1 or X-{KEY}."
    link: JsonValue = {"type": "link", "attrs": {"href": f"https://jira.example.com/browse/{KEY}"}}
    linked: dict[str, JsonValue] = {**text(f"https://jira.example.com/browse/{KEY}")}
    linked["marks"] = [link]
    said = change(
        "k1",
        ChangeKind.COMMENT,
        wants={"id": "1", "body": document(paragraph(words, linked))},
        flags=(Flag(id="unread_write", severity="warn", evidence={"key": KEY}),),
    )
    first = IssueView(issue_id="1007", key="WEB-7", summary=f"After {KEY}", url="", new=False,
                      changes=(said,))  # fmt: skip
    planned = operation(0, request={"method": "POST", "path": "/x", "body": {"key": KEY}})
    sent = OperationView(planned=planned, state=OpState.HELD)
    view = review(issues=(first, new_issue()), reason=f"For {KEY}", operations=(sent,), **more)
    return ReviewView.model_validate_json(view.model_dump_json().replace(KEY, key))


def page_of(view: ReviewView, tongue: Tongue = EN) -> str:
    page = present(view, ADMIN, tongue, NOW)
    return render("change_set.html", tongue, shell=SHELL, page=page, box=None)


def test_a_new_issue_has_a_short_name_wherever_the_page_names_it() -> None:
    page = present(naming(), ADMIN, EN, NOW)
    comment, created = page.issues
    assert created.key == comment.rows[0].flags[0].sentence.split("<b>")[1].split("</b>")[0]
    assert created.key == SHORT
    [panel, *_] = comment.rows[0].panels
    assert f"See {SHORT}, not NEW-1 or X-{KEY}." in panel.html
    assert f'href="https://jira.example.com/browse/{KEY}"' in panel.html
    assert f"/browse/{SHORT}" in panel.html
    assert str(page.reason) == f"For {SHORT}"
    assert str(comment.summary) == f"After {SHORT}"
    linked = created.rows[1].panels[0].html
    assert linked.count(SHORT) == 1
    assert "WEB-7" in linked


def test_requests_and_forms_keep_the_key_and_the_rule_says_which_is_which() -> None:
    view = naming()
    page = present(view, ADMIN, EN, NOW)
    assert "NEW-1" not in str(page.requests)
    assert page.digest == view.digest
    assert page.new_names == (("NEW-1", KEY),)
    html = page_of(view)
    assert html.count("1 issue is new: it has no key yet") == 1
    assert f'<dd class="mono">{KEY}</dd>' in html
    assert "새 이슈가 1개 있습니다" in page_of(view, KO)
    assert "new-names" not in page_of(review(issues=view.issues[:1]))


def test_another_temporary_key_is_another_page() -> None:
    assert page_of(naming("WEB-9000000008")) != page_of(naming())
    bare = naming().model_copy(update={"operations": ()})
    other = naming("WEB-9000000008").model_copy(update={"operations": ()})
    assert page_of(bare) != page_of(other)


def test_a_request_has_the_short_name_in_its_heading_alone() -> None:
    planned = operation(0, issue_key=KEY, issue_id="9000000007")
    sent = OperationView(planned=planned, state=OpState.HELD)
    block = RequestBlocks(EN, NewNames((new_issue(),))).block(sent)
    assert block.issue == SHORT
    assert KEY in dict(block.facts)["Issue"]
    assert RequestBlocks(EN).block(sent).issue == KEY


def test_no_attack_gets_out_beside_a_short_name() -> None:
    names = NewNames((new_issue(),))
    quiet = str(names.text(f"calm {KEY}"))
    wrong = [
        (attack, fault)
        for attack in EVERY
        for fault in faults(str(names.html(reveal(f"{attack} {KEY}"))), quiet)
    ]
    assert wrong == []


def test_once_jira_has_a_key_it_stands_for_the_temporary_one() -> None:
    made = new_issue().model_copy(update={"key": "WEB-31"})
    names = NewNames((made,))
    assert names.waiting == ()
    assert names.text(f"after {KEY}") == f'after <abbr class="new-key" title="{KEY}">WEB-31</abbr>'
    assert names.text("after <b>") == "after <b>"


def test_tags_stay_as_they_are_and_a_key_that_no_sandbox_makes_is_shown_as_it_came() -> None:
    names = NewNames((new_issue(),))
    html = Markup('<a title="WEB-9000000007">WEB-9000000007 &lt;b&gt;</a>')
    assert names.html(html) == f'<a title="{KEY}">{SHORT} &lt;b&gt;</a>'
    assert names.text(f"<i>{KEY}") == f"&lt;i&gt;{SHORT}"
    odd = ReviewView.model_validate_json(naming().model_dump_json().replace(KEY, "<b>-9000000007"))
    assert present(odd, ADMIN, EN, NOW).new_names == ()
    assert "NEW-1</abbr>" not in page_of(odd)
