import itertools
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from sandbox.contract.compare import Three, elements, equal
from sandbox.contract.digest import canonical
from sandbox.contract.merging import Choice, Shape, merge, set_change, with_elements

A, B, C, X = "a", "b", "c", None

#: base, ours, theirs → the value after the merge, written by hand from the table that Dolt
#: and lakeFS document. A conflict has no value of its own.
CONFLICT = "conflict"
TABLE: dict[tuple[str | None, str | None, str | None], str | None] = {
    (X, X, X): X,
    (X, X, A): A,
    (X, A, X): A,
    (X, A, A): A,
    (X, A, B): CONFLICT,
    (A, A, A): A,
    (A, A, X): X,
    (A, A, B): B,
    (A, X, A): X,
    (A, B, A): B,
    (A, X, X): X,
    (A, B, B): B,
    (A, B, X): CONFLICT,
    (A, X, B): CONFLICT,
    (A, B, C): CONFLICT,
}


def shape_of(values: tuple[str | None, ...]) -> tuple[Any, dict[str, str]]:
    """Return the values renamed by their appearance, and the way back."""
    names: dict[str, str] = {}
    for one in values:
        if one is not None:
            names.setdefault(one, "abc"[len(names)])
    renamed = tuple(None if one is None else names[one] for one in values)
    return renamed, {new: old for old, new in names.items()}


@pytest.mark.parametrize("versions", [*itertools.product((X, A, B, C), repeat=3)])
@pytest.mark.parametrize("shape", list(Shape))
def test_a_scalar_follows_the_truth_table(
    versions: tuple[str | None, str | None, str | None], shape: Shape
) -> None:
    renamed, back = shape_of(versions)
    expected = TABLE[renamed]
    found = merge(*versions, shape)
    if expected == CONFLICT:
        assert found.three is Three.CONFLICT
        assert found.value == versions[2], "nothing is overwritten before a person decides"
        assert found.settled(Choice.TAKE) == versions[1]
        assert found.settled(Choice.KEEP) == versions[2]
    else:
        assert found.three is not Three.CONFLICT
        assert found.value == (None if expected is None else back[expected])
        assert found.conflicts == ()


# Sets


labels = st.lists(st.sampled_from("가나다라마바"), max_size=5, unique=True)


def names(value: JsonValue) -> set[bytes]:
    return {canonical(one) for one in elements(value)}


