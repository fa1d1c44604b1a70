"""The short way to an issue answers just what the usual way does, and is watched the same."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sandbox.app import McpFirst
from sandbox.contract.shapes import Flavour
from sandbox.jira_api.lane import Lane
from sandbox.store import journal
from tests.sandbox.jira_api.visitors import ADDRESS, TOKEN, shadow, visitor

PATHS = (
    "/rest/api/2/issue/AIR-1",
    "/rest/api/latest/issue/air-1",
    "/rest/api/3/issue/AIR-1",
    "/rest/api/2/issue/10001",
    "/t/triage/rest/api/2/issue/AIR-1",
    "/rest/api/2/issue/AIR-999",
    "/rest/api/2/issue/OPS-1",
    "/rest/api/2/issue/",
    "/rest/api/4/issue/AIR-1",
)


@pytest.mark.parametrize("flavour", [Flavour.CLOUD, Flavour.SERVER])
@pytest.mark.parametrize("token", [TOKEN, "somebody-elses"])
def test_both_ways_answer_the_same(tmp_path: Path, flavour: Flavour, token: str) -> None:
    sandbox = shadow(tmp_path, flavour)
    short = visitor(sandbox, f"Bearer {token}")
    assert isinstance(short.app, McpFirst)
    lane = short.app.app
    assert isinstance(lane, Lane)
    usual = TestClient(lane.app, base_url=ADDRESS, headers={"Authorization": f"Bearer {token}"})
    answered = set()
    for path in PATHS:
        one, other = short.get(path), usual.get(path)
        assert (one.status_code, one.content) == (other.status_code, other.content), path
        assert dict(one.headers) == dict(other.headers), path
        answered.add(one.status_code)
    assert (200 in answered) is (token == TOKEN)


def test_what_is_read_the_short_way_is_journalled(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    client = visitor(sandbox, f"Bearer {TOKEN}")
    assert client.get("/t/triage/rest/api/3/issue/AIR-1").status_code == 200
    assert sandbox.reads.flush()
    with sandbox.database.read() as conn:
        found = conn.exec_driver_sql(
            f"SELECT issue_key, door FROM journal WHERE act = '{journal.READ}'"
        ).all()
    assert [tuple(row) for row in found] == [("AIR-1", "rest3")]
