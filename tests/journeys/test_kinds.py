"""Every kind of change on an issue that exists: staged, approved, promoted, compared."""

import copy
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.promotion.states import OpState
from gateway.review.states import State
from gateway.review.values import ReviewView
from tests.house import House
from tests.journeys.metadata import built_versions, version_gone
from tests.journeys.staging import (
    MINA,
    approve_and_promote,
    changed,
    fresh,
    paragraph,
    retake,
    start,
    upstream,
)

POINTS = "customfield_10016"
SPRINT = "customfield_10020"
doors = pytest.mark.parametrize("door", ["rest", "mcp"])


def fields_of(built: House, key: str) -> Any:
    return upstream(built, "GET", f"issue/{key}?fields=*all")["fields"]


@doors
def test_a_worklog_arrives_with_its_time_and_its_comment(built: House, door: str) -> None:
    key, task = fresh(built), start(built, f"worklog-{door}")
    before = built.snapshot()
    if door == "rest":
        log = {
            "timeSpent": "1h 30m",
            "started": "2026-11-20T09:30:00.000+0900",
            "comment": paragraph("원인 조사"),
        }
        task.send("POST", f"issue/{key}/worklog", log)
    else:
        task.use(
            lambda agent: agent.must("addWorklogToJiraIssue", issueIdOrKey=key, timeSpent="1h 30m")
        )
    assert changed(before, built.snapshot()) == {}
    task.promote()
    after = built.snapshot()
    # The time spent is what Jira adds up from the worklogs by itself.
    summed = {"timespent", "aggregatetimespent", "timetracking", "progress", "aggregateprogress"}
    assert set(changed(before, after)) == {key}
    assert changed(before, after)[key] - {*summed, "workratio", "timeestimate"} == {"worklog"}
    [worklog] = upstream(built, "GET", f"issue/{key}/worklog")["worklogs"]
    assert worklog["timeSpentSeconds"] == 5400
    if door == "rest":
        assert worklog["started"].startswith("2026-11-20T")
        assert worklog["comment"] == paragraph("원인 조사")


