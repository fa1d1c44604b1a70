"""The inbox: one line for each review, made once for each edition of it.

Jira is not read for it. What our own readings brought since the agent's counts, so that a line
is made anew when the review changes or one of its issues was read again and had changed.
Reviews that nobody can decide about any more are listed without flags.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from gateway.operations import grounds
from gateway.operations.context import Gateway
from gateway.operations.looking_around import around_of
from gateway.operations.seeing_stored import settled_of
from gateway.promotion.drift import Now
from gateway.review.jira_rights import places_of
from gateway.review.lines import Lines
from gateway.review.no_ops import idle
from gateway.review.repeats import repeats
from gateway.review.showing import Scene, Shown, show
from gateway.review.states import TURNS, State
from gateway.review.triage import risk_of
from gateway.review.values import InboxRow
from gateway.store import baselines, refused, registry, reviews, sites
from gateway.store.database import Database
from gateway.store.reviews import Decision, Review
from sandbox.contract.shapes import ChangeKind, SiteBaseline

#: States in which flags still matter to a decision.
_OPEN = frozenset({State.REVIEW, State.CHANGES_REQUESTED, State.APPROVED})
#: So many lines are made anew at one look because their issues changed; the next look goes on.
_AT_ONCE = 10
#: Review id to the edition that a line was made of, and the line.
_Lines = dict[int, tuple[int, InboxRow]]


@dataclass(frozen=True, slots=True)
class _Whole:
    """All lines as they were last asked for."""

    #: What the editions of each block of reviews came to, and its lines.
    marks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    pieces: dict[int, Lines] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    #: The revision of the baselines that the lines know of.
    revision: int = 0
    #: Reviews of which a line is still to be made anew, newest first.
    left: tuple[int, ...] = ()


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
        revision = sites.revision(conn, gateway.site)
        if marks == before.marks and revision == before.revision and not before.left:
            return before.lines
        every = dict.fromkeys([*_touched(conn, gateway, before, revision), *before.left])
        touched, left = [*every][:_AT_ONCE], [*every][_AT_ONCE:]
        for one in touched:
            kept.made.pop(one, None)
        moved = {one for one, mark in marks.items() if before.marks.get(one) != mark}
        moved |= {one // reviews.BLOCK for one in touched}
        new = {one: _piece(conn, gateway, kept.made, one) for one in moved}
    pieces = {one: new.get(one) or before.pieces[one] for one in sorted(marks, reverse=True)}
    # All at once: threads that look at different times never mix what they saw.
    lines = Lines.joined(pieces.values()) if new else before.lines
    kept.whole = _Whole(marks, pieces, lines, revision, tuple(left))
    return lines


def _touched(conn: Connection, gateway: Gateway, before: _Whole, revision: int) -> list[int]:
    """Return the open reviews of issues that were read again since and had changed."""
    if revision == before.revision or not before.lines:
        return []
    changed = baselines.changed_after(conn, gateway.site, before.revision)
    return [
        row.id
        for row in before.lines
        if row.state in _OPEN and any(issue_id in changed for issue_id, _ in row.issues)
    ]


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
            decisions = reviews.decisions(conn, review_id) if review.state in _OPEN else {}
            shown = Shown((), ())
            if review.state in _OPEN:
                shown = _shown(conn, gateway, review, decisions, site, name)
            projects = tuple(sorted(grounds.projects(conn, review.change_set)))
            found[review_id] = (review.edition, _row(review, name, shown, projects))
    return found


def _shown(
    conn: Connection,
    gateway: Gateway,
    review: Review,
    decisions: Mapping[str, Decision],
    site: SiteBaseline,
    name: str,
) -> Shown:
    docs = grounds.documents(conn, review.change_set)
    return show(
        Scene(
            change_set=review.change_set,
            identity=gateway.identity,
            site=site,
            policy=grounds.policy_of(gateway),
            person_name=name,
            docs=docs,
            now=_read_since(conn, review),
            reads=review.reads,
            settled=settled_of(decisions),
            decided={one: decision.verdict for one, decision in decisions.items()},
            around=around_of(conn, gateway, review, docs),
            repeats=repeats(review.change_set.changes, refused.before(conn, review)),
        )
    )


def _read_since(conn: Connection, review: Review) -> dict[str, Now]:
    """Return the issues that had changed when we read them again after the agent did."""
    bases: dict[str, int] = {}
    for one in review.change_set.changes:
        if one.base_revision:
            bases[one.issue_id] = min(one.base_revision, bases.get(one.issue_id, one.base_revision))
    newest = baselines.revisions(conn, review.site, bases) if bases else {}
    found: dict[str, Now] = {}
    for issue_id in (one for one, at in bases.items() if newest.get(one, 0) > at):
        known = baselines.latest(conn, review.site, issue_id)
        found[issue_id] = Now(None if known is None else known.doc)
    return found


def _row(
    review: Review,
    person_name: str,
    shown: Shown,
    projects: tuple[str, ...],
) -> InboxRow:
    changes = review.change_set.changes
    flags = (*shown.flags, *(flag for one in shown.changes for flag in one.flags))
    # As the page counts them: nobody has to decide about what Jira has already.
    hidden = idle(review.state, shown.changes)
    visible = [one for one in shown.changes if one.change.id not in hidden]
    return InboxRow(
        id=review.id,
        state=review.state,
        turn=TURNS[review.state],
        title=review.change_set.title,
        agent=review.change_set.agent,
        person_name=person_name,
        issue_keys=tuple(dict.fromkeys(one.issue_key for one in changes)),
        created=sum(one.kind is ChangeKind.CREATE for one in changes),
        changed=sum(one.kind not in (ChangeKind.CREATE, ChangeKind.DELETE) for one in changes),
        removed=sum(one.kind is ChangeKind.DELETE for one in changes),
        flags=flags,
        risk=risk_of(flags),
        kinds=tuple(dict.fromkeys(one.kind.value for one in changes)),
        changes=len(visible),
        decided=sum(one.decided for one in visible),
        round=review.change_set.round,
        received_at=review.received_at,
        projects=projects,
        issues=tuple((one.id, one.key) for one in places_of(review.change_set)),
    )