@given(labels, labels, labels)
def test_sets_lose_nothing_that_was_added_and_keep_nothing_that_was_removed(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    found = merge([*base], [*ours], [*theirs], Shape.SET)
    then, one, other = set(base), set(ours), set(theirs)
    assert found.three is not Three.CONFLICT
    value = found.value if isinstance(found.value, list) else []
    assert set(map(str, value)) == (one | other) - (then - one) - (then - other)
    assert len(value) == len(set(map(str, value)))


@given(labels, labels, labels)
def test_sets_come_to_the_same_from_either_side(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    one = merge([*base], [*ours], [*theirs], Shape.SET)
    other = merge([*base], [*theirs], [*ours], Shape.SET)
    assert equal(one.value, other.value)


@given(labels, labels)
def test_a_set_that_one_side_left_alone_is_the_other_side_s(
    base: list[str], changed: list[str]
) -> None:
    if not equal([*base], [*changed]):
        assert merge([*base], [*changed], [*base], Shape.SET).value == changed
        assert merge([*base], [*base], [*changed], Shape.SET).value == changed


def test_elements_are_known_by_what_identifies_them() -> None:
    base: JsonValue = [{"id": "1", "name": "Web"}, {"id": "2", "name": "API"}]
    ours: JsonValue = [{"id": "1", "name": "Web"}]
    theirs: JsonValue = [{"id": "2", "name": "API v2"}, {"id": "1", "name": "Web"}, {"id": "3"}]
    found = merge(base, ours, theirs, Shape.SET)
    assert (found.three, found.value) == (
        Three.MERGED,
        [{"id": "1", "name": "Web"}, {"id": "3"}],
    )


def test_the_same_addition_on_both_sides_is_there_once() -> None:
    decomposed = unicodedata.normalize("NFD", "보안")
    found = merge(["a"], ["a", "보안"], ["a", "b", decomposed], Shape.SET)
    assert (found.three, found.value) == (Three.BOTH, ["a", "b", decomposed])


def test_a_person_is_one_however_much_is_said_of_them() -> None:
    added, removed = set_change(
        [{"accountId": "7", "displayName": "전승현"}], [{"accountId": "7"}, {"accountId": "8"}]
    )
    assert (added, removed) == ([{"accountId": "8"}], [])
    assert with_elements([{"accountId": "8", "active": True}], added, []) == [
        {"accountId": "8", "active": True}
    ]


# Rich text


def doc(*content: Any) -> Any:
    return {"type": "doc", "version": 1, "content": [*content]}


def para(text: str, local: str = "") -> Any:
    attrs = {"attrs": {"localId": local}} if local else {}
    return {"type": "paragraph", **attrs, "content": [{"type": "text", "text": text}]}


def bullets(*items: str) -> Any:
    content = [{"type": "listItem", "content": [para(one)]} for one in items]
    return {"type": "bulletList", "content": content}


def table(*rows: tuple[str, ...]) -> Any:
    return {
        "type": "table",
        "content": [
            {
                "type": "tableRow",
                "content": [{"type": "tableCell", "content": [para(one)]} for one in row],
            }
            for row in rows
        ],
    }


def test_edits_of_different_paragraphs_both_stay() -> None:
    base = doc(para("로그인이 되지 않습니다.", "1"), para("세 번 시도했습니다.", "2"))
    ours = doc(para("로그인이 되지 않습니다. (iOS만)", "x"), para("세 번 시도했습니다.", "y"))
    theirs = doc(para("로그인이 되지 않습니다.", "1"), para("다섯 번 시도했습니다.", "2"))
    found = merge(base, ours, theirs, Shape.RICH)
    assert found.three is Three.MERGED
    assert found.value == doc(
        para("로그인이 되지 않습니다. (iOS만)", "x"), para("다섯 번 시도했습니다.", "2")
    )


def test_edits_of_one_paragraph_are_a_conflict_that_a_person_settles() -> None:
    base = doc(para("one"), para("two"), para("three"))
    ours = doc(para("one, by the agent"), para("two"), para("three"), para("four"))
    theirs = doc(para("one, by Ann"), para("two, by Ann"), para("three"))
    found = merge(base, ours, theirs, Shape.RICH)
    assert [one.three for one in found.pieces] == [
        Three.CONFLICT,
        Three.THEIRS,
        Three.SAME,
        Three.OURS,
    ]
    [conflict] = found.conflicts
    assert (conflict.ours, conflict.theirs) == (
        (para("one, by the agent"),),
        (para("one, by Ann"),),
    )
    rest = (para("two, by Ann"), para("three"), para("four"))
    assert found.value == found.settled(Choice.KEEP) == doc(para("one, by Ann"), *rest)
    assert found.settled([Choice.TAKE]) == doc(para("one, by the agent"), *rest)
    both = doc(para("one, by Ann"), para("one, by the agent"), *rest)
    assert found.settled(Choice.COMBINE) == both
    with pytest.raises(ValueError, match="1 conflicts need as many choices, not 2"):
        found.settled([Choice.TAKE, Choice.TAKE])


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        # removed here, edited there
        (doc(para("one"), para("two")), doc(para("two")), doc(para("one!"), para("two"))),
        # two different paragraphs at the same place
        (doc(para("one")), doc(para("one"), para("x")), doc(para("one"), para("y"))),
        # put into a section that was removed
        (
            doc(para("head"), para("one"), para("two"), para("end")),
            doc(para("head"), para("one"), para("new"), para("two"), para("end")),
            doc(para("head"), para("end")),
        ),
        # emptied
        (doc(para("one"), para("two")), None, doc(para("one"), para("two!"))),
        # a document from nothing, twice
        (None, doc(para("x")), doc(para("y"))),
        # the dialects differ
        (doc(para("one")), "plain", doc(para("two"))),
        ("one\n\ntwo", "one!\n\ntwo", "one?\n\ntwo"),
        # a row beside a column
        (
            doc(table(("a", "b"), ("c", "d"))),
            doc(table(("a", "b", "+"), ("c", "d", "+"))),
            doc(table(("a", "b"), ("c", "d"), ("e", "f"))),
        ),
    ],
)
def test_what_overlaps_is_a_conflict(base: JsonValue, ours: JsonValue, theirs: JsonValue) -> None:
    for found in (merge(base, ours, theirs, Shape.RICH), merge(base, theirs, ours, Shape.RICH)):
        assert found.three is Three.CONFLICT
        assert len(found.conflicts) == 1


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (
            doc(bullets("one", "two", "three")),
            doc(bullets("one!", "two", "three")),
            doc(bullets("one", "two", "three", "four")),
            doc(bullets("one!", "two", "three", "four")),
        ),
        (
            doc(table(("a", "FAIL"), ("b", "FAIL"))),
            doc(table(("a", "FIXED"), ("b", "FAIL"))),
            doc(table(("a", "FAIL"), ("b", "FIXED"))),
            doc(table(("a", "FIXED"), ("b", "FIXED"))),
        ),
        (
            "h2. 재현\n* 하나\n* 둘\n\n끝.",
            "h2. 재현\n* 하나!\n* 둘\n\n끝.",
            "h2. 재현 방법\n* 하나\n* 둘\n* 셋\n\n끝.",
            "h2. 재현 방법\n* 하나!\n* 둘\n* 셋\n\n끝.",
        ),
        (
            "text\n\n{code}\na\n\nb\n{code}\nend",
            "text\n\n{code}\na\n\nB\n{code}\nend",
            "text!\n\n{code}\na\n\nb\n{code}\nend",
            "text!\n\n{code}\na\n\nB\n{code}\nend",
        ),
        ("one", "one\n\nours", "zero\n\none", "zero\n\none\n\nours"),
    ],
)
def test_what_does_not_overlap_merges(
    base: JsonValue, ours: JsonValue, theirs: JsonValue, merged: JsonValue
) -> None:
    for found in (merge(base, ours, theirs, Shape.RICH), merge(base, theirs, ours, Shape.RICH)):
        assert (found.three, found.value) == (Three.MERGED, merged)


