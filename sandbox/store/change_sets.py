"""Sealed change sets and their outcomes. A stored set is never altered."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from sandbox.contract.shapes import ChangeSet, Outcome
from sandbox.store.tables import ChangeSetRow, table

_SET = table(ChangeSetRow)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A change set as it is stored."""

    #: Fetch order for the gateway.
    position: int
    change_set: ChangeSet
    #: Journal numbers covered: first (exclusive) and last.
    after_seq: int
    upto_seq: int
    outcome: Outcome | None


def put(conn: Connection, change_set: ChangeSet, after_seq: int, upto_seq: int) -> Sealed:
    """Store a sealed set; one with the same id is an error."""
    position = conn.execute(
        insert(_SET)
        .values(
            id=change_set.id,
            site=change_set.site,
            ws=change_set.workspace,
            after_seq=after_seq,
            upto_seq=upto_seq,
            body=change_set.model_dump_json(),
        )
        .returning(_SET.c.position)
    ).scalar_one()
    return Sealed(position, change_set, after_seq, upto_seq, None)


def get(conn: Connection, site: str, set_id: str) -> Sealed | None:
    """Return one set by its id."""
    found = _where(conn, _SET.c.site == site, _SET.c.id == set_id)
    return found[0] if found else None


def after(conn: Connection, site: str, position: int) -> list[Sealed]:
    """Return a site's sets behind a position, in fetch order."""
    return _where(conn, _SET.c.site == site, _SET.c.position > position)


def of_workspace(conn: Connection, ws_id: str) -> list[Sealed]:
    """Return a workspace's sets, oldest first."""
    return _where(conn, _SET.c.ws == ws_id)


def set_outcome(conn: Connection, set_id: str, outcome: Outcome) -> None:
    """Note what became of a set."""
    conn.execute(update(_SET).where(_SET.c.id == set_id).values(outcome=outcome.model_dump_json()))


def _where(conn: Connection, *conditions: ColumnElement[bool]) -> list[Sealed]:
    rows = conn.execute(select(_SET).where(*conditions).order_by(_SET.c.position))
    return [_sealed(row) for row in rows]


def _sealed(row: Row[Any]) -> Sealed:
    return Sealed(
        position=row.position,
        change_set=ChangeSet.model_validate_json(row.body),
        after_seq=row.after_seq,
        upto_seq=row.upto_seq,
        outcome=None if row.outcome is None else Outcome.model_validate_json(row.outcome),
    )
