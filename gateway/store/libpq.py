"""PostgreSQL's prepared statements, run through libpq as psycopg lends it.

psycopg's cursor asks for each statement anew how it is written, prepared and answered, and
costs as much as all the rest of it. Here a connection prepares a statement once and then
only names it. Values go through psycopg's own adapters, errors are psycopg's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from psycopg import abc, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGresult
from sqlalchemy import Connection

#: Where a connection keeps what it has prepared.
_PREPARED = "airlock_prepared"
_DONE = frozenset({pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK})


@dataclass(frozen=True, slots=True)
class Answered:
    """What a statement returned."""

    rows: tuple[Any, ...]
    #: How many rows it changed, or returned.
    count: int
    #: Names of the columns; none for a statement that returns no rows.
    names: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """One connection as libpq knows it."""

    driver: psycopg.Connection[Any]
    adapting: abc.Transformer
    #: Statement to the name under which this connection has prepared it.
    prepared: dict[str, bytes] = field(default_factory=dict)


def run(
    conn: Connection,
    sql: str,
    given: Sequence[Any],
    make: Callable[[Any], Any] | None,
    *,
    alone: bool = False,
) -> Answered:
    """Run a statement with ``$1`` places; ``make`` makes a row of a tuple.

    It begins a transaction where there is none, unless it is to be one ``alone``. Raises
    psycopg's errors.
    """
    opened = _opened(conn)
    libpq = opened.driver.pgconn
    if not alone and libpq.transaction_status == pq.TransactionStatus.IDLE:
        _sound(opened, libpq.exec_(b"BEGIN"))
    name = opened.prepared.get(sql)
    if name is None:
        name = f"airlock_{len(opened.prepared)}".encode()
        _sound(opened, libpq.prepare(name, sql.encode()))
        opened.prepared[sql] = name
    # Each place names its type, so text is understood for all of them.
    values = opened.adapting.dump_sequence(given, [PyFormat.TEXT] * len(given))
    found = _sound(opened, libpq.exec_prepared(name, cast("Any", values)))
    names: tuple[str, ...] = ()
    if found.status == pq.ExecStatus.TUPLES_OK and make is None:
        names = tuple((found.fname(place) or b"").decode() for place in range(found.nfields))
    opened.adapting.set_pgresult(found)
    rows = opened.adapting.load_rows(0, found.ntuples, make or tuple) if found.nfields else []
    return Answered(tuple(rows), found.command_tuples or 0, names)


def _opened(conn: Connection) -> _Open:
    driver: Any = conn.connection.dbapi_connection
    opened: _Open | None = conn.info.get(_PREPARED)
    if opened is None or opened.driver is not driver:
        opened = conn.info[_PREPARED] = _Open(driver, Transformer(driver))
    return opened


def _sound(opened: _Open, found: PGresult) -> PGresult:
    if found.status in _DONE:
        return found
    if opened.driver.pgconn.status != pq.ConnStatus.OK:
        # Nobody answers any more: no code says so, but psycopg itself would.
        sentence = found.get_error_message(opened.driver.info.encoding)
        raise psycopg.OperationalError(sentence)
    raise error_from_result(cast("Any", found), encoding=opened.driver.info.encoding)
