from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from gateway.operations.whole_issue import whole_issue, without_marks
from gateway.upstream.client import Upstream
from gateway.upstream.errors import UnreadableError
from gateway.upstream.paging import page_of
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Dialect, Flavour, IssueBaseline
from tests.gateway.upstream.scripted import Asked, Said, Scripted, scripted

Rows = list[dict[str, Any]]


def rows(*numbers: int) -> Rows:
    return [{"id": str(number)} for number in numbers]


def upstream_at(server: Scripted, flavour: Flavour = Flavour.CLOUD) -> Upstream:
    return Upstream(httpx2.Client(trust_env=False), Address(server.url), flavour)


def paged(everything: Rows, name: str, size: int, **told: Any) -> Any:
    """Return answers that hand out a list by ``startAt``, ``size`` rows at a time."""

    def answers(asked: Asked) -> Said:
        query = parse_qs(urlsplit(asked.path).query)
        start = int(query.get("startAt", ["0"])[0])
        page: dict[str, Any] = {"startAt": start, "maxResults": size, **told}
        page[name] = everything[start : start + size]
        return Said(200, page)

    return answers


def issues(*numbers: int) -> Rows:
    """Return the least that is believed to be an issue."""
    fields: Any = {"project": {"key": "A"}, "issuetype": {"id": "1"}, "status": {"id": "1"}}
    return [{"id": str(one), "key": f"A-{one}", "fields": fields} for one in numbers]


def test_server_search_goes_on_until_the_total() -> None:
    found = issues(1, 2, 3, 4, 5)

    def answers(asked: Asked) -> Said:
        start = asked.body["startAt"]
        page = found[start : start + 2]
        return Said(200, {"issues": page, "startAt": start, "maxResults": 2, "total": 5})

    with scripted(answers) as server:
        upstream = upstream_at(server, Flavour.SERVER)
        assert list(upstream.search("project = A")) == found
        upstream.close()
    first = server.asked[0]
    assert (first.method, first.path) == ("POST", "/rest/api/2/search")
    assert first.body["jql"] == "project = A ORDER BY key ASC"
    assert first.body["fields"] == ["*all"]
    assert len(server.asked) == 3


def test_cloud_search_goes_on_until_the_token_is_gone() -> None:
    pages = {None: ("b", issues(1, 2)), "b": ("c", issues(3)), "c": (None, issues(4))}

    def answers(asked: Asked) -> Said:
        token, page = pages[asked.body.get("nextPageToken")]
        return Said(200, {"issues": page, **({"nextPageToken": token} if token else {})})

    with scripted(answers) as server:
        upstream = upstream_at(server)
        assert list(upstream.search("project = A order by rank")) == issues(1, 2, 3, 4)
        upstream.close()
    assert {asked.path for asked in server.asked} == {"/rest/api/3/search/jql"}
    assert {asked.body["jql"] for asked in server.asked} == {"project = A order by rank"}


def test_a_search_that_repeats_its_token_does_not_run_for_ever() -> None:
    with scripted(lambda _: Said(200, {"issues": issues(1), "nextPageToken": "b"})) as server:
        upstream = upstream_at(server)
        with pytest.raises(UnreadableError):
            list(upstream.search("project = A"))
        upstream.close()


@pytest.mark.parametrize("garbage", [True, {}, [1], None])
def test_a_search_that_finds_no_list_of_issues_is_no_empty_search(garbage: Any) -> None:
    with scripted(lambda _: Said(200, {"issues": garbage, "isLast": True})) as server:
        upstream = upstream_at(server)
        with pytest.raises(UnreadableError):
            list(upstream.search("project = A"))
        upstream.close()


@pytest.mark.parametrize("name", ["comments", "worklogs"])
@pytest.mark.parametrize(
    "rows", [None, {}, [{"body": "no id"}], [{"id": 7}], [{"id": "10"}, "한글"], [{"id": "None"}]]
)
def test_a_list_in_which_a_lost_write_could_hide_is_not_believed(name: str, rows: Any) -> None:
    with pytest.raises(UnreadableError, match=name):
        page_of({name: rows, "total": 1}, (name,), 0)
    with pytest.raises(UnreadableError, match=name):
        page_of({}, (name,), 0)
    assert page_of({name: [{"id": "10"}], "total": 1}, (name,), 0).last


@pytest.mark.parametrize(
    ("body", "start", "last"),
    [
        ({"values": rows(1, 2), "total": 2}, 0, True),
        ({"values": rows(1, 2), "total": 3}, 0, False),
        ({"values": rows(3), "total": 3}, 2, True),
        ({"values": rows(1), "isLast": True}, 0, True),
        ({"values": rows(1), "isLast": False}, 0, False),
        ({"values": rows(1), "isLast": False, "total": 1}, 0, True),
        ({"values": [], "total": 9}, 0, True),
        ({"values": rows(1), "maxResults": 50}, 0, True),
        ({"values": rows(1), "maxResults": 1}, 0, False),
        ({}, 0, True),
    ],
)
def test_every_shape_of_page_says_whether_it_is_the_last(
    body: dict[str, Any], start: int, last: bool
) -> None:
    assert page_of(body, ("fields", "values"), start).last is last


