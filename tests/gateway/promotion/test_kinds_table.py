"""The table of kinds: complete, true of the code, and the one that the docs show."""

import re

import pytest

from gateway.promotion.kinds import KINDS, Condition, Inverse, KindRow, Marker, Probe, ReadBack
from gateway.promotion.lasting import BY_CODE, GOES_AGAIN, STAYS, TURNS_BACK
from gateway.promotion.markers import PLACEHOLDER
from gateway.promotion.taking_back import THINGS
from sandbox.contract.shapes import AGENT_KINDS, ChangeKind
from tests.gateway.promotion.test_plan import everything
from tests.reference import kind_rows
from tests.test_docs import text as page

PLANNED = everything().operations
kinds = pytest.mark.parametrize("kind", list(ChangeKind))


@kinds
def test_every_kind_has_all_six(kind: ChangeKind) -> None:
    row = KINDS[kind]
    assert row.preconditions
    assert row.request
    types = (Marker, Probe, ReadBack, Inverse)
    answers = (row.marker, row.probe, row.read_back, row.inverse)
    assert all(isinstance(one, of) for one, of in zip(answers, types, strict=True))


def test_no_answer_stands_in_the_table_for_nothing() -> None:
    for every, name in ((Marker, "marker"), (Probe, "probe"), (ReadBack, "read_back")):
        assert {getattr(row, name) for row in KINDS.values()} == set(every)
    assert {row.inverse for row in KINDS.values()} == set(Inverse)
    assert {one for row in KINDS.values() for one in row.preconditions} == set(Condition)


@kinds
def test_planned_requests_are_those_of_the_table(kind: ChangeKind) -> None:
    found = [one for one in PLANNED if one.kind is kind]
    assert found
    for one in found:
        asked = f"{one.request.method} {re.sub(r'^/rest/(api/3|agile/1.0)/', '', one.request.path)}"
        assert any(_fits(form, asked) for form in KINDS[kind].request), asked
        body = one.request.body if isinstance(one.request.body, dict) else {}
        marked = PLACEHOLDER in (body.get("properties") or [])  # type: ignore[operator]  # a list
        assert marked is (KINDS[kind].marker is Marker.PROPERTY)
        assert ("globalId" in body) is (KINDS[kind].marker is Marker.GLOBAL_ID)


def _fits(form: str, asked: str) -> bool:
    pattern = "[^/]+".join(re.escape(part) for part in form.split("{}"))
    return re.fullmatch(pattern, asked) is not None


@kinds
def test_every_kind_is_undone_or_says_why_not(kind: ChangeKind) -> None:
    inverse = KINDS[kind].inverse
    assert (kind in TURNS_BACK) is (inverse in (Inverse.VALUES, Inverse.OPPOSITE))
    assert (kind in GOES_AGAIN) is (inverse is Inverse.DELETE)
    if inverse is Inverse.DELETE:
        assert kind in THINGS
        assert STAYS[kind].code in BY_CODE
    if inverse is Inverse.NEVER:
        assert BY_CODE["deleted"].sentence


def test_no_agent_may_delete() -> None:
    assert set(ChangeKind) - set(AGENT_KINDS) == {ChangeKind.DELETE}


@kinds
def test_the_docs_show_the_table(kind: ChangeKind) -> None:
    row: KindRow = KINDS[kind]
    [line] = [one for one in kind_rows() if one[0] == f"`{kind.value}`"]
    shown = "| " + " | ".join(line) + " |"
    assert shown in page("docs/reference.md")
    assert all(one.value in shown for one in (*row.preconditions, row.marker, row.probe))
    assert all(one.value in shown for one in (row.read_back, row.inverse))