def test_a_paragraph_that_one_side_alone_rewrote_and_split_stays_so() -> None:
    base = doc(para("intro"), para("a long story about the login"), para("end"))
    ours = doc(para("intro"), para("a long story"), para("about the login of today"), para("end"))
    theirs = doc(para("intro!"), para("a long story about the login"), para("end"))
    found = merge(base, ours, theirs, Shape.RICH)
    assert found.value == doc(
        para("intro!"), para("a long story"), para("about the login of today"), para("end")
    )


def text(value: str, *marks: str) -> Any:
    return {"type": "text", "text": value, "marks": [{"type": one} for one in marks]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (doc(), None),
        (doc({"type": "paragraph"}), None),
        (doc(para("a"), {"type": "paragraph", "content": []}), doc(para("a"))),
        (doc(para("a ")), doc(para("a"))),
        (
            doc({"type": "paragraph", "content": [text("a", "em", "strong")]}),
            doc({"type": "paragraph", "content": [text("a", "strong", "em")]}),
        ),
        (
            doc({"type": "paragraph", "content": [text("로"), text("그인")]}),
            doc({"type": "paragraph", "content": [text("로그인")]}),
        ),
    ],
)
def test_what_jira_s_editor_leaves_behind_is_no_difference(
    one: JsonValue, other: JsonValue
) -> None:
    assert equal(one, other)
    assert merge(one, other, doc(para("theirs")), Shape.RICH).three is Three.THEIRS


def test_what_a_reader_sees_is_a_difference() -> None:
    assert not equal(doc(para("a"), {"type": "paragraph"}, para("b")), doc(para("a"), para("b")))
    assert not equal(doc(para(" a")), doc(para("a")))
    assert not equal(
        doc({"type": "paragraph", "content": [text("a", "em")]}),
        doc({"type": "paragraph", "content": [text("a")]}),
    )
