"""Reasons before words: put there once, read back, counted, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.review.reasons import Reason, apart, counted, with_reasons


@pytest.mark.parametrize(
    ("words", "reasons", "rest"),
    [
        ("", (), ""),
        ("그냥 아닙니다", (), "그냥 아닙니다"),
        ("[wording] 더 짧게", (Reason.WORDING,), "더 짧게"),
        ("[wrong field][wording]x", (Reason.WRONG_FIELD, Reason.WORDING), "x"),
        ("[wording] [wording]", (Reason.WORDING,), ""),
        ("[nice try] [wording]", (), "[nice try] [wording]"),
        ("see [wording]", (), "see [wording]"),
        ("[Wording] x", (), "[Wording] x"),
    ],
)
def test_reasons_stand_at_the_beginning_alone(
    words: str, reasons: tuple[Reason, ...], rest: str
) -> None:
    assert apart(words) == (reasons, rest)


@given(st.sets(st.sampled_from(Reason)), st.text(max_size=40))
def test_what_was_put_together_comes_apart_again(chosen: set[Reason], words: str) -> None:
    whole = with_reasons(chosen, words)
    before, rest = apart(words)
    assert set(apart(whole)[0]) == {*chosen, *before}
    assert apart(whole)[1] == rest
    assert with_reasons((), whole) == whole


def test_unknown_reasons_are_left_out_and_refusals_are_counted() -> None:
    assert with_reasons({"boss says", ""}, "x") == "x"
    said = ["[wording] x", "[wording] [duplicate]", "just no", "", "[not asked for]"]
    assert counted(said) == {
        Reason.WORDING: 2,
        Reason.DUPLICATE: 1,
        Reason.NOT_ASKED: 1,
        None: 1,
    }
