"""The seven promises of promotion, checked from outside: Jira's journal and our database.

Whoever plays Jira says what was really written as ``Effect`` values; everything else is
read from the gateway's database. Nothing here asks the promoter what it believes it did.

I1 every effect was approved before, by that digest; I2 nothing approved is silently
missing; I3 nothing happens twice; I4 nothing is overwritten unseen; I5 the audit is whole;
I6 promoting again what is promoted changes nothing (``check_again``); I7 an undo touches
only what was touched.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue
from sqlalchemy import Connection, text

from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.promotion.drift import set_achieved
from gateway.promotion.references import with_real
from gateway.promotion.states import SETTLED, OpState
from gateway.promotion.undo import is_undo
from gateway.promotion.values import PlannedOperation
from gateway.review.states import State
from gateway.store import audit, outbox, reviews
from gateway.store.database import Database
from gateway.store.outbox import Operation
from gateway.store.reviews import Review
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: States in which an operation may have had its effect and nobody has to look any more.
_TOLD = frozenset({OpState.APPLIED, OpState.NEEDS_HUMAN})
#: Reviews whose operations were released.
_RELEASED = frozenset({State.PROMOTING, State.PROMOTED, State.PARTLY_PROMOTED, State.FAILED})


@dataclass(frozen=True)
class Effect:
    """One write that really happened in Jira, by our account."""

    kind: ChangeKind
    #: Jira's own id of the issue.
    issue_id: str
    #: Field to the value written (comment: ``body``; new issue: its fields).
    wrote: Mapping[str, JsonValue] = field(default_factory=dict)
    #: Field to the value that was there just before; only what is known.
    replaced: Mapping[str, JsonValue] = field(default_factory=dict)
    #: Value of ``airlock.last`` that came with the write; None when it could not carry one.
    marker: JsonValue = None


@dataclass
class Verdict:
    """What was found, as sentences; empty lists are good."""

    duplicates: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    overwrites: list[str] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
    audit: str | None = None

    @property
    def troubles(self) -> list[str]:
        """Everything that is wrong."""
        found = [*self.duplicates, *self.missing, *self.unapproved, *self.overwrites, *self.undo]
        return [*found, self.audit] if self.audit else found

    def line(self) -> str:
        """Return the line that a soak ends with."""
        return (
            f"duplicates {len(self.duplicates)}, missing {len(self.missing)}, "
            f"unapproved {len(self.unapproved)}, unflagged overwrites {len(self.overwrites)}, "
            f"audit {self.audit or 'ok'}"
        )


def judge(database: Database, effects: Sequence[Effect]) -> Verdict:
    """Return what Jira's effects and our database come to."""
    with database.read() as conn:
        book = _Book.of(conn)
        found = Verdict(audit=audit.verify(conn))
        owners = [book.owner(one) for one in effects]
        for effect, owner in zip(effects, owners, strict=True):
            if owner is None:
                found.unapproved.append(f"I1: nobody approved {_named(effect)}")
            else:
                _judge_effect(conn, book, effect, owner, found)
        counts = {one.id: 0 for one in book.operations}
        for owner in owners:
            if owner is not None:
                counts[owner.id] += 1
        for operation in book.operations:
            _judge_operation(book, operation, counts[operation.id], found)
    return found


def assert_sound(database: Database, effects: Sequence[Effect]) -> None:
    """Fail with every broken promise."""
    troubles = judge(database, effects).troubles
    assert not troubles, "\n".join(troubles)


def check_again(gateway: Gateway, effects: Callable[[], Sequence[Effect]]) -> None:
    """I6: let a promoter look once more; nothing may happen."""
    before = len(effects())
    while Promoter(gateway, "again").run_once():
        pass
    assert len(effects()) == before, "I6: promoting again wrote something"


@dataclass(frozen=True)
class _Book:
    """Everything that our database knows."""

    operations: tuple[Operation, ...]
    reviews: Mapping[int, Review]
    real: Mapping[str, str]

    @classmethod
    def of(cls, conn: Connection) -> "_Book":
        ids = conn.execute(text("SELECT id FROM operation ORDER BY id")).scalars().all()
        operations = tuple(one for one in (outbox.get(conn, name) for name in ids) if one)
        numbers = conn.execute(text("SELECT id FROM review")).scalars().all()
        found = {one.id: one for one in (reviews.get(conn, name) for name in numbers) if one}
        return cls(operations, found, _real(operations))

    def planned(self, operation: Operation) -> PlannedOperation:
        """Return an operation as it is sent: with real names."""
        planned = with_real(operation.planned, self.real)
        return planned.model_copy(update={"issue_id": operation.issue_id})

    def owner(self, effect: Effect) -> Operation | None:
        """Return the operation that an effect belongs to."""
        if isinstance(effect.marker, dict):
            name = effect.marker.get("op")
            return next((one for one in self.operations if one.marker == name), None)
        fitting = [one for one in self.operations if _fits(self.planned(one), effect)]
        # Of several that want the same, one that says that it was written.
        fitting.sort(key=lambda one: one.state is not OpState.APPLIED)
        return fitting[0] if fitting else None