@doors
@pytest.mark.parametrize("end", ["inwardIssue", "outwardIssue"])
def test_a_link_points_the_way_the_agent_meant(built: House, door: str, end: str) -> None:
    one, other = fresh(built), fresh(built)
    task = start(built, f"link-{door}-{end}")
    before = built.snapshot()
    inward, outward = (one, other) if end == "inwardIssue" else (other, one)
    if door == "rest":
        ends = {"inwardIssue": {"key": inward}, "outwardIssue": {"key": outward}}
        task.send("POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    else:
        task.use(
            lambda agent: agent.must(
                "createIssueLink", type="Blocks", inwardIssue=inward, outwardIssue=outward
            )
        )
    assert changed(before, built.snapshot()) == {}
    shadow = {key: shown_links(task.read(f"issue/{key}")["fields"]) for key in (one, other)}
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {one: {"issuelinks"}, other: {"issuelinks"}}
    assert {key: shown_links(after[key]["fields"]) for key in (one, other)} == shadow
    # At the inward end the other one is shown as the outward issue, and the other way round.
    assert shadow[inward] == [("outwardIssue", outward)]
    assert shadow[outward] == [("inwardIssue", inward)]


def shown_links(fields: Any) -> list[tuple[str, str]]:
    return [
        (end, link[end]["key"])
        for link in fields["issuelinks"]
        for end in ("inwardIssue", "outwardIssue")
        if end in link
    ]


def test_remote_links_arrive_once_each_under_a_global_id(built: House) -> None:
    named, plain = fresh(built), fresh(built)
    task = start(built, "remote")
    before = built.snapshot()
    wanted = {"object": {"url": "https://wiki.example/7", "title": "설계 문서"}}
    task.send("POST", f"issue/{named}/remotelink", {**wanted, "globalId": "system=wiki&id=7"})
    task.send("POST", f"issue/{plain}/remotelink", wanted)
    assert upstream(built, "GET", f"issue/{named}/remotelink") == []
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {}
    links = {key: upstream(built, "GET", f"issue/{key}/remotelink") for key in after}
    assert {key for key, found in links.items() if found} == {named, plain}
    for key in (named, plain):
        [link] = links[key]
        assert {name: link["object"][name] for name in ("url", "title")} == wanted["object"]
    assert links[named][0]["globalId"] == "system=wiki&id=7"
    # Without one of the agent's own the gateway gives one: sending twice would replace.
    assert links[plain][0]["globalId"].startswith("airlock:")


def watchers(built: House, key: str) -> set[str]:
    found = upstream(built, "GET", f"issue/{key}/watchers")["watchers"]
    return {one["accountId"] for one in found}


def test_a_watcher_is_added_and_another_one_removed(built: House) -> None:
    assert built.world is not None
    cast = built.world.cast
    key, task = fresh(built), start(built, "watch")
    upstream(built, "POST", f"issue/{key}/watchers", cast.colleague.account_id)
    retake(built, key)
    before, people = built.snapshot(), watchers(built, key)
    assert cast.colleague.account_id in people
    task.send("POST", f"issue/{key}/watchers", cast.person.account_id)
    task.send("DELETE", f"issue/{key}/watchers?accountId={cast.colleague.account_id}")
    assert watchers(built, key) == people
    task.promote()
    assert watchers(built, key) == people - {cast.colleague.account_id} | {cast.person.account_id}
    assert changed(before, built.snapshot()) == {}


@pytest.mark.parametrize("way", ["agile", "field"])
def test_a_sprint_move_arrives_and_so_does_the_way_back(built: House, way: str) -> None:
    key, task = fresh(built), start(built, f"sprint-{way}")
    upstream(built, "POST", "/rest/agile/1.0/backlog/issue", {"issues": [key]})
    retake(built, key)
    before = built.snapshot()

    def move(target: int | None) -> None:
        if way == "field":
            task.send("PUT", f"issue/{key}", {"fields": {SPRINT: target}})
        elif target is None:
            task.send("POST", "/rest/agile/1.0/backlog/issue", {"issues": [key]})
        else:
            task.send("POST", f"/rest/agile/1.0/sprint/{target}/issue", {"issues": [key]})

    move(143)
    assert changed(before, built.snapshot()) == {}
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {SPRINT}}
    assert [one["id"] for one in after[key]["fields"][SPRINT]] == [143]
    move(None)
    task.promote()
    assert changed(before, built.snapshot()) == {}


def test_an_edited_comment_changes_that_comment_only(built: House) -> None:
    key, task = fresh(built), start(built, "comment-edit")
    for text in ("하나", "둘"):
        upstream(built, "POST", f"issue/{key}/comment", {"body": paragraph(text)})
    retake(built, key)
    before = built.snapshot()
    old = before[key]["fields"]["comment"]["comments"]
    wanted = {"body": paragraph("둘, 고침")}
    task.send("PUT", f"issue/{key}/comment/{old[-1]['id']}", wanted)
    assert changed(before, built.snapshot()) == {}
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {"comment"}}
    new = after[key]["fields"]["comment"]["comments"]
    assert new[:-1] == old[:-1]
    assert (new[-1]["id"], new[-1]["body"]) == (old[-1]["id"], wanted["body"])


def test_a_comment_keeps_its_visibility_and_its_properties(built: House) -> None:
    key, task = fresh(built), start(built, "comment-hidden")
    before = built.snapshot()
    hidden = {
        "body": paragraph("내부용"),
        "visibility": {"type": "group", "value": "web-team", "identifier": "web-team"},
        "properties": [{"key": "sd.public.comment", "value": {"internal": True}}],
    }
    task.send("POST", f"issue/{key}/comment", hidden)
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {"comment"}}
    comment = after[key]["fields"]["comment"]["comments"][-1]
    assert comment["body"] == hidden["body"]
    assert comment["visibility"]["value"] == "web-team"
    address = f"comment/{comment['id']}/properties/sd.public.comment"
    assert upstream(built, "GET", address)["value"] == {"internal": True}


