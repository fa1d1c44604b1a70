"""An approval lapses when Jira contradicts what it approved: a person decides anew.

What moved beside what is approved leaves it standing, and what Jira has by itself by now is
sent to nobody. Nothing is ever approved here: an approval only ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.operations.listing import rows
from gateway.operations.seeing import Sight, see
from gateway.promotion.deleting import going_before
from gateway.promotion.drift import compare
from gateway.promotion.plan import KEEP
from gateway.promotion.preflight_checks import follows
from gateway.promotion.states import OpEvent, OpState
from gateway.review.refusals import UnknownReviewError
from gateway.review.states import Event, State
from gateway.store import audit, baselines, outbox, reviews, sites
from sandbox.contract.compare import Three

#: Who ends it, by the audit.
BY = "gateway"


def contradicted(sight: Sight) -> Iterator[str]:
    """Yield each approved field that somebody changed in Jira since, behind its issue's key.

    Only where the page shows a conflict too: what ends an approval, a person can then settle.
    """
    fields, shown = sight.ground.fields, _in_conflict(sight)
    plan = [one.planned for one in sight.operations]
    for one in sight.operations:
        now = sight.now.get(one.planned.issue_id)
        if now is None or one.planned.issue_id not in shown or follows(one.planned):
            continue
        for name in compare(one.planned, now, fields, going_before(one.planned, plan)).conflicts:
            yield f"{one.planned.issue_key} {fields.name(name)}"


def _in_conflict(sight: Sight) -> frozenset[str]:
    """Return the issues of which the page shows a kept change in conflict."""
    return frozenset(
        one.change.issue_id
        for one in sight.shown.changes
        if one.verdict == KEEP and one.three is Three.CONFLICT
    )


def lapse(gateway: Gateway, sight: Sight) -> bool:
    """End an approval that Jira contradicts, by a look that just read it; returns whether."""
    review = sight.review
    held = all(one.state is OpState.HELD for one in sight.operations)
    if review.state is not State.APPROVED or sight.checked_at is None or not held:
        return False
    moved = tuple(dict.fromkeys(contradicted(sight)))
    if not moved:
        return False
    with gateway.database.write() as conn:
        return _end(conn, gateway, sight, moved)


def _end(conn: Connection, gateway: Gateway, sight: Sight, moved: tuple[str, ...]) -> bool:
    review = sight.review
    gone: dict[str, object] = {"approved_digest": None, "approved_plan": None, "decided_by": None}
    if not reviews.move(conn, review, Event.LAPSE, lapsed=", ".join(moved), **gone):
        return False
    reviews.drop_approvals(conn, review.id)
    outbox.happen(conn, review.id, review.approved_digest or "", OpEvent.WITHDRAW)
    audit.append(
        conn,
        at=gateway.clock(),
        actor=BY,
        kind="approval_lapsed",
        body={"review": review.id, "digest": review.approved_digest, "moved": ", ".join(moved)},
    )
    return True


@dataclass(slots=True)
class Lapsing:
    """Looks at approved sets whose issues changed in Jira, as the gateway reads of it."""

    gateway: Gateway
    #: The newest revision whose issues were looked at; None: everything is still to be.
    _seen: int | None = field(default=None, init=False)
    #: Sets to be looked at again, as Jira could not be read.
    _left: frozenset[int] = field(default=frozenset(), init=False)

    def run_once(self) -> int:
        """Look at what changed since the last time; returns how many approvals ended."""
        approved = [row for row in rows(self.gateway) if row.state is State.APPROVED]
        with self.gateway.database.read() as conn:
            newest = sites.revision(conn, self.gateway.site)
            changed = self._changed(conn, newest) if approved else frozenset()
        wanted = [
            row.id
            for row in approved
            if row.id in self._left or any(issue_id in changed for issue_id, _ in row.issues)
        ]
        sights = {one: self._look(one) for one in wanted}
        self._left = frozenset(one for one, sight in sights.items() if sight.checked_at is None)
        self._seen = newest
        return sum(lapse(self.gateway, sight) for sight in sights.values())

    def _changed(self, conn: Connection, newest: int) -> frozenset[str]:
        if self._seen == newest:
            return frozenset()
        return baselines.changed_after(conn, self.gateway.site, self._seen or 0)

    def _look(self, review_id: int) -> Sight:
        with self.gateway.database.read() as conn:
            review = reviews.get(conn, review_id)
        if review is None:  # a line of a set that is not there any more
            raise UnknownReviewError(review_id)
        return see(self.gateway, review, read_now=True)
