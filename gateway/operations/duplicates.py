"""Looks whether something that was sent more than once is in Jira more than once.

Quarantine and probe make that unlikely, not impossible: a request can lie in a proxy for
longer than anybody waits. What is found is an alarm to a person; nothing is deleted.
"""

from gateway.operations.context import Gateway
from gateway.operations.looking_up import copies
from gateway.promotion.references import names_of, with_real
from gateway.store import audit, outbox
from gateway.store.outbox import Operation


def look_for_duplicates(gateway: Gateway) -> int:
    """Look at every operation that is due; returns how many are in Jira twice."""
    with gateway.database.read() as conn:
        due = outbox.to_recheck(conn, gateway.site)
    return sum(_look(gateway, one) for one in due)


def _look(gateway: Gateway, operation: Operation) -> bool:
    with gateway.database.read() as conn:
        planned = operation.planned
        planned = with_real(planned, outbox.resolved(conn, gateway.site, names_of(planned)))
    planned = planned.model_copy(update={"issue_id": operation.issue_id})
    names = copies(gateway, operation, planned)
    twice = len(names) > 1
    sentence = f"Jira has it more than once: {', '.join(names)}. Keep only one."
    with gateway.database.write() as conn:
        if not outbox.rechecked(conn, operation, sentence if twice else None):
            return False
        if twice:
            audit.append(
                conn,
                at=gateway.clock(),
                actor="gateway",
                kind="duplicate_found",
                body={
                    "operation": operation.id,
                    "review": operation.review_id,
                    "names": list(names),
                },
            )
    return twice
