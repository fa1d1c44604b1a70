"""A later round beside the one before: new, changed, the same, gone."""

from gateway.review.rounds import Since, dropped, earlier, since
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change, edit, text


def test_changes_are_compared_by_what_they_write_to() -> None:
    before = (
        edit("summary", "하나"),
        edit("labels", ["a"], id="c2"),
        edit("priority", {"id": "1"}, id="c3"),
    )
    now = (
        edit("labels", ["a"], id="c1"),
        edit("summary", "둘", id="c2"),
        edit("assignee", None, id="c3"),
    )
    assert since(now, before) == {"c1": Since.SAME, "c2": Since.CHANGED, "c3": Since.NEW}
    assert [one.field for one in dropped(now, before)] == ["priority"]
    found = earlier(now[1], before)
    assert found is not None
    assert found.after == "하나"


def test_comments_are_the_same_when_they_say_the_same() -> None:
    said = {"id": "90", "body": text("안녕")}
    again = {"id": "91", "body": text("안녕")}
    other = {"id": "92", "body": text("Bye")}
    before = (change(ChangeKind.COMMENT, said),)
    now = (
        change(ChangeKind.COMMENT, other, id="c1"),
        change(ChangeKind.COMMENT, again, id="c2"),
    )
    assert since(now[1:], before) == {"c2": Since.SAME}
    assert since(now[:1], before) == {"c1": Since.CHANGED}


def test_a_first_round_is_all_new() -> None:
    assert since((edit("summary", "하나"),), ()) == {"c1": Since.NEW}
