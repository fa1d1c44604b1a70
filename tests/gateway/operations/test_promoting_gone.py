"""Case 9 of promotion.md 1.4: what was deleted, moved, hidden, archived, or has other readers."""

from itertools import product

import pytest

from gateway.operations import reviewing
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.store import baselines, sites
from sandbox.contract.shapes import JsonObject
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.few import KINDS
from tests.gateway.operations.quick import finish, quick, standing
from tests.gateway.operations.test_promoting_cases import operations, released, sound, state
from tests.gateway.promotion.world import change_set, edit, site, site_with_screens

__all__ = ["postgres", "quick", "standing"]


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        *product(("deleted", "moved", "archived"), ("edit",)),
        *product(("hidden", "other readers"), ("edit", "comment")),
    ],
)
def test_9_an_issue_that_is_not_there_is_never_made_again(
    quick: House, kind: str, how: str
) -> None:
    wanted = KINDS[kind]
    if how == "other readers":
        level_of_air(quick, {"id": "300", "name": "Staff"})
        wanted = wanted.model_copy(update={"base_revision": 99})
    review_id = released(quick, wanted)
    if how == "deleted":
        del quick.jira.issues["10001"]
    elif how == "hidden":
        quick.jira.reads = "404"
    elif how == "archived":
        quick.jira.issues["10001"]["fields"]["archiveddate"] = "2026-11-02T10:00:00.000+0000"
    elif how == "other readers":
        quick.jira.edit("10001", "Bob", security={"id": "301", "name": "Everybody"})
    else:
        quick.jira.issues["10001"] |= {"key": "WEB-7"}
        quick.jira.issues["10001"]["fields"]["project"] = {"id": "200", "key": "WEB"}
    finish(quick)
    assert operations(quick, review_id)[0].state is OpState.CONFLICT
    assert WHY[how] in operations(quick, review_id)[0].trouble
    assert quick.jira.journal == []
    sound(quick)


@pytest.mark.parametrize("agent", [False, None])
def test_a_comment_that_cannot_be_internal_is_refused_before_it_is_sent(
    quick: House, agent: bool | None
) -> None:
    with quick.gateway.database.write() as conn:
        sites.put_metadata(conn, site_with_screens(site(), desk=True))
    review_id = released(quick, KINDS["comment"])
    quick.jira.agent = agent
    finish(quick)
    [done] = operations(quick, review_id)
    if agent is False:
        assert (done.state, quick.jira.journal) == (OpState.REJECTED, [])
        assert "could only be public" in done.trouble
    else:
        assert len(quick.jira.journal) == 1, "nobody can tell: it is read back instead"
    sound(quick)


WHY = {
    "deleted": "no longer exists in Jira, or is hidden from us",
    "hidden": "no longer exists in Jira, or is hidden from us",
    "moved": "moved to project WEB",
    "archived": "was archived",
    "other readers": "security level",
}


def level_of_air(house: House, level: JsonObject | None) -> None:
    """Give AIR-1 a security level, in Jira and in our own baseline."""
    house.jira.issues["10001"]["fields"]["security"] = level
    with house.gateway.database.write() as conn:
        known = baselines.latest(conn, house.gateway.site, "10001")
        assert known is not None
        revision = sites.next_revision(conn, house.gateway.site)
        again = {"doc": house.jira.issues["10001"], "revision": revision}
        baselines.put(conn, known.model_copy(update=again))


def test_9_what_was_archived_or_has_other_readers_cannot_be_approved(quick: House) -> None:
    level_of_air(quick, {"id": "300", "name": "Staff"})
    wanted = edit("summary", "New", base_revision=99)
    review_id = quick.arrive(change_set(wanted))
    quick.jira.edit("10001", "Bob", security=None)
    quick.jira.issues["10001"]["fields"]["archiveddate"] = "2026-11-02T10:00:00.000+0000"
    view = reviewing.view(quick.gateway, review_id)
    flags = {one.id: one.severity for one in view.issues[0].changes[0].flags}
    assert flags["security_changed"] == flags["archived"] == "block"
    assert view.obstacles
    with pytest.raises(RefusedError):
        reviewing.approve(quick.gateway, "eve", review_id, view.digest)


def test_9_a_changed_security_level_is_a_change_like_any_other(quick: House) -> None:
    level_of_air(quick, {"id": "300", "name": "Staff"})
    wanted = (edit("security", {"id": "301"}), KINDS["transition"].model_copy(update={"id": "m"}))
    later = [one.model_copy(update={"base_revision": 99}) for one in wanted]
    review_id = released(quick, *later)
    assumed = [one.planned.base["security"] for one in operations(quick, review_id)]
    assert assumed == [{"id": "300", "name": "Staff"}, {"id": "301"}]
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED
    sound(quick)


@pytest.mark.parametrize("level", [None, {"id": "300", "name": "Staff"}])
def test_9_a_security_level_that_stays_is_in_nobodys_way(
    quick: House, level: JsonObject | None
) -> None:
    level_of_air(quick, level)
    review_id = released(quick, KINDS["transition"].model_copy(update={"base_revision": 99}))
    quick.jira.faults = ["after lost"]
    finish(quick)
    assert state(quick, review_id) is State.PROMOTED
    sound(quick)
