"""Sources that an agent names, held against what it read."""

import pytest

from gateway.review.around import elsewhere, seen_with
from gateway.review.sources import Cited, Proof, cited
from gateway.review.values import Flag
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import JsonObject, Read, Source
from tests.gateway.promotion.world import BASE_URL, change_set, doc, edit
from tests.gateway.web.samples import review

KEY = "AIR-3"
DOCS = {
    KEY: doc(KEY, "10003", comment={"comments": [{"id": "10234", "body": "둘째 항목"}], "total": 1})
}


def proof(comment: str, *reads: Read, docs: dict[str, JsonObject] | None = None) -> Cited:
    wanted = change_set(
        edit("summary", "x"), sources={"c1": (Source(issue_key=KEY, comment_id=comment),)}
    )
    [one] = cited(wanted, reads, DOCS if docs is None else docs, BASE_URL)["c1"]
    return one


def read(at: int = 40, *fields: str, key: str = KEY) -> Read:
    return Read(issue_key=key, fields=fields, at=at, door="mcp")


def test_a_source_that_was_read_leads_to_jira() -> None:
    one = proof("10234", read(40, "*all"))
    assert one.proof is Proof.READ
    assert one.url == f"{BASE_URL}/browse/{KEY}?focusedCommentId=10234"
    assert proof("", read(40, "summary")).url == f"{BASE_URL}/browse/{KEY}"


@pytest.mark.parametrize(
    "reads",
    [
        (),
        (read(51, "*all"),),
        (read(40, "summary"),),
        (read(40, "*navigable"),),
        (read(40, key="AIR-4"),),
    ],
    ids=["never", "only after the write", "without comments", "in a search", "another issue"],
)
def test_what_was_not_read_before_the_write_is_no_source(reads: tuple[Read, ...]) -> None:
    assert proof("10234", *reads).proof is Proof.NEVER


def test_a_comment_that_is_not_there_is_told_unless_jira_told_only_some() -> None:
    assert proof("777", read()).proof is Proof.NO_COMMENT
    assert proof("777", read()).url == f"{BASE_URL}/browse/{KEY}"
    some = {KEY: doc(KEY, "10003", comment={"comments": [{"id": "1"}], "total": 90})}
    assert proof("777", read(), docs=some).proof is Proof.READ


def test_what_we_never_read_leads_nowhere_and_a_liars_id_into_no_address() -> None:
    assert proof("10234", read(), docs={}).url == ""
    assert proof("1&x=<script>", read(), docs={KEY: doc(KEY)}).url == f"{BASE_URL}/browse/{KEY}"


def test_without_a_record_nothing_was_read() -> None:
    wanted = change_set(edit("summary", "x"), sources={"c1": (Source(issue_key=KEY),)})
    [one] = cited(wanted, None, DOCS, BASE_URL)["c1"]
    assert one.proof is Proof.NEVER


@pytest.mark.parametrize(
    ("words", "comment", "written", "verbatim"),
    [
        ("둘째 항목", "10234", True, True),
        ("둘째-항목", "10234", True, True),
        ("둘째", "777", True, False),
        ("항목 둘째", "10234", False, False),
        ("둘째 항목", "", True, True),
        ("Login is slow", "", False, True),
        ("", "10234", True, False),
        ("…", "10234", False, False),
    ],
)
def test_words_are_held_against_the_change_and_its_source(
    words: str, comment: str, *, written: bool, verbatim: bool
) -> None:
    source = Source(issue_key=KEY, comment_id=comment, words=words)
    wanted = change_set(edit("summary", "이것은 둘째 항목이다"), sources={"c1": (source,)})
    [one] = cited(wanted, [read()], DOCS, BASE_URL)["c1"]
    assert (one.words, one.written, one.verbatim) == (words, written, verbatim)


def test_what_was_sealed_before_words_came_keeps_its_seal() -> None:
    without = {"issue_key": KEY, "comment_id": "1"}
    assert Source(**without).model_dump() == without
    assert canonical(Source(**without)) == canonical(without)
    assert Source(**without, words="x").model_dump() == {**without, "words": "x"}


def test_who_may_not_know_an_issue_reads_neither_its_key_nor_its_words() -> None:
    view = review()
    issue = view.issues[0]
    told = Flag(
        id="unread_source", severity="warn", evidence={"elsewhere": "AIR-3, AIR-4", "found": "x"}
    )
    named = issue.changes[0].model_copy(
        update={"flags": (told,), "sources": (Cited(issue_key="AIR-3", url="https://x"),)}
    )
    view = view.model_copy(
        update={"issues": (issue.model_copy(update={"changes": (named,)}),), "flags": (told,)}
    )
    assert elsewhere(view) == {"AIR-3", "AIR-4"}
    assert seen_with(view, {"AIR-3", "AIR-4"}) is view
    seen = seen_with(view, {"AIR-4"})
    [change] = seen.issues[0].changes
    assert change.sources == (Cited(issue_key=""),)
    for flag in (*seen.flags, *change.flags):
        assert flag.evidence == {"elsewhere": "AIR-4, …"}
    assert "AIR-3" not in seen.model_dump_json()
