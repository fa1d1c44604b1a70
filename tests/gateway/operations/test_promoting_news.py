"""What became of a set is told to the sandbox, again and again until it took it."""

import pytest

from gateway.operations import reviewing, telling
from gateway.sandbox_link import SandboxLinkError
from gateway.store import baselines
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import NEW_KEY, change_set, create, edit


def finished(house: House) -> int:
    """Promote an edit and a create with one change left out."""
    review_id = house.arrive(
        change_set(edit("summary", "New"), edit("labels", ["x"], id="c2"), create())
    )
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.decide(house.gateway, "rob", review_id, "c2", "reject", "keep the label", digest)
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    return review_id


def test_an_agent_reads_what_was_decided_about_each_change(house: House) -> None:
    finished(house)
    assert telling.tell(house.gateway) == 1
    (told,) = house.door.outcomes
    assert told["state"] == "promoted"
    assert told["decided_by"] == "eve"
    verdicts = {one["change_id"]: (one["verdict"], one["words"]) for one in told["changes"]}
    assert verdicts == {
        "c1": ("promoted", ""),
        "c2": ("rejected", "keep the label"),
        "new": ("promoted", ""),
    }
    made = next(one for one in told["changes"] if one["change_id"] == "new")
    assert made["upstream_key"] == "AIR-3"
    assert made["upstream_key"] != NEW_KEY
    assert telling.tell(house.gateway) == 0


def test_what_was_written_becomes_the_baseline_before_it_is_told(house: House) -> None:
    finished(house)
    telling.tell(house.gateway)
    with house.gateway.database.read() as conn:
        baseline = baselines.latest(conn, house.gateway.site, "10001")
        new = baselines.by_key(conn, house.gateway.site, "AIR-3")
    assert baseline is not None
    fields = baseline.doc["fields"]
    assert isinstance(fields, dict)
    assert fields["summary"] == "New"
    assert new is not None


def test_a_sandbox_that_is_away_is_told_later(house: House) -> None:
    finished(house)
    house.door.away = True
    with pytest.raises(SandboxLinkError):
        telling.tell(house.gateway)
    house.door.away = False
    assert telling.tell(house.gateway) == 1
    assert len(house.door.outcomes) == 1


def test_sent_back_and_refused_sets_are_told_with_words(house: House) -> None:
    review_id = house.arrive(change_set(edit("summary", "New")))
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.send_back(house.gateway, "rob", review_id, digest, "Say why.")
    house.arrive(change_set(edit("summary", "x", issue_id="404"), number=2))
    assert telling.tell(house.gateway) == 2
    sent_back, refused = house.door.outcomes
    assert sent_back["changes"][0]["verdict"] == "sent_back"
    assert sent_back["words"] == "Say why."
    assert refused["state"] == "refused"
    assert "AIR-1" in refused["words"]


def test_an_agent_is_told_what_was_not_written_and_why(house: House) -> None:
    review_id = house.arrive(
        change_set(
            edit("summary", "New"),
            edit("summary", "Other", id="c2", issue_id="10002", issue_key="AIR-2"),
        )
    )
    digest = reviewing.view(house.gateway, review_id).digest
    reviewing.approve(house.gateway, "eve", review_id, digest)
    house.jira.edit("10001", "Ann", summary="Ann was here")
    reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    telling.tell(house.gateway)
    (told,) = house.door.outcomes
    assert told["state"] == "failed"
    verdicts = {one["change_id"]: (one["verdict"], one["words"]) for one in told["changes"]}
    assert verdicts["c2"][0] == "failed"
    assert "did not go through" in verdicts["c2"][1]
    assert verdicts["c1"][0] == "conflict"
    assert "Somebody changed it in Jira" in verdicts["c1"][1]
