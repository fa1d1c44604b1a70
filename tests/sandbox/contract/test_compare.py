import itertools
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from sandbox.contract.compare import Three, changes_between, elements, equal, normal, three_way

A, B, C = "a", "b", "c"

#: base, ours, theirs. Written by hand for every combination, so that no rule is only
#: compared with itself.
TABLE: dict[tuple[str | None, str | None, str | None], Three] = {
    (None, None, None): Three.SAME,
    (None, None, A): Three.THEIRS,
    (None, A, None): Three.OURS,
    (None, A, A): Three.BOTH,
    (None, A, B): Three.CONFLICT,
    (A, A, A): Three.SAME,
    (A, A, None): Three.THEIRS,
    (A, A, B): Three.THEIRS,
    (A, None, A): Three.OURS,
    (A, B, A): Three.OURS,
    (A, None, None): Three.BOTH,
    (A, B, B): Three.BOTH,
    (A, B, None): Three.CONFLICT,
    (A, None, B): Three.CONFLICT,
    (A, B, C): Three.CONFLICT,
}


def shape(values: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Return the values renamed in the order of their appearance: (B, C, B) is (A, B, A)."""
    names: dict[str, str] = {}
    for one in values:
        if one is not None:
            names.setdefault(one, "abc"[len(names)])
    return tuple(None if one is None else names[one] for one in values)


@pytest.mark.parametrize("versions", [*itertools.product((None, A, B, C), repeat=3)])
def test_three_versions_of_a_value(versions: tuple[str | None, str | None, str | None]) -> None:
    assert three_way(*versions) is TABLE[shape(versions)]  # type: ignore[index]  # three again


@pytest.mark.parametrize("nothing", [None, "", [], {}, "  ", [None], {"a": None}])
def test_every_kind_of_nothing_is_the_same(nothing: JsonValue) -> None:
    assert equal(nothing, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, 5.0),
        (0, 0.0),
        (-0.0, 0),
        ([3.0, 1], [1.0, 3]),
        ({"customfield_1": 8.0}, {"customfield_1": 8}),
        ("line\r\nline", "line\nline"),
        ("text\n", "text"),
        (["a", "b"], ["b", "a"]),
        ([{"id": "2"}, {"id": "1"}], [{"id": "1", "name": "one"}, {"id": "2", "self": "x"}]),
        ({"id": 10000}, {"id": "10000", "name": "To Do"}),
        ({"accountId": "7", "displayName": "전승현"}, {"accountId": "7", "active": True}),
        ({"value": "Web", "child": {"value": "iOS"}}, {"value": "Web", "child": {"value": "iOS"}}),
        ("결제", unicodedata.normalize("NFD", "결제")),
        ([unicodedata.normalize("NFD", "보안")], ["보안"]),
    ],
)
def test_values_that_mean_the_same_are_equal(one: JsonValue, other: JsonValue) -> None:
    assert equal(one, other)
    assert equal(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, 6),
        (5, 5.5),
        (5, "5"),
        (1, True),
        (0, False),
        (False, None),
        (0, None),
        (1.0, True),
        ("a", "A"),
        ("결제", "결재"),
        (["a"], ["a", "b"]),
        ({"accountId": "7"}, {"accountId": "8"}),
        ({"accountId": "7"}, {"name": "7"}),
        ({"value": "Web", "child": {"value": "iOS"}}, {"value": "Web"}),
        ({"value": "Web", "child": {"value": "iOS"}}, {"value": "Web", "child": {"value": "x"}}),
    ],
)
def test_values_that_differ_are_not_equal(one: JsonValue, other: JsonValue) -> None:
    assert not equal(one, other)


def doc(*content: Any, **attrs: Any) -> Any:
    return {"type": "doc", "version": 1, "content": list(content), **attrs}


def task(text: str, local_id: str, state: str = "TODO") -> Any:
    return {
        "type": "taskItem",
        "attrs": {"localId": local_id, "state": state},
        "content": [{"type": "text", "text": text}],
    }


def test_documents_ignore_local_ids_and_the_form_of_letters() -> None:
    composed, decomposed = "할 일", unicodedata.normalize("NFD", "할 일")
    assert equal(doc(task(composed, "1")), doc(task(decomposed, "2")))
    assert equal(
        doc({"type": "table", "attrs": {"width": 760.0}}),
        doc({"type": "table", "attrs": {"width": 760}}),
    )


def test_documents_keep_the_order_and_the_state_of_their_nodes() -> None:
    first, second = task("one", "1"), task("two", "2")
    assert not equal(doc(first, second), doc(second, first))
    assert not equal(doc(task("one", "1")), doc(task("one", "1", "DONE")))
    assert not equal(doc(first), doc(first, first))


def test_only_fields_that_differ_in_meaning_are_changes() -> None:
    before: dict[str, JsonValue] = {"labels": ["a", "b"], "points": 5, "gone": "x", "same": None}
    after: dict[str, JsonValue] = {"labels": ["b", "a"], "points": 8.0, "new": "y", "same": []}
    assert changes_between(before, after) == {
        "points": (5, 8.0),
        "gone": ("x", None),
        "new": (None, "y"),
    }


def test_the_elements_of_a_set_field() -> None:
    assert elements(None) == elements([]) == []
    assert elements([{"id": "2", "name": "b"}, {"id": "1"}]) == [{"id": "1"}, {"id": "2"}]
    assert elements("one") == ["one"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(("id", "name", "type", "content", "x")), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(values)
def test_the_normal_form_is_its_own_normal_form(value: JsonValue) -> None:
    assert normal(normal(value)) == normal(value)


@given(values, values)
def test_equality_does_not_depend_on_the_side(one: JsonValue, other: JsonValue) -> None:
    assert equal(one, one)
    assert equal(one, other) == equal(other, one)
