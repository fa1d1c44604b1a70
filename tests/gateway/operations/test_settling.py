"""What a person puts in place of an agent's value: picked, combined, edited, block by block."""

import pytest

from gateway.operations import reviewing, telling
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.settling import Wish, mark
from gateway.review.values import ChangeView
from gateway.store import audit_reading
from gateway.store.audit_reading import Wanted
from sandbox.contract.compare import Three
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import change_set, doc, edit, text


def view(house: House, review: int) -> ChangeView:
    """Return the first change as the page shows it."""
    return reviewing.view(house.gateway, review).issues[0].changes[0]


def settle(house: House, review: int, choice: str, words: str = "", **given: object) -> None:
    """Settle the first change as the page would."""
    shown = reviewing.view(house.gateway, review)
    wish = Wish(choice, mark(view(house, review)), words=words, **given)  # type: ignore[arg-type]
    reviewing.put_value(house.gateway, "eve", review, "c1", wish, shown.digest)


def promote(house: House, review: int) -> None:
    """Approve and promote what the page shows."""
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.promote_all()


def conflicting(house: House) -> int:
    """Return a review whose summary Bob changed meanwhile."""
    review = house.arrive(change_set(edit("summary", "The agent's")))
    house.jira.edit("10001", "Bob", summary="Bob's")
    assert view(house, review).three is Three.CONFLICT
    return review


def test_the_agents_value_is_taken_over_jiras(house: House) -> None:
    review = conflicting(house)
    before = reviewing.view(house.gateway, review)
    assert before.obstacles
    settle(house, review, "take")
    after = reviewing.view(house.gateway, review)
    assert after.obstacles == ()
    assert after.digest != before.digest
    assert (view(house, review).pick, view(house, review).picked_by) == ("take", "Eve")
    promote(house, review)
    assert house.jira.field("10001", "summary") == "The agent's"


def test_jiras_value_stays(house: House) -> None:
    review = conflicting(house)
    settle(house, review, "keep", "Bob is right.")
    shown = view(house, review)
    assert (shown.verdict, shown.words, shown.pick) == ("reject", "Bob is right.", "")
    assert house.jira.field("10001", "summary") == "Bob's"


def test_another_value_is_written_and_the_agent_is_told(house: House) -> None:
    review = conflicting(house)
    settle(house, review, "edit", text="  로그인이 느립니다\r\n")
    shown = view(house, review)
    assert (shown.wants, shown.agent_wants, shown.now) == (
        "로그인이 느립니다",
        "The agent's",
        "Bob's",
    )
    promote(house, review)
    assert house.jira.field("10001", "summary") == "로그인이 느립니다"
    telling.tell(house.gateway)
    words = house.door.outcomes[-1]["changes"][0]["words"]
    assert words == 'The reviewer wrote another value: "로그인이 느립니다"'


def test_the_audit_keeps_all_three_versions(house: House) -> None:
    review = conflicting(house)
    settle(house, review, "edit", text="Eve's", words="Shorter.")
    with house.gateway.database.read() as conn:
        [fact] = audit_reading.newest(conn, Wanted(), before=None, limit=1)
    assert fact.actor == "eve"
    assert fact.body == {
        "review": review,
        "change": "c1",
        "verdict": "edit",
        "words": "Shorter.",
        "value": "Eve's",
        "over": "Bob's",
    }


def test_a_pick_does_not_overwrite_what_came_after_it(house: House) -> None:
    review = conflicting(house)
    settle(house, review, "take")
    house.jira.edit("10001", "Max", summary="Max's")
    assert view(house, review).three is Three.CONFLICT
    assert reviewing.view(house.gateway, review).obstacles
    settle(house, review, "clear")
    assert view(house, review).pick == ""
    settle(house, review, "take")
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.jira.edit("10001", "Bob", summary="Bob's again")
    house.promote_all()
    assert house.jira.field("10001", "summary") == "Bob's again"


def test_a_pick_about_a_value_that_jira_no_longer_has_is_stale(house: House) -> None:
    review = conflicting(house)
    seen, digest = mark(view(house, review)), reviewing.view(house.gateway, review).digest
    house.jira.edit("10001", "Max", summary="Max's")
    with pytest.raises(StaleError) as raised:
        reviewing.put_value(house.gateway, "eve", review, "c1", Wish("take", seen), digest)
    assert raised.value.changes == ("Jira has another value now: Summary.",)
    assert view(house, review).pick == ""


def test_texts_are_combined_and_taken_by_block(house: House) -> None:
    house.jira.issues["10001"] = doc(description=text("One.", "Two.", "Three."))
    wanted = text("One!", "Two.", "Three!", "Four.")
    review = house.arrive(change_set(edit("description", wanted)))
    settle(house, review, "clear")
    settle(house, review, "blocks", kept=(1, 2))
    assert view(house, review).wants == text("One.", "Two.", "Three!", "Four.")
    with pytest.raises(RefusedError, match="Nothing of the text would change"):
        settle(house, review, "blocks", kept=())
    house.jira.edit("10001", "Bob", description=text("One?", "Two.", "Three."))
    settle(house, review, "combine")
    assert reviewing.view(house.gateway, review).obstacles == ()
    combined = view(house, review).wants
    assert isinstance(combined, dict)
    said = str(combined)
    assert all(one in said for one in ("One?", "One!", "Two.", "Three!", "Four."))


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("", "Jira requires a value here."),
        ("x" * 256, "It takes one line"),
        ("two\nlines", "It takes one line"),
    ],
)
def test_a_value_that_cannot_be_is_refused(house: House, wanted: str, sentence: str) -> None:
    review = conflicting(house)
    with pytest.raises(RefusedError, match=sentence):
        settle(house, review, "edit", text=wanted)
    assert view(house, review).pick == ""


def test_an_edited_value_is_flagged_like_an_agents(house: House) -> None:
    review = house.arrive(change_set(edit("summary", "The agent's")))
    settle(house, review, "edit", text="key AKIAIOSFODNN7EXAMPLE")
    assert "secret" in {flag.id for flag in view(house, review).flags}
    with pytest.raises(RefusedError, match="blocked by a rule"):
        promote(house, review)
    settle(house, review, "edit", text="No key here")
    assert "secret" not in {flag.id for flag in view(house, review).flags}
    promote(house, review)
    assert house.jira.field("10001", "summary") == "No key here"


def test_a_settled_value_takes_earlier_approvals_back(house: House) -> None:
    review = house.arrive(change_set(edit("summary", "The agent's")))
    old = reviewing.view(house.gateway, review).digest
    settle(house, review, "edit", text="Eve's")
    with pytest.raises(StaleError):
        reviewing.approve(house.gateway, "max", review, old)
