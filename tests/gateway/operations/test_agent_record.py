"""How an agent's sets fared is read from what was decided, on both databases."""

from gateway.operations import reviewing
from gateway.store import agent_work
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import AGENT, SITE, change_set, edit


def test_decisions_edits_and_waits_are_counted(house: House) -> None:
    gateway = house.gateway
    two = edit("summary", "One"), edit("labels", ["x"], id="c2")
    first = house.arrive(change_set(*two))
    second = house.arrive(change_set(edit("summary", "Two"), number=2))
    house.arrive(change_set(edit("summary", "Three"), number=3))
    with gateway.database.read() as conn:
        assert agent_work.by_agent(conn, SITE)[AGENT].record is None
    digest = reviewing.view(gateway, first).digest
    reviewing.decide(gateway, "eve", first, "c2", "reject", "", digest)
    gateway.clock = lambda: 1_000 + 60_000_000
    reviewing.approve(gateway, "eve", first, reviewing.view(gateway, first).digest)
    reviewing.reject(gateway, "eve", second, reviewing.view(gateway, second).digest, "no")
    with gateway.database.read() as conn:
        record = agent_work.by_agent(conn, SITE)[AGENT].record
    assert record is not None
    assert (record.decided, record.approved, record.edited) == (2, 50, 100)
    assert (record.rejected, record.waited) == (50, 60_000_000)
