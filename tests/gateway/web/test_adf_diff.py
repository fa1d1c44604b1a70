"""The visual difference of two texts says what changes, where, and how."""

import html as html_entities
import re
import time

import pytest
from pydantic import JsonValue

from gateway.web.adf_diff import AdfDiff
from gateway.web.language import Lang, Tongue
from sandbox.contract.shapes import JsonObject
from tests.gateway.web.samples import (
    cell,
    description,
    document,
    node,
    paragraph,
    row,
    text,
)

DIFF = AdfDiff(Tongue(Lang.EN))


def compact(html: object) -> str:
    """Return HTML as readable marks: [-gone-] [+come+], other tags dropped."""
    found = re.sub(r'<span class="vh">.*?</span>', "", str(html))
    found = re.sub(r"<del[^>]*>(.*?)</del>", r"[-\1-]", found)
    found = re.sub(r"<ins[^>]*>(.*?)</ins>", r"[+\1+]", found)
    return html_entities.unescape(re.sub(r"<[^>]+>", "", found))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("same", "same", "same"),
        ("one two three", "one 2 three", "one [-two-][+2+] three"),
        ("one", "one two", "one[+ two+]"),
        ("로그인이 되지 않습니다", "로그인이 안 됩니다", "로그인이 [-되지 않습-][+안 됩+]니다"),
        ("a b c d", "a x y d", "a [-b c-][+x y+] d"),
        ("e\u0301", "\u00e9", "\u00e9"),
        ("line\r\nend", "line\nend", "line\nend"),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        # A full stop that stands on both sides by chance holds nothing together …
        (
            "blank page. Ask Ann for it.",
            "blank page since 2026.10.",
            "blank page[-. Ask Ann for it-][+ since 2026.10+].",
        ),
        # … a word does, and so do three signs.
        ("a. b so c. d", "x. y so z. w", "[-a. b-][+x. y+] so [-c. d-][+z. w+]"),
        ("a … -> b", "x … -> y", "[-a-][+x+] … -> [-b-][+y+]"),
    ],
)
def test_words_are_compared_latin_by_word_and_korean_by_syllable(
    before: str, after: str, expected: str
) -> None:
    assert compact(DIFF.texts(before, after)) == expected


def between(*pair: JsonObject) -> str:
    """Return the difference of two one-block documents, in readable marks."""
    one, other = (document(block) for block in pair)
    return compact(DIFF.documents(one, other))


def test_equal_documents_show_no_change_though_local_ids_differ() -> None:
    one = document(node("taskList", node("taskItem", text("a"), localId="1", state="TODO")))
    other = document(node("taskList", node("taskItem", text("a"), localId="2", state="TODO")))
    shown = str(DIFF.documents(one, other))
    assert "<ins" not in shown
    assert "<del" not in shown
    assert "attrnote" not in shown


def test_an_attribute_change_is_spelled_out() -> None:
    shown = between(
        node("panel", paragraph("careful"), panelType="info"),
        node("panel", paragraph("careful"), panelType="warning"),
    )
    assert shown == "panel type: [-info-] → [+warning+]careful"


def test_a_block_mark_is_spelled_out() -> None:
    centred: JsonObject = {
        **paragraph("x"),
        "marks": [{"type": "alignment", "attrs": {"align": "center"}}],
    }
    assert 'alignment mark: [-∅-] → [+{"align": "center"}+]x' in between(paragraph("x"), centred)


def test_formatting_alone_is_told_apart_from_words() -> None:
    shown = str(
        DIFF.documents(
            document(paragraph("It worked yesterday.")),
            document(paragraph("It worked ", text("yesterday", "em"), ".")),
        )
    )
    assert '<span class="fmt">' in shown
    assert "+italic" in shown
    assert "<ins" not in shown


