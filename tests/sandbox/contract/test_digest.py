from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.contract.digest import canonical, digest, seal
from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, Source


def change_set(**other: Any) -> ChangeSet:
    change = Change(
        id="c1",
        kind=ChangeKind.EDIT,
        issue_id="1",
        issue_key="A-1",
        field="summary",
        after="새 제목",
    )
    values: dict[str, Any] = {
        "id": "ws-1.1",
        "site": "shop",
        "agent": "bot",
        "person": "712020:1",
        "workspace": "ws-1",
        "task": "",
        "number": 1,
        "title": "t",
        "reason": "r",
        "sealed_at": 1,
        "changes": (change,),
    }
    return ChangeSet(**{**values, **other})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ("결제 “x”", '"결제 “x”"'),
        ("\u2028\n", '"\u2028\\n"'),
        (1.5, "1.5"),
    ],
)
def test_the_canonical_form(value: Any, text: str) -> None:
    assert canonical(value) == text.encode()


def test_half_a_surrogate_pair_has_a_form_too() -> None:
    assert canonical("\ud83d") == b'"\xed\xa0\xbd"'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_know_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical([number])


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, int], rng: Any) -> None:
    shuffled = list(value.items())
    rng.shuffle(shuffled)
    assert digest(dict(shuffled)) == digest(value)


def test_the_seal_covers_every_leaf_but_itself() -> None:
    sealed = seal(change_set())
    assert seal(change_set(seal="anything")) == sealed
    others = {
        "id": "ws-1.2", "site": "x", "agent": "x", "person": "x", "workspace": "x", "task": "x",
        "number": 2, "round": 2, "replaces": "ws-1.0", "title": "x", "reason": "x",
        "request": "x", "sources": {"c1": (Source(issue_key="A-2"),)},
        "sealed_at": 2, "tainted": True, "changes": (), "temporary_keys": {"A-9": "1"},
    }  # fmt: skip
    assert set(others) | {"seal"} == set(ChangeSet.model_fields)
    seals = {seal(change_set(**{name: value})) for name, value in others.items()}
    assert len(seals | {sealed}) == len(others) + 1


#: What ``change_set()`` was sealed as before there were quoted requests and sources.
BEFORE = "20a3e7bb052b3609b9d4ebcd2a44b39414d8c6391f3bdf80e9a1b14c2c3a7887"


def test_what_was_sealed_before_a_field_came_keeps_its_seal() -> None:
    old = change_set()
    assert seal(old) == BEFORE
    assert seal(change_set(request="", sources={})) == BEFORE
    assert not ChangeSet.LATER & set(old.model_dump())
    assert ChangeSet.model_validate_json(old.model_dump_json()) == old


def test_a_field_that_came_later_is_sealed_once_it_is_given() -> None:
    asked = change_set(request="로그인을 고쳐 줘")
    said = change_set(sources={"c1": (Source(issue_key="A-2", comment_id="7"),)})
    other = change_set(sources={"c1": (Source(issue_key="A-2", comment_id="8"),)})
    assert len({BEFORE, seal(asked), seal(said), seal(other)}) == 4
    for one in (asked, said):
        assert ChangeSet.model_validate_json(one.model_dump_json()) == one
        assert canonical(one) == canonical(one.model_dump(mode="json"))


def test_the_seal_covers_every_leaf_of_a_change() -> None:
    one = change_set().changes[0]
    others: dict[str, Any] = {
        "id": "c2", "kind": ChangeKind.COMMENT, "issue_id": "2", "issue_key": "A-2",
        "field": "labels", "before": "x", "after": "x", "base_revision": 1,
        "depends_on": ("c0",), "written_at": 1, "read_at": 1, "door": "mcp",
    }  # fmt: skip
    assert set(others) == set(Change.model_fields)
    seals = {
        seal(change_set(changes=(one.model_copy(update={name: value}),)))
        for name, value in others.items()
    }
    assert len(seals | {seal(change_set())}) == len(others) + 1


def test_one_of_our_own_values_stands_for_its_fields() -> None:
    whole = change_set()
    assert canonical(whole) == canonical(whole.model_dump(mode="json"))
    assert canonical({"of": [whole]}) == canonical({"of": [whole.model_dump(mode="json")]})


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object is no JSON value"):
        canonical([object()])
