"""The inbox: one line for each review, made once for each edition of it.

A line says nothing of Jira now, so it changes only when the review does. Reviews that
nobody can decide about any more are listed without flags.
"""

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from gateway.operations import grounds
from gateway.operations.context import Gateway
from gateway.operations.seeing import settled_of
from gateway.review.jira_rights import places_of
from gateway.review.repeats import repeats
from gateway.review.showing import Scene, show
from gateway.review.states import TURNS, State
from gateway.review.triage import risk_of
from gateway.review.values import Flag, InboxRow
from gateway.store import refused, registry, reviews
from gateway.store.database import Database
from gateway.store.reviews import Review
from sandbox.contract.shapes import ChangeKind, SiteBaseline

#: States in which flags still matter to a decision.
_OPEN = frozenset({State.REVIEW, State.CHANGES_REQUESTED, State.APPROVED})
#: Review id to the edition that a line was made of, and the line.
_Lines = dict[int, tuple[int, InboxRow]]


@dataclass(slots=True)
class _Kept:
    """All lines as they were last asked for."""

    lines: _Lines = field(default_factory=dict)
    #: What the reviews' editions came to then, and the lines in order.
    whole: tuple[tuple[int, ...], tuple[InboxRow, ...]] = ((), ())


_MADE: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def rows(gateway: Gateway) -> tuple[InboxRow, ...]:
    """Return a line for each review, newest first."""
    kept = _MADE.setdefault(gateway.database, _Kept())
    with gateway.database.read() as conn:
        now = reviews.signature(conn, gateway.site)
        before, found = kept.whole
        if now == before:
            return found
        editions = reviews.editions(conn, gateway.site)
        made = kept.lines
        missing = [one for one, edition in editions.items() if _edition(made, one) != edition]
        if missing:
            made.update(_make(conn, gateway, missing))
    kept.whole = now, tuple(made[one][1] for one in editions)
    return kept.whole[1]


def _edition(made: _Lines, review_id: int) -> int | None:
    found = made.get(review_id)
    return None if found is None else found[0]


def _make(conn: Connection, gateway: Gateway, review_ids: list[int]) -> _Lines:
    site = grounds.site_of(conn, gateway.identity)
    names = {one.grant.person: one.person_name for one in registry.tokens(conn, gateway.site)}
    found: _Lines = {}
    for review_id in review_ids:
        review = reviews.get(conn, review_id)
        if review is not None:
            name = names.get(review.change_set.person, review.change_set.person)
            flags = _flags(conn, gateway, review, site, name) if review.state in _OPEN else ()
            projects = tuple(sorted(grounds.projects(conn, review.change_set)))
            found[review_id] = (review.edition, _row(review, name, flags, projects))
    return found


def _flags(
    conn: Connection, gateway: Gateway, review: Review, site: SiteBaseline, name: str
) -> tuple[Flag, ...]:
    decisions = reviews.decisions(conn, review.id)
    shown = show(
        Scene(
            change_set=review.change_set,
            identity=gateway.identity,
            site=site,
            policy=grounds.policy_of(gateway),
            person_name=name,
            docs=grounds.documents(conn, review.change_set),
            reads=review.reads,
            settled=settled_of(decisions),
            decided={one: decision.verdict for one, decision in decisions.items()},
            repeats=repeats(review.change_set.changes, refused.before(conn, review)),
        )
    )
    return (*shown.flags, *(flag for one in shown.changes for flag in one.flags))


def _row(
    review: Review, person_name: str, flags: tuple[Flag, ...], projects: tuple[str, ...]
) -> InboxRow:
    changes = review.change_set.changes
    return InboxRow(
        id=review.id,
        state=review.state,
        turn=TURNS[review.state],
        title=review.change_set.title,
        agent=review.change_set.agent,
        person_name=person_name,
        issue_keys=tuple(dict.fromkeys(one.issue_key for one in changes)),
        created=sum(one.kind is ChangeKind.CREATE for one in changes),
        changed=sum(one.kind is not ChangeKind.CREATE for one in changes),
        flags=flags,
        risk=risk_of(flags),
        kinds=tuple(dict.fromkeys(one.kind.value for one in changes)),
        round=review.change_set.round,
        received_at=review.received_at,
        projects=projects,
        issues=tuple((one.id, one.key) for one in places_of(review.change_set)),
    )
