"""A house that is emptied between tests instead of being built: for tests by the hundred."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from gateway.operations import auditing
from gateway.operations.promoting import Promoter
from gateway.promotion.steps import Step
from gateway.store import audit
from gateway.store.tables import GatewayTable
from tests.gateway.databases import Postgres, lent, new_file
from tests.gateway.operations.conftest import House, fill, house_on
from tests.gateway.promotion.world import text as rich

#: AIR-1 has a comment already, to be edited.
OLD_COMMENT = "777"


_DELETES = [f'DELETE FROM "{table.name}"' for table in GatewayTable.metadata.sorted_tables]
_RESTART = (
    "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences"
)
#: Every test that uses the house runs on each of them.
DATABASES = ("sqlite", "postgres")


@pytest.fixture(scope="module", params=DATABASES)
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Build a house once a module, on each kind of database in turn."""
    if request.param == "sqlite":
        yield from _built(f"sqlite:///{new_file(tmp_path_factory.mktemp('quick') / 'quick.db')}")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with lent(server) as url:
        yield from _built(url)


@pytest.fixture
def quick(standing: House) -> House:
    """Lend that house, emptied and filled anew."""
    emptied(standing)
    comment = {"id": OLD_COMMENT, "body": rich("Old")}
    standing.jira.field("10001", "comment")["comments"].append(comment)
    fill(standing)
    return standing


def emptied(house: House) -> None:
    """Take everything out of a house; ``fill`` stores what its Jira has by then."""
    begun_anew(house)
    with house.gateway.database.write() as conn:
        take_out(conn)
        audit.ensure_head(conn)


def begun_anew(house: House) -> None:
    """Give a house a new Jira and a new door; what it knew of its database is forgotten."""
    auditing._VERIFIED.pop(house.gateway.database, None)
    for one in (house.jira, house.door):
        one.__init__()  # type: ignore[misc]  # its client must stay the same
    house.door.reads = []


def take_out(conn: Connection) -> None:
    """Delete every row, and count from the start again."""
    gone = "; ".join(_DELETES)
    if conn.dialect.name == "postgresql":
        # TRUNCATE makes every file of every table anew, a hundred times the work.
        conn.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {gone}")
        conn.exec_driver_sql(_RESTART)
        return
    for one in reversed(_DELETES):
        conn.exec_driver_sql(one)


def reopened(house: House) -> None:
    """Close every connection, let every lease run out: as after a crash, a minute later."""
    house.gateway.database.dispose()
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET lease_until = 1 WHERE lease_until > 0")
        conn.exec_driver_sql("UPDATE operation SET not_before = 0")


def finish(house: House, on_step: Any = lambda _step: None) -> None:
    """Work until nothing is left, however long anything wants to rest."""
    promoter = Promoter(house.gateway, "restarted", on_step)
    for _ in range(200):
        if not promoter.run_once():
            with house.gateway.database.write() as conn:
                waiting = "state IN ('ready', 'unknown') AND not_before > 0"
                query = f"UPDATE operation SET not_before = 0 WHERE {waiting}"
                if not conn.exec_driver_sql(query).rowcount:
                    return
    raise AssertionError("the promoter finds work for ever")


class StoppedError(Exception):
    """Stands for a process that died."""


def dying_at(step: Step) -> Any:
    """Return a hook that dies at a step."""

    def hook(now: Step) -> None:
        if now is step:
            raise StoppedError(step)

    return hook


def _built(url: str) -> Iterator[House]:
    house = house_on(url)
    house.gateway.database.migrate()
    yield house
    house.gateway.database.dispose()