@pytest.mark.parametrize("name", ["fields", "values"])
def test_create_screens_are_read_in_both_envelopes(name: str) -> None:
    screen = [{"fieldId": "summary"}, {"fieldId": "priority"}, {"key": "labels"}]
    with scripted(paged(screen, name, 2, total=3)) as server:
        upstream = upstream_at(server)
        assert list(upstream.create_meta("1", "7")) == ["summary", "priority", "labels"]
        upstream.close()


def long_issue(asked: Asked) -> Said:
    """Answer for an issue of which Jira shows only a part."""
    name = urlsplit(asked.path).path.rsplit("/", 1)[1]
    if name in ("comment", "worklog"):
        return paged(rows(1, 2, 3), f"{name}s", 2, total=3)(asked)  # type: ignore[no-any-return]  # Any above
    if name == "changelog":
        return paged(rows(1, 2, 3), "values", 2, total=3, isLast=False)(asked)  # type: ignore[no-any-return]  # same
    if name == "watchers":
        return Said(200, {"watchers": [{"accountId": "a"}]})
    return Said(200, [{"id": 5}])


SHOWN: dict[str, Any] = {
    "id": "1",
    "key": "A-1",
    "expand": "x",
    "changelog": {"startAt": 0, "maxResults": 1, "total": 3, "histories": rows(3)},
    "fields": {
        "watches": {"watchCount": 1},
        "comment": {"startAt": 0, "maxResults": 1, "total": 3, "comments": rows(1)},
        "worklog": {"startAt": 0, "maxResults": 1, "total": 3, "worklogs": rows(1)},
    },
}
WHOLE: dict[str, Any] = {
    **SHOWN,
    "changelog": {"startAt": 0, "maxResults": 3, "total": 3, "histories": rows(3, 2, 1)},
    "fields": {
        "watches": {"watchCount": 1},
        "comment": {"startAt": 0, "maxResults": 3, "total": 3, "comments": rows(1, 2, 3)},
        "worklog": {"startAt": 0, "maxResults": 3, "total": 3, "worklogs": rows(1, 2, 3)},
    },
}
EXTRA: dict[str, Any] = {"watchers": [{"accountId": "a"}], "remote_links": [{"id": 5}]}


def test_what_jira_leaves_out_of_an_issue_is_asked_for() -> None:
    with scripted(long_issue) as server:
        upstream = upstream_at(server)
        found = whole_issue(upstream, SHOWN, None)
        upstream.close()
    assert (found.doc, found.extra) == (WHOLE, EXTRA)
    assert found.watchers == [{"accountId": "a"}]


def test_an_issue_that_did_not_change_costs_no_further_question() -> None:
    doc: dict[str, Any] = {"id": "1", "key": "A-1", "expand": "y", "fields": {"summary": "a"}}
    known = IssueBaseline(
        site="s",
        issue_id="1",
        key="A-1",
        revision=1,
        fetched_at=0,
        dialect=Dialect.V3,
        doc={**doc, "expand": "x"},
        extra=EXTRA,
    )
    with scripted(long_issue) as server:
        upstream = upstream_at(server)
        assert whole_issue(upstream, doc, known).extra == EXTRA
        assert server.asked == []
        upstream.close()


def test_our_marks_are_taken_off_and_nothing_else() -> None:
    def issue(properties: Any, comment_properties: Any) -> dict[str, Any]:
        page = {"comments": [{"id": "1", "properties": comment_properties}]}
        found: dict[str, Any] = {"id": "1", "fields": {"comment": page}}
        return found if properties is None else {**found, "properties": properties}

    ours, theirs = {"key": "airlock.last", "value": 1}, {"key": "theirs", "value": 2}
    marked = issue({"airlock.last": 1}, [ours, theirs])
    assert without_marks(marked) == issue(None, [theirs])
    both = issue({"airlock.last": 1, "theirs": 2}, [])
    assert without_marks(both) == issue({"theirs": 2}, [])


@pytest.mark.parametrize("flavour", Flavour)
def test_the_first_key_of_a_query_is_asked_alone_and_without_what_is_in_it(
    flavour: Flavour,
) -> None:
    answers: list[Any] = [[{"id": "7", "key": "A-7"}], [], "none", [{"id": "7"}]]
    with scripted(lambda _: Said(200, {"issues": answers.pop(0)})) as server:
        upstream = upstream_at(server, flavour)
        assert upstream.first_key("project = A ORDER BY created DESC") == "A-7"
        assert upstream.first_key("project = B ORDER BY created DESC") is None
        for _ in ("no list", "no key"):
            with pytest.raises(UnreadableError):
                upstream.first_key("project = A ORDER BY created DESC")
        upstream.close()
    assert {(one.body["maxResults"], "expand" in one.body) for one in server.asked} == {(1, False)}
    assert "*all" not in server.asked[0].body["fields"]
