"""Invisible characters are shown; visible ones, Korean and emoji are left alone."""

import pytest

from gateway.web.links import safe_href
from gateway.web.reveal import decomposed, odd, reveal, spelled


@pytest.mark.parametrize(
    "text",
    ["plain", "한글 문장입니다.", "tab\tand\nline", "👩‍💻 works", "❤️", "日本語", "é", "مرحبا", ""],
)
def test_ordinary_text_passes_as_it_is(text: str) -> None:
    assert str(reveal(text)) == text
    assert not odd(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("\u202eabc", "⟦U+202E⟧abc"),
        ("a\rb", "a⟦U+000D⟧b"),
        ("a\u200db", "a⟦U+200D⟧b"),
        ("\U000e0041", "⟦U+E0041⟧"),
        ("\ud800", "⟦U+D800⟧"),
    ],
)
def test_an_invisible_character_is_spelled(text: str, shown: str) -> None:
    assert reveal(text).striptags() == shown
    assert spelled(text) == shown
    assert odd(text)


def test_markup_is_escaped_around_what_is_revealed() -> None:
    assert str(reveal("<b>\u200b</b>")) == ('&lt;b&gt;<span class="odd">⟦U+200B⟧</span>&lt;/b&gt;')


def test_decomposed_hangul_is_told_from_composed() -> None:
    assert decomposed("\u1112\u1161\u11ab")
    assert not decomposed("한")


@pytest.mark.parametrize(
    "target",
    ["https://example.com/a?b=c#d", "http://localhost:8080", "mailto:mina@example.com"],
)
def test_an_honest_link_may_be_followed(target: str) -> None:
    assert safe_href(target) == target
