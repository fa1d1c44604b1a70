"""A house as it was at one moment, to go back to: cheaper than to come there again."""

import copy
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, text

from gateway.store.tables import GatewayTable
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import begun_anew, take_out

TABLES = GatewayTable.metadata.sorted_tables
#: Statements that let each count go on from here.
_COUNTED = text(
    "SELECT format('SELECT setval(%L, %s, %L)', quote_ident(schemaname) || '.' ||"
    " quote_ident(sequencename), coalesce(last_value, start_value), last_value IS NOT NULL)"
    " FROM pg_sequences"
)


@dataclass(frozen=True)
class Kept:
    """Everything in the database, and what Jira and the door had."""

    #: On SQLite the file, elsewhere every row of each table that has some.
    stored: sqlite3.Connection | dict[str, list[dict[str, Any]]]
    #: The statement that lets numbers go on from where they were, if the database counts.
    numbers: str
    beside: tuple[dict[str, Any], dict[str, Any]]

    @classmethod
    def of(cls, house: House) -> "Kept":
        """Keep a house as it is now."""
        beside = (_beside(house.jira), _beside(house.door))
        with house.gateway.database.read() as conn:
            if conn.dialect.name == "sqlite":
                stored = sqlite3.connect(":memory:", check_same_thread=False)
                _driver(conn).backup(stored)
                return cls(stored, "", beside)
            rows = {
                table.name: [dict(row) for row in conn.execute(select(table)).mappings()]
                for table in TABLES
            }
            counted = conn.execute(_COUNTED).scalars()
            return cls({name: one for name, one in rows.items() if one}, "; ".join(counted), beside)

    def back(self, house: House) -> None:
        """Make a house what it was."""
        begun_anew(house)
        for part, known in zip((house.jira, house.door), self.beside, strict=True):
            part.__dict__.update(copy.deepcopy(known))
        database = house.gateway.database
        if isinstance(self.stored, sqlite3.Connection):
            with database.at_once() as conn:
                self.stored.backup(_driver(conn))
            return
        with database.write() as conn:
            take_out(conn)
            for table in TABLES:
                if rows := self.stored.get(table.name):
                    conn.execute(insert(table), rows)
            conn.exec_driver_sql(self.numbers)


def _driver(conn: Connection) -> sqlite3.Connection:
    found = conn.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _beside(part: Any) -> dict[str, Any]:
    plain = {name: one for name, one in vars(part).items() if not callable(one)}
    return copy.deepcopy(plain)
