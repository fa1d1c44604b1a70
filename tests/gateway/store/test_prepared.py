"""Statements that are compiled and prepared once, on both databases."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import bindparam, exc, func, literal, select, text

from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from tests.databases import Postgres
from tests.gateway.databases import database_url, migrated, postgres

__all__ = ["database_url", "migrated", "postgres"]

_HEAD = GatewayTable.metadata.tables["audit_head"]


def _said() -> Prepared:
    return Prepared(lambda: select(literal(7).label("seven"), bindparam("word").label("word")))


def _moved() -> Prepared:
    return Prepared(lambda: _HEAD.update().values(seq=bindparam("to_seq")))


@pytest.fixture
def database(migrated: Database) -> Database:
    return migrated


@pytest.mark.parametrize("word", ["", "한글 이슈 — ‘x’; $1 %s", "a\nb\\c", None])
def test_values_come_back_as_they_were_given(database: Database, word: str | None) -> None:
    said = _said()
    with database.read() as conn:
        for _ in range(3):
            row = said.run(conn, word=word).one()
            assert (row.seven, row.word) == (7, word)


def test_a_statement_that_fails_raises_what_core_would_and_the_next_one_runs(
    database: Database,
) -> None:
    broken = Prepared(lambda: select(text("nothing_of_this_name")))
    said = _said()
    for _ in range(2):
        with pytest.raises(exc.DBAPIError), database.read() as conn:
            broken.run(conn)
        with database.read() as conn:
            assert said.run(conn, word="x").one().word == "x"


def test_what_is_prepared_outlives_rollbacks_and_statements_of_the_driver(
    database: Database,
) -> None:
    said, moved = _said(), _moved()
    with database.read() as conn:
        for number in range(12):
            # The driver itself would prepare this one by now, and drop all at a rollback.
            assert conn.execute(text("SELECT 1 + :n"), {"n": number}).scalar_one() == number + 1
            assert said.run(conn, word="x").scalar() == 7
            assert moved.run(conn, to_seq=number).rowcount == 1
            conn.rollback()
    with database.read() as conn:
        assert conn.execute(select(_HEAD.c.seq)).scalar_one() == 0


def test_a_statement_alone_is_committed_at_once(database: Database) -> None:
    moved = _moved()
    with database.at_once() as conn:
        assert moved.run_alone(conn, to_seq=5).rowcount == 1
        with database.read() as other:
            assert other.execute(select(_HEAD.c.seq)).scalar_one() == 5
    with database.write() as conn, pytest.raises(RuntimeError, match="where there is none"):
        moved.run_alone(conn, to_seq=6)


def test_many_threads_use_one_statement_for_the_first_time(database: Database) -> None:
    threads, seen, made = 8, list[object](), list[int]()
    met = threading.Barrier(2)

    def make() -> Any:
        made.append(1)
        # Somebody else who makes it as well would be met here.
        with suppress(threading.BrokenBarrierError):
            met.wait(0.3)
        return select(bindparam("word").label("word"))

    said = Prepared(make)
    together = threading.Barrier(threads)

    def first() -> None:
        with database.read() as conn:
            conn.execute(text("SELECT 1"))
            together.wait(30)
            seen.append(said.run(conn, word="x").one().word)

    running = [threading.Thread(target=first) for _ in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join(30)
    assert seen == ["x"] * threads
    assert made == [1]


def test_a_connection_that_was_lost_is_replaced(postgres: Postgres) -> None:
    database, said = Database(postgres.create()), _said()
    me = Prepared(lambda: select(func.pg_backend_pid().label("pid")))
    with database.read() as conn:
        said.run(conn, word="x")
        lost = me.run(conn).scalar()
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with other.read() as conn:
        conn.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": lost})
    other.dispose()
    with pytest.raises(exc.OperationalError), database.read() as conn:
        said.run(conn, word="x")
    with database.read() as conn:
        assert said.run(conn, word="x").one().word == "x"
        assert me.run(conn).scalar() != lost
    database.dispose()
