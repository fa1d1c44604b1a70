"""What a promotion made is deleted again by its undo: only where that is switched on, only ours."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.operations import preflight, reviewing, undoing
from gateway.review.refusals import RefusedError, ReviewError
from gateway.review.states import State
from gateway.settings import Settings
from gateway.store import audit
from sandbox.contract.shapes import ChangeKind
from tests.journeys.flavours import FLAVOURS, Site, carry, flavour_house, told
from tests.journeys.staging import MINA, Task, upstream

PICTURE = bytes(range(256)) * 40


@pytest.fixture(scope="module", params=FLAVOURS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A house of each flavour where deleting is switched on."""
    folder = tmp_path_factory.mktemp(request.param)
    with flavour_house(folder, request.param, AIRLOCK_DELETES="yes") as one:
        yield one


def attach(task: Task, key: str, name: str, content: bytes = PICTURE) -> Any:
    answer = task.http.post(
        f"{task.api}/issue/{key}/attachments",
        files={"file": (name, content, "image/png")},
        headers={"X-Atlassian-Token": "no-check"},
    )
    assert answer.is_success, answer.text
    return answer.json()[0]


def promoted(site: Site, task: Task) -> Any:
    view = carry(site, task.submit())
    assert view.state is State.PROMOTED, told(view)
    return view


def undo(site: Site, review: int) -> Any:
    made = undoing.propose(site.house.gateway, MINA, review)
    view = carry(site, made.review_id, "delete")
    assert view.state is State.PROMOTED, told(view)
    return view


def test_a_file_arrives_byte_by_byte_and_its_undo_deletes_exactly_that(site: Site) -> None:
    key = site.fresh()
    theirs = site.house.jira().post(
        f"{site.api}/issue/{key}/attachments",
        files={"file": ("표.png", PICTURE, "image/png")},
        headers={"X-Atlassian-Token": "no-check"},
    )
    [known] = theirs.raise_for_status().json()
    site.retake(key)
    task = site.task("files")
    attach(task, key, "표.png")
    view = promoted(site, task)
    [operation] = view.operations
    assert operation.planned.request.upload is not None
    assert operation.receipt is not None
    files = {one["id"]: one for one in site.issue(key)["fields"]["attachment"]}
    made = files[operation.receipt.upstream_id]
    assert set(files) == {known["id"], made["id"]}
    assert (made["filename"], made["size"]) == ("표.png", len(PICTURE))
    assert site.house.jira().get(made["content"]).content == PICTURE
    # The agent sees its file once, under its real id.
    shown = task.read(f"issue/{key}")["fields"]["attachment"]
    assert sorted(one["id"] for one in shown) == sorted(files)
    undo(site, view.id)
    assert [one["id"] for one in site.issue(key)["fields"]["attachment"]] == [known["id"]]
    with pytest.raises(ReviewError, match="It is undone already"):
        undoing.propose(site.house.gateway, MINA, view.id)


