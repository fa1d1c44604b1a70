"""What people said about the changes of sealed sets, and what agents answered."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select, update

from sandbox.contract.shapes import Answer, Told
from sandbox.store.tables import AnswerRow, ChangeSetRow, table

_SET = table(ChangeSetRow)
_ANSWER = table(AnswerRow)
_REMARKS = TypeAdapter(tuple[Told, ...])


def put(conn: Connection, set_id: str, remarks: Sequence[Told]) -> None:
    """Keep a set's whole thread in place of what was known of it."""
    body = _REMARKS.dump_json(tuple(remarks)).decode()
    conn.execute(update(_SET).where(_SET.c.id == set_id).values(remarks=body))


def of_workspace(conn: Connection, ws_id: str) -> dict[str, tuple[Told, ...]]:
    """Return set to its thread, with what the agent answered and nobody has told back yet."""
    rows = conn.execute(
        select(_SET.c.id, _SET.c.remarks).where(_SET.c.ws == ws_id).order_by(_SET.c.position)
    ).all()
    told = {row.id: _REMARKS.validate_json(row.remarks) for row in rows if row.remarks}
    own = conn.execute(select(_ANSWER).where(_ANSWER.c.change_set.in_([row.id for row in rows])))
    for row in own.all():
        thread = told.get(row.change_set, ())
        said = Told(change=row.change, by="", agent=True, text=row.text, at=row.at)
        if not any(
            one.agent and (one.change, one.text) == (said.change, said.text) for one in thread
        ):
            told[row.change_set] = (*thread, said)
    return told


def answer(conn: Connection, site: str, change_set: str, change: str, text: str, now: int) -> None:
    """Keep an agent's answer until the gateway has fetched it."""
    conn.execute(
        insert(_ANSWER).values(site=site, change_set=change_set, change=change, text=text, at=now)
    )


def after(conn: Connection, site: str, position: int) -> list[Answer]:
    """Return a site's answers behind a position, in order."""
    query = select(_ANSWER).where(_ANSWER.c.site == site, _ANSWER.c.position > position)
    return [
        Answer(
            position=row.position,
            change_set=row.change_set,
            change=row.change,
            text=row.text,
            at=row.at,
        )
        for row in conn.execute(query.order_by(_ANSWER.c.position))
    ]
