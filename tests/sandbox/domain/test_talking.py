import copy
from typing import Any

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import errors, talking
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of
from sandbox.domain.site import Site
from tests.sandbox.domain.world import CLOUD, JUN, LATER, MINA, SERVER, actor, adf, issue

STAMP = "2026-09-28T19:33:13.094+0000"


def said(
    before: IssueState, body: JsonValue, site: Site = CLOUD, **more: Any
) -> tuple[IssueState, JsonObject]:
    given: dict[str, Any] = {"dialect": site.native, "comment_id": "501", **more}
    return talking.add_comment(site, before, body, actor=actor(site), now_us=LATER, **given)


def logged(before: IssueState, payload: JsonObject, **more: Any) -> tuple[IssueState, JsonObject]:
    given: dict[str, Any] = {"dialect": CLOUD.native, "worklog_id": "701", **more}
    return talking.add_worklog(CLOUD, before, payload, actor=actor(CLOUD), now_us=LATER, **given)


def test_a_comment_is_added_and_counted() -> None:
    before = issue()
    kept = copy.deepcopy(before)
    after, comment = said(before, adf("안녕하세요"))
    page = object_of(after.fields["comment"])
    assert (page["comments"], page["total"], page["maxResults"]) == ([comment], 1, 1)
    assert (comment["id"], comment["body"], comment["created"]) == ("501", adf("안녕하세요"), STAMP)
    assert object_of(comment["author"])["accountId"] == MINA
    assert (after.fields["updated"], after.histories, before) == (STAMP, (), kept)


def test_a_text_in_dialect_2_becomes_a_document_on_cloud_and_stays_on_server() -> None:
    _, on_cloud = said(issue(), "h1. 제목", dialect=Dialect.V2)
    _, on_server = said(issue(SERVER), "h1. 제목", SERVER)
    assert (object_of(on_cloud["body"])["type"], on_server["body"]) == ("doc", "h1. 제목")


