"""Reviews, decisions and approvals as they are stored; nothing here decides anything."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from gateway.promotion.settled import Settled
from gateway.promotion.undo import set_id
from gateway.promotion.values import Plan
from gateway.review.states import Event, State, next_state
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import ChangeKind, ChangeSet, Read

_TABLES = GatewayTable.metadata.tables
_REVIEW = _TABLES["review"]
_DECISION = _TABLES["decision"]
_APPROVAL = _TABLES["approval"]
_AGENT = _TABLES["agent"]
_PERSON = _TABLES["person"]
#: So many numbers of reviews are asked about together.
BLOCK = 256


@dataclass(frozen=True, slots=True)
class Review:
    """A change set under review, as stored."""

    id: int
    site: str
    change_set: ChangeSet
    state: State
    #: ``None`` when the sandbox had no journal of reads to give.
    reads: tuple[Read, ...] | None
    refused: str | None
    approved_digest: str | None
    approved_plan: Plan | None
    #: The approved plan's JSON as it was stored: what the digest was made of.
    approved_text: str | None
    words: str
    decided_by: str | None
    decided_at: int | None
    received_at: int
    edition: int
    told: bool
    #: Whether the reviewer wants no mails.
    quiet: bool = False
    #: What Jira contradicted when its last approval lapsed.
    lapsed: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a review stands, without what is in it."""

    id: int
    state: State
    edition: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one change."""

    change_id: str
    verdict: str
    words: str
    by: str
    at: int
    #: The value that a person put in place of the agent's.
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's approval of one digest, as stored."""

    digest: str
    person: str
    at: int
    #: Codes of what this person confirmed separately, with spaces between.
    confirmed: str
    #: By the key that is not in the database; see ``gateway.promotion.signing``.
    signature: str
    #: How this person is called now; empty when nobody is known by this id.
    name: str = ""

    @property
    def confirmations(self) -> frozenset[str]:
        """The codes of what was confirmed separately."""
        return frozenset(self.confirmed.split())


def add(
    conn: Connection,
    change_set: ChangeSet,
    *,
    site: str,
    reads: tuple[Read, ...] | None,
    refused: str | None,
    received_at: int,
) -> int:
    """Store a fetched set, refused when there is a reason, and return the review's id."""
    state = State.REVIEW if refused is None else State.REFUSED
    result = conn.execute(
        insert(_REVIEW)
        .values(
            site=site,
            change_set=change_set.id,
            seal=change_set.seal,
            agent=change_set.agent,
            person=change_set.person,
            workspace=change_set.workspace,
            state=state,
            body=change_set.model_dump_json(),
            reads=_reads_text(reads),
            refused=refused,
            words="",
            received_at=received_at,
            edition=0,
            told=False,
            quiet=False,
            lapsed="",
        )
        .returning(_REVIEW.c.id)
    )
    return int(result.scalar_one())


def get(conn: Connection, review_id: int) -> Review | None:
    """Return a review by id."""
    row = _GET.run(conn, review=review_id).first()
    return None if row is None else _review(row)


def lock(conn: Connection, review_id: int) -> Standing | None:
    """Return where a review stands; nobody else moves it before this transaction ends."""
    row = _LOCK.run(conn, review=review_id).first()
    return None if row is None else Standing(row.id, State(row.state), row.edition)


def standing(conn: Connection, review_id: int) -> Standing | None:
    """Return where a review stands, without a lock."""
    query = select(_REVIEW.c.id, _REVIEW.c.state, _REVIEW.c.edition)
    row = conn.execute(query.where(_REVIEW.c.id == review_id)).first()
    return None if row is None else Standing(row.id, State(row.state), row.edition)


def by_change_set(conn: Connection, change_set: str) -> Review | None:
    """Return the review of a sealed set by the set's id."""
    row = _BY_SET.run(conn, sealed=change_set).first()
    return None if row is None else _review(row)


def blocks(conn: Connection, site: str) -> dict[int, tuple[int, ...]]:
    """Return what is another one for a block of reviews that has a new one, or one moved on."""
    return {row[0]: tuple(row[1:]) for row in _BLOCKS.run(conn, whose=site)}


