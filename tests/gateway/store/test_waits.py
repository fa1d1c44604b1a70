"""What Jira asked to be left alone, on both databases and across connections."""

import threading

import pytest
from sqlalchemy import event, text

from gateway.store import waits
from gateway.store.database import Database
from tests.gateway.databases import database_url, migrated, postgres

__all__ = ["database_url", "migrated", "postgres"]


@pytest.fixture
def database(migrated: Database) -> Database:
    return migrated


def test_a_wait_is_seen_by_every_process_until_it_is_over(database: Database) -> None:
    with database.write() as conn:
        assert waits.left(conn, "s") is None
        assert waits.told(conn, "s", "", 30, "too many requests") == pytest.approx(30, abs=1)
        waits.told(conn, "s", "10001", 9, "too many writes to one issue")
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with other.read() as conn:
        assert 25 < (waits.left(conn, "s") or 0) <= 30
        assert waits.left(conn, "other") is None
        site, issue = waits.waiting(conn, "s")
    other.dispose()
    assert (site.issue_id, site.reason) == ("", "too many requests")
    assert (issue.issue_id, issue.reason) == ("10001", "too many writes to one issue")
    assert 5 < issue.seconds_left <= 9


def test_a_shorter_wait_does_not_end_a_longer_one(database: Database) -> None:
    with database.write() as conn:
        waits.told(conn, "s", "", 60, "a")
        assert waits.told(conn, "s", "", 1, "b") > 55
        waits.eased(conn, "s")
        assert (waits.left(conn, "s") or 0) > 55


def test_two_processes_that_are_refused_first_at_the_same_moment_agree(
    database: Database,
) -> None:
    """On SQLite the second one waits for the first; on PostgreSQL they meet at the row."""
    other = Database(database.engine.url.render_as_string(hide_password=False))
    told, meets = list[float](), threading.Event()

    @event.listens_for(other.engine, "before_cursor_execute")
    def _meets(_conn: object, _cursor: object, sql: str, *_more: object) -> None:
        if sql.startswith("INSERT"):
            meets.set()

    def second() -> None:
        with other.write() as conn:
            told.append(waits.told(conn, "s", "", 5, "b"))

    thread = threading.Thread(target=second)
    with database.write() as conn:
        waits.told(conn, "s", "", 30, "a")
        thread.start()
        assert database.dialect_name == "sqlite" or meets.wait(30)
    thread.join(30)
    other.dispose()
    assert told == [pytest.approx(30, abs=5)]


def end(database: Database) -> None:
    """Let the wait be over, as if its time had gone by."""
    with database.write() as conn:
        conn.execute(text("UPDATE wait SET until = 0"))


def test_requests_refused_together_are_one_refusal(database: Database) -> None:
    with database.write() as conn:
        for _ in range(20):
            assert waits.told(conn, "s", "", 1, "a") <= 1.0
    end(database)
    with database.write() as conn:
        assert waits.told(conn, "s", "", 1, "a") <= 1.0, "the second in a row, not the 21st"


def test_refusals_in_a_row_are_waited_out_longer_and_a_success_forgets_them(
    database: Database,
) -> None:
    for least in (0.0, 0.9, 1.9, 3.9):
        with database.write() as conn:
            assert least <= waits.told(conn, "s", "", 0, "a") <= least + 0.2
        if least < 3.9:
            end(database)
    with database.write() as conn:
        waits.eased(conn, "s")
        assert (waits.left(conn, "s") or 0) > 0, "a wait that is not over stays"
    with database.write() as conn:
        waits.told(conn, "t", "", 0, "a")
        waits.eased(conn, "t")
        assert waits.told(conn, "t", "", 0, "a") == pytest.approx(0, abs=0.01)