def family(site: Site, task: Task) -> dict[str, str]:
    """Stage a new issue with a sub-task and one of everything that can be made."""
    old, other = site.fresh(), site.fresh()
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "되돌릴 일"}
    new = task.send("POST", "issue", {"fields": fields})["key"]
    child = {**fields, "issuetype": {"name": "Sub-task"}, "parent": {"key": new}}
    task.send("POST", "issue", {"fields": {**child, "summary": "하위"}})
    task.send("POST", f"issue/{old}/comment", {"body": site.text("확인")})
    task.send("POST", f"issue/{old}/worklog", {"timeSpent": "30m", "comment": site.text("점검")})
    task.send(
        "POST", f"issue/{old}/remotelink", {"object": {"url": "https://w.example", "title": "w"}}
    )
    ends = {"inwardIssue": {"key": old}, "outwardIssue": {"key": new}}
    task.send("POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    ends = {"inwardIssue": {"key": old}, "outwardIssue": {"key": other}}
    task.send("POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    return {"new": new, "old": old}


def left(site: Site, key: str) -> dict[str, int]:
    fields = site.issue(key)["fields"]
    remote = upstream(site.house, "GET", f"issue/{key}/remotelink")
    return {
        "comments": len(fields["comment"]["comments"]),
        "worklogs": len(fields["worklog"]["worklogs"]),
        "links": len(fields["issuelinks"]),
        "remote": len(remote),
    }


def test_all_that_a_run_made_goes_after_a_second_confirmation(site: Site) -> None:
    task = site.task("family")
    keys = family(site, task)
    view = promoted(site, task)
    assert {"maybe_used", "notices"} <= {one.code for one in view.stays}
    new = [one.receipt.upstream_key for one in view.operations if one.planned.kind == "create"]
    assert left(site, keys["old"]) == {"comments": 1, "worklogs": 1, "links": 2, "remote": 1}
    made = undoing.propose(site.house.gateway, MINA, view.id)
    asked = reviewing.view(site.house.gateway, made.review_id)
    assert {one.planned.kind for one in asked.operations} == {ChangeKind.DELETE}
    assert {one.code for one in asked.stays} == {"deleted", "notices"}
    assert [one.code for one in asked.confirmations] == ["delete"]
    with pytest.raises(RefusedError, match="second confirmation"):
        reviewing.approve(site.house.gateway, MINA, made.review_id, asked.digest)
    ended = carry(site, made.review_id, "delete")
    assert ended.state is State.PROMOTED, told(ended)
    assert not any(site.there(key) for key in new)
    assert left(site, keys["old"]) == dict.fromkeys(("comments", "worklogs", "links", "remote"), 0)
    with site.house.gateway.database.read() as conn:
        assert audit.has(conn, "review_approve", review=made.review_id, confirmed=["delete"])
    with pytest.raises(ReviewError, match="gone for good"):
        undoing.propose(site.house.gateway, MINA, made.review_id)


def test_a_parent_that_goes_behind_its_sub_task_keeps_its_approval(site: Site) -> None:
    task = site.task("kept-approval")
    family(site, task)
    view = promoted(site, task)
    gateway = site.house.gateway
    made = undoing.propose(gateway, MINA, view.id).review_id
    reviewing.approve(gateway, MINA, made, reviewing.view(gateway, made).digest, ["delete"])
    looked = reviewing.view(gateway, made)
    assert (looked.state, looked.lapsed) == (State.APPROVED, "")
    found = preflight.dry_run(gateway, made)
    assert [one.sentence for one in found.troubles] == []


def test_what_a_colleague_has_touched_since_stays(site: Site) -> None:
    task = site.task("touched")
    keys = family(site, task)
    view = promoted(site, task)
    new = task.read(f"issue/{keys['new']}")["key"]
    site.bora("POST", f"issue/{new}/comment", {"body": site.text("이건 남겨 주세요")})
    comments = site.issue(keys["old"])["fields"]["comment"]["comments"]
    path = f"issue/{keys['old']}/comment/{comments[0]['id']}"
    site.bora("PUT", path, {"body": site.text("고쳐 씀")})
    made = undoing.propose(site.house.gateway, MINA, view.id)
    assert {"used", "changed"} <= {one.code for one in made.stays}
    carry(site, made.review_id, "delete")
    assert site.there(new)
    assert left(site, keys["old"]) == {"comments": 1, "worklogs": 0, "links": 0, "remote": 0}


def test_a_comment_after_the_undos_approval_saves_the_issue(site: Site) -> None:
    task = site.task("late")
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "늦은 댓글"}
    new = task.send("POST", "issue", {"fields": fields})["key"]
    view = promoted(site, task)
    real = task.read(f"issue/{new}")["key"]
    made = undoing.propose(site.house.gateway, MINA, view.id)
    gateway = site.house.gateway
    digest = reviewing.view(gateway, made.review_id).digest
    reviewing.approve(gateway, MINA, made.review_id, digest, ["delete"])
    site.bora("POST", f"issue/{real}/comment", {"body": site.text("잠깐만요")})
    reviewing.promote(gateway, MINA, made.review_id, digest)
    site.house.promote_all()
    ended = reviewing.view(gateway, made.review_id, read_now=False)
    assert [one.state for one in ended.operations] == ["conflict"]
    assert site.there(real)


def test_switched_off_again_an_approved_deletion_is_not_written(site: Site) -> None:
    task = site.task("off")
    key = site.fresh()
    task.send("POST", f"issue/{key}/comment", {"body": site.text("지워질까")})
    view = promoted(site, task)
    gateway = site.house.gateway
    made = undoing.propose(gateway, MINA, view.id)
    digest = reviewing.view(gateway, made.review_id).digest
    reviewing.approve(gateway, MINA, made.review_id, digest, ["delete"])
    on = gateway.settings
    gateway.settings = switched_off(on)
    try:
        reviewing.promote(gateway, MINA, made.review_id, digest)
        site.house.promote_all()
        ended = reviewing.view(gateway, made.review_id, read_now=False)
        assert "Deleting was switched off" in ended.operations[0].trouble
        assert left(site, key)["comments"] == 1
        with pytest.raises(ReviewError, match="A comment is not deleted by an undo"):
            undoing.propose(gateway, MINA, view.id)
    finally:
        gateway.settings = on


def switched_off(settings: Settings) -> Settings:
    return replace(settings, deletes=False)


def test_no_agent_deletes_anything(site: Site) -> None:
    task, key = site.task("deleter"), site.fresh()
    answer = task.http.delete(f"{task.api}/issue/{key}")
    assert answer.status_code == 403
    tools = task.use(lambda agent: agent.client.list_tools())
    assert not [one.name for one in tools.tools if "delete" in one.name.lower()]