def editions_in(conn: Connection, site: str, block: int) -> dict[int, int]:
    """Return the edition of each of a site's reviews in a block, newest first."""
    first = block * BLOCK
    found = _EDITIONS.run(conn, whose=site, first=first, last=first + BLOCK - 1)
    return {row.id: row.edition for row in found}


def editions(conn: Connection, site: str, only: Collection[int]) -> dict[int, int]:
    """Return the edition of each of some of a site's reviews, newest first."""
    query = select(_REVIEW.c.id, _REVIEW.c.edition).where(_REVIEW.c.site == site)
    query = query.where(_REVIEW.c.id.in_([*only]))
    found = conn.execute(query.order_by(_REVIEW.c.id.desc())).all()
    return {row[0]: row[1] for row in found}


def creating(conn: Connection, site: str, workspace: str) -> tuple[Review, ...]:
    """Return those of a workspace's reviews that make new issues, in the order they came."""
    return tuple(_review(row) for row in _CREATING.run(conn, here=site, of=workspace))


def untold(conn: Connection, site: str, states: Iterable[State]) -> tuple[Review, ...]:
    """Return reviews in these states whose outcome the sandbox does not know yet."""
    query = select(_REVIEW).where(
        _REVIEW.c.site == site, _REVIEW.c.told.is_(False), _REVIEW.c.state.in_(list(states))
    )
    return tuple(_review(row) for row in conn.execute(query.order_by(_REVIEW.c.id)))


def mark_told(conn: Connection, review_id: int, edition: int) -> bool:
    """Remember that the outcome of this edition reached the sandbox."""
    query = update(_REVIEW).where(_REVIEW.c.id == review_id, _REVIEW.c.edition == edition)
    return conn.execute(query.values(told=True)).rowcount == 1


def tell_again(conn: Connection, review_id: int) -> None:
    """Have the outcome of a review told once more: something of it is new."""
    conn.execute(update(_REVIEW).where(_REVIEW.c.id == review_id).values(told=False))


def undos(conn: Connection, review_id: int) -> list[Review]:
    """Return all undos of a review that there ever were (and what took the id of one)."""
    found: list[Review] = []
    while (one := by_change_set(conn, set_id(review_id, len(found) + 1))) is not None:
        found.append(one)
    return found


def move(conn: Connection, review: Review | Standing, event: Event, **columns: Any) -> bool:
    """Move a review on, if it still is as ``review`` says; return whether it was."""
    after = next_state(review.state, event)
    return _compare_and_set(conn, review, state=after, told=False, **columns)


def touch(conn: Connection, review: Review, **columns: Any) -> bool:
    """Give a review a new edition, if it still is as ``review`` says."""
    return _compare_and_set(conn, review, **columns)


def decisions(conn: Connection, review_id: int) -> dict[str, Decision]:
    """Return what was decided about single changes, by change id."""
    return {
        row.change_id: Decision(
            row.change_id,
            row.verdict,
            row.words,
            row.by,
            row.at,
            None if row.settled is None else Settled.model_validate_json(row.settled),
        )
        for row in _DECISIONS.run(conn, review=review_id)
    }


_DECISIONS = Prepared(lambda: select(_DECISION).where(_DECISION.c.review_id == bindparam("review")))


def approvals(conn: Connection, review_id: int, digest: str) -> tuple[Approval, ...]:
    """Return the stored approvals of exactly this digest; whether they count is not asked."""
    return tuple(
        Approval(row.digest, row.person, row.at, row.confirmed, row.signature, row.name or "")
        for row in _APPROVALS.run(conn, review=review_id, digest=digest)
    )


def add_approval(conn: Connection, review_id: int, approval: Approval) -> None:
    """Store one person's approval of one digest, in place of a row that does not count."""
    conn.execute(
        delete(_APPROVAL).where(
            _APPROVAL.c.review_id == review_id,
            _APPROVAL.c.digest == approval.digest,
            _APPROVAL.c.person == approval.person,
        )
    )
    stored = {name: value for name, value in asdict(approval).items() if name != "name"}
    conn.execute(insert(_APPROVAL).values(review_id=review_id, **stored))


