import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from sandbox.contract.shapes import IssueBaseline, SiteBaseline
from sandbox.domain.rich_text import check_adf
from seed_data.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(7)


def documents(value: Any) -> Iterator[Any]:
    """Return every ADF document in a value."""
    if isinstance(value, dict):
        if value.get("type") == "doc":
            yield value
        for one in value.values():
            yield from documents(one)
    if isinstance(value, list):
        for one in value:
            yield from documents(one)


def as_text(world: World) -> str:
    return json.dumps([world.metadata, world.issues], ensure_ascii=False, sort_keys=True)


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    assert make_world(7) == world
    assert as_text(make_world(7)) == as_text(world)


def test_another_seed_makes_another_world(world: World) -> None:
    other = make_world(8)
    assert other.issues != world.issues
    assert {one.name for one in other.people} != {one.name for one in world.people}


def test_a_world_has_the_size_that_was_asked_for(world: World) -> None:
    assert len(world.issues) == 120
    assert len(make_world(7, size=10).issues) == 20
    with pytest.raises(ValueError, match="larger size"):
        make_world(7, size=4)
    assert len({one["key"] for one in world.issues}) == 120
    assert len({one["id"] for one in world.issues}) == 120


def has_hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


def test_one_project_writes_korean_and_one_english(world: World) -> None:
    for one in world.issues:
        title = one["fields"]["summary"]
        assert has_hangul(title) is one["key"].startswith("PAY-"), title
    assert {has_hangul(one.name) for one in world.people} == {True, False}


def test_every_document_is_valid_and_the_rich_parts_are_there(world: World) -> None:
    found = list(documents(list(world.issues)))
    assert len(found) > 100
    assert [problem for one in found if (problem := check_adf(one)) is not None] == []
    text = json.dumps(found)
    for part in ("mention", "panel", "table", "codeBlock", "orderedList", "bulletList"):
        assert f'"type": "{part}"' in text, part


def test_everything_crosses_the_control_door_as_it_is(world: World) -> None:
    SiteBaseline.model_validate(world.metadata)
    for one in world.baselines():
        IssueBaseline.model_validate(one)


def test_references_lead_to_what_exists(world: World) -> None:
    issues = {one["key"]: one for one in world.issues}
    people = {one.account_id for one in world.people}
    meta = world.metadata
    known = {kind: {one["id"] for one in meta[kind]} for kind in ("statuses", "priorities")}
    for one in world.issues:
        fields = one["fields"]
        assert fields["status"]["id"] in known["statuses"]
        assert fields["priority"]["id"] in known["priorities"]
        for role in ("assignee", "reporter", "creator"):
            assert fields[role] is None or fields[role]["accountId"] in people
        parent = fields.get("parent")
        assert parent is None or issues[parent["key"]]["id"] == parent["id"]
        for child in fields["subtasks"]:
            assert issues[child["key"]]["fields"]["parent"]["key"] == one["key"]


def test_a_reference_shows_what_the_issue_says(world: World) -> None:
    issues = {one["key"]: one["fields"] for one in world.issues}
    names = ("summary", "status", "priority", "issuetype")
    for one in world.issues:
        fields = one["fields"]
        for shown in (*fields["subtasks"], *([fields["parent"]] if fields.get("parent") else [])):
            assert shown["fields"] == {name: issues[shown["key"]][name] for name in names}


def test_a_status_belongs_to_its_projects_workflow(world: World) -> None:
    offered = {
        (one["project_id"], one["type_id"], one["status_id"])
        for one in world.metadata["transitions"]
    }
    for one in world.issues:
        fields = one["fields"]
        place = (fields["project"]["id"], fields["issuetype"]["id"], fields["status"]["id"])
        assert place in offered


def test_times_are_in_order_and_done_issues_are_resolved(world: World) -> None:
    for one in world.issues:
        fields = one["fields"]
        assert fields["created"] <= fields["updated"]
        done = fields["status"]["statusCategory"]["key"] == "done"
        assert bool(fields["resolution"]) is bool(fields["resolutiondate"]) is done
        times = [comment["created"] for comment in fields["comment"]["comments"]]
        assert all(before <= after for before, after in pairwise(times))


@pytest.mark.parametrize("seed", range(12))
def test_every_seed_has_a_cast_for_the_demo(seed: int) -> None:
    world = make_world(seed)
    cast = world.cast
    issues = {one["key"]: one["fields"] for one in world.issues}
    keys = (cast.clean, cast.conflict, cast.rich, cast.foreign)
    assert len(set(keys)) == 4
    for key in keys[:3]:
        assert issues[key]["assignee"]["accountId"] == cast.person.account_id
    people = (issues[cast.foreign]["assignee"], issues[cast.foreign]["reporter"])
    assert {one["accountId"] for one in people} == {cast.colleague.account_id}
    rich = {block["type"] for block in issues[cast.rich]["description"]["content"]}
    assert {"panel", "table", "codeBlock"} <= rich


def test_the_command_describes_a_world_without_loading_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seed_data", "--describe", "--seed", "3"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    assert told["issues"] == 120
    assert told["cast"]["clean"] == make_world(3).cast.clean
    assert len(told["people"]) == 7


def test_the_command_says_what_it_needs_to_load() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seed_data"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "--control and --secret-file are needed" in done.stderr
