"""The inbox learns from a few numbers which of its reviews moved on, on both databases."""

from gateway.review.states import State
from gateway.store import reviews
from gateway.store.database import Database
from gateway.store.reviews import BLOCK
from gateway.store.tables import GatewayTable
from tests.gateway.databases import database_url, postgres

__all__ = ["database_url", "postgres"]

_REVIEW = GatewayTable.metadata.tables["review"]
SITE = "site"


def add(database: Database, number: int, site: str = SITE) -> None:
    """Store a review under a number of its own."""
    with database.write() as conn:
        conn.execute(
            _REVIEW.insert().values(
                id=number,
                site=site,
                change_set=f"ws.{number}",
                seal="",
                agent="",
                person="",
                workspace="ws",
                state=State.REVIEW,
                body="{}",
                words="",
                received_at=1,
                edition=number % 3,
            )
        )


def blocks(database: Database) -> dict[int, tuple[int, ...]]:
    with database.read() as conn:
        return reviews.blocks(conn, SITE)


def test_only_the_blocks_in_which_something_moved_on_are_others(database_url: str) -> None:
    database = Database(database_url)
    database.migrate()
    for number in (1, BLOCK - 1, BLOCK, 5 * BLOCK + 7):
        add(database, number)
    add(database, 2, "another site")
    before = blocks(database)
    assert {block: mark[0] for block, mark in before.items()} == {0: 2, 1: 1, 5: 1}
    with database.write() as conn:
        conn.execute(_REVIEW.update().where(_REVIEW.c.id == BLOCK).values(edition=9))
    add(database, 9 * BLOCK)
    after = blocks(database)
    assert {one for one in after if after[one] != before.get(one)} == {1, 9}
    with database.read() as conn:
        assert reviews.editions_in(conn, SITE, 1) == {BLOCK: 9}
        assert [*reviews.editions_in(conn, SITE, 0)] == [BLOCK - 1, 1]
        assert reviews.editions_in(conn, SITE, 2) == {}
    database.dispose()
