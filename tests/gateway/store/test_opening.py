"""Who opened a change set lately, on both databases."""

import pytest

from gateway.review.people import Person, Role
from gateway.store import opening, people
from gateway.store.database import Database
from tests.gateway.databases import database_url, migrated, postgres

__all__ = ["database_url", "migrated", "postgres"]


@pytest.fixture
def database(migrated: Database) -> Database:
    with migrated.write() as conn:
        for name in ("eve", "max"):
            person = Person(person=name, name=f"{name} 김", role=Role.APPROVER)
            people.add(conn, person, now=1)
    return migrated


def test_the_last_one_comes_first_and_only_those_who_are_still_known(database: Database) -> None:
    with database.write() as conn:
        opening.note(conn, 7, "eve", 100, forget=0)
        opening.note(conn, 7, "max", 90, forget=0)
        opening.note(conn, 7, "who left", 95, forget=0)
        opening.note(conn, 8, "max", 99, forget=0)
        opening.note(conn, 7, "max", 110, forget=0)
        assert [(one.name, one.at) for one in opening.lately(conn, 7, 0)] == [
            ("max 김", 110),
            ("eve 김", 100),
        ]
        assert [one.person for one in opening.lately(conn, 7, 100)] == ["max"]
        opening.note(conn, 7, "eve", 200, forget=100)
        assert [one.at for one in opening.lately(conn, 7, 0)] == [200, 110]
        assert opening.lately(conn, 8, 0) == ()
