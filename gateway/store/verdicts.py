"""What people decide about single changes, written down; ``reviews.decisions`` reads it."""

from sqlalchemy import Connection, delete, insert

from gateway.store.reviews import Decision
from gateway.store.tables import GatewayTable

_DECISION = GatewayTable.metadata.tables["decision"]


def set_decision(conn: Connection, review_id: int, decision: Decision) -> None:
    """Store what was decided about one change, in place of an earlier decision."""
    conn.execute(
        delete(_DECISION).where(
            _DECISION.c.review_id == review_id, _DECISION.c.change_id == decision.change_id
        )
    )
    conn.execute(
        insert(_DECISION).values(
            review_id=review_id,
            change_id=decision.change_id,
            verdict=decision.verdict,
            words=decision.words,
            by=decision.by,
            at=decision.at,
            settled=None if decision.settled is None else decision.settled.model_dump_json(),
        )
    )


def take_back(conn: Connection, review_id: int, change_id: str) -> None:
    """Delete what was decided about one change."""
    own = (_DECISION.c.review_id == review_id, _DECISION.c.change_id == change_id)
    conn.execute(delete(_DECISION).where(*own))
