"""How far a promotion is: what a page that follows it asks for, several times a second."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, literal_column, select

from gateway.promotion.states import SETTLED, OpState
from gateway.store import sites, windows
from gateway.store import waits as stored_waits
from gateway.store.database import database_now
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.digest import digest

_TABLES = GatewayTable.metadata.tables
_REVIEW, _OP, _SITE = _TABLES["review"], _TABLES["operation"], _TABLES["site"]


@dataclass(frozen=True, slots=True)
class Waits:
    """What a promotion waits for."""

    #: Operation id to the microseconds until its next try.
    until: dict[int, int]
    #: Why nothing of this site goes on; empty when it does.
    paused: str


def mark(conn: Connection, review_id: int) -> str | None:
    """Return a short text that differs whenever the page would; None without the review.

    Made of stored rows alone: any process, also one started later, finds the same.
    """
    review = select(_REVIEW.c.state, _REVIEW.c.edition, _REVIEW.c.site)
    found = conn.execute(review.where(_REVIEW.c.id == review_id)).first()
    if found is None:
        return None
    columns = (_OP.c.id, _OP.c.state, _OP.c.not_before, _OP.c.attempts, _OP.c.trouble)
    rows = conn.execute(
        select(*columns).where(_OP.c.review_id == review_id).order_by(_OP.c.id)
    ).all()
    paused = conn.execute(select(_SITE.c.paused).where(_SITE.c.site == found.site)).scalar()
    rests = [[one.issue_id, one.until] for one in stored_waits.waiting(conn, found.site)]
    late = windows.delay_of(conn, found.site, review_id)
    delay = None if late is None else [late.until, [one.id for one in late.windows]]
    shown = [found.state, found.edition, paused, rests, delay, [list(row) for row in rows]]
    return digest(shown)[:20]


def waits(conn: Connection, site: str, review_id: int) -> Waits:
    """Return what a promotion waits for, by the database's clock."""
    paused = sites.paused(conn, site)
    rows = _RESTING.run(conn, review=review_id).every
    if not rows:
        return Waits({}, paused)
    now = database_now(conn)
    rests = {one.issue_id: one for one in stored_waits.waiting(conn, site)}
    until = {
        row.id: max(
            row.not_before,
            *(rests[one].until for one in ("", row.issue_id) if one in rests),
            now,
        )
        - now
        for row in rows
    }
    if not paused and "" in rests:
        paused = f"Jira asks to be left alone for now: {rests[''].reason}."
    return Waits({one: wait for one, wait in until.items() if wait > 0}, paused)


_RESTING = Prepared(
    lambda: select(_OP.c.id, _OP.c.issue_id, _OP.c.not_before).where(
        _OP.c.review_id == bindparam("review"),
        _OP.c.state.in_(
            literal_column(f"'{state}'")
            for state in OpState
            if state not in SETTLED and state is not OpState.HELD
        ),
    )
)
