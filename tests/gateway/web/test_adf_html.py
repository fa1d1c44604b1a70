"""Every ADF node is shown; nothing that a text says can become markup or a trap."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import JsonValue

from gateway.web.adf_diff import AdfDiff
from gateway.web.adf_html import AdfHtml
from gateway.web.adf_nodes import MAX_DEPTH
from gateway.web.language import Lang, Tongue
from gateway.web.value_html import Values
from tests.gateway.web.samples import description, document, node, paragraph, text
from tests.shared import shared

HTML = AdfHtml(Tongue(Lang.EN))
DIFF = AdfDiff(Tongue(Lang.EN))

#: Tags that rendering a text may produce. Anything else would be an injection.
_TAGS = """
    div p span a b i u s em strong code pre sub sup br hr ul ol li table tbody tr td th small
    blockquote details summary figure figcaption ins del time dl dt dd
"""
_ATTRIBUTES = """
    class href title rel target role tabindex aria-label aria-level aria-hidden open start
    colspan rowspan datetime
"""
ALLOWED_TAGS = frozenset(_TAGS.split())
ALLOWED_ATTRIBUTES = frozenset(_ATTRIBUTES.split())

GOLDEN = [
    (text("plain <b>"), "plain &lt;b&gt;"),
    (text("bold", "strong"), "<strong>bold</strong>"),
    (node("hardBreak"), "<br>"),
    (
        node("mention", id="u1", text="@Mina"),
        '<span class="adf-mention" title="u1">@Mina</span>',
    ),
    (node("emoji", shortName=":x:"), '<span class="adf-emoji" title=":x:">:x:</span>'),
    (node("date", timestamp="1763856000000"), '<span class="adf-date">2025-11-23</span>'),
    (node("date", timestamp="soon"), '<span class="adf-date">⟦date soon⟧</span>'),
    (
        node("status", text="OK", color="green"),
        '<span class="lozenge lozenge-green">OK</span>',
    ),
    (
        node("heading", text("Title"), level=2),
        '<div role="heading" aria-level="4" class="adf-h2 ">Title</div>',
    ),
    (
        node("bulletList", node("listItem", paragraph("one"))),
        '<ul class=" "><li class=" "><p class=" ">one</p></li></ul>',
    ),
    (
        node("orderedList", node("listItem", paragraph("one")), order=3),
        '<ol class="" start="3"><li class=" "><p class=" ">one</p></li></ol>',
    ),
    (
        node("expand", paragraph("inside"), title="More"),
        (
            '<details open class="adf-expand "><summary>More</summary>'
            '<p class=" ">inside</p></details>'
        ),
    ),
    (node("rule"), "<hr>"),
    (
        node("blockquote", paragraph("said")),
        '<blockquote class=" "><p class=" ">said</p></blockquote>',
    ),
    (
        node("placeholder", text="type here"),
        '<span class="adf-placeholder">type here</span>',
    ),
]

#: Texts that try to be more than text.
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}}{% raw %}",
    "</code></pre><iframe src=//evil.example>",
    "%(agent)s %s {0}",
    "<!--",
    "]]>",
    "&lt;script&gt;",
]
TARGETS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "/cs/1/approve",
    "\\\\evil.example",
    "http:\\evil.example",
    "https://",
    "https://good.example\u202egpj.exe",
    "http://[::1",
]


class Seen(HTMLParser):
    """Collects the tags, attributes and link targets of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(("value", "html"), GOLDEN)
def test_a_node_looks_as_recorded(value: JsonValue, html: str) -> None:
    shown = str(HTML.document(document(value)))
    assert shown == f'<div class="adf">{html}</div>'


def every_place(attack: str) -> dict[str, JsonValue]:
    """Return a document with the attack in every place that holds words."""
    word: Any = attack
    return document(
        paragraph(attack, text(attack, attack), text(attack, "code", "strong")),
        paragraph(
            {"type": "text", "text": attack, "marks": [{"type": "link", "attrs": {"href": word}}]},
            node("mention", id=word, text=word),
            node("emoji", shortName=word, text=word),
            node("status", text=word, color=word),
            node("date", timestamp=word),
            node("inlineCard", url=word),
            node("mediaInline", id=word, alt=word),
            node("inlineExtension", extensionKey=word),
            node("placeholder", text=word),
            node(word, text(attack)),
        ),
        node("codeBlock", text(attack), language=word),
        node("panel", paragraph(attack), panelType=word),
        node("expand", paragraph(attack), title=word),
        node("heading", text(attack), level=word),
        node("orderedList", node("listItem", paragraph(attack)), order=word),
        node("table", node("tableRow", node("tableCell", paragraph(attack), colspan=word))),
        node("taskList", node("taskItem", text(attack), state=word)),
        node("mediaSingle", node("media", alt=word, url=word, width=word)),
        node("blockCard", url=word),
        node("extension", extensionKey=word, parameters={word: word}),
        node(word, paragraph(attack)),
        {"type": "paragraph", "attrs": word, "content": word, "marks": word},
        word,
    )