def test_two_transitions_in_a_row_go_the_same_way_in_jira(built: House) -> None:
    key, task = fresh(built), start(built, "steps")
    before = built.snapshot()
    for target in ("10001", "10002"):
        offered = task.read(f"issue/{key}/transitions")["transitions"]
        [move] = [one["id"] for one in offered if one["to"]["id"] == target]
        task.send("POST", f"issue/{key}/transitions", {"transition": {"id": move}})
    view = task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {"status"}}
    assert after[key]["fields"]["status"]["id"] == "10002"
    assert len(view.operations) == 2


def test_a_transition_takes_its_fields_and_its_comment_along(built: House) -> None:
    with done_screen_in_pay(built):
        key, task = fresh(built, "PAY"), start(built, "step-fields")
        built.take_in()
        before = built.snapshot()
        offered = task.read(f"issue/{key}/transitions?expand=transitions.fields")["transitions"]
        [move] = [one for one in offered if one["to"]["id"] == "10013"]
        assert set(move["fields"]) == {"resolution"}
        body = {
            "transition": {"id": move["id"]},
            "fields": {"resolution": {"name": "거절"}},
            "update": {"comment": [{"add": {"body": paragraph("끝")}}]},
        }
        task.send("POST", f"issue/{key}/transitions", body)
        task.promote()
        after = built.snapshot()
    assert changed(before, after) == {key: {"status", "resolution", "resolutiondate", "comment"}}
    assert after[key]["fields"]["resolution"]["name"] == "거절"
    assert after[key]["fields"]["comment"]["comments"][-1]["body"] == paragraph("끝")


@contextmanager
def done_screen_in_pay(built: House) -> Iterator[None]:
    """The way to done in PAY asks for a resolution, one of two."""
    assert built.world is not None
    site = copy.deepcopy(built.world.metadata)
    [first] = site["resolutions"]
    site["resolutions"] = [first, {**first, "id": "10001", "name": "거절"}]
    screen = {
        "resolution": {
            "required": True,
            "name": "Resolution",
            "key": "resolution",
            "operations": ["set"],
            "schema": {"type": "resolution", "system": "resolution"},
            "allowedValues": site["resolutions"],
        }
    }
    for one in site["transitions"]:
        if one["transition"]["to"]["id"] == "10013":
            one["transition"] |= {"hasScreen": True, "fields": screen}
    built.upstream.door.call("PUT", "/site", site)
    yield
    built.upstream.door.call("PUT", "/site", built.world.metadata)


def test_an_assignee_is_given_and_taken_away(built: House) -> None:
    assert built.world is not None
    cast = built.world.cast
    key, task = fresh(built), start(built, "assign")
    upstream(built, "PUT", f"issue/{key}/assignee", {"accountId": None})
    retake(built, key)
    before = built.snapshot()
    task.send("PUT", f"issue/{key}/assignee", {"accountId": cast.colleague.account_id})
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {"assignee"}}
    assert after[key]["fields"]["assignee"]["accountId"] == cast.colleague.account_id
    task.send("PUT", f"issue/{key}", {"fields": {"assignee": None}})
    task.promote()
    assert changed(before, built.snapshot()) == {}


def test_null_clears_fields_of_every_type(built: House) -> None:
    key, task = fresh(built), start(built, "clear")
    assert built.world is not None
    [part, *_] = built.world.metadata["projects"][0]["components"]
    full = {"duedate": "2026-12-24", POINTS: 3, "labels": ["a"], "description": paragraph("곧")}
    full |= {"components": [{"id": part["id"]}]}
    upstream(built, "PUT", f"issue/{key}", {"fields": full})
    retake(built, key)
    before = built.snapshot()
    empty: dict[str, Any] = {
        "duedate": None,
        POINTS: None,
        "labels": [],
        "description": None,
        "components": [],
    }
    task.send("PUT", f"issue/{key}", {"fields": empty})
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: set(full)}
    assert not any(after[key]["fields"][name] for name in empty)


