"""May this set be the undo it says it is? Asked wherever an agent's set is asked for its right.

An undo is made by a person in the gateway, never by an agent: no token stands behind it.
What proves it is the audit, which only the gateway writes, in the transaction that made
the set. A set from the sandbox with such an id finds no such row and is refused.
"""

from sqlalchemy import Connection

from gateway.store import audit, baselines, sites
from sandbox.contract.digest import seal
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import ChangeSet

#: Kind of the audit row that makes an undo the gateway's own.
MADE = "undo_made"


def why_not(conn: Connection, change_set: ChangeSet) -> Refusal | None:
    """Return why this set may not be written as an undo today, or None."""
    ours = audit.has(conn, MADE, set=change_set.id, seal=change_set.seal)
    if not ours or seal(change_set) != change_set.seal:
        return Refusal(
            "undo", "The gateway never made this undo.", "Reject it; find out who wrote this."
        )
    metadata = sites.metadata(conn, change_set.site)
    projects = set() if metadata is None else {str(one.get("key")) for one in metadata.projects}
    for change in change_set.changes:
        known = baselines.latest(conn, change_set.site, change.issue_id)
        if known is None:
            return _outside(f"{change.issue_key} is not taken in any more, so it is not written.")
        project = known.key.rsplit("-", 1)[0]
        if projects and project not in projects:
            return _outside(f"{known.key}: its project is not one that may be written any more.")
    return None


def _outside(sentence: str) -> Refusal:
    return Refusal("undo_scope", sentence, "Put it right in Jira by hand, or widen the scope.")
