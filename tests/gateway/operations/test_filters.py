"""Saved views of the inbox, on both databases: a person's own, by name."""

import pytest

from gateway.operations import filters
from gateway.review.people import Person, Role
from gateway.review.refusals import RefusedError
from tests.gateway.operations.conftest import House

EVE = Person(person="eve", name="Eve", role=Role.NONE)
MAX = Person(person="max", name="Max", role=Role.NONE)


def test_views_are_kept_by_name_replaced_and_removed(house: House) -> None:
    gateway = house.gateway
    filters.save(gateway, EVE, " 위험한 것 ", "level=block")
    filters.save(gateway, EVE, "A", "sort=risk")
    filters.save(gateway, EVE, "A", "sort=oldest")
    assert list(filters.saved(gateway, EVE).items()) == [
        ("A", "sort=oldest"),
        ("위험한 것", "level=block"),
    ]
    assert filters.saved(gateway, MAX) == {}
    filters.remove(gateway, MAX, "A")
    filters.remove(gateway, EVE, "A")
    assert filters.saved(gateway, EVE) == {"위험한 것": "level=block"}


def test_a_view_needs_a_name_and_there_are_not_too_many(house: House) -> None:
    gateway = house.gateway
    with pytest.raises(RefusedError, match="needs a name"):
        filters.save(gateway, EVE, "  ", "sort=risk")
    for number in range(filters.MOST):
        filters.save(gateway, EVE, f"n{number}", "")
    with pytest.raises(RefusedError, match="as many saved views"):
        filters.save(gateway, EVE, "one more", "")
    filters.save(gateway, EVE, "n1", "sort=risk")
