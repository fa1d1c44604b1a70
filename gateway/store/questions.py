"""Questions that only a person may answer; until then the gateway leaves the matter alone."""

import json
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, insert, select, update

from gateway.store.tables import GatewayTable

_QUESTION = GatewayTable.metadata.tables["question"]


class Kind(StrEnum):
    """What is asked."""

    #: Many issues are no longer in Jira's answers: were they removed?
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Question:
    """An open question."""

    id: int
    kind: Kind
    asked_at: int
    #: The issues that it is about.
    issue_ids: tuple[str, ...]
    #: How many issues were known when it was asked.
    known: int


def ask(
    conn: Connection, site: str, kind: Kind, issue_ids: tuple[str, ...], known: int, now: int
) -> int:
    """Ask, or bring the open question of that kind up to date; returns its id."""
    body = json.dumps({"issue_ids": issue_ids, "known": known})
    there = open_one(conn, site, kind)
    if there is not None:
        conn.execute(update(_QUESTION).where(_QUESTION.c.id == there.id).values(body=body))
        return there.id
    made = conn.execute(
        insert(_QUESTION)
        .values(site=site, kind=kind.value, body=body, asked_at=now)
        .returning(_QUESTION.c.id)
    )
    return int(made.scalar_one())


def open_one(conn: Connection, site: str, kind: Kind) -> Question | None:
    """Return the open question of a kind, or None."""
    query = select(_QUESTION).where(
        _QUESTION.c.site == site, _QUESTION.c.kind == kind.value, _QUESTION.c.answer.is_(None)
    )
    row = conn.execute(query).mappings().first()
    return None if row is None else _question(row)


def answer(conn: Connection, question_id: int, said: str, by: str, now: int) -> bool:
    """Store an answer; False when somebody else has answered already."""
    changed = conn.execute(
        update(_QUESTION)
        .where(_QUESTION.c.id == question_id, _QUESTION.c.answer.is_(None))
        .values(answer=said, answered_by=by, answered_at=now)
    )
    return changed.rowcount == 1


def _question(row: RowMapping) -> Question:
    body = json.loads(row["body"])
    return Question(
        id=int(row["id"]),
        kind=Kind(row["kind"]),
        asked_at=int(row["asked_at"]),
        issue_ids=tuple(str(one) for one in body["issue_ids"]),
        known=int(body["known"]),
    )
