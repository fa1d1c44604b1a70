"""Editing rich texts at large: seeded and recorded documents, and random ones."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.rich_edit import edited, shown
from sandbox.domain.rich_text import to_wiki
from seed_data.world import make_world
from tests.recorded import SOURCES, Source, load
from tests.sandbox.domain.documents import DOCUMENTS, WORDS
from tests.sandbox.domain.every_node import BLOCKS

END = "새 끝 paragraph"


def texts_in(fields: dict[str, Any]) -> Iterator[Any]:
    """Yield every rich text of an issue's fields."""
    for name in ("description", "environment"):
        if fields.get(name):
            yield fields[name]
    for one in (fields.get("comment") or {}).get("comments", []):
        if one.get("body"):
            yield one["body"]


def check(value: Any) -> None:
    """Check that a text survives its own Markdown, and an edit beside it."""
    markdown = shown(value)
    assert edited(value, markdown).value is value
    after = edited(value, f"{markdown}\n\n{END}")
    assert after.lost == ()
    if isinstance(value, str):
        assert isinstance(after.value, str)
        assert after.value.startswith(value.rstrip()), (value, after.value)
        assert after.value.endswith(END)
    else:
        assert isinstance(after.value, dict)
        content: Any = after.value["content"]
        assert content[:-1] == value["content"]


def test_every_seeded_text_survives_an_edit_beside_it() -> None:
    world = make_world(1, size=30)
    found = [text for one in world.issues for text in texts_in(one["fields"])]
    assert len(found) > 30
    for text in found:
        check(text)
        check(to_wiki(text))


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.name)
def test_every_recorded_text_survives_an_edit_beside_it(source: Source) -> None:
    for issue in load(source).issues:
        fields: Any = issue.doc["fields"]
        for text in texts_in(fields):
            check(text)


@settings(max_examples=40)
@given(DOCUMENTS)
def test_a_text_beside_a_random_document_changes_nothing_of_it(document: Any) -> None:
    if shown(document).strip():
        check(document)


@settings(max_examples=40)
@given(DOCUMENTS)
def test_a_text_beside_random_wiki_text_changes_nothing_of_it(document: Any) -> None:
    wiki = to_wiki(document)
    if shown(wiki).strip():
        check(wiki)


@settings(max_examples=40)
@given(st.permutations(list(BLOCKS)), st.integers(0, 8), WORDS)
def test_one_edited_paragraph_is_the_only_block_that_differs(
    names: list[str], place: int, words: str
) -> None:
    plain: dict[str, Any] = {
        "type": "paragraph",
        "content": [{"type": "text", "text": "xyzzy"}],
        "marks": [{"type": "indentation", "attrs": {"level": 2}}],
    }
    blocks = [BLOCKS[name] for name in names[:8]]
    document = {"type": "doc", "version": 1, "content": [*blocks[:place], plain, *blocks[place:]]}
    markdown = shown(document)
    said = "".join(letter for letter in words if letter.isalnum() or letter == " ")
    after = edited(document, markdown.replace("xyzzy", f"xyzzy {said} 끝"))
    assert after.lost == ()
    assert isinstance(after.value, dict)
    content: Any = after.value["content"]
    assert [one for at, one in enumerate(content) if at != place] == blocks
    assert content[place]["marks"] == plain["marks"]
