import pytest
from pydantic import JsonValue

from gateway.review.spaces import only_spaces


def doc(*texts: str, kind: str = "paragraph") -> JsonValue:
    content: list[JsonValue] = [{"type": "text", "text": one} for one in texts if one]
    return {"type": "doc", "version": 1, "content": [{"type": kind, "content": content}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("결제 화면", "결제  화면"),
        ("one\ntwo", "one two"),
        ("a\r\n\r\nb", "a\nb"),
        (doc("pay now"), doc("pay  now")),
        (doc("a", " ", "b"), doc("a", "b")),
    ],
)
def test_texts_that_differ_in_spaces_alone(before: JsonValue, after: JsonValue) -> None:
    assert only_spaces(before, after)
    assert only_spaces(after, before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("same", "same"),
        ("a b", "a c"),
        (doc("pay now"), doc("pay now", kind="heading")),
        (doc("pay now"), doc("pay later")),
        (None, " "),
        (doc("x"), "x"),
        (["a b"], ["ab"]),
        ("a\u200bb", "ab"),
    ],
)
def test_what_is_more_than_spaces_or_no_change_at_all(before: JsonValue, after: JsonValue) -> None:
    assert not only_spaces(before, after)
