"""The audit shows every way of altering it."""

import pytest

from gateway.store import audit
from gateway.store.audit import Checkpoint
from gateway.store.database import Database
from tests.gateway.databases import database_url, migrated, postgres

__all__ = ["database_url", "migrated", "postgres"]


@pytest.fixture
def database(migrated: Database) -> Database:
    with migrated.write() as conn:
        for number in range(1, 6):
            audit.append(conn, at=number, actor="eve", kind="fact", body={"number": number})
    return migrated


def verified(database: Database, statement: str = "", remembered: Checkpoint | None = None) -> str:
    if statement:
        with database.write() as conn:
            for one in statement.split(";"):
                conn.exec_driver_sql(one)
    with database.read() as conn:
        return audit.verify(conn, remembered) or ""


def test_an_untouched_chain_verifies(database: Database) -> None:
    with database.read() as conn:
        assert audit.verify(conn, audit.head(conn)) is None
        assert audit.has(conn, "fact", number=3)
        assert not audit.has(conn, "fact", number=9)
        assert [one.body["number"] for one in audit.entries(conn, after=2)] == [3, 4, 5]


SWAPPED = ";".join(
    f"UPDATE audit SET seq = {new} WHERE seq = {old}" for old, new in ((2, 9), (3, 2), (9, 3))
)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("""UPDATE audit SET body = '{"number":7}' WHERE seq = 3""", "row 3 was altered"),
        ("UPDATE audit SET actor = 'bob' WHERE seq = 1", "row 1 was altered"),
        ("UPDATE audit SET at = 9 WHERE seq = 5", "row 5 was altered"),
        ("DELETE FROM audit WHERE seq = 2", "row 2 is missing"),
        (SWAPPED, "row 2 does not follow"),
        ("DELETE FROM audit WHERE seq = 5", "ends at row 4"),
    ],
)
def test_each_alteration_is_seen(database: Database, statement: str, words: str) -> None:
    assert words in verified(database, statement)


def test_a_cut_tail_with_a_forged_head_is_seen_by_a_remembered_checkpoint(
    database: Database,
) -> None:
    with database.read() as conn:
        remembered = audit.head(conn)
    forged = (
        "DELETE FROM audit WHERE seq = 5;"
        "UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)"
    )
    assert verified(database, forged) == ""
    assert "no longer holds" in verified(database, remembered=remembered)


def test_a_remembered_end_saves_reading_what_came_before_it(database: Database) -> None:
    with database.read() as conn:
        remembered = audit.head(conn)
        row = audit.find(conn, "fact", number=4)
        assert row == 4
        assert audit.verify(conn, remembered, after=row - 1) is None
    # Before the row that is asked about nothing is read again; a full verify sees it.
    old = """UPDATE audit SET body = '{"number":7}' WHERE seq = 2"""
    assert "row 2 was altered" in verified(database, old)
    with database.read() as conn:
        assert audit.verify(conn, remembered, after=3) is None


@pytest.mark.parametrize("row", [4, 5])
def test_a_forged_row_does_not_lead_to_the_remembered_end(database: Database, row: int) -> None:
    with database.write() as conn:
        remembered = audit.head(conn)
        conn.exec_driver_sql(f"DELETE FROM audit WHERE seq >= {row}")
        previous = conn.exec_driver_sql(f"SELECT hash FROM audit WHERE seq = {row - 1}").scalar()
        conn.exec_driver_sql(f"UPDATE audit_head SET seq = {row - 1}, hash = '{previous}'")
        # A chain that is sound in itself, with another past.
        for number in range(row, 7):
            audit.append(conn, at=number, actor="eve", kind="fact", body={"number": 70 + number})
    with database.read() as conn:
        assert audit.verify(conn) is None
        assert "no longer holds" in str(audit.verify(conn, remembered, after=row - 1))
