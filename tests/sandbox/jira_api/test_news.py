"""Who decided what about an agent's changes goes with its next answers about the issue."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from sandbox.app import McpFirst
from sandbox.contract.shapes import ChangeOutcome, Flavour, Outcome, Verdict
from sandbox.jira_api.lane import Lane
from sandbox.operations import intake, news, proposing, workspaces
from sandbox.operations.context import Caller, Door
from tests.sandbox.jira_api.visitors import ADDRESS, TOKEN, shadow, visitor

BEARER = f"Bearer {TOKEN}"


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("query", ["", "?fields=summary"])
def test_the_next_answer_says_who_decided_what_and_why(
    tmp_path: Path, verdict: Verdict, query: str
) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    client = visitor(sandbox, BEARER)
    assert isinstance(client.app, McpFirst)
    lane = client.app.app
    assert isinstance(lane, Lane)
    usual = TestClient(lane.app, base_url=ADDRESS, headers={"Authorization": BEARER})
    path = f"/rest/api/2/issue/AIR-1{query}"
    body = {"fields": {"labels": ["new"]}}
    assert client.put("/rest/api/2/issue/AIR-1", json=body).status_code == 204
    assert news.HEADER not in client.get(path).headers

    [ws] = workspaces.listed(sandbox)
    sealed = proposing.seal_workspace(sandbox, ws.id, title="t", reason="")
    told = ChangeOutcome(change_id=sealed.changes[0].id, verdict=verdict, words="그건 아닙니다")
    intake.take_outcome(
        sandbox,
        Outcome(
            change_set=sealed.id, state="rejected", decided_by="수진", decided_at=1, changes=(told,)
        ),
    )
    expected = f"AIR-1 labels: {verdict.value.replace('_', ' ')} by 수진 (“그건 아닙니다”)."
    for one in (client, usual):
        answer = one.get(path)
        assert unquote(answer.headers[news.HEADER]) == expected
        assert answer.headers[news.HEADER].isascii()
    assert news.HEADER not in client.get("/rest/api/2/issue/AIR-2").headers
    assert news.HEADER not in client.get(f"/t/other{path}").headers, "another task's news"


def test_the_one_who_undid_it_is_named(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    client = visitor(sandbox, BEARER)
    client.put("/rest/api/2/issue/AIR-1", json={"fields": {"labels": ["new"]}})
    [ws] = workspaces.listed(sandbox)
    sealed = proposing.seal_workspace(sandbox, ws.id, title="t", reason="")
    undone = ChangeOutcome(
        change_id=sealed.changes[0].id, verdict=Verdict.UNDONE, words="x" * 5_000, by="민아"
    )
    intake.take_outcome(
        sandbox,
        Outcome(
            change_set=sealed.id, state="promoted", decided_by="수진", decided_at=1,
            changes=(undone,),
        ),
    )  # fmt: skip
    said = client.get("/rest/api/2/issue/AIR-1").headers[news.HEADER]
    assert unquote(said).startswith("AIR-1 labels: undone by 민아 (“xxx")
    assert len(said) < 2_100


def test_a_person_at_an_upstream_has_no_news(tmp_path: Path) -> None:
    sandbox = shadow(tmp_path, Flavour.CLOUD)
    assert news.header(sandbox, Caller(person="ann", door=Door.REST2), "AIR-1") == ""