def test_a_changed_link_target_is_a_change() -> None:
    def linked(target: str) -> JsonObject:
        marks: list[JsonValue] = [{"type": "link", "attrs": {"href": target}}]
        return paragraph({"type": "text", "text": "docs", "marks": marks})

    one, other = linked("https://a.example/"), linked("https://b.example/")
    shown = str(DIFF.documents(document(one), document(other)))
    assert "b.example" in shown
    assert "fmt" in shown


def test_an_inserted_list_item_leaves_its_neighbours_alone() -> None:
    def steps(*names: str) -> JsonObject:
        return node("orderedList", *(node("listItem", paragraph(name)) for name in names))

    one = document(steps("Open Safari", "Press Sign in"))
    other = document(steps("Open Safari", "Enter a password", "Press Sign in"))
    shown = str(DIFF.documents(one, other))
    assert shown.count('<li class=" ins">') == 1
    assert 'ins"><p class=" ">Enter a password' in shown


def test_table_cells_pair_by_column_even_when_they_read_alike() -> None:
    one = document(node("table", row(cell("OK"), cell("FAIL"), cell("OK"))))
    other = document(node("table", row(cell("OK"), cell("OK"), cell("OK"))))
    assert compact(DIFF.documents(one, other)) == "OK[-FAIL-][+OK+]OK"


def test_a_new_table_column_is_one_insertion_in_each_row() -> None:
    def table(*names: str) -> JsonObject:
        head = row(*(cell(name, header=True) for name in names))
        body = row(*(cell(f"{name} value") for name in names))
        return document(node("table", head, body))

    shown = str(DIFF.documents(table("Browser", "Result"), table("Browser", "Version", "Result")))
    assert re.findall(r'<t[hd] class="ins"[^>]*><p class=" ">([^<]*)', shown) == [
        "Version",
        "Version value",
    ]
    assert 'class="del"' not in shown


def test_a_status_in_a_cell_changes_in_one_line() -> None:
    def table(word: str) -> JsonObject:
        return document(node("table", row(cell("Safari"), cell(node("status", text=word)))))

    assert compact(DIFF.documents(table("FAIL"), table("FIXED"))) == "Safari[-FAIL-][+FIXED+]"


def test_unchanged_blocks_fold_and_say_how_many() -> None:
    blocks = [paragraph(f"paragraph number {number}") for number in range(12)]
    changed = [*blocks[:6], paragraph("paragraph number six"), *blocks[7:]]
    shown = str(DIFF.documents(document(*blocks), document(*changed)))
    assert shown.count("<details") == 2
    assert "5 unchanged blocks" in shown
    assert "4 unchanged blocks" in shown
    assert "paragraph number 11" in shown


def test_a_removed_block_stays_readable() -> None:
    lost = node("expand", paragraph("raw log"), title="Logs")
    shown = str(DIFF.documents(document(paragraph("a"), lost), document(paragraph("a"))))
    assert 'class="adf-expand del"' in shown
    assert "raw log" in shown


def test_a_real_description_shows_every_kind_of_change() -> None:
    shown = compact(DIFF.documents(description(changed=False), description(changed=True)))
    for expected in (
        "Login fails on Safari 18[+ and 18.1+]",
        "[-Users-][+Customers+] who open",
        "로그인이 [-되지 않습-][+안 됩+]니다",
        "panel type: [-info-] → [+warning+]",
        "Chrome[+ or Firefox+].",
        "an object[+ (evaluating 'a.b')+]",
        "[-FAIL-][+FIXED+]",
        "state: [-TODO-] → [+DONE+]",
    ):
        assert expected in shown


def test_a_rewritten_long_document_is_shown_within_a_second() -> None:
    one = document(*(paragraph(f"old {n} " + "word " * 40) for n in range(300)))
    other = document(*(paragraph(f"new {n} " + "term " * 40) for n in range(300)))
    began = time.process_time()
    shown = str(DIFF.documents(one, other))
    assert "old 299" in shown
    assert time.process_time() - began < 5  # generous: the machine may be busy; quadratic is 100
