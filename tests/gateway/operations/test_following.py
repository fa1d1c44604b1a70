"""Open issues, wanted issues, hints: named by others, read only inside the scope."""

from dataclasses import dataclass
from typing import Any

import pytest

from gateway.operations import following, receiving
from gateway.operations.following import NOT_AGAIN, WANTED_A_MINUTE, Wanting
from gateway.store import baselines, reading
from sandbox.contract.shapes import ChangeSet
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import AGENT, PERSON, SITE, change_set, doc, edit

MINUTE = 60 * 1_000_000


@dataclass
class Clock:
    """A clock that the test moves."""

    now: int = 1_000

    def __call__(self) -> int:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(house: House) -> Clock:
    """Lend the hand of the gateway's clock."""
    found = Clock()
    house.gateway.clock = found
    return found


@pytest.fixture
def counted(house: House) -> House:
    """Lend a house whose search obeys the query."""
    house.jira.by_key = True
    return house


def stored(house: House, issue_id: str) -> Any:
    with house.gateway.database.read() as conn:
        found = baselines.latest(conn, SITE, issue_id)
    return None if found is None else found.doc["fields"]["summary"]  # type: ignore[index,call-overload]  # Jira's JSON


def want(house: House, key: str, agent: str = AGENT) -> None:
    house.door.wanted.append({"key": key, "agent": agent, "person": PERSON})


def test_issues_that_agents_work_on_are_read_again_by_their_ids(house: House) -> None:
    house.jira.edit("10001", "Ann", summary="Changed upstream")
    house.jira.add(doc("OPS-1", "66", summary="None of ours"))
    house.door.open = ["10001", "66", "9123456789"]
    assert following.refresh_open(house.gateway) == ("10001",)
    assert stored(house, "10001") == "Changed upstream"
    assert stored(house, "66") is None
    assert not any("66" in path for path in house.jira.asked), "it was never even asked for"


def test_a_sealed_set_s_issues_are_read_again_before_anybody_sees_it(house: House) -> None:
    house.jira.edit("10001", "Ann", priority={"id": "2", "name": "High"}, summary="By Ann")
    house.arrive(change_set(edit("summary", "New")))
    assert stored(house, "10001") == "By Ann"


def test_a_set_arrives_also_when_jira_does_not_answer(house: House) -> None:
    house.jira.reads = "unreachable"
    house.door.sealed.append(change_set(edit("summary", "New")))
    assert len(receiving.fetch(house.gateway)) == 1


def test_a_lying_set_has_no_other_issue_read(house: House) -> None:
    house.jira.add(doc("OPS-1", "66"))
    lying: ChangeSet = change_set(edit("summary", "New", issue_id="66", issue_key="AIR-1"))
    house.door.sealed.append(lying)
    receiving.fetch(house.gateway)
    assert not any("66" in path for path in house.jira.asked)


# Wanted


def test_a_wanted_issue_is_looked_for_inside_the_scope_and_taken_in(counted: House) -> None:
    counted.jira.add(doc("AIR-7", "77", summary="Seven"))
    want(counted, "AIR-7")
    assert Wanting(counted.gateway).run_once() == ("77",)
    assert stored(counted, "77") == "Seven"
    assert counted.jira.queries == [
        '((project in ("AIR")) AND project = "AIR") AND key = "AIR-7" ORDER BY key ASC'
    ]


@pytest.mark.parametrize(
    ("key", "agent"),
    [
        ("OPS-1", AGENT),  # not the agent's project
        ("AIR-1", AGENT),  # here already, only not the agent's to see
        ("AIR-9123456789", AGENT),  # made here
        ("AIR-7", "stranger"),
    ],
)
def test_what_may_not_be_wanted_never_goes_upstream(counted: House, key: str, agent: str) -> None:
    want(counted, key, agent)
    assert Wanting(counted.gateway).run_once() == ()
    assert counted.jira.queries == []


def test_what_jira_does_not_find_is_not_asked_for_again_at_once(
    counted: House, clock: Clock
) -> None:
    wanting = Wanting(counted.gateway)
    for _ in range(3):
        want(counted, "AIR-404")
        assert wanting.run_once() == ()
    assert len(counted.jira.queries) == 1
    counted.jira.unknown.add("AIR-405")
    want(counted, "AIR-405")
    assert wanting.run_once() == (), "a key that Jira refuses to know is nothing, no error"
    clock.now += NOT_AGAIN
    counted.jira.add(doc("AIR-404", "404"))
    want(counted, "AIR-404")
    assert wanting.run_once() == ("404",)


def test_one_agent_may_have_only_so_many_looked_up_in_a_minute(
    counted: House, clock: Clock
) -> None:
    wanting = Wanting(counted.gateway)
    for number in range(WANTED_A_MINUTE + 5):
        want(counted, f"AIR-{500 + number}")
    wanting.run_once()
    assert len(counted.jira.queries) == WANTED_A_MINUTE
    clock.now += MINUTE
    wanting.run_once()
    assert len(counted.jira.queries) == WANTED_A_MINUTE + 5


# Hints


def hint(house: House, *issue_ids: str) -> None:
    with house.gateway.database.write() as conn:
        reading.add_hints(conn, SITE, issue_ids, house.gateway.clock())


def test_a_hint_has_known_issues_read_and_others_looked_for_inside_the_scope(
    counted: House,
) -> None:
    counted.jira.edit("10001", "Ann", summary="Changed upstream")
    hint(counted, "10001", "66", "9123456789")
    assert following.follow_hints(counted.gateway) == ("10001",)
    assert counted.jira.queries == ['(project in ("AIR")) AND id = "66" ORDER BY key ASC']
    assert following.follow_hints(counted.gateway) == (), "a hint is followed once"
    assert len(counted.jira.queries) == 1


def test_a_flood_of_hints_is_cut_off(house: House) -> None:
    with house.gateway.database.write() as conn:
        assert reading.add_hints(conn, SITE, [str(n) for n in range(1, 7_000)], 1) == 5_000
        assert reading.add_hints(conn, SITE, ["1", "6999"], 2) == 0
