"""How much came from each agent, and what became of it: counted, for the agents page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from gateway.review.agent_record import Fate, Record, record_of
from gateway.review.reasons import Reason, counted
from gateway.review.states import State
from gateway.store.tables import GatewayTable

_REVIEW = GatewayTable.metadata.tables["review"]
_DECISION = GatewayTable.metadata.tables["decision"]
#: So many decided sets of a site are looked back at.
_MOST = 2000
_LEFT_OUT = "reject"
_CARRIED = (State.PROMOTED, State.PARTLY_PROMOTED)
_TURNED_DOWN = (State.REJECTED, State.REFUSED)
#: States in which a set's words say why it was refused; a later round replaces some.
_ANSWERED = (State.REJECTED, State.CHANGES_REQUESTED, State.REPLACED)


@dataclass(frozen=True, slots=True)
class Work:
    """An agent's change sets."""

    sets: int
    promoted: int
    rejected: int
    sent_back: int
    #: When the newest one arrived.
    last_at: int
    #: How the newest that people decided about fared; None: none was.
    record: Record | None = None
    #: How often people refused with which reason; None: with words alone.
    reasons: Mapping[Reason | None, int] = field(default_factory=dict)


def by_agent(conn: Connection, site: str) -> Mapping[str, Work]:
    """Return what came from each agent of a site that handed anything in."""
    rows = conn.execute(
        select(_REVIEW.c.agent, _REVIEW.c.state, func.count(), func.max(_REVIEW.c.received_at))
        .where(_REVIEW.c.site == site)
        .group_by(_REVIEW.c.agent, _REVIEW.c.state)
    ).all()
    fates, said = _fates(conn, site), _said(conn, site)
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
            record=record_of(fates.get(agent, ())),
            reasons=counted(said.get(agent, ())),
        )
        for agent, found in counts.items()
    }


def _fates(conn: Connection, site: str) -> dict[str, list[Fate]]:
    """Return agent to what people decided about its newest sets."""
    columns = (_REVIEW.c.id, _REVIEW.c.agent, _REVIEW.c.state)
    query = select(*columns, (_REVIEW.c.decided_at - _REVIEW.c.received_at).label("waited"))
    decided = query.where(_REVIEW.c.site == site, _REVIEW.c.decided_at.is_not(None))
    rows = conn.execute(decided.order_by(_REVIEW.c.id.desc()).limit(_MOST)).all()
    oldest = rows[-1].id if rows else 0
    touched = (_DECISION.c.verdict == _LEFT_OUT) | _DECISION.c.settled.is_not(None)
    changed = select(_DECISION.c.review_id).where(_DECISION.c.review_id >= oldest, touched)
    edited = set(conn.execute(changed.distinct()).scalars())
    found: dict[str, list[Fate]] = {}
    for row in rows:
        fate = Fate(State(row.state), max(0, row.waited), row.id in edited)
        found.setdefault(row.agent, []).append(fate)
    return found


def _said(conn: Connection, site: str) -> dict[str, list[str]]:
    """Return agent to what people said when they refused its newest sets or parts of them."""
    newest = (
        select(_REVIEW.c.id, _REVIEW.c.agent, _REVIEW.c.state, _REVIEW.c.words)
        .where(_REVIEW.c.site == site)
        .order_by(_REVIEW.c.id.desc())
        .limit(_MOST)
    ).subquery()
    parts = (
        select(newest.c.agent, _DECISION.c.words)
        .join_from(newest, _DECISION, _DECISION.c.review_id == newest.c.id)
        .where(_DECISION.c.verdict == _LEFT_OUT, _DECISION.c.words != "")
    )
    wholes = select(newest.c.agent, newest.c.words).where(
        newest.c.words != "", newest.c.state.in_(_ANSWERED)
    )
    found: dict[str, list[str]] = {}
    for agent, words in (*conn.execute(parts).all(), *conn.execute(wholes).all()):
        found.setdefault(agent, []).append(words)
    return found
