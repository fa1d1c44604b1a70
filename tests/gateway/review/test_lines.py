"""Parts of an inbox are the same whether they were asked for before or not."""

import itertools

import pytest

from gateway.review.lines import AGENT, KINDS, PROJECTS, TURN, Lines, lines_of
from gateway.review.states import State, Turn
from tests.gateway.review.test_triage import row

ROWS = [
    row(5, State.PROMOTED, agent="a", projects=("WEB",), issue_keys=("WEB-1",)),
    row(4, agent="b"),
    row(3, State.REJECTED, agent="a", kinds=("edit",)),
    row(2, agent="a", projects=("AIR", "WEB"), kinds=("edit", "comment")),
    row(1, agent="b", issue_keys=("AIR-1", "WEB-1")),
]


def ids(rows: tuple[object, ...]) -> list[int]:
    return [one.id for one in lines_of(rows)]  # type: ignore[arg-type]


#: The same lines at once, and in pieces of which some are empty.
WAYS = [
    Lines(ROWS),
    Lines.joined(map(Lines, (ROWS[:2], (), ROWS[2:3], ROWS[3:]))),
    Lines.joined([Lines.joined(map(Lines, (ROWS[:1], ROWS[1:4]))), Lines(ROWS[4:])]),
]


@pytest.mark.parametrize("lines", WAYS)
def test_each_part_has_its_lines_in_their_order_and_all_are_in_one(lines: Lines) -> None:
    assert lines == tuple(ROWS)
    for by in (TURN, PROJECTS, AGENT, KINDS):
        parts = lines.parted(by)
        assert {value: ids(part) for value, part in parts.items()} == {
            value: [one.id for one in ROWS if by(one) == value] for value in map(by, ROWS)
        }
        assert parts is lines.parted(by)
    assert Lines().parted(TURN) == {}


@pytest.mark.parametrize("lines", WAYS)
def test_what_fits_is_the_same_as_without_anything_kept(lines: Lines) -> None:
    for wanted in itertools.product((True, False), repeat=3):
        chosen = {one for one, is_in in zip(lines.parted(PROJECTS), wanted, strict=True) if is_in}
        for _ in range(2):
            found = lines.where(PROJECTS, chosen.__contains__)
            assert ids(found) == [one.id for one in ROWS if one.projects in chosen]
    assert lines.where(AGENT, lambda _name: True) is lines
    assert Lines(ROWS[:2]).where(AGENT, lambda name: name == "b") == (ROWS[1],)


@pytest.mark.parametrize("lines", WAYS)
def test_sets_are_left_out_counted_ordered_and_found_by_their_issues(lines: Lines) -> None:
    assert lines.without([]) is lines
    assert ids(lines.without([4, 2, 77])) == [5, 3, 1]
    assert lines.without([2, 4]) is not lines.without([2])
    assert lines.counted(AGENT) == {"a": 3, "b": 2}
    assert ids(lines.ordered("up", reversed)) == [1, 2, 3, 4, 5]
    assert ids(lines.naming("WEB-1")) == [5, 1]
    assert lines.naming("AIR-9") == ()
    assert len(lines.parted(TURN)[Turn.REVIEWER]) == 3


def test_lines_of_one_piece_are_that_piece() -> None:
    piece = Lines(ROWS)
    assert Lines.joined([Lines(), piece]) is piece
    assert Lines.joined([]) == ()
    assert (
        Lines.joined([piece, Lines(ROWS)]).parted(AGENT)["b"] == Lines(ROWS * 2).parted(AGENT)["b"]
    )


def test_answers_that_differ_with_whoever_asks_do_not_pile_up() -> None:
    lines = Lines(row(number) for number in range(200, 0, -1))
    for number in range(1, 200):
        assert len(lines.without([number])) == 199
    assert len(lines._kept) <= 64
