"""An approval, its held operations and its audit row are stored together or not at all."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.operations import reviewing
from gateway.promotion.states import OpState
from gateway.review.states import State
from tests.gateway.databases import postgres
from tests.gateway.operations.breaking import break_it, mend
from tests.gateway.operations.conftest import House
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.promotion.world import change_set, edit

__all__ = ["postgres", "quick", "standing"]

PARTS = ("approval", "operation", "audit")


def stored(house: House) -> list[Any]:
    """Return how many rows there are of each part."""
    with house.gateway.database.read() as conn:
        return [conn.execute(text(f"SELECT count(*) FROM {one}")).scalar() for one in PARTS]


def asked(house: House) -> tuple[int, str]:
    review_id = house.arrive(change_set(edit("summary", "New")))
    return review_id, reviewing.view(house.gateway, review_id).digest


@pytest.mark.parametrize("part", PARTS)
def test_where_one_part_cannot_be_stored_none_is(quick: House, part: str) -> None:
    review_id, digest = asked(quick)
    before = stored(quick)
    break_it(quick, part, "INSERT")
    with pytest.raises(DBAPIError):
        reviewing.approve(quick.gateway, "eve", review_id, digest)
    mend(quick)
    assert stored(quick) == before
    assert reviewing.view(quick.gateway, review_id, read_now=False).state is State.REVIEW
    reviewing.approve(quick.gateway, "eve", review_id, digest)
    assert [now - then for now, then in zip(stored(quick), before, strict=True)] == [1, 1, 1]


def test_a_release_without_its_audit_row_releases_nothing(quick: House) -> None:
    review_id, digest = asked(quick)
    reviewing.approve(quick.gateway, "eve", review_id, digest)
    break_it(quick, "audit", "INSERT")
    with pytest.raises(DBAPIError):
        reviewing.promote(quick.gateway, "eve", review_id, digest)
    mend(quick)
    finish(quick)
    [held] = reviewing.view(quick.gateway, review_id, read_now=False).operations
    assert (held.state, quick.jira.journal) == (OpState.HELD, [])
    reviewing.promote(quick.gateway, "eve", review_id, digest)
    finish(quick)
    assert len(quick.jira.journal) == 1
