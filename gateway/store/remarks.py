"""What people and agents said about the changes of a set."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from gateway.store.remark_tables import RemarkRow

_REMARK = RemarkRow.metadata.tables["remark"]


@dataclass(frozen=True, slots=True)
class Said:
    """One remark as it is stored."""

    id: int
    change: str
    author: str
    by_agent: bool
    text: str
    at: int


def add(conn: Connection, site: str, review: int, said: Said) -> None:
    """Keep a person's remark."""
    conn.execute(
        insert(_REMARK).values(
            site=site,
            review=review,
            change=said.change,
            author=said.author,
            text=said.text,
            at=said.at,
        )
    )


def add_answer(conn: Connection, site: str, review: int, said: Said, answer: int) -> None:
    """Keep an agent's answer under the sandbox's own number."""
    conn.execute(
        insert(_REMARK).values(
            site=site,
            review=review,
            change=said.change,
            author=said.author,
            by_agent=True,
            text=said.text,
            at=said.at,
            answer=answer,
            told=True,
        )
    )


def of_review(conn: Connection, review: int) -> tuple[Said, ...]:
    """Return all remarks on a set, oldest first."""
    rows = conn.execute(select(_REMARK).where(_REMARK.c.review == review).order_by(_REMARK.c.id))
    return tuple(
        Said(row.id, row.change, row.author, row.by_agent, row.text, row.at) for row in rows
    )


def untold(conn: Connection, site: str) -> dict[int, list[int]]:
    """Return a site's reviews, each with its remarks that the sandbox does not know."""
    query = select(_REMARK.c.review, _REMARK.c.id)
    rows = conn.execute(query.where(_REMARK.c.site == site, _REMARK.c.told.is_(False)))
    found: dict[int, list[int]] = {}
    for review, number in rows:
        found.setdefault(review, []).append(number)
    return found


def mark_told(conn: Connection, numbers: Collection[int]) -> None:
    """Remember that the sandbox knows these."""
    conn.execute(update(_REMARK).where(_REMARK.c.id.in_(sorted(numbers))).values(told=True))


def last_answer(conn: Connection, site: str) -> int:
    """Return the sandbox's number of the newest answer that is here; 0: none."""
    return int(
        conn.execute(select(func.max(_REMARK.c.answer)).where(_REMARK.c.site == site)).scalar() or 0
    )
