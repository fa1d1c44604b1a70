"""Reading the audit for people: newest first, filtered, page by page. Nothing is written here."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select

from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import JsonObject

_TABLES = GatewayTable.metadata.tables
_AUDIT, _REVIEW, _OPERATION = _TABLES["audit"], _TABLES["review"], _TABLES["operation"]
#: Promoters sign as ``promoter:NAME``, a new name with every start; people look for all.
PROMOTER = "promoter"
#: Rows read at once by an export.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts are asked for; None and empty mean all."""

    kinds: tuple[str, ...] = ()
    #: Kinds to leave out, for "everything that has no name of its own".
    but: tuple[str, ...] = ()
    actor: str = ""
    review: int | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the chain, with all that its hash covers."""

    seq: int
    at: int
    actor: str
    kind: str
    body: JsonObject
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a row's numbers stand for: a set's title and changes, an operation's issue."""

    #: Review to its title.
    titles: dict[int, str]
    #: Review and change id to the change as it was sealed.
    changes: dict[tuple[int, str], JsonObject]
    #: Operation to the issue key and the kind of its change.
    operations: dict[int, tuple[str, str]]


def newest(
    conn: Connection, wanted: Wanted, *, before: int | None = None, limit: int = 50
) -> tuple[Fact, ...]:
    """Return facts, newest first, older than ``before``."""
    query = _where(select(_AUDIT), wanted)
    if before is not None:
        query = query.where(_AUDIT.c.seq < before)
    rows = conn.execute(query.order_by(_AUDIT.c.seq.desc()).limit(limit))
    return tuple(_fact(row) for row in rows)


def chunk(conn: Connection, wanted: Wanted, *, after: int) -> tuple[Fact, ...]:
    """Return the next facts in the order of the chain, for an export."""
    query = _where(select(_AUDIT), wanted).where(_AUDIT.c.seq > after)
    rows = conn.execute(query.order_by(_AUDIT.c.seq).limit(_CHUNK))
    return tuple(_fact(row) for row in rows)


def actors(conn: Connection) -> tuple[str, ...]:
    """Return everybody who ever did something, promoters as one."""
    return _as_one(conn.execute(select(_AUDIT.c.actor).distinct()).scalars())


def actors_of(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return everybody who did something of this, promoters as one."""
    return _as_one(fact.actor for fact in facts)


def _as_one(found: Iterable[str]) -> tuple[str, ...]:
    promoters = f"{PROMOTER}:"
    return tuple(sorted({PROMOTER if one.startswith(promoters) else one for one in found}))


def named(conn: Connection, facts: Collection[Fact]) -> Named:
    """Return what the numbers in these facts stand for."""
    sets = dict(_sets(conn, {number for fact in facts for number in _number(fact, "review")}))
    operations = {number for fact in facts for number in _number(fact, "operation")}
    rows = conn.execute(
        select(_OPERATION.c.id, _OPERATION.c.issue_key, _OPERATION.c.body).where(
            _OPERATION.c.id.in_(operations)
        )
    )
    return Named(
        titles={review: str(body.get("title", "")) for review, body in sets.items()},
        changes={
            (review, str(change["id"])): change
            for review, body in sets.items()
            for change in body["changes"]
        },
        operations={row.id: (row.issue_key, json.loads(row.body)["kind"]) for row in rows},
    )


def _where(query: Select[Any], wanted: Wanted) -> Select[Any]:
    return query.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.kinds:
        yield _AUDIT.c.kind.in_(wanted.kinds)
    if wanted.but:
        yield _AUDIT.c.kind.not_in(wanted.but)
    if wanted.actor == PROMOTER:
        yield or_(_AUDIT.c.actor == PROMOTER, _AUDIT.c.actor.startswith(f"{PROMOTER}:"))
    elif wanted.actor:
        yield _AUDIT.c.actor == wanted.actor
    if wanted.review is not None:
        # Bodies are canonical JSON. A quote inside a text is escaped, so this cannot match one.
        facts = [f'"review":{wanted.review}{end}' for end in ",}"]
        yield or_(*(_AUDIT.c.body.contains(fact, autoescape=True) for fact in facts))
    if wanted.since is not None:
        yield _AUDIT.c.at >= wanted.since
    if wanted.until is not None:
        yield _AUDIT.c.at < wanted.until


def _sets(conn: Connection, reviews: set[int]) -> Iterator[tuple[int, Any]]:
    rows = conn.execute(select(_REVIEW.c.id, _REVIEW.c.body).where(_REVIEW.c.id.in_(reviews)))
    for row in rows:
        yield row.id, json.loads(row.body)


def _number(fact: Fact, name: str) -> tuple[int, ...]:
    found = fact.body.get(name)
    return (found,) if isinstance(found, int) else ()


def _fact(row: Row[Any]) -> Fact:
    body = json.loads(row.body)
    return Fact(row.seq, row.at, row.actor, row.kind, body, row.prev_hash, row.hash)
