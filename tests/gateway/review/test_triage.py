"""An inbox shows what was asked for, in the order asked for, a page at a time."""

from typing import Any

from gateway.review.states import TURNS, State, Turn
from gateway.review.triage import FEW, PAGE, Level, Sort, Triage, risk_of, triage
from gateway.review.values import Flag, InboxRow
from sandbox.contract.shapes import ChangeKind


def row(number: int, state: State = State.REVIEW, **more: Any) -> InboxRow:
    """Return a line that arrived as the number says."""
    given: dict[str, Any] = {
        "id": number,
        "state": state,
        "turn": TURNS[state],
        "title": f"Set {number}",
        "agent": "robot",
        "person_name": "Ann",
        "issue_keys": ("AIR-1",),
        "created": 0,
        "changed": 1,
        "flags": (),
        "round": 1,
        "received_at": number,
        "projects": ("AIR",),
        **more,
    }
    return InboxRow.model_validate({"risk": risk_of(given["flags"]), **given})


def ids(rows: list[InboxRow], **wanted: Any) -> list[int]:
    found = triage(rows, Triage(**wanted))
    return [one.id for group in found.groups for one in group.rows]


BLOCK = (Flag(id="x", severity="block"),)
WARN = (Flag(id="x", severity="warn"),)
ROWS = [
    row(6, State.PROMOTED),
    row(5, projects=("WEB",)),
    row(4, agent="groomer", flags=WARN),
    row(3, flags=BLOCK),
    row(2, flags=WARN),
    row(1, State.CHANGES_REQUESTED, projects=("AIR", "WEB")),
]


def test_without_a_wish_all_are_shown_by_whose_turn_it_is() -> None:
    found = triage(ROWS, Triage())
    assert [group.turn for group in found.groups] == [
        Turn.REVIEWER,
        Turn.GATEWAY,
        Turn.AGENT,
        Turn.NOBODY,
    ]
    assert ids(ROWS) == [5, 4, 3, 2, 1, 6]
    assert found.yours == 4
    assert found.projects == {"AIR": 3, "WEB": 1}
    assert found.agents == {"groomer": 1, "robot": 3}


def test_project_agent_and_turn_narrow_it_together() -> None:
    assert ids(ROWS, project="WEB") == [5, 1]
    assert ids(ROWS, agent="groomer") == [4]
    assert ids(ROWS, turn=Turn.AGENT, project="WEB") == [1]
    assert ids(ROWS, project="NONE") == []
    assert triage(ROWS, Triage(project="WEB")).yours == 4


def test_the_order_is_by_age_or_by_what_there_is_to_look_at() -> None:
    assert ids(ROWS, turn=Turn.REVIEWER, sort=Sort.OLDEST) == [2, 3, 4, 5]
    # Of two alike the one that waits for longer comes first.
    assert ids(ROWS, turn=Turn.REVIEWER, sort=Sort.RISK) == [3, 2, 4, 5]


def test_a_long_inbox_comes_in_pages() -> None:
    many = [row(number) for number in range(120, 0, -1)]
    (first, *_) = triage(many, Triage()).groups
    assert (len(first.rows), first.total) == (FEW, 120)
    found = triage(many, Triage(turn=Turn.REVIEWER, page=3))
    assert found.pages == 3
    assert [one.id for one in found.groups[0].rows] == list(range(120 - 2 * PAGE, 0, -1))
    assert ids(many, turn=Turn.REVIEWER, page=9) == []


def test_whom_it_is_for_what_was_seen_and_what_it_does_narrow_it_too() -> None:
    comment, edits = ChangeKind.COMMENT, (ChangeKind.EDIT,)
    rows = [
        row(3, person_name="안지우", kinds=(comment, *edits), flags=BLOCK),
        row(2, kinds=edits, flags=(Flag(id="x", severity="odd"),)),
        row(1, kinds=edits, flags=(Flag(id="x", severity="info"),)),
        row(0, State.PROMOTED, person_name="Bob", kinds=(comment,)),
    ]
    assert ids(rows, person="안지우") == [3]
    assert ids(rows, kind=comment) == [3, 0]
    assert [ids(rows, level=one) for one in Level] == [[3], [2], [1, 0]]
    assert ids(rows, kind=ChangeKind.EDIT, level=Level.CALM, person="Ann") == [1]
    found = triage(rows, Triage(kind=comment))
    assert found.people == {"Ann": 2, "Bob": 0, "안지우": 1}
    assert found.kinds == {"comment": 1, "edit": 3}
