"""Who stands in Jira's history: the gateway, the person served, or whoever approved."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.identity import links, people
from gateway.operations import connecting, reviewing
from gateway.promotion.states import OpState
from gateway.review.people import Person, Role
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from tests.clients.server_world import server_house
from tests.house import House
from tests.journeys.staging import approve_and_promote, start, upstream

JIWOO = "JIRAUSER10100"
MINA_TOKEN = secrets.token_urlsafe(16)
_MORE = f"""
[[users]]
name = "mina"
key = "JIRAUSER10200"
display_name = "민아"
tokens = ["{MINA_TOKEN}"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with server_house(tmp_path, more=_MORE) as one:
        links.new_link(one.gateway, "mina")
        mina = Person(person="mina", name="민아", role=Role.ADMIN, jira_account="JIRAUSER10200")
        people.admit(one.gateway, mina, by="test")
        yield one


def author(house: House, name: str) -> None:
    house.gateway.settings = replace(house.gateway.settings, author=name)


def staged(house: House, name: str, comment: str) -> int:
    task = start(house, name, JIWOO, projects=("OPS",))
    task.send("POST", "issue/OPS-1/comment", {"body": comment})
    return task.submit()


def comments(house: House) -> dict[str, Any]:
    found = upstream(house, "GET", "issue/OPS-1/comment")["comments"]
    return {one["body"]: one["author"]["name"] for one in found}


def test_each_policy_has_its_author_and_a_lost_account_stops_only_its_own(house: House) -> None:
    one = staged(house, "service", "by the gateway")
    approve_and_promote(house, one)
    author(house, "requester")
    two = staged(house, "requester", "by the person served")
    approve_and_promote(house, two)
    author(house, "approver")
    three = staged(house, "approver", "by the approver")
    view = reviewing.view(house.gateway, three, viewer="mina")
    with pytest.raises((RefusedError, StaleError)):
        reviewing.approve(house.gateway, "mina", three, view.digest)
    assert "you have connected no Jira account" in " ".join(view.obstacles)
    house.connect(MINA_TOKEN)
    view = reviewing.view(house.gateway, three, viewer="mina")
    [operation] = view.operations
    assert (operation.planned.author.account, operation.planned.author.name) == (
        "JIRAUSER10200",
        "민아",
    )
    reviewing.approve(house.gateway, "mina", three, view.digest)
    reviewing.promote(house.gateway, "mina", three, view.digest)
    house.promote_all()
    assert comments(house) == {
        "by the gateway": "airlock",
        "by the person served": "jiwoo",
        "by the approver": "mina",
    }
    # Jiwoo takes the connection back after the approval: it waits, others go on.
    author(house, "requester")
    four = staged(house, "revoked", "not without Jiwoo")
    digest = reviewing.view(house.gateway, four).digest
    reviewing.approve(house.gateway, "mina", four, digest)
    reviewing.promote(house.gateway, "mina", four, digest)
    assert house.gateway.accounts is not None
    connecting.revoke(house.gateway.accounts, JIWOO, "jiwoo", 1)
    house.promote_all()
    [waiting] = reviewing.view(house.gateway, four, read_now=False).operations
    assert (waiting.state, "not connected any more" in waiting.trouble) == (OpState.READY, True)
    author(house, "service")
    five = staged(house, "others", "by the gateway again")
    assert approve_and_promote(house, five).state is State.PROMOTED
    house.connect("token-of-jiwoo")
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE operation SET not_before = 0")
    house.promote_all()
    assert comments(house)["not without Jiwoo"] == "jiwoo"


def test_time_of_somebody_who_has_not_connected_is_refused_when_planned(house: House) -> None:
    assert house.gateway.accounts is not None
    connecting.revoke(house.gateway.accounts, JIWOO, "jiwoo", 1)
    task = start(house, "time", JIWOO, projects=("OPS",))
    task.send("POST", "issue/OPS-2/worklog", {"timeSpent": "30m"})
    review = task.submit()
    view = reviewing.view(house.gateway, review, viewer="mina")
    assert "Time can only be logged as 김지우" in " ".join(view.obstacles)
    with pytest.raises((RefusedError, StaleError)):
        reviewing.approve(house.gateway, "mina", review, view.digest)
    house.connect("token-of-jiwoo")
    assert approve_and_promote(house, review).state is State.PROMOTED
    [log] = upstream(house, "GET", "issue/OPS-2/worklog")["worklogs"]
    assert log["author"]["name"] == "jiwoo"
