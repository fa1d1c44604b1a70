"""What people and the gateway did: an append-only chain of hashes.

Each row's hash covers the row before it, so that nothing can be altered, taken out or
put in between without ``verify`` seeing it. The tail could still be cut off by who owns
the database; hence ``head`` is shown and can be kept elsewhere as a checkpoint.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from gateway.promotion.signing import Signer, head_text, is_good
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import JsonObject

_AUDIT = GatewayTable.metadata.tables["audit"]
_HEAD = GatewayTable.metadata.tables["audit_head"]
_ONLY = 1
#: Name of the execution option that holds the signer of a database's audit.
SIGNER = "airlock_signer"
#: What the first row names as the one before it.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One audited fact."""

    seq: int
    at: int
    actor: str
    kind: str
    body: JsonObject
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain's end at some time: kept elsewhere it proves that nothing was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The chain's end with the signature over it."""

    head: Checkpoint
    signature: str
    #: When its row was written.
    at: int


def ensure_head(conn: Connection) -> None:
    """Make the head row; done under the migration lock, so that only one ever is."""
    if conn.execute(select(_HEAD.c.id).where(_HEAD.c.id == _ONLY)).first() is None:
        conn.execute(insert(_HEAD).values(id=_ONLY, seq=0, hash=GENESIS))


def append(conn: Connection, *, at: int, actor: str, kind: str, body: JsonObject) -> Entry:
    """Add one fact in the caller's transaction, and return it."""
    last = _lock_head(conn)
    text = _text(body)
    seq = last.seq + 1
    found = _hash(last.hash, seq, at, actor, kind, text)
    signer: Signer | None = conn.get_execution_options().get(SIGNER)
    _ADD.run(
        conn,
        to_seq=seq,
        to_at=at,
        to_actor=actor,
        to_kind=kind,
        to_body=text,
        to_prev_hash=last.hash,
        to_hash=found,
        to_signature="" if signer is None else signer.sign(head_text(seq, found)),
    )
    _MOVE.run(conn, to_seq=seq, to_hash=found)
    return Entry(seq, at, actor, kind, body, found)


def head(conn: Connection) -> Checkpoint:
    """Return the end of the chain."""
    row = _READ.run(conn).first()
    return Checkpoint(0, GENESIS) if row is None else Checkpoint(row.seq, row.hash)


def entries(conn: Connection, *, after: int = 0, limit: int = 1000) -> tuple[Entry, ...]:
    """Return audited facts in order."""
    rows = conn.execute(
        select(_AUDIT).where(_AUDIT.c.seq > after).order_by(_AUDIT.c.seq).limit(limit)
    )
    return tuple(
        Entry(row.seq, row.at, row.actor, row.kind, json.loads(row.body), row.hash) for row in rows
    )


def find(conn: Connection, kind: str, **facts: JsonValue) -> int | None:
    """Return the number of the newest row of this kind with all these values, or None."""
    query = select(_AUDIT.c.seq, _AUDIT.c.body).where(_AUDIT.c.kind == kind)
    for value in facts.values():
        # The body is canonical JSON, so a value stands in it as it is written alone.
        query = query.where(_AUDIT.c.body.contains(_text(value), autoescape=True))
    for row in conn.execute(query.order_by(_AUDIT.c.seq.desc())):
        if facts.items() <= json.loads(row.body).items():
            return int(row.seq)
    return None


def signed_head(conn: Connection) -> SignedHead:
    """Return the end of the chain with its signature; empty when it has none."""
    found = head(conn)
    query = select(_AUDIT.c.signature, _AUDIT.c.at).where(_AUDIT.c.seq == found.seq)
    row = conn.execute(query).first()
    return SignedHead(found, "" if row is None else row.signature, 0 if row is None else row.at)


def newest(conn: Connection, kind: str) -> Entry | None:
    """Return the newest fact of a kind, or None."""
    query = select(_AUDIT).where(_AUDIT.c.kind == kind).order_by(_AUDIT.c.seq.desc()).limit(1)
    row = conn.execute(query).first()
    if row is None:
        return None
    return Entry(row.seq, row.at, row.actor, row.kind, json.loads(row.body), row.hash)