@pytest.mark.parametrize(
    ("site", "body", "message"),
    [
        (CLOUD, None, errors.COMMENT_EMPTY),
        (CLOUD, "text", errors.COMMENT_INVALID),
        (CLOUD, {"type": "doc", "version": 1, "content": []}, errors.COMMENT_EMPTY),
        (SERVER, "  ", errors.COMMENT_EMPTY),
        (SERVER, adf("x"), errors.COMMENT_INVALID),
        (SERVER, ["x"], errors.COMMENT_INVALID),
    ],
)
def test_a_comment_without_a_good_body_is_refused(
    site: Site, body: JsonValue, message: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        said(issue(site), body, site)
    assert caught.value.errors == {"comment": message}


def test_visibility_and_properties_are_kept() -> None:
    visible: JsonObject = {"type": "group", "value": "developers"}
    internal: JsonValue = [{"key": "sd.public.comment", "value": {"internal": True}}]
    after, comment = said(issue(), adf("x"), visibility=visible, properties=internal)
    assert (comment["visibility"], comment["jsdPublic"]) == (visible, False)
    assert object_of((after.extra or {})["comment_properties"]) == {
        "501": {"sd.public.comment": {"internal": True}}
    }


@pytest.mark.parametrize(
    "visibility",
    [{"type": "everyone", "value": "x"}, {"type": "role"}, {"type": "group", "value": "?"}],
)
def test_a_wrong_visibility_is_refused(visibility: JsonObject) -> None:
    with pytest.raises(InvalidError):
        said(issue(), adf("x"), visibility=visibility)


def test_an_edited_comment_stays_restricted() -> None:
    visible: JsonObject = {"type": "role", "value": "Administrators"}
    before, first = said(issue(), adf("처음"), visibility=visible)
    after, second = talking.edit_comment(
        CLOUD,
        before,
        "501",
        adf("다음"),
        dialect=Dialect.V3,
        actor=CLOUD.user(JUN) or {},
        now_us=LATER + 1_000_000,
    )
    assert second == {
        **first,
        "body": adf("다음"),
        "updateAuthor": second["updateAuthor"],
        "updated": "2026-09-28T19:33:14.094+0000",
    }
    assert object_of(second["updateAuthor"])["accountId"] == JUN
    assert object_of(after.fields["comment"])["comments"] == [second]


def test_a_comment_that_is_not_there_is_missing() -> None:
    with pytest.raises(MissingError, match="Can not find a comment for the id: 9"):
        talking.remove_comment(issue(), "9", now_us=LATER)


def test_a_removed_comment_is_gone() -> None:
    before, _ = said(issue(), adf("x"))
    after = talking.remove_comment(before, "501", now_us=LATER)
    assert object_of(after.fields["comment"])["total"] == 0


def test_logged_work_moves_every_sum() -> None:
    before = issue(timeestimate=7200, timeoriginalestimate=7200)
    after, worklog = logged(before, {"timeSpent": "1h 30m", "comment": adf("작업")})
    assert (worklog["timeSpent"], worklog["timeSpentSeconds"]) == ("1h 30m", 5400)
    assert (after.fields["timespent"], after.fields["timeestimate"]) == (5400, 1800)
    assert after.fields["progress"] == {"progress": 5400, "total": 7200, "percent": 75}
    assert after.fields["workratio"] == 75
    assert object_of(after.fields["worklog"])["worklogs"] == [worklog]
    items = objects_of(after.histories[-1]["items"])
    assert [(one["field"], one["to"]) for one in items] == [
        ("timespent", "5400"), ("timeestimate", "1800"), ("WorklogId", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("adjust", "left"),
    [
        ({}, 3600),
        ({"adjustEstimate": "leave"}, 7200),
        ({"adjustEstimate": "new", "newEstimate": "2d"}, 57600),
        ({"adjustEstimate": "manual", "reduceBy": "30m"}, 5400),
    ],
)
def test_the_remaining_estimate_is_adjusted_as_asked(adjust: JsonObject, left: int) -> None:
    after, _ = logged(issue(timeestimate=7200), {"timeSpentSeconds": 3600}, adjust=adjust)
    assert after.fields["timeestimate"] == left


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "timeLogged"),
        ({"timeSpent": "a while"}, "timeLogged"),
        ({"timeSpentSeconds": 0}, "timeLogged"),
        ({"timeSpent": "1h", "started": "yesterday"}, "startDate"),
        ({"timeSpent": "1h", "comment": "text in dialect 3"}, "comment"),
    ],
)
def test_bad_worklogs_are_refused(payload: JsonObject, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        logged(issue(), payload)
    assert list(caught.value.errors) == [field]


def test_work_may_have_started_earlier() -> None:
    _, worklog = logged(issue(), {"timeSpent": "1h", "started": "2026-01-17T12:34:00.000+0900"})
    assert worklog["started"] == "2026-01-17T12:34:00.000+0900"


def test_watching_counts_each_person_once() -> None:
    before = issue()
    once = talking.add_watcher(CLOUD, before, JUN, actor=actor(CLOUD))
    twice = talking.add_watcher(CLOUD, once, JUN, actor=actor(CLOUD))
    assert [object_of(one.fields["watches"])["watchCount"] for one in (once, twice)] == [2, 2]
    mine = talking.remove_watcher(CLOUD, twice, MINA, actor=actor(CLOUD))
    assert object_of(mine.fields["watches"])["isWatching"] is False
    assert [one["accountId"] for one in objects_of((mine.extra or {})["watchers"])] == [JUN]


def test_a_count_without_observed_watchers_goes_on_from_jiras() -> None:
    before = issue(watches={"watchCount": 5, "isWatching": False}).with_extra({"watchers": []})
    after = talking.add_watcher(CLOUD, before, JUN, actor=actor(CLOUD))
    assert object_of(after.fields["watches"])["watchCount"] == 6


def test_nobody_unknown_can_watch() -> None:
    with pytest.raises(InvalidError, match="User 'x' does not exist"):
        talking.add_watcher(CLOUD, issue(), "x", actor=actor(CLOUD))


def test_worklogs_are_found_by_their_id() -> None:
    after, worklog = logged(issue(), {"timeSpent": "1h"})
    assert talking.worklog_of(after, "701") == worklog
    with pytest.raises(MissingError, match="Cannot find worklog with id: '9'"):
        talking.worklog_of(after, "9")


@pytest.mark.parametrize("adjust", [{"adjustEstimate": "maybe"}, {"adjustEstimate": "new"}])
def test_a_wrong_adjustment_is_refused(adjust: JsonObject) -> None:
    with pytest.raises(InvalidError):
        logged(issue(), {"timeSpent": "1h"}, adjust=adjust)
