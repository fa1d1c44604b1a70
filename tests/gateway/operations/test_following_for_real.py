"""What agents work on and ask for, between two real sandboxes."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.operations import following
from gateway.operations.context import Gateway
from gateway.operations.following import Wanting
from gateway.operations.intake import take_in
from tests.gateway.operations.test_intake import agent, airlock, edit
from tests.recorded import BY_NAME, load
from tests.sandboxes import Inside


@pytest.fixture
def jirametrics() -> Iterator[tuple[Gateway, Inside, Inside]]:
    with airlock(load(BY_NAME["jirametrics"])) as found:
        yield found


def answer(client: Any, key: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    found = client.get(f"/rest/api/3/issue/{key}")
    return found.status_code, found.content, sorted(found.headers.items())


def test_an_issue_that_is_not_here_yet_answers_as_an_absent_one_until_it_is(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, _, shadow = jirametrics
    take_in(gateway, "key = SP-1")
    client = agent(gateway, shadow)
    wanting = Wanting(gateway)
    absent, not_here = answer(client, "SP-999"), answer(client, "SP-10")
    foreign = answer(client, "OTHER-1")
    assert absent == not_here == foreign
    assert absent[0] == 404
    assert wanting.run_once() == ("10017",)
    assert answer(client, "SP-10")[0] == 200
    assert answer(client, "SP-999") == absent
    assert client.put("/rest/api/2/issue/SP-14", json={"fields": {"summary": "x"}}).content == (
        client.put("/rest/api/2/issue/SP-998", json={"fields": {"summary": "x"}}).content
    )
    assert wanting.run_once() == ("10021",), "also a write asks for it"


def test_an_issue_with_a_shadow_is_read_again_and_the_shadow_follows(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, upstream, shadow = jirametrics
    take_in(gateway)
    client = agent(gateway, shadow)
    path = "/rest/api/2/issue/SP-10"
    assert client.put(path, json={"fields": {"labels": ["agent"]}}).status_code == 204
    edit(upstream, "10017", {"summary": "Changed upstream", "labels": ["person"]})
    edit(upstream, "10021", {"summary": "Nobody works on it"})
    assert following.refresh_open(gateway) == ("10017",)
    fields: Any = client.get(path).json()["fields"]
    assert (fields["summary"], fields["labels"]) == ("Changed upstream", ["person", "agent"])
