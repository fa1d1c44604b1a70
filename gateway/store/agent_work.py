"""How much came from each agent, and what became of it: counted, for the agents page."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gateway.review.states import State
from gateway.store.tables import GatewayTable

_REVIEW = GatewayTable.metadata.tables["review"]
_CARRIED = (State.PROMOTED, State.PARTLY_PROMOTED)
_TURNED_DOWN = (State.REJECTED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Work:
    """An agent's change sets."""

    sets: int
    promoted: int
    rejected: int
    sent_back: int
    #: When the newest one arrived.
    last_at: int


def by_agent(conn: Connection, site: str) -> Mapping[str, Work]:
    """Return what came from each agent of a site that handed anything in."""
    rows = conn.execute(
        select(_REVIEW.c.agent, _REVIEW.c.state, func.count(), func.max(_REVIEW.c.received_at))
        .where(_REVIEW.c.site == site)
        .group_by(_REVIEW.c.agent, _REVIEW.c.state)
    ).all()
    counts: dict[str, dict[str, int]] = {}
    last: dict[str, int] = {}
    for agent, state, number, newest in rows:
        counts.setdefault(agent, {})[state] = number
        last[agent] = max(last.get(agent, 0), newest)
    return {
        agent: Work(
            sets=sum(found.values()),
            promoted=sum(found.get(state, 0) for state in _CARRIED),
            rejected=sum(found.get(state, 0) for state in _TURNED_DOWN),
            sent_back=found.get(State.CHANGES_REQUESTED, 0),
            last_at=last[agent],
        )
        for agent, found in counts.items()
    }
