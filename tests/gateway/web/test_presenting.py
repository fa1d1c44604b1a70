"""What the pages show of a review, and which buttons whom."""

from typing import Any

import pytest
from markupsafe import Markup

from gateway.promotion.values import Stays
from gateway.review.people import Person, Role
from gateway.review.states import TURNS, State
from gateway.review.triage import Triage, triage
from gateway.review.values import Flag, InboxRow
from gateway.web.change_rows import ChangeRows
from gateway.web.flag_lines import flag_lines
from gateway.web.language import Lang, Tongue
from gateway.web.page_values import ChangeRow
from gateway.web.presenting import present
from gateway.web.presenting_inbox import present_inbox
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind
from tests.gateway.web.samples import ADMIN, MINA, NOW, SAM, change, document, paragraph, review

EN = Tongue(Lang.EN)


def page(state: State = State.REVIEW, person: Person = ADMIN, **more: Any) -> Any:
    return present(review(state, **more), person, EN, NOW)


def a_row(*arguments: Any, **more: Any) -> ChangeRow:
    return ChangeRows(EN).row(change(*arguments, **more))


def words(html: Markup) -> str:
    return " ".join(html.striptags().split())


def panels(row: ChangeRow) -> list[tuple[str, str]]:
    return [(panel.label, words(panel.html)) for panel in row.panels]


def test_the_plan_line_counts_by_kind() -> None:
    assert [chip.text for chip in page().plan] == [
        "4 field edits",
        "1 status change",
        "1 new comment",
        "1 new issue",
        "1 issue link",
        "on 2 issues",
        "notifies 6 people",
    ]


def test_the_tally_says_what_is_kept_left_out_and_in_conflict() -> None:
    assert page().tally == "7 of 8 changes kept · 1 left out · 0/8 decided · 1 conflict"


def test_a_plain_value_stands_as_old_beside_new() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="priority", name="우선순위", base={"name": "Low"},
                wants={"name": "High"})  # fmt: skip
    assert row.title == "우선순위"
    assert row.field_id == "priority"
    assert panels(row) == [
        ("In Jira now", "[removed] Low"),
        ("After promotion", "[added] High"),
    ]


def test_a_conflict_stands_in_three_columns() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="assignee", base=None, now=MINA, wants=SAM,
                three=Three.CONFLICT)  # fmt: skip
    assert [panel.look for panel in row.panels] == ["plain", "theirs", "ours"]
    assert "Mina Park" in words(row.panels[1].html)
    assert "Sam Lee" in words(row.panels[2].html)
    assert row.conflict
    assert row.attention


def test_sets_are_chips_added_removed_and_kept() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="labels", base=["a", "b"], wants=["b", "c"])
    assert panels(row) == [("What changes", "b− [removed] a+ [added] c")]


def test_what_jira_changed_meanwhile_stands_apart_from_what_the_agent_changes() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="labels", base=["a"], now=["a", "x"],
                wants=["a", "b"])  # fmt: skip
    assert panels(row) == [("What changes", "a+ [added] b"), ("In Jira now", "ax")]


def test_wiki_text_of_a_server_is_compared_by_word() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="description", rich=True,
                base="h1. Title\r\n*bold* text", wants="h1. Title\n*bold* words")  # fmt: skip
    assert panels(row) == [
        ("What changes", "h1. Title *bold* [removed: text][added: words]"),
    ]


def test_a_text_where_there_was_none_is_one_addition() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="description", rich=True,
                wants=document(paragraph("new text")))  # fmt: skip
    assert 'class=" ins"' in str(row.panels[0].html)


def test_a_transition_says_from_where_to_where_by_what() -> None:
    row = next(one for one in page().issues[0].rows if one.title == "Status")
    assert panels(row)[0] == (
        "What changes",
        "To Do → In Review by the transition “Ask for review”",
    )
    assert panels(row)[1] == ("Also set on the way", "Due dateMonday, November 30, 2026")


