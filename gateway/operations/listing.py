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
from gateway.review.lines import Lines
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


@dataclass(frozen=True, slots=True)
class _Whole:
    """All lines as they were last asked for."""

    #: What the editions of each block of reviews came to, and its lines.
    marks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    pieces: dict[int, Lines] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)


@dataclass(slots=True)
class _Kept:
    """What was made for one database."""

    made: _Lines = field(default_factory=dict)
    whole: _Whole = field(default_factory=_Whole)


_MADE: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def rows(gateway: Gateway) -> Lines:
    """Return a line for each review, newest first."""
    kept = _MADE.setdefault(gateway.database, _Kept())
    before = kept.whole
    with gateway.database.read() as conn:
        marks = reviews.blocks(conn, gateway.site)
        if marks == before.marks:
            return before.lines
        moved = [one for one, mark in marks.items() if before.marks.get(one) != mark]
        new = {one: _piece(conn, gateway, kept.made, one) for one in moved}
    pieces = {one: new.get(one) or before.pieces[one] for one in sorted(marks, reverse=True)}
    # All at once: threads that look at different times never mix what they saw.
    kept.whole = _Whole(marks, pieces, Lines.joined(pieces.values()))
    return kept.whole.lines


def _piece(conn: Connection, gateway: Gateway, made: _Lines, block: int) -> Lines:
    editions = reviews.editions_in(conn, gateway.site, block)
    lines = {one: made.get(one) for one in editions}
    found = {one: line for one, line in lines.items() if line and line[0] == editions[one]}
    fresh = _make(conn, gateway, [one for one in editions if one not in found])
    made.update(fresh)
    return Lines((found | fresh)[one][1] for one in editions)


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
