"""Looks up what the transitions of a set did the last times, by our own receipts."""

from sqlalchemy import Connection

from gateway.policy.projects import project_of
from gateway.review.earlier import Earlier, earlier
from gateway.store import earlier as stored
from sandbox.contract.shapes import ChangeKind, ChangeSet


def earlier_of(conn: Connection, change_set: ChangeSet) -> dict[str, Earlier]:
    """Return change id to what is known of earlier transitions to the same status."""
    moves = [one for one in change_set.changes if one.kind is ChangeKind.TRANSITION]
    done = {
        project: stored.transitions(conn, change_set.site, project)
        for project in {project_of(one.issue_key) for one in moves}
    }
    known = ((one.id, earlier(one, done[project_of(one.issue_key)])) for one in moves)
    return {name: found for name, found in known if found is not None}
