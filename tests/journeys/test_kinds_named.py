"""Who is named in Jira, who can read a comment, and what Jira did besides: both flavours."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.operations import reviewing
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.review.values import ReviewView
from sandbox.contract.shapes import ChangeKind
from tests.journeys.flavours import FLAVOURS, Site, carry, flavour_house, told
from tests.journeys.staging import MINA, Task, upstream

CUSTOMERS = [{"key": "sd.public.comment", "value": {"internal": False}}]


@pytest.fixture(scope="module", params=FLAVOURS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A house of each flavour."""
    with flavour_house(tmp_path_factory.mktemp(request.param), request.param) as one:
        yield one


def promoted(site: Site, task: Task, *confirmed: str) -> ReviewView:
    view = carry(site, task.submit(), *confirmed)
    assert view.state is State.PROMOTED, told(view)
    return view


def move(task: Task, key: str, status: str) -> None:
    offered = task.read(f"issue/{key}/transitions")["transitions"]
    [wanted] = [one["id"] for one in offered if one["to"]["name"] == status]
    task.send("POST", f"issue/{key}/transitions", {"transition": {"id": wanted}})


def entries(site: Site, key: str) -> list[Any]:
    histories = site.issue(key)["changelog"]["histories"]
    return sorted(histories, key=lambda one: int(one["id"]))


def test_agent_and_approver_stand_in_the_history_and_in_the_property(site: Site) -> None:
    key, task = site.fresh(), site.task("named")
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "새 제목"}})
    move(task, key, "In Progress")
    view = promoted(site, task)
    found = entries(site, key)
    assert len(found) == 2
    for one in found:
        told_there = one["historyMetadata"]
        assert told_there["actor"]["displayName"] == MINA
        assert told_there["generator"] == {"id": "agent-named", "type": "agent"}
        assert told_there["description"] == (
            f"Proposed by the agent agent-named, approved by {MINA}"
        )
    mark = upstream(site.house, "GET", f"issue/{key}/properties/airlock.last")["value"]
    assert (mark["agent"], mark["by"]) == ("agent-named", MINA)
    # What was approved has the form with a place for the name, and nothing else is open.
    body = view.operations[0].planned.request.body
    assert isinstance(body, dict)
    assert isinstance(body["historyMetadata"], dict)
    assert body["historyMetadata"]["actor"]["displayName"] == "{approver}"  # type: ignore[call-overload,index]  # an object


def test_a_visible_comment_names_them_only_where_a_setting_wishes_so(site: Site) -> None:
    key, desk, task = site.fresh(), site.fresh("DESK"), site.task("visible")
    gateway = site.house.gateway
    gateway.settings = replace(gateway.settings, name_in_comment=True)
    try:
        task.send("PUT", f"issue/{key}", {"fields": {"summary": "{approver} 에게"}})
        task.send("PUT", f"issue/{desk}", {"fields": {"duedate": "2027-01-01"}})
        view = promoted(site, task)
    finally:
        gateway.settings = replace(gateway.settings, name_in_comment=False)
    assert [one.planned.kind for one in view.operations[-2:]] == [ChangeKind.COMMENT] * 2
    issue = site.issue(key)["fields"]
    # An agent's own words are never filled in.
    assert issue["summary"] == "{approver} 에게"
    [comment] = issue["comment"]["comments"]
    assert f"agent-visible (visible), approved by {MINA}." in str(comment["body"])
    [hidden] = site.issue(desk)["fields"]["comment"]["comments"]
    assert shown_to_customers(site, desk, hidden["id"]) is False


def shown_to_customers(site: Site, key: str, comment_id: str) -> bool:
    path = f"/rest/servicedeskapi/request/{key}/comment/{comment_id}"
    return bool(upstream(site.house, "GET", path)["public"])


def comments(site: Site, key: str) -> list[Any]:
    return list(site.issue(key)["fields"]["comment"]["comments"])


def test_a_comment_in_a_service_project_is_internal_without_being_asked(site: Site) -> None:
    key, task = site.fresh("DESK"), site.task("internal")
    task.send("POST", f"issue/{key}/comment", {"body": site.text("로그를 보니 설정 문제")})
    view = promoted(site, task)
    [operation] = view.operations
    assert operation.planned.wants["internal"] is True
    [comment] = comments(site, key)
    assert shown_to_customers(site, key, comment["id"]) is False
    if site.flavour == "cloud":
        assert comment["jsdPublic"] is False
    # Editing it keeps it so, without a word to customers.
    site.retake(key)
    task.send("PUT", f"issue/{key}/comment/{comment['id']}", {"body": site.text("고침")})
    again = task.submit()
    shown = reviewing.view(site.house.gateway, again)
    if site.flavour == "cloud":
        assert shown.confirmations == ()
    carry(site, again, "customer_reply")
    assert comments(site, key)[0]["body"] == site.text("고침")
    assert shown_to_customers(site, key, comment["id"]) is False


def test_a_reply_to_customers_takes_a_confirmation_of_its_own(site: Site) -> None:
    key, task = site.fresh("DESK"), site.task("reply")
    said = {"body": site.text("안녕하세요, 해결되었습니다."), "properties": CUSTOMERS}
    task.send("POST", f"issue/{key}/comment", said)
    review = task.submit()
    gateway = site.house.gateway
    view = reviewing.view(gateway, review)
    assert [(one.code, one.keys) for one in view.confirmations] == [("customer_reply", (key,))]
    [change] = view.issues[0].changes
    assert "external_visible" in {one.id for one in change.flags}
    with pytest.raises(RefusedError, match="Customers will read it"):
        reviewing.approve(gateway, MINA, review, view.digest)
    with pytest.raises(RefusedError, match="Customers will read it"):
        reviewing.approve(gateway, MINA, review, view.digest, ["delete"])
    assert comments(site, key) == []
    assert carry(site, review, "customer_reply").state is State.PROMOTED
    [comment] = comments(site, key)
    assert shown_to_customers(site, key, comment["id"]) is True


