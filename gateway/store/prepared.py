"""Statements that every request to Jira, or every page, needs: compiled once, then only run.

Building and compiling a statement costs many times what the database needs to run it.
Only promotion and what people look at are that busy; everywhere else plain Core is quick enough.
"""

import threading
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import psycopg
from sqlalchemy import BigInteger, ClauseElement, Connection, Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.functions import FunctionElement

from gateway.store import libpq

#: Writes places as libpq wants them, ``$1``, and names the type of each.
_NUMBERED: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
#: Where a connection keeps the cursor that prepared statements run on.
_CURSOR = "airlock_cursor"
_COMPILING = threading.Lock()


class DatabaseClock(FunctionElement[int]):
    """The database's own clock in microseconds, read where the statement runs."""

    type = BigInteger()
    inherit_cache = True


#: The only clock that leases go by, as part of a statement.
CLOCK: ColumnElement[int] = DatabaseClock()


@compiles(DatabaseClock, "sqlite")
def _sqlite(_element: DatabaseClock, _compiler: SQLCompiler, **_options: Any) -> str:
    return "(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000)"


@compiles(DatabaseClock, "postgresql")
def _postgres(_element: DatabaseClock, _compiler: SQLCompiler, **_options: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement returned, read whole; each row has its columns as attributes."""

    every: tuple[Any, ...]
    #: How many rows it changed.
    rowcount: int

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows."""
        return iter(self.every)

    def first(self) -> Any:
        """Return the first row, or None."""
        return self.every[0] if self.every else None

    def one(self) -> Any:
        """Return the only row; raises when there are none or several."""
        (only,) = self.every
        return only

    def scalar(self) -> Any:
        """Return the first column of the first row, or None."""
        return self.every[0][0] if self.every else None

    def mappings(self) -> tuple[Mapping[str, Any], ...]:
        """Return each row by column name."""
        return tuple(one._asdict() for one in self.every)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One statement in one dialect."""

    sql: str
    #: Values that stand in the statement itself, by name.
    constants: Mapping[str, Any]
    #: Names in the order of the places.
    order: tuple[str, ...]
    #: Makes a row of its columns; None: it returns no rows. Asked of the driver only once.
    row: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Prepared:
    """A statement whose parameters are named ``bindparam``; made at its first use."""

    make: Callable[[], Executable]
    _by_dialect: dict[str, _Compiled] = field(default_factory=dict)

    def run(self, conn: Connection, **values: Any) -> Rows:
        """Run it in the connection's transaction; raises what Core would raise.

        Booleans come back as the driver has them (0 and 1 on SQLite).
        """
        if not conn.in_transaction():
            conn.begin()
        return self._given(conn, values, alone=False)

    def run_alone(self, conn: Connection, **values: Any) -> Rows:
        """Run it as a transaction of its own: it is committed when this returns."""
        if conn.in_transaction():
            raise RuntimeError("A statement can only be a transaction where there is none.")
        return self._given(conn, values, alone=True)

    def _given(self, conn: Connection, values: Mapping[str, Any], *, alone: bool) -> Rows:
        name = conn.dialect.name
        compiled = self._by_dialect.get(name) or self._made(conn.dialect)
        every = {**compiled.constants, **values}
        given = tuple([every[one] for one in compiled.order])
        if name == "postgresql":
            return _on_postgres(conn, compiled.sql, given, compiled.row, alone=alone)
        return _run(conn, compiled.sql, given, compiled.row)

    def _made(self, dialect: Dialect) -> _Compiled:
        # Threads that all begin with the same statement would each compile it.
        with _COMPILING:
            compiled = self._by_dialect.get(dialect.name)
            if compiled is None:
                compiled = self._by_dialect[dialect.name] = _compiled(self.make(), dialect)
            return compiled


def run_text(conn: Connection, sql: str) -> None:
    """Run a statement without values in whatever transaction there is; raises what Core would."""
    _run(conn, sql, (), [])


def _on_postgres(
    conn: Connection, sql: str, given: tuple[Any, ...], known: list[Any], *, alone: bool
) -> Rows:
    # Other threads may learn the columns at the same time: each goes by what it knew.
    make = known[0] if known else None
    try:
        found = libpq.run(conn, sql, given, make, alone=alone)
    except psycopg.Error as error:
        raise _as_core_would(conn, sql, error) from error
    rows = found.rows
    if make is None and found.names:
        make = _row_of(found.names)._make
        known.append(make)
        rows = tuple(map(make, rows))
    return Rows(rows, found.count)


def _run(conn: Connection, sql: str, given: Any, known: list[Any]) -> Rows:
    info = conn.info
    # One cursor for as long as the connection lives: making one costs half a statement.
    cursor = info.get(_CURSOR)
    if cursor is None:
        cursor = info[_CURSOR] = conn.connection.cursor()
    driver = conn.dialect.loaded_dbapi
    try:
        cursor.execute(sql, given)
        if not known:
            described: Any = cursor.description
            names = None if described is None else tuple(one[0] for one in described)
            known.append(None if names is None else _row_of(names)._make)
        make = known[0]
        if make is None:
            return Rows((), cursor.rowcount)
        return Rows(tuple(map(make, cursor.fetchall())), cursor.rowcount)
    except driver.Error as error:
        del info[_CURSOR]
        cursor.close()
        raise _as_core_would(conn, sql, error) from error


def _as_core_would(conn: Connection, sql: str, error: Any) -> Exception:
    """Return what Core would raise; a connection that was lost is not used again."""
    lost = conn.dialect.is_disconnect(error, conn.connection.dbapi_connection, None)
    if lost:
        conn.invalidate(error)
    raised: Exception = DBAPIError.instance(
        sql,
        None,
        error,
        conn.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=conn.dialect,
    )
    return raised


@lru_cache(maxsize=256)
def _row_of(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names)  # noqa: PYI024 - its columns are known when it runs


def _compiled(statement: Executable, dialect: Dialect) -> _Compiled:
    if dialect.name == "postgresql":
        dialect = _NUMBERED
    found = cast("ClauseElement", statement).compile(dialect=dialect)
    if not isinstance(found, SQLCompiler) or found.post_compile_params:
        raise TypeError("This statement cannot be prepared: its text depends on its values.")
    if not found.positional:
        raise TypeError("A prepared statement gives its values by their places.")
    order = tuple(found.positiontup or ())
    asked = {name for name, bound in found.binds.items() if bound.required}
    constants = {name: value for name, value in found.params.items() if name not in asked}
    return _Compiled(str(found), constants, order)
