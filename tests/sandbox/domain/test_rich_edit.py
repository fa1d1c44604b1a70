"""Editing a rich text through its Markdown: what Markdown cannot say stays as it was."""

import json
from typing import Any

import pytest

from sandbox.domain.adf_check import check_adf
from sandbox.domain.adf_resolve import UnknownSignError
from sandbox.domain.adf_schema import RULES
from sandbox.domain.rich_edit import edited, shown
from sandbox.domain.rich_text import to_adf
from tests.sandbox.domain.every_node import (
    BLOCKS,
    MENTION,
    RED,
    STATUS,
    kinds,
    line,
    node,
    text,
    whole,
)

NAMES = list(BLOCKS)


def changed(old: str, new: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Edit the whole document at one place; returns the blocks that differ and the losses."""
    before = whole()
    markdown = shown(before)
    assert markdown.count(old) == 1, markdown
    after = edited(before, markdown.replace(old, new))
    assert isinstance(after.value, dict)
    content: Any = after.value["content"]
    assert len(content) == len(NAMES)
    assert before == whole(), "the document that came in was changed"
    pairs = zip(NAMES, before["content"], content, strict=True)
    return {name: new for name, old, new in pairs if old != new}, after.lost


def test_the_document_has_every_node_type_of_the_schema() -> None:
    assert kinds(whole()) == {*RULES, "hologram"}
    without = {**whole(), "content": [one for name, one in BLOCKS.items() if name != "unknown"]}
    assert check_adf(without) is None


def test_what_reads_the_same_is_the_same_value() -> None:
    before = whole()
    assert edited(before, shown(before)).value is before
    assert edited(before, f"\n{shown(before)}\n\n").value is before


@pytest.mark.parametrize("name", NAMES)
def test_each_block_survives_a_text_before_and_after_it(name: str) -> None:
    document = {"type": "doc", "version": 1, "content": [BLOCKS[name]]}
    after = edited(document, f"새 머리말\n\n{shown(document)}\n\nA new end")
    assert isinstance(after.value, dict)
    assert after.value["content"] == [
        line(text("새 머리말")),
        BLOCKS[name],
        line(text("A new end")),
    ]
    assert after.lost == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_block_that_is_left_out_is_named_unless_markdown_says_all_of_it(name: str) -> None:
    document = {"type": "doc", "version": 1, "content": [line(text("stays")), BLOCKS[name]]}
    after = edited(document, "stays")
    plain = {"plain", "heading", "centred", "bullets", "numbers", "quote", "code", "rule", "last"}
    assert bool(after.lost) == (name not in plain), after.lost


@pytest.mark.parametrize(
    ("old", "new", "block", "words"),
    [
        ("Ask ", "Please ask ", "inline", "Please ask "),
        ("A [red](", "One [red](", "styled", "One "),
        ("### 단계 Steps", "## 단계 더", "heading", "단계 더"),
        ("가운데", "한가운데", "centred", "한가운데 centred"),
        ("- three", "- drei", "bullets", "drei"),
        ("x = 1", "x = 2", "bullets", "x = 2"),
        ("3. first", "3. zuerst", "numbers", "zuerst"),
        ("[ ] 할 일", "[x] 다 한 일", "tasks", "다 한 일"),
        ("we ship", "we ship today", "decisions", "we ship today"),
        ("> quoted", "> 인용", "quote", "인용"),
        ("FROM t;", "FROM u;", "code", "FROM u;"),
        ("Careful", "Very careful", "panel", "Very careful, 주의: "),
        ("in a panel", "still in a panel", "panel", "still in a panel"),
        ("hidden", "숨김", "expand", "숨김"),
        (") 속", ") 깊이", "expand", "깊이"),
        ("Safari<br>", "Firefox<br>", "table", "Firefox"),
        ("merged", "합친 칸", "table", "합친 칸"),
        ("inside a macro", "within a macro", "bodied", "within a macro"),
        ("right", "rechts", "layout", "rechts"),
        ("shared words", "같은 말", "synced here", "같은 말"),
    ],
)  # fmt: skip
def test_one_edit_changes_one_block_and_keeps_all_that_was_not_shown(
    old: str, new: str, block: str, words: str
) -> None:
    found, lost = changed(old, new)
    assert list(found) == [block]
    assert lost == ()
    assert words in json.dumps(found[block], ensure_ascii=False)
    assert _skeleton(found[block]) == _skeleton(BLOCKS[block])


def _skeleton(value: Any) -> Any:
    """Return a node without what these edits may change."""
    if isinstance(value, list):
        return [_skeleton(one) for one in value if one.get("type") != "text" or one.get("marks")]
    attrs = {
        k: v for k, v in value.get("attrs", {}).items() if k not in ("level", "state", "title")
    }
    return (value["type"], attrs, value.get("marks"), _skeleton(value.get("content", [])))


def test_a_sign_may_move_to_another_block() -> None:
    document = {
        "type": "doc",
        "version": 1,
        "content": [line(text("Ask "), MENTION), BLOCKS["quote"]],
    }
    sign = shown(document).split("\n")[0].removeprefix("Ask ")
    after = edited(document, f"Ask somebody\n\n> quoted by {sign}")
    assert after.lost == ()
    assert isinstance(after.value, dict)
    quote: Any = after.value["content"]
    assert quote[1] == node("blockquote", line(text("quoted by "), MENTION))


def test_a_panel_may_move_with_everything_that_it_is() -> None:
    document = {"type": "doc", "version": 1, "content": [BLOCKS["panel"], BLOCKS["plain"]]}
    panel, plain = shown(document).rsplit("\n\n", 1)
    after = edited(document, f"{plain}\n\n{panel}")
    assert isinstance(after.value, dict)
    assert after.value["content"] == [BLOCKS["plain"], BLOCKS["panel"]]


def test_what_is_written_into_a_status_or_a_date_is_what_it_says() -> None:
    found, _ = changed("[진행 중]", "[완료]")
    assert {**STATUS, "attrs": {**STATUS["attrs"], "text": "완료"}} in found["inline"]["content"]
    found, _ = changed("[2026-01-01]", "[2026-01-02]")
    assert node("date", timestamp="1767312000000") in found["inline"]["content"]


def test_coloured_words_can_be_rewritten_in_their_colour() -> None:
    found, lost = changed("[red]", "[빨강]")
    assert text("빨강", RED) in found["styled"]["content"]
    assert lost == ()


def test_losses_are_named_one_by_one() -> None:
    document = {
        "type": "doc",
        "version": 1,
        "content": [BLOCKS["inline"], BLOCKS["styled"], BLOCKS["panel"]],
    }
    lost = edited(document, "All new.").lost
    assert "the mention @김민지" in lost
    assert "the status 진행 중" in lost
    assert "the textColor of “red”" in lost
    assert "the panel custom" in lost
    assert "the file spec.pdf" in lost


def test_an_unknown_sign_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownSignError, match=r"\[@Lee\]\(mention:nobody\)"):
        edited(whole(), "Hello [@Lee](mention:nobody)")


def test_a_mention_may_be_new_and_links_stay_links() -> None:
    kim = node("mention", id="a:1", text="@Kim")
    markdown = "[@Kim](mention:a:1) and [mail](mailto:a@b.example)"
    after = edited({"type": "doc", "version": 1, "content": []}, markdown, {"a:1": kim}.get)
    assert isinstance(after.value, dict)
    [only] = after.value["content"]
    link = {"type": "link", "attrs": {"href": "mailto:a@b.example"}}
    assert only == line(kim, text(" and "), text("mail", link))


@pytest.mark.parametrize(
    ("alert", "kind"), [("NOTE", "note"), ("warning", "warning"), ("CAUTION", "error")]
)
def test_an_alert_is_a_new_panel(alert: str, kind: str) -> None:
    after = edited(
        {"type": "doc", "version": 1, "content": []}, f"> [!{alert}]\n> 조심하세요\n> - one"
    )
    assert isinstance(after.value, dict)
    bullets = node("bulletList", node("listItem", line(text("one"))))
    assert after.value["content"] == [
        node("panel", line(text("조심하세요")), bullets, panelType=kind)
    ]


def test_a_table_gets_and_loses_rows_and_keeps_its_cells() -> None:
    row = "| merged | |"
    found, lost = changed(row, f"{row}\n| 새 줄 | ok |")
    assert found["table"]["content"][:3] == BLOCKS["table"]["content"]
    assert [one["type"] for one in found["table"]["content"][3]["content"]] == ["tableCell"] * 2
    assert lost == ()
    found, lost = changed(f"\n{row}", "")
    assert found["table"]["content"] == BLOCKS["table"]["content"][:2]
    assert lost == ()


def test_new_tasks_get_ids_of_their_own_and_old_ones_keep_theirs() -> None:
    found, _ = changed("- [x] done", "- [x] done\n- [ ] 하나 더")
    ids = [one["attrs"]["localId"] for one in found["tasks"]["content"]]
    assert [one for one in ids if one.startswith("t-")] == ["t-1", "t-2", "t-3", "t-5"]
    assert len(set(ids)) == 5


WIKI = (
    "h3. 단계\r\n\r\n# Safari 18 열기\r\n# *Checkout* 누르기\r\n\r\n\r\n"
    "{panel:title=주의|bgColor=#fedcba}\r\n[~kim] 확인\r\n\r\n둘째 줄\r\n{panel}\r\n\r\n"
    "||환경||결과||\r\n|Safari|{color:#ff5630}실패{color}|\r\n\r\n"
    "{code:java}\r\nint  x;\r\n\r\nint y;\r\n{code}\r\n"
    "----\r\nEnd   of text"
)


def test_wiki_text_that_reads_the_same_is_the_same_text() -> None:
    assert edited(WIKI, shown(WIKI)).value is WIKI


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        ("Safari 18 열기", "Safari 19 열기", "Safari 18 열기", "Safari 19 열기"),
        ("확인", "재확인", "[~kim] 확인", "[~kim] 재확인"),
        ("int  x;", "long x;", "int  x;", "long x;"),
        ("End   of text", "끝", "End   of text", "끝"),
    ],
)
def test_one_edit_of_wiki_text_leaves_all_other_stretches_as_they_were_typed(
    old: str, new: str, was: str, now: str
) -> None:
    markdown = shown(WIKI)
    assert old in markdown, markdown
    after = edited(WIKI, markdown.replace(old, new))
    assert after.lost == ()
    assert isinstance(after.value, str)
    assert now in after.value
    kept = [one for one in WIKI.split("\r\n\r\n") if was not in one]
    stretches = [
        one for one in kept if "{panel" not in one and "둘째" not in one and "int" not in one
    ]
    assert all(one.strip() in after.value for one in stretches), after.value


def test_wiki_parts_that_would_go_are_named() -> None:
    after = edited(WIKI, "모두 새로")
    assert after.value == "모두 새로"
    assert any("@kim" in one for one in after.lost)
    assert any("panel" in one for one in after.lost)
    assert any("table" in one for one in after.lost)
    assert to_adf(after.value) is not None