def _real(operations: Sequence[Operation]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in operations:
        if one.planned.kind is ChangeKind.CREATE and one.receipt is not None:
            found[one.planned.issue_id] = one.receipt.upstream_id or one.planned.issue_id
            found[one.planned.issue_key] = one.receipt.upstream_key or one.planned.issue_key
    return found


def _judge_effect(
    conn: Connection, book: _Book, effect: Effect, owner: Operation, found: Verdict
) -> None:
    who = f"operation {owner.id} ({owner.planned.kind}, {owner.state})"
    review = book.reviews[owner.review_id]
    if not _approved_before(conn, review, owner):
        found.unapproved.append(f"I1: {who} had an effect, but no approval stands before it")
    if not _fits(book.planned(owner), effect):
        found.unapproved.append(f"I1: {who} wrote something else: {_named(effect)}")
    if owner.state not in _TOLD:
        found.missing.append(f"I2: {who} had an effect that nobody is told of")
    planned = book.planned(owner)
    flagged = owner.receipt is not None and owner.receipt.overwrote
    for name, before in effect.replaced.items():
        known = name in planned.base and name not in planned.set_fields
        if known and not _same(planned.base[name], before) and not flagged:
            found.overwrites.append(f"I4: {who} replaced {name} = {before!r} unseen")
    if is_undo(review.change_set.id):
        _judge_undo(book, review, effect, found)


def _judge_operation(book: _Book, operation: Operation, count: int, found: Verdict) -> None:
    who = f"operation {operation.id} ({operation.planned.kind}, {operation.state})"
    if count > 1:
        found.duplicates.append(f"I3: {who} had {count} effects")
    review = book.reviews[operation.review_id]
    withdrawn = operation.state is OpState.SUPERSEDED
    if review.state in _RELEASED and operation.state not in SETTLED and not withdrawn:
        found.missing.append(f"I2: {who} is not settled")
    receipt = operation.receipt
    answered = receipt is not None and receipt.known_by == "answer"
    if operation.state is OpState.APPLIED and (receipt is None or (answered and count == 0)):
        found.missing.append(f"I2: {who} says that it was written, but it was not")


def _approved_before(conn: Connection, review: Review, operation: Operation) -> bool:
    """Return whether audit and approvals know this digest, before the operation's own rows."""
    given = reviews.approvals(conn, review.id, operation.digest)
    approved = audit.find(conn, "review_approve", review=review.id, digest=operation.digest)
    promoted = audit.find(conn, "review_promote", review=review.id, digest=operation.digest)
    if not given or approved is None or promoted is None:
        return False
    rows = [
        audit.find(conn, f"operation_{event}", operation=operation.id)
        for event in ("answered", "found")
    ]
    return all(approved < row for row in rows if row is not None)


def _judge_undo(book: _Book, review: Review, effect: Effect, found: Verdict) -> None:
    """I7: an undo writes fields that the undone set had written, on the same issues."""
    number = int(review.change_set.workspace.rsplit("-", 1)[-1])
    touched = {
        (one.issue_id, name)
        for one in book.operations
        if one.review_id == number
        for name in (*book.planned(one).wants, one.planned.kind.value)
    }
    # Who watches is taken back by the opposite verb.
    names = [effect.kind.value] if effect.kind is ChangeKind.WATCHER else effect.wrote
    strange = [name for name in names if (effect.issue_id, name) not in touched]
    if strange:
        found.undo.append(f"I7: the undo of CS-{number} wrote {', '.join(strange)}")


def _fits(planned: PlannedOperation, effect: Effect) -> bool:
    """Return whether an effect is what an operation wanted."""
    if planned.kind is not effect.kind:
        return False
    if planned.kind is not ChangeKind.CREATE and planned.issue_id != effect.issue_id:
        return False
    if effect.wrote and not set(planned.wants) & set(effect.wrote):
        return False
    return all(
        set_achieved(wanted, effect.wrote[name])
        if name in planned.set_fields
        else _same(wanted, effect.wrote[name])
        for name, wanted in planned.wants.items()
        if name in effect.wrote
    )


def _same(one: JsonValue, other: JsonValue) -> bool:
    if equal(one, other):
        return True
    names = ("accountId", "id", "key", "name", "value")
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    shared = [name for name in names if name in one and name in other]
    return bool(shared) and all(str(one[name]) == str(other[name]) for name in shared)


def _named(effect: Effect) -> str:
    said: JsonObject = dict(effect.wrote)
    return f"{effect.kind} of {effect.issue_id}: {said}"
