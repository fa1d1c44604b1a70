"""The one clock of a walk: of the gateway, of the fake Jira and of the database alike.

It goes on when the walk says so, and by a microsecond whenever somebody reads it, so a walk
is the same on a quick machine as on a slow one.
"""

import sqlite3
from typing import Any

from sqlalchemy import event, text

from gateway.store.database import Database

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
#: The Julian day of 1970-01-01.
_EPOCH = 2440587.5
#: Microseconds since 1970: a Friday noon in UTC.
_BEGIN = 1_795_780_800 * _SECOND
#: PostgreSQL finds this ``clock_timestamp`` before its own.
_CLOCK = (
    "CREATE SCHEMA walk",
    "CREATE TABLE walk.clock (at timestamptz NOT NULL)",
    "INSERT INTO walk.clock VALUES (to_timestamp(0))",
    """CREATE FUNCTION walk.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
       AS 'SELECT at FROM walk.clock'""",
)
_SET = "UPDATE walk.clock SET at = to_timestamp(CAST(:at AS double precision) / 1000000)"


class Clockwork:
    """A clock that only the walk moves on."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.at = _BEGIN
        self._told: Database | None = None

    def now(self) -> int:
        """Return the time, in microseconds since 1970."""
        self.at += 1
        return self.at

    def steady(self) -> float:
        """Return the time in seconds, as a steady clock of a process does."""
        return self.now() / _SECOND

    def go_on(self, seconds: float) -> None:
        """Let time pass everywhere."""
        self.at += round(seconds * _SECOND)
        if self._told is not None:
            with self._told.write() as conn:
                conn.execute(text(_SET), {"at": self.at})

    def rule(self, database: Database) -> None:
        """Be this database's own clock from now on, before anybody has connected to it."""
        if database.dialect_name == "postgresql":
            name = database.engine.url.database
            with database.write() as conn:
                for statement in _CLOCK:
                    conn.execute(text(statement))
                conn.execute(
                    text(f'ALTER DATABASE "{name}" SET search_path = public, walk, pg_catalog')
                )
            # What is connected already still goes by the other clock.
            database.engine.dispose()
            self._told = database
            self.go_on(0)
        else:
            event.listen(database.engine, "connect", self._on_connect)

    def _on_connect(self, connection: Any, _record: object) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.create_function("julianday", 1, lambda _now: self.at / _DAY + _EPOCH)