def holds(conn: Connection, remembered: Checkpoint) -> bool:
    """Return whether a remembered head is part of the chain; its rows are not read again."""
    return _anchor(conn, remembered.seq) == remembered


def is_signed(conn: Connection) -> bool:
    """Return whether any row was ever signed: from then on every row must be."""
    return (
        conn.execute(select(_AUDIT.c.seq).where(_AUDIT.c.signature != "").limit(1)).first()
        is not None
    )


def has(conn: Connection, kind: str, **facts: JsonValue) -> bool:
    """Return whether a fact of this kind with all these values was ever audited."""
    return find(conn, kind, **facts) is not None


def verify(
    conn: Connection,
    remembered: Checkpoint | None = None,
    *,
    after: int = 0,
    public: str = "",
) -> str | None:
    """Return a sentence about the first thing wrong with the chain, or None.

    With a ``public`` key the end of a chain that was ever signed must be signed by it:
    a signature covers all rows before it.

    ``remembered`` is a checkpoint kept elsewhere; it must still be part of the chain.
    ``after`` looks at the rows behind that one only: sound up to the remembered row when
    that is not before it, because a hash that is still the same has the same past.
    """
    expected = _anchor(conn, after)
    if expected is None:
        return f"Audit row {after} is missing."
    seen = {expected.seq: expected.hash}
    for row in conn.execute(select(_AUDIT).where(_AUDIT.c.seq > after).order_by(_AUDIT.c.seq)):
        broken = _broken(row, expected)
        if broken:
            return broken
        expected = Checkpoint(row.seq, row.hash)
        seen[row.seq] = row.hash
    if head(conn) != expected:
        return f"The audit ends at row {expected.seq}, but its head says {head(conn).seq}."
    if remembered is not None and seen.get(remembered.seq) != remembered.hash:
        return f"The audit no longer holds the remembered row {remembered.seq}."
    return _unsigned(conn, public) if public else None


def _unsigned(conn: Connection, public: str) -> str | None:
    """Return what is wrong with the signature of the chain's end, or None."""
    end = signed_head(conn)
    if end.head.seq == 0 or is_good(end.signature, head_text(end.head.seq, end.head.hash), public):
        return None
    if not end.signature:
        return f"Audit row {end.head.seq} is not signed." if is_signed(conn) else None
    return f"Audit row {end.head.seq} is signed by another key than this installation's."


def _broken(row: Row[Any], before: Checkpoint) -> str:
    """Return why a row cannot stand behind the one before it, or nothing."""
    if row.seq != before.seq + 1:
        return f"Audit row {before.seq + 1} is missing: the next one found is {row.seq}."
    if row.prev_hash != before.hash:
        return f"Audit row {row.seq} does not follow the row before it."
    if row.hash != _hash(row.prev_hash, row.seq, row.at, row.actor, row.kind, row.body):
        return f"Audit row {row.seq} was altered."
    return ""


def _anchor(conn: Connection, seq: int) -> Checkpoint | None:
    if seq == 0:
        return Checkpoint(0, GENESIS)
    found = conn.execute(select(_AUDIT.c.hash).where(_AUDIT.c.seq == seq)).scalar()
    return None if found is None else Checkpoint(seq, found)


def _text(value: JsonValue) -> str:
    return canonical(value).decode("utf-8", "surrogatepass")


def _lock_head(conn: Connection) -> Checkpoint:
    """Return the head, locked, so that two appends never chain on the same row."""
    row = _LOCK.run(conn).one()
    return Checkpoint(row.seq, row.hash)


_LOCK = Prepared(
    lambda: select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == _ONLY).with_for_update()
)
_READ = Prepared(lambda: select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == _ONLY))
_MOVE = Prepared(
    lambda: (
        update(_HEAD)
        .where(_HEAD.c.id == _ONLY)
        .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))
    )
)
_ADD = Prepared(
    lambda: insert(_AUDIT).values({one.name: bindparam(f"to_{one.name}") for one in _AUDIT.c})
)


def _hash(previous: str, seq: int, at: int, actor: str, kind: str, body: str) -> str:
    text = canonical([previous, seq, at, actor, kind, body])
    return hashlib.sha256(text).hexdigest()
