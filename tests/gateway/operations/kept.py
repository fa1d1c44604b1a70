"""A house as it was at one moment, to go back to: cheaper than to come there again."""

import copy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, text

from gateway.store.tables import GatewayTable
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import emptied

TABLES = GatewayTable.metadata.sorted_tables
#: Parts of a small Jira and a small door that stay what they are.
_NEXT_IDS = text(
    "SELECT setval(pg_get_serial_sequence(c.table_name, c.column_name), v.top) "
    "FROM (SELECT CAST(:table AS text) AS table_name, CAST(:column AS text) AS column_name) c, "
    "(SELECT CAST(:top AS bigint) AS top) v "
    "WHERE pg_get_serial_sequence(c.table_name, c.column_name) IS NOT NULL"
)


@dataclass(frozen=True)
class Kept:
    """Every row of the database, and what Jira and the door had."""

    rows: dict[str, list[dict[str, Any]]]
    beside: tuple[dict[str, Any], dict[str, Any]]

    @classmethod
    def of(cls, house: House) -> "Kept":
        """Keep a house as it is now."""
        with house.gateway.database.read() as conn:
            rows = {
                table.name: [dict(row) for row in conn.execute(select(table)).mappings()]
                for table in TABLES
            }
        return cls(rows, (_beside(house.jira), _beside(house.door)))

    def back(self, house: House) -> None:
        """Make a house what it was."""
        emptied(house)
        for part, known in zip((house.jira, house.door), self.beside, strict=True):
            part.__dict__.update(copy.deepcopy(known))
        with house.gateway.database.write() as conn:
            for table in TABLES:
                rows = self.rows[table.name]
                conn.execute(table.delete())  # what an empty database begins with
                if rows:
                    conn.execute(insert(table), rows)
            if house.gateway.database.dialect_name == "postgresql":
                self._number_on(conn)

    def _number_on(self, conn: Any) -> None:
        for table in TABLES:
            rows = self.rows[table.name]
            for column in table.primary_key.columns if rows else ():
                top = max((one[column.name] for one in rows), key=str)
                if isinstance(top, int):
                    top = max(one[column.name] for one in rows)
                    conn.execute(
                        _NEXT_IDS, {"table": table.name, "column": column.name, "top": top}
                    )


def _beside(part: Any) -> dict[str, Any]:
    plain = {name: one for name, one in vars(part).items() if not callable(one)}
    return copy.deepcopy(plain)
