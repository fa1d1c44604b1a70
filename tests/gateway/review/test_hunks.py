"""A change of rich text as pieces: nothing is lost, and all of them together are the change."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.review.hunks import differing, hunks, with_only
from sandbox.contract.compare import equal
from tests.gateway.promotion.world import text

_WORDS = st.lists(st.sampled_from(["하나", "둘", "셋", "four", "five"]), max_size=6)


@given(_WORDS, _WORDS)
def test_all_pieces_are_the_new_text_and_none_the_old(old: list[str], new: list[str]) -> None:
    before, after = text(*old), text(*new)
    every = range(len(differing(before, after)))
    assert equal(with_only(before, after, every), after)
    assert equal(with_only(before, after, ()), before)


@given(_WORDS, _WORDS, st.sets(st.integers(0, 5)))
def test_some_pieces_hold_only_blocks_of_either_side(
    old: list[str], new: list[str], kept: set[int]
) -> None:
    mixed = with_only(text(*old), text(*new), kept)
    assert isinstance(mixed, dict)
    assert isinstance(mixed["content"], list)
    blocks = [*text(*old)["content"], *text(*new)["content"]]  # type: ignore[misc]
    assert all(one in blocks for one in mixed["content"])


def test_wiki_text_has_pieces_too() -> None:
    before, after = "h1. Title\n\nOne.\n\nTwo.\n", "h1. Title\n\nOne!\n\nTwo!\n"
    assert len(differing(before, after)) == 2
    assert with_only(before, after, {0}) == "h1. Title\n\nOne!\n\nTwo.\n"


def test_what_is_no_text_has_no_pieces() -> None:
    assert hunks({"id": "3"}, {"id": "4"}) == ()