@pytest.mark.parametrize("attack", [*ATTACKS, *TARGETS])
def test_an_attack_stays_text_wherever_it_stands(attack: str) -> None:
    attacked, calm = every_place(attack), every_place("calm")
    for shown in (
        HTML.document(attacked),
        DIFF.documents(calm, attacked),
        DIFF.documents(attacked, calm),
        DIFF.texts(attack, "calm"),
        Values(Tongue(Lang.KO)).show({"name": attack, "displayName": attack}),
        Values(Tongue(Lang.KO)).show([attack, {"x": attack}]),
    ):
        seen = Seen(str(shown))
        assert seen.tags <= ALLOWED_TAGS
        assert seen.attributes <= ALLOWED_ATTRIBUTES
        assert all(re.match(r"https?://\w|mailto:", target) for target in seen.links)


@pytest.mark.parametrize("target", TARGETS)
def test_a_refused_link_shows_its_target_instead_of_leading_there(target: str) -> None:
    linked: JsonValue = {
        "type": "text",
        "text": "click",
        "marks": [{"type": "link", "attrs": {"href": target}}],
    }
    seen = Seen(str(HTML.document(document(paragraph(linked)))))
    assert seen.links == []
    assert "click" in seen.words
    assert "⟦" in seen.words


def test_a_link_says_the_host_that_its_text_hides() -> None:
    linked: JsonValue = {
        "type": "text",
        "text": "the login page",
        "marks": [{"type": "link", "attrs": {"href": "https://evil.example/login"}}],
    }
    shown = str(HTML.document(document(paragraph(linked))))
    assert '<small class="host">(evil.example)</small>' in shown


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\u00ad", "\ufeff", "\u3164"])
def test_an_invisible_character_becomes_visible(character: str) -> None:
    shown = str(HTML.document(document(paragraph(f"pay{character}ment"))))
    assert f"⟦U+{ord(character):04X}⟧" in shown
    assert character not in shown


def test_an_unknown_node_is_named_and_shown_whole() -> None:
    strange = node("hologram", paragraph("still here"), depth=3)
    words = Seen(str(HTML.document(document(strange)))).words
    assert "⟦hologram⟧" in words
    assert '"depth": 3' in words
    assert "still here" in words


@pytest.mark.parametrize("value", [None, 3, "text", [], {}, {"type": 3}, {"content": []}])
def test_what_is_no_node_is_shown_as_its_json(value: JsonValue) -> None:
    words = Seen(str(HTML.document(document(value)))).words
    assert json.dumps(value) in words


def test_a_thousand_levels_do_not_break_the_page() -> None:
    deep = paragraph("bottom")
    for _ in range(MAX_DEPTH * 5):
        deep = node("blockquote", deep)
    shown = str(HTML.document(document(deep)))
    assert shown.count("<blockquote") == MAX_DEPTH
    assert "⟦?⟧" in shown


def test_every_node_of_the_published_schema_is_known_or_named() -> None:
    schema = json.loads(shared("data/adf/full.json").read_text(encoding="utf-8"))
    kinds = {
        one["properties"]["type"]["enum"][0]
        for name, one in schema["definitions"].items()
        if name.endswith("_node") and "enum" in one.get("properties", {}).get("type", {})
    }
    assert len(kinds) > 35
    for kind in kinds:
        made = {**node(kind, paragraph("inside"), text="word"), "text": "words"}
        shown = str(HTML.document(document(made)))
        assert Seen(shown).words or kind in ("rule", "hardBreak"), kind


def test_a_whole_description_is_shown_without_loss_of_words() -> None:
    words = Seen(str(HTML.document(description(changed=True)))).words
    for expected in ("Safari 18 and 18.1", "@Mina Park", "안 됩니다", "Firefox 145", "Bisect"):
        assert expected in words
