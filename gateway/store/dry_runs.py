"""What the newest dry run of a change set came to: kept, because a blocked one stops promotion."""

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.review.dry_runs import DryRun
from gateway.store.dry_run_tables import DryRunRow
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable

_RUN = GatewayTable.metadata.tables[DryRunRow.__tablename__]


def keep(conn: Connection, review_id: int, found: DryRun) -> None:
    """Keep a dry run in place of the one before."""
    conn.execute(delete(_RUN).where(_RUN.c.review_id == review_id))
    conn.execute(
        insert(_RUN).values(
            review_id=review_id,
            digest=found.digest,
            sentence=found.sentence,
            next_step=found.next_step,
            checked_at=found.checked_at,
        )
    )


_NEWEST = Prepared(lambda: select(_RUN).where(_RUN.c.review_id == bindparam("review")))


def newest(conn: Connection, review_id: int) -> DryRun | None:
    """Return the newest dry run of a review; None when there was none."""
    row = _NEWEST.run(conn, review=review_id).first()
    if row is None:
        return None
    return DryRun(row.digest, row.sentence, row.next_step, row.checked_at)