def test_elsewhere_a_comment_is_as_it_always_was(site: Site) -> None:
    key, task = site.fresh(), site.task("plain")
    task.send("POST", f"issue/{key}/comment", {"body": site.text("확인")})
    [operation] = promoted(site, task).operations
    assert set(operation.planned.wants) == {"body"}
    assert not operation.planned.customers


def test_fields_and_a_comment_travel_with_the_transition_and_with_the_edit(site: Site) -> None:
    key, task = site.fresh(), site.task("riding")
    # Only now is there an issue that shows the screens.
    site.house.take_in()
    [done] = [
        one["id"]
        for one in task.read(f"issue/{key}/transitions")["transitions"]
        if one["to"]["name"] == "Done"
    ]
    task.send(
        "POST",
        f"issue/{key}/transitions",
        {
            "transition": {"id": done},
            "fields": {"resolution": {"name": "Duplicate"}},
            "update": {"comment": [{"add": {"body": site.text("중복입니다")}}]},
        },
    )
    view = promoted(site, task)
    [operation] = view.operations
    issue = site.issue(key)
    [comment] = comments(site, key)
    assert operation.planned.change_ids == ("c1", "c2")
    assert operation.receipt is not None
    assert operation.receipt.comment_id == comment["id"]
    assert comment["body"] == site.text("중복입니다")
    assert issue["fields"]["resolution"]["name"] == "Duplicate"
    assert len(entries(site, key)) == 1
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "둘을 하나로"}})
    task.send("POST", f"issue/{key}/comment", {"body": site.text("제목을 고쳤습니다")})
    [operation] = promoted(site, task).operations
    assert (operation.planned.kind, len(operation.planned.change_ids)) == (ChangeKind.EDIT, 2)
    assert [one["body"] for one in comments(site, key)][1] == site.text("제목을 고쳤습니다")


def rules(site: Site, *given: dict[str, Any]) -> None:
    site.house.upstream.door.call("PUT", "/automation", {"rules": list(given)})


def account(site: Site) -> str:
    """Return how a rule names the account that it acts as."""
    return str(next(iter(site.user("bora").values())))


STARTED = {"on": "status", "value": "In Progress", "project": "OPS"}


def test_what_jira_did_besides_is_named_on_the_receipt(site: Site) -> None:
    key, task = site.fresh(), site.task("besides")
    rules(
        site,
        {"name": "priority", **STARTED, "set": {"priority": {"name": "High"}}},
        {"name": "label", **STARTED, "update": {"labels": [{"add": "auto"}]}, "by": account(site)},
    )
    try:
        move(task, key, "In Progress")
        [operation] = promoted(site, task).operations
    finally:
        rules(site)
    assert operation.receipt is not None
    found = {one.field: one for one in operation.receipt.side_effects}
    assert (found["priority"].how, found["priority"].after) == ("workflow", "High")
    assert (found["labels"].how, found["labels"].by) == ("somebody", "이보라")
    assert not operation.receipt.overwrote


def test_a_rule_that_hits_a_later_request_makes_it_wait_for_a_person(site: Site) -> None:
    key, task = site.fresh(duedate="2027-05-01"), site.task("hit")
    rules(
        site,
        {
            "name": "start",
            "on": "field",
            "value": "summary",
            "project": "OPS",
            "move": "In Progress",
            "by": account(site),
        },
    )
    try:
        task.send("PUT", f"issue/{key}", {"fields": {"summary": "규칙이 움직인다"}})
        move(task, key, "In Review") if offered(task, key, "In Review") else move(task, key, "Done")
        view = carry(site, task.submit())
    finally:
        rules(site)
    assert [one.state for one in view.operations] == [OpState.APPLIED, OpState.NEEDS_HUMAN]
    assert "이보라" in view.operations[1].trouble
    assert site.issue(key)["fields"]["status"]["name"] == "In Progress"


@pytest.mark.parametrize("by", ["", "bora"])
def test_what_a_rule_does_to_a_linked_issue_is_named_and_stops_what_it_hits(
    site: Site, by: str
) -> None:
    key, other, task = site.fresh(), site.fresh(), site.task(f"linked{by}")
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": other}}
    upstream(site.house, "POST", "issueLink", {"type": {"name": "Blocks"}, **ends})
    site.retake(key)
    site.retake(other)
    rule = {"name": "on", **STARTED, "reach": "links", "set": {"priority": {"name": "High"}}}
    rules(site, rule | {"by": account(site) if by else ""})
    try:
        move(task, key, "In Progress")
        task.send("PUT", f"issue/{other}", {"fields": {"priority": {"name": "Low"}}})
        view = carry(site, task.submit())
    finally:
        rules(site)
    moved, hit = view.operations
    assert moved.receipt is not None
    [effect] = moved.receipt.side_effects
    assert (effect.issue, effect.field, effect.after) == (other, "priority", "High")
    assert effect.how == ("somebody" if by else "workflow")
    assert hit.state is OpState.NEEDS_HUMAN
    assert site.issue(other)["fields"]["priority"]["name"] == "High"


def offered(task: Task, key: str, status: str) -> bool:
    found = task.read(f"issue/{key}/transitions")["transitions"]
    return any(one["to"]["name"] == status for one in found)
