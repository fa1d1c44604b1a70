"""Statements that every single request to Jira needs: compiled once, then given to the driver.

Building and compiling a statement costs many times what the database needs to run it.
Only promotion is that busy; everywhere else plain Core is quick enough.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import BigInteger, ClauseElement, Connection, CursorResult, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.functions import FunctionElement


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
class _Compiled:
    """One statement in one dialect."""

    sql: str
    #: Values that stand in the statement itself, by name.
    constants: Mapping[str, Any]
    #: Names in the order of the places; None: the driver takes names.
    order: tuple[str, ...] | None


@dataclass(slots=True)
class Prepared:
    """A statement whose parameters are named ``bindparam``; made at its first use."""

    make: Callable[[], Executable]
    _by_dialect: dict[str, _Compiled] = field(default_factory=dict)

    def run(self, conn: Connection, **values: Any) -> CursorResult[Any]:
        """Run it; booleans come back as the driver has them (0 and 1 on SQLite)."""
        compiled = self._by_dialect.get(conn.dialect.name)
        if compiled is None:
            compiled = self._by_dialect[conn.dialect.name] = _compiled(self.make(), conn.dialect)
        given = {**compiled.constants, **values}
        if compiled.order is None:
            return conn.exec_driver_sql(compiled.sql, given)
        return conn.exec_driver_sql(compiled.sql, tuple(given[name] for name in compiled.order))


def _compiled(statement: Executable, dialect: Dialect) -> _Compiled:
    found = cast("ClauseElement", statement).compile(dialect=dialect)
    if not isinstance(found, SQLCompiler) or found.post_compile_params:
        raise TypeError("This statement cannot be prepared: its text depends on its values.")
    order = tuple(found.positiontup or ()) if found.positional else None
    asked = {name for name, bound in found.binds.items() if bound.required}
    constants = {name: value for name, value in found.params.items() if name not in asked}
    return _Compiled(str(found), constants, order)
