"""Every type of field, both flavours: planned, written, read back, in conflict, undone.

The way is gone once for all fields together; each field is then judged for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.operations import reviewing, undoing
from gateway.promotion.fields import sprint_id
from gateway.review.states import State
from gateway.review.values import ReviewView
from sandbox.contract.compare import Three, elements, equal
from sandbox.contract.digest import canonical
from tests.journeys.every_field import SPRINT, Values, site_with_every_field, values
from tests.journeys.flavours import FLAVOURS, Site, carry, flavour_house, told
from tests.journeys.staging import MINA

#: In each flavour an issue is under an epic by another field.
_OTHER = {"cloud": "customfield_10014", "server": "parent"}


@dataclass(frozen=True, slots=True)
class Gone:
    """How the fields of one issue looked on the way."""

    values: dict[str, Values]
    before: dict[str, Any]
    promoted: ReviewView
    after: dict[str, Any]
    undone: dict[str, Any]
    #: Of another issue, that a colleague edited meanwhile.
    old: dict[str, Any]
    foreign: dict[str, Any]
    drifted: ReviewView
    merged: dict[str, Any]


@pytest.fixture(scope="module", params=FLAVOURS)
def gone(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gone]:
    """Go the whole way, once for each flavour."""
    folder = tmp_path_factory.mktemp(request.param)
    with flavour_house(folder, request.param) as site:
        site.house.upstream.door.call(
            "PUT", "/site", site_with_every_field(site.flavour).model_dump(mode="json")
        )
        site.house.take_in()
        yield walk(site)


def walk(site: Site) -> Gone:
    epics = [site.fresh(issuetype={"name": "Epic"}, customfield_10011="에픽") for _ in range(3)]
    every = values(site, epics)
    old = {name: one.old for name, one in every.items()}
    first, second = site.fresh(), site.fresh()
    for key in (first, second):
        put(site, key, old)
    # What may be edited is observed on issues: the site is read again, now that it has some.
    site.house.take_in()
    before = site.issue(first)["fields"]
    task = site.task("fields")
    task.send(
        "PUT", f"issue/{first}", {"fields": {name: one.wanted for name, one in every.items()}}
    )
    promoted = carry(site, task.submit())
    assert promoted.state is State.PROMOTED, told(promoted)
    after = site.issue(first)["fields"]
    made = undoing.propose(site.house.gateway, MINA, promoted.id)
    ended = carry(site, made.review_id)
    assert ended.state is State.PROMOTED, told(ended)
    undone = site.issue(first)["fields"]
    drifted, foreign, merged = drift(site, second, every)
    return Gone(every, before, promoted, after, undone, old, foreign, drifted, merged)


def put(site: Site, key: str, fields: dict[str, Any]) -> None:
    """Edit an issue in Jira as a colleague."""
    answer = site.house.jira().put(f"{site.api}/issue/{key}", json={"fields": fields})
    assert answer.is_success, answer.text


def drift(site: Site, key: str, every: dict[str, Values]) -> tuple[ReviewView, Any, Any]:
    """Have agent and colleague edit the same fields; promote what merges."""
    # Another security level keeps back everything: see test_promoting_gone.py.
    every = {name: one for name, one in every.items() if name != "security"}
    task = site.task("drift")
    task.send("PUT", f"issue/{key}", {"fields": {name: one.wanted for name, one in every.items()}})
    review = task.submit()
    put(site, key, {name: one.foreign for name, one in every.items()})
    foreign = site.issue(key)["fields"]
    gateway = site.house.gateway
    drifted = view = reviewing.view(gateway, review)
    for change in drifted.issues[0].changes:
        if change.three is Three.CONFLICT:
            digest = reviewing.view(gateway, review, read_now=False).digest
            reviewing.decide(gateway, MINA, review, change.change.id, "reject", "동료 것", digest)
    view = carry(site, review)
    assert view.state is State.PROMOTED, told(view)
    return drifted, foreign, site.issue(key)["fields"]


NAMES = sorted({*values(Site(None, "cloud"), ["a", "b", "c"]), "customfield_10014"})  # type: ignore[arg-type]  # only names are asked for
each = pytest.mark.parametrize("name", NAMES)


def skips(gone: Gone, name: str) -> bool:
    """Return whether this flavour has no such field."""
    return name not in gone.values and name in _OTHER.values()


@each
def test_it_is_written_and_read_back(gone: Gone, name: str) -> None:
    if skips(gone, name):
        return
    [operation] = gone.promoted.operations
    planned, receipt = operation.planned, operation.receipt
    assert receipt is not None
    assert (operation.trouble, receipt.overwrote) == ("", False)
    assert name in planned.wants
    assert (name in planned.set_fields) is gone.values[name].merges
    body: Any = planned.request.body
    assert (name in body.get("update", {})) is gone.values[name].merges
    assert not equal(gone.before[name], gone.after[name])
    old, new = receipt.replaced[name]
    # Of a sprint only the one counts that the issue is in now.
    shown = sprint_id if name == SPRINT else same
    assert equal(old, shown(gone.before[name]))
    assert equal(new, shown(gone.after[name]))


@each
def test_its_undo_puts_back_what_was_there(gone: Gone, name: str) -> None:
    if not skips(gone, name):
        assert equal(gone.undone[name], gone.before[name])


@pytest.mark.parametrize("name", [one for one in NAMES if one != "security"])
def test_somebody_elses_edit_is_a_conflict_or_merges_and_is_never_lost(
    gone: Gone, name: str
) -> None:
    if skips(gone, name):
        return
    [view] = [one for one in gone.drifted.issues[0].changes if one.change.field == name]
    if not gone.values[name].merges:
        assert view.three is Three.CONFLICT
        assert equal(gone.merged[name], gone.foreign[name])
        return
    assert view.three is not Three.CONFLICT
    before, wants, theirs = (_set(one) for one in (view.base, view.wants, gone.foreign[name]))
    assert _set(gone.merged[name]) == (theirs | (wants - before)) - (before - wants)


def same(value: Any) -> Any:
    return value


def _set(value: Any) -> set[bytes]:
    return {canonical(one) for one in elements(value)}


def test_nothing_but_the_edited_fields_changed(gone: Gone) -> None:
    moved = {
        name
        for name in gone.before
        if not equal(gone.before[name], gone.after.get(name)) and name not in gone.values
    }
    # Jira keeps these in step by itself.
    assert moved <= {
        "updated",
        "timeestimate",
        "timeoriginalestimate",
        "aggregatetimeestimate",
        "aggregatetimeoriginalestimate",
        "progress",
        "aggregateprogress",
        "workratio",
        "resolutiondate",
        "watches",
        "customfield_10014",
        "parent",
    }