@pytest.mark.parametrize(
    ("more", "audience"),
    [
        ({}, "Everybody who can see the issue"),
        ({"visibility": {"type": "role", "value": "Dev"}}, "Only people with the role “Dev”"),
        (
            {"visibility": {"type": "group", "value": "ops"}},
            "Only members of the group “ops”",
        ),
        ({"jsdPublic": False}, "Only the team; customers cannot see it"),
        (
            {"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]},
            "Only the team; customers cannot see it",
        ),
    ],
)
def test_who_can_read_a_comment_is_said_in_words(more: dict[str, Any], audience: str) -> None:
    row = a_row("c1", ChangeKind.COMMENT, wants={"body": "hello", **more})
    assert panels(row) == [("Will be posted", "hello"), ("Who can read it", audience)]


@pytest.mark.parametrize(
    ("kind", "wants", "expected"),
    [
        (
            ChangeKind.WORKLOG,
            {"timeSpentSeconds": 5400, "started": "2026-11-23T09:00:00.000+0900"},
            ["1h 30m", "Mon, Nov 23, 2026, 09:00 +09:00"],
        ),
        (
            ChangeKind.LINK,
            {
                "type": {"name": "Blocks", "outward": "blocks"},
                "inwardIssue": {"key": "WEB-1"},
                "outwardIssue": {"key": "WEB-2"},
            },
            ["WEB-1 blocks WEB-2"],
        ),
        (
            ChangeKind.REMOTE_LINK,
            {"object": {"url": "https://ci.example/1", "title": "Build 1"}},
            ["Build 1(ci.example)"],
        ),
        (ChangeKind.WATCHER, {"add": SAM}, ["SLSam Lee @example.com"]),
        (ChangeKind.ATTACHMENT, {"filename": "a.har", "size": 12}, ["filenamea.harsize12"]),
    ],
)
def test_every_other_kind_is_shown_as_it_will_appear(
    kind: ChangeKind, wants: dict[str, Any], expected: list[str]
) -> None:
    row = a_row("c1", kind, wants=wants)
    assert [words(panel.html).replace("\u202f", " ") for panel in row.panels] == expected
    assert row.sign == "+"


@pytest.mark.parametrize("kind", list(ChangeKind))
@pytest.mark.parametrize("value", [None, {}, [], "text", 3, {"fields": None}, {"status": 1}])
def test_no_shape_of_a_value_breaks_the_page(kind: ChangeKind, value: Any) -> None:
    for three in Three:
        row = a_row("c1", kind, field="x", base=value, wants=value, three=three)
        assert row.panels


def test_what_could_not_be_read_says_so() -> None:
    row = a_row("c1", ChangeKind.EDIT, field="x", base="a", now_known=False, wants="b")
    assert row.panels[0].label == "When Jira was last read"
    assert "could not be read" in row.notes[0]


def test_blocks_of_changes_stand_at_the_top_too() -> None:
    shown = page()
    assert [(flag.look, flag.anchor) for flag in shown.flags] == [("bad", "c-c2"), ("info", "")]
    assert [chip.text for chip in shown.seen] == ["Blocked 1", "Check 1", "Note 1"]


def test_an_unknown_flag_and_missing_evidence_are_still_shown() -> None:
    flags = (
        Flag(id="brand_new", severity="warn", evidence={"key": "WEB-1"}),
        Flag(id="not_assignee", severity="warn", evidence={"key": "WEB-2"}),
    )
    shown = [words(flag.sentence) for flag in page(flags=flags).flags if flag.look == "warn"]
    assert shown == [
        "Something else was seen: brand_new.",
        "WEB-2 is not assigned to the person who asked (…).",
    ]


BUTTONS = {
    (State.REVIEW, Role.VIEWER): set(),
    (State.REVIEW, Role.REVIEWER): {"decide", "reject", "send_back"},
    (State.REVIEW, Role.APPROVER): {"decide", "reject", "send_back", "approve"},
    (State.APPROVED, Role.REVIEWER): {"reject", "send_back", "withdraw"},
    (State.APPROVED, Role.APPROVER): {"reject", "send_back", "withdraw", "promote"},
    (State.PROMOTING, Role.ADMIN): set(),
    (State.PROMOTED, Role.ADMIN): set(),
    (State.PARTLY_PROMOTED, Role.ADMIN): {"retry"},
    (State.FAILED, Role.REVIEWER): set(),
    (State.REJECTED, Role.ADMIN): set(),
    (State.REFUSED, Role.ADMIN): set(),
    (State.CHANGES_REQUESTED, Role.ADMIN): set(),
}


@pytest.mark.parametrize(("state", "role"), BUTTONS, ids=str)
def test_state_and_role_decide_about_the_buttons(state: State, role: Role) -> None:
    person = ADMIN.model_copy(update={"role": role})
    actions = page(state, person, obstacles=()).actions
    names = ("decide", "approve", "reject", "send_back", "promote", "withdraw", "retry")
    assert {name for name in names if getattr(actions, name)} == BUTTONS[state, role]


def test_obstacles_take_the_approve_button_away() -> None:
    assert not page().actions.approve
    assert not page(digest="", obstacles=()).actions.approve


def test_promotion_is_confirmed_with_host_count_and_what_cannot_be_taken_back() -> None:
    stays = tuple(Stays(code=code, keys=("WEB-7",)) for code in ("create", "comment", "notices"))
    asked = page(State.APPROVED, obstacles=(), stays=stays).confirmation
    assert asked is not None
    assert asked.title == "Write 3 requests to jira.example.com"
    assert asked.lines == ("1 field edit", "1 new comment", "1 new issue")
    assert [one.split(" ", 1)[0] for one in asked.cannot_undo] == ["WEB-7:"] * 3


def test_the_inbox_groups_by_whose_turn_it_is() -> None:
    rows = tuple(
        InboxRow(
            id=number,
            state=state,
            turn=TURNS[state],
            title=f"<i>{state}</i>",
            agent="bot",
            person_name="Sam",
            issue_keys=("WEB-1",),
            created=1,
            changed=2,
            flags=(Flag(id="conflict", severity="block"), Flag(id="secret", severity="block")),
            removed=3,
            round=1,
            received_at=NOW,
        )
        for number, state in enumerate(State)
    )
    shown = present_inbox(triage(rows, Triage()), EN, NOW)
    assert [(group.name, len(group.lines)) for group in shown.groups] == [
        ("reviewer", 4),
        ("gateway", 1),
        ("agent", 1),
        ("nobody", 4),
    ]
    assert shown.yours == 4
    assert str(shown.groups[0].lines[0].title) == "&lt;i&gt;review&lt;/i&gt;"
    [line, *_] = shown.groups[0].lines
    assert [chip.text for chip in line.flags] == ["1 conflict", "Blocked 1"]
    assert (line.created, line.changed, line.removed) == (1, 2, 3)
    korean = present_inbox(triage(rows, Triage()), Tongue(Lang.KO), NOW).groups[0].lines[0]
    assert korean.flags[0].text == "충돌 1개"
    # Of one agent, one project and one person: a filter comes with the eighth line.
    few = present_inbox(triage(rows[:7], Triage()), EN, NOW)
    assert (sum(len(one.lines) for one in few.groups), few.filtered) == (7, False)
    assert present_inbox(triage(rows[:8], Triage()), EN, NOW).filtered


def test_an_empty_inbox_says_so() -> None:
    shown = present_inbox(triage((), Triage()), EN, NOW)
    assert [group.empty for group in shown.groups] == ["Nothing waits for you."]


def test_parts_that_would_vanish_and_secrets_are_named_in_the_readers_language() -> None:
    lost = Flag(id="rich_loss", severity="warn", evidence={"lost": "1 × code, 2 × mention, 1 × x"})
    secret = Flag(id="secret", severity="block", evidence={"found": "password, AWS key"})
    korean = [words(one.sentence) for one in flag_lines([lost, secret], Tongue(Lang.KO))]
    assert "1 × 코드 블록, 2 × 멘션, 1 × x" in korean[1]
    assert "비밀번호, AWS 키" in korean[0]
    english = [words(one.sentence) for one in flag_lines([lost], EN)]
    assert "1 × code block, 2 × mention, 1 × x" in english[0]