def drop_approvals(conn: Connection, review_id: int) -> None:
    """Take all approvals of a review back; the audit still knows them."""
    conn.execute(delete(_APPROVAL).where(_APPROVAL.c.review_id == review_id))


def is_agent(conn: Connection, name: str) -> bool:
    """Return whether an agent has this name: such a name never decides anything."""
    return _IS_AGENT.run(conn, named=name).first() is not None


def _compare_and_set(conn: Connection, review: Review | Standing, **columns: Any) -> bool:
    query = update(_REVIEW).where(
        _REVIEW.c.id == review.id,
        _REVIEW.c.state == review.state,
        _REVIEW.c.edition == review.edition,
    )
    return conn.execute(query.values(edition=review.edition + 1, **columns)).rowcount == 1


def _review(row: Row[Any]) -> Review:
    plan = row.approved_plan
    return Review(
        id=row.id,
        site=row.site,
        change_set=_change_set(row.body),
        state=State(row.state),
        reads=_reads(row.reads),
        refused=row.refused,
        approved_digest=row.approved_digest,
        approved_plan=None if plan is None else _plan(plan),
        approved_text=plan,
        words=row.words,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        received_at=row.received_at,
        edition=row.edition,
        told=bool(row.told),
        quiet=bool(row.quiet),
        lapsed=row.lapsed,
    )


# Promotion asks for the same review before each of its writes: frozen values are shared.
# Sets take turns, so fewer places than sets on their way would be as good as none.
_change_set = lru_cache(maxsize=256)(ChangeSet.model_validate_json)
_plan = lru_cache(maxsize=256)(Plan.model_validate_json)


_GET = Prepared(lambda: select(_REVIEW).where(_REVIEW.c.id == bindparam("review")))
_CREATING = Prepared(
    lambda: (
        select(_REVIEW)
        .where(_REVIEW.c.site == bindparam("here"), _REVIEW.c.workspace == bindparam("of"))
        # As pydantic writes it; inside a text the quotes would be escaped.
        .where(_REVIEW.c.body.contains(f'"kind":"{ChangeKind.CREATE}"'))
        .order_by(_REVIEW.c.id)
    )
)
_BY_SET = Prepared(lambda: select(_REVIEW).where(_REVIEW.c.change_set == bindparam("sealed")))
_IS_AGENT = Prepared(lambda: select(_AGENT.c.agent).where(_AGENT.c.agent == bindparam("named")))
# Not FOR UPDATE: PostgreSQL holds a key-share lock for each operation that is changed
# twice, and two promoters would wait for each other.
_BLOCKS = Prepared(
    lambda: (
        # Both databases divide whole numbers to whole ones.
        select(
            literal_column(f"id / {BLOCK}").label("block"),
            func.count(),
            func.sum(_REVIEW.c.edition),
        )
        .where(_REVIEW.c.site == bindparam("whose"))
        .group_by(literal_column("block"))
    )
)
_EDITIONS = Prepared(
    lambda: (
        select(_REVIEW.c.id, _REVIEW.c.edition)
        .where(
            _REVIEW.c.site == bindparam("whose"),
            _REVIEW.c.id.between(bindparam("first"), bindparam("last")),
        )
        .order_by(_REVIEW.c.id.desc())
    )
)
_LOCK = Prepared(
    lambda: (
        select(_REVIEW.c.id, _REVIEW.c.state, _REVIEW.c.edition)
        .where(_REVIEW.c.id == bindparam("review"))
        .with_for_update(key_share=True)
    )
)
_APPROVALS = Prepared(
    lambda: (
        select(_APPROVAL, _PERSON.c.name)
        .outerjoin(_PERSON, _PERSON.c.person == _APPROVAL.c.person)
        .where(
            _APPROVAL.c.review_id == bindparam("review"),
            _APPROVAL.c.digest == bindparam("digest"),
        )
        .order_by(_APPROVAL.c.at)
    )
)


def _reads(text: str) -> tuple[Read, ...] | None:
    found = json.loads(text)
    return None if found is None else tuple(Read.model_validate(one) for one in found)


def _reads_text(reads: tuple[Read, ...] | None) -> str:
    return json.dumps(None if reads is None else [one.model_dump(mode="json") for one in reads])
