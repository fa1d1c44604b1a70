from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from sandbox.contract.digest import canonical
from sandbox.contract.sameness import Same, alike

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


class Colour(StrEnum):
    """A text of a class of its own."""

    RED = "red"


@given(JSON, JSON)
def test_only_values_of_the_same_canonical_form_are_alike(one: JsonValue, other: JsonValue) -> None:
    if alike(one) == alike(other):
        assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (1, 1.0),
        ("1", 1),
        (None, False),
        ([], {}),
        ("\uac00", "\u1100\u1161"),
        ([[1], 2], [1, [2]]),
    ],
)
def test_what_python_or_an_eye_takes_for_the_same_is_not_alike(
    one: JsonValue, other: JsonValue
) -> None:
    assert Same(one) != Same(other)


def test_the_same_written_twice_is_alike_whatever_class_its_texts_have() -> None:
    text = "red"
    written: list[JsonValue] = [text, text, {"colour": Colour.RED}]
    assert Same(written) == Same(["red", "red", {"colour": "red"}])
    assert hash(Same(written)) == hash(Same(["red", "red", {"colour": "red"}]))
    assert Same("red") != "red"


@pytest.mark.parametrize("odd", ["\ud83d", 2**70])
def test_what_few_programs_can_write_is_told_apart_too(odd: JsonValue) -> None:
    assert Same([odd]) == Same([odd])
    assert Same([odd]) != Same([None])
