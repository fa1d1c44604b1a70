"""What stands below a change: when it was read, what its screen asks, what it did before."""

from typing import Any

from gateway.review.earlier import AlsoChanged, Earlier
from gateway.review.values import IssueView, ReviewView
from gateway.web.language import Lang, Tongue
from gateway.web.presenting import present
from gateway.web.row_notes import RowNotes
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind, Read
from tests.gateway.web.samples import ADMIN, NOW, change, review

EN, KO = Tongue(Lang.EN), Tongue(Lang.KO)
SECOND = 1_000_000


def notes(tongue: Tongue, **more: Any) -> list[str]:
    """Return what is said of a transition."""
    view = change("c1", ChangeKind.TRANSITION, wants={"status": {"id": "3"}}, **more)
    return [*RowNotes(tongue, review()).of(view)]


def read(tongue: Tongue, *reads: int, read_at: int | None = 1, **more: Any) -> str:
    """Return what is said of when its issue was read, of what was written at second 100."""
    view = change("c1", ChangeKind.TRANSITION, wants={"status": {"id": "3"}}, **more)
    own = {"written_at": 100 * SECOND, "read_at": read_at}
    view = view.model_copy(update={"change": view.change.model_copy(update=own)})
    key = view.change.issue_key
    made = (Read(at=one * SECOND, issue_key=key, door="mcp") for one in reads)
    return RowNotes(tongue, review(reads=tuple(made))).reading(view)


def test_the_newest_reading_before_the_write_counts() -> None:
    assert read(EN, 10, 88, 120) == "Read 12 seconds before the write."
    assert read(KO, 10, 88, 120) == "쓰기 12초 전에 읽었습니다."
    assert read(EN, 100) == "Read 1 second before the write."


def test_without_a_reading_before_it_nothing_is_said_of_one() -> None:
    assert read(EN) == ""
    assert read(EN, 101) == ""
    # The sandbox says that it was never read: then no reading is shown as if it were one.
    assert read(EN, 50, read_at=None) == ""


def test_a_transition_says_what_its_screen_asks_and_what_it_did_before() -> None:
    changed = "Resolution (None → Done, 2×), customfield_1 (A, B → None, 1×)"
    also = (
        AlsoChanged(field="resolution", after="Done", times=2),
        AlsoChanged(field="customfield_1", before=[{"name": "A"}, {"name": "B"}]),
    )
    told = notes(EN, screen_asks=("Resolution", "Root cause"), earlier=Earlier(times=3, also=also))
    assert told == [
        "Its screen asks for: Resolution, Root cause.",
        f"Seen 3 times before: Jira also changed {changed}.",
    ]
    assert notes(EN, earlier=Earlier(times=1)) == [
        "Seen 1 time before: nothing else changed with it."
    ]
    assert notes(KO, earlier=Earlier(times=2)) == ["이전 2번: 함께 바뀐 것이 없습니다."]


def test_the_page_shows_it_on_the_row_and_no_word_of_it_is_html() -> None:
    move = change("c1", ChangeKind.TRANSITION, wants={"status": {"id": "3", "name": "Done"}},
                  three=Three.OURS, screen_asks=("<script>",))  # fmt: skip
    issue = IssueView(issue_id="1", key="WEB-7", summary="", url="", new=False, changes=(move,))
    view: ReviewView = review(issues=(issue,))
    [card] = present(view, ADMIN, EN, NOW).issues
    assert card.rows[0].notes == ("Its screen asks for: <script>.",)
