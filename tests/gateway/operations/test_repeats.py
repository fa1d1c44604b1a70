"""What people refused before is named when an agent asks for it again, on both databases."""

from gateway.operations import reviewing
from gateway.review.repeats import repeats
from gateway.review.values import Flag
from sandbox.contract.shapes import ChangeKind, JsonObject
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import change, change_set, edit, text


def flags(house: House, review: int) -> dict[str, str]:
    """Return change id to the set that it repeats, as page and inbox have it."""
    view = reviewing.view(house.gateway, review)
    found = [one for issue in view.issues for change in issue.changes for one in change.flags]
    [row] = [one for one in reviewing.inbox(house.gateway) if one.id == review]
    assert _sets(found) == _sets(row.flags)
    return _sets(found)


def _sets(found: list[Flag] | tuple[Flag, ...]) -> dict[str, str]:
    return {one.change_id or "": one.evidence["set"] for one in found if one.id == "repeat"}


def test_the_newest_refusal_of_the_very_same_is_named() -> None:
    one, other = edit("summary", "A"), edit("summary", "B", id="c2")
    comment = change(ChangeKind.COMMENT, {"id": "1", "body": text("안녕")}, id="c3")
    again = change(ChangeKind.COMMENT, {"id": "2", "body": text("안녕")}, id="c4")
    assert repeats([one, other], {}) == {}
    refused = {3: [one], 7: [one, comment], 5: [edit("labels", ["A"])]}
    assert repeats([one, other, again], refused) == {"c1": 7, "c4": 7}
    elsewhere = edit("summary", "A", issue_id="10002", issue_key="AIR-2")
    assert repeats([one], {1: [elsewhere]}) == {}


def test_a_new_issue_is_known_by_what_it_says() -> None:
    wanted: JsonObject = {"fields": {"summary": "새 일"}}
    made = change(ChangeKind.CREATE, wanted, id="c1", issue_id="t1", issue_key="AIR-9001")
    again = change(ChangeKind.CREATE, wanted, id="c1", issue_id="t2", issue_key="AIR-9002")
    other = change(ChangeKind.CREATE, {"fields": {"summary": "다른 일"}}, id="c2", issue_id="t3")
    assert repeats([again, other], {4: [made]}) == {"c1": 4}


def test_a_rejected_set_and_what_was_left_out_of_another_are_remembered(house: House) -> None:
    gateway = house.gateway
    first = house.arrive(change_set(edit("summary", "A"), edit("labels", ["x"], id="c2")))
    reviewing.reject(gateway, "rob", first, reviewing.view(gateway, first).digest, "no")
    second = house.arrive(
        change_set(edit("summary", "A"), edit("priority", {"id": "2"}, id="c2"), number=2)
    )
    assert flags(house, second) == {"c1": f"CS-{first}"}
    digest = reviewing.view(gateway, second).digest
    reviewing.decide(gateway, "rob", second, "c2", "reject", "no", digest)
    third = house.arrive(
        change_set(
            edit("priority", {"id": "2"}),
            edit("summary", "Another", id="c2"),
            edit("labels", ["x"], id="c3"),
            number=3,
        )
    )
    assert flags(house, third) == {"c1": f"CS-{second}", "c3": f"CS-{first}"}
    # Another task of the agent's is another matter.
    other = change_set(edit("summary", "A"), number=4, workspace="ws-9")
    assert flags(house, house.arrive(other)) == {}