def test_labels_merge_with_one_that_a_colleague_added_meanwhile(built: House) -> None:
    key, task = fresh(built), start(built, "labels")
    upstream(built, "PUT", f"issue/{key}", {"fields": {"labels": ["keep", "drop"]}})
    retake(built, key)
    update = {"labels": [{"add": "ours"}, {"remove": "drop"}]}
    task.send("PUT", f"issue/{key}", {"update": update})
    upstream(built, "PUT", f"issue/{key}", {"update": {"labels": [{"add": "동료"}]}})
    before = built.snapshot()
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {"labels"}}
    assert sorted(after[key]["fields"]["labels"]) == ["keep", "ours", "동료"]


def test_5_and_5_point_0_are_one_number(built: House) -> None:
    key, task = fresh(built), start(built, "number")
    upstream(built, "PUT", f"issue/{key}", {"fields": {POINTS: 5}})
    retake(built, key)
    task.send("PUT", f"issue/{key}", {"fields": {POINTS: 5.0}})
    task.send("PUT", f"issue/{key}", {"fields": {"duedate": "2026-12-31"}})
    before = built.snapshot()
    view = task.promote()
    assert changed(before, built.snapshot()) == {key: {"duedate"}}
    [operation] = view.operations
    assert set(operation.planned.wants) == {"duedate"}


def test_decomposed_korean_text_is_no_conflict_and_arrives(built: House) -> None:
    key, task = fresh(built), start(built, "nfd")
    written = "결제 오류: 한글"
    upstream(built, "PUT", f"issue/{key}", {"fields": {"summary": written}})
    retake(built, key)
    # The same text, decomposed, as some systems write it: no change at all.
    decomposed = unicodedata.normalize("NFD", written)
    task.send("PUT", f"issue/{key}", {"fields": {"summary": decomposed, "labels": ["한글"]}})
    upstream(built, "PUT", f"issue/{key}", {"fields": {"summary": decomposed}})
    before = built.snapshot()
    task.promote()
    after = built.snapshot()
    assert changed(before, after) == {key: {"labels"}}
    assert after[key]["fields"]["labels"] == ["한글"]


def test_one_rejected_request_stops_the_set_and_a_retry_finishes_it(built: House) -> None:
    keys = [fresh(built) for _ in range(3)]
    task = start(built, "rejected-by-jira")
    version = {"name": built_versions(built)[-1]["name"]}
    before = built.snapshot()
    task.send("PUT", f"issue/{keys[0]}", {"fields": {"duedate": "2027-02-01"}})
    task.send("PUT", f"issue/{keys[1]}", {"fields": {"versions": [version]}})
    task.send("POST", f"issue/{keys[1]}/comment", {"body": paragraph("after it")})
    task.send("PUT", f"issue/{keys[2]}", {"fields": {"duedate": "2027-02-01"}})
    review = task.submit()
    with version_gone(built):
        view = approve_and_promote(built, review)
        assert view.state is State.PARTLY_PROMOTED
        assert states(view) == [OpState.APPLIED, OpState.REJECTED, OpState.SKIPPED, OpState.SKIPPED]
        assert "ersion" in view.operations[1].trouble
        assert changed(before, built.snapshot()) == {keys[0]: {"duedate"}}
    reviewing.promote(built.gateway, MINA, review, view.digest)
    built.promote_all()
    view = reviewing.view(built.gateway, review, read_now=False)
    assert states(view) == [OpState.APPLIED] * 4
    assert view.state is State.PROMOTED
    assert changed(before, built.snapshot()) == {
        keys[0]: {"duedate"},
        keys[1]: {"versions", "comment"},
        keys[2]: {"duedate"},
    }


def states(view: ReviewView) -> list[OpState]:
    return [one.state for one in view.operations]
