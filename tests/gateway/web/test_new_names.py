"""New issues have short names on the page; what is sent, and the digest, name them as before."""

from typing import Any

from markupsafe import Markup
from pydantic import JsonValue

from gateway.operations.history import History
from gateway.operations.together import Chosen, Prospect, Ready
from gateway.promotion.states import OpState
from gateway.review.states import State, Turn
from gateway.review.triage import Triage, triage
from gateway.review.values import Flag, InboxRow, IssueView, OperationView, ReviewView
from gateway.store.audit import Checkpoint
from gateway.store.audit_reading import Fact, Named
from gateway.web.history_filter import HistoryQuery, read
from gateway.web.language import Lang, Tongue
from gateway.web.new_names import NewNames, key_html, short_keys
from gateway.web.presenting import present
from gateway.web.presenting_history import present_history
from gateway.web.presenting_inbox import present_inbox
from gateway.web.presenting_together import present_prospect
from gateway.web.reporting import report
from gateway.web.request_blocks import RequestBlocks
from gateway.web.reveal import reveal
from gateway.web.templating import render
from sandbox.contract.shapes import ChangeKind, JsonObject
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
    return render("change_set.html", tongue, shell=SHELL, page=page, box=None, opened=())


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


def test_lists_count_the_new_issues_of_a_set_in_their_order() -> None:
    keys = ("WEB-7", "AIR-9000000002", KEY, "AIR-9000000002", "X-9<b>")
    assert short_keys(keys) == ("WEB-7", "NEW-1", "NEW-2", "NEW-1", "X-9<b>")
    assert key_html(KEY, ("WEB-7", KEY)) == SHORT
    assert key_html(KEY, ("WEB-7",)) == KEY
    assert key_html("X-9<b>", keys) == "X-9&lt;b&gt;"


def test_report_together_inbox_and_history_name_it_as_the_page_does() -> None:
    row = InboxRow(
        id=1, state=State.REVIEW, turn=Turn.REVIEWER, title="", agent="", person_name="",
        issue_keys=("WEB-7", KEY), created=1, changed=0, flags=(), round=1, received_at=NOW,
    )  # fmt: skip
    page = present_inbox(triage((row,), Triage()), KO, NOW)
    assert str(page.groups[0].lines[0].issues) == f"WEB-7, {SHORT}"
    told = report(naming(), EN, "http://airlock")
    assert KEY not in told
    assert "NEW-1" in told
    ready = present_prospect(Prospect((Ready(Chosen(1, "d"), naming()),), ()), EN).ready[0]
    assert [str(one.key) for one in ready.issues] == ["WEB-7", SHORT]
    change: JsonObject = {"issue_key": KEY, "kind": "create"}
    body: JsonObject = {"review": 1, "change": "c1", "verdict": "keep", "words": ""}
    fact = Fact(1, NOW, "eve", "review_decide", body, "", "")
    named = Named(titles={}, changes={(1, "c1"): change}, operations={})
    history = History((fact,), named, (), {}, Checkpoint(1, ""), checked=True, fault=None,
                      anchored=0, older=None)  # fmt: skip
    query = HistoryQuery()
    [day] = present_history(history, query, read(query), ADMIN, EN).days
    assert SHORT in day.lines[0].text
