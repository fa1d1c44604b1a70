"""Agents over HTTP: a token shown once, its scope in words, revoked at once, forms that forgive."""

import json
import re

import pytest

from gateway.operations import registering, reviewing
from gateway.store import audit, registry, sites
from gateway.store.registry import StoredToken
from gateway.web.connecting import snippets
from sandbox.contract.shapes import Flavour
from tests.gateway.promotion.world import ANN, site
from tests.gateway.web.conftest import SAME, Visit

FORM = {"agent": "triage-bot", "person": "acc-ann", "projects": "AIR", "days": "30"}


@pytest.fixture
def ann(visit: Visit) -> Visit:
    """Lend a browser in which an admin is signed in."""
    more = {
        "projects": [{"id": "100", "key": "AIR", "name": "Airlock"}],
        "users": [ANN],
        "issue_types": [{"id": "7", "name": "Task"}, {"id": "8", "name": "Bug"}],
    }
    with visit.house.gateway.database.write() as conn:
        sites.put_metadata(conn, site().model_copy(update=more))
    assert visit.sign_in("ann").status_code == 303
    return visit


def made(visit: Visit, **more: str) -> str:
    """Make a token through the form and return it."""
    answer = visit.post("/agents/tokens", **{**FORM, **more})
    assert answer.status_code == 200, answer.text
    found = re.search(r'<code id="token">(ala_[\w-]{43})</code>', answer.text)
    assert found is not None
    return found[1]


def tokens(visit: Visit) -> list[StoredToken]:
    gateway = visit.house.gateway
    with gateway.database.read() as conn:
        return [one for one in registry.tokens(conn, gateway.site) if one.grant.agent != "robot"]


def test_a_token_is_shown_once_and_never_again(ann: Visit) -> None:
    token = made(ann)
    html = ann.get("/agents").text
    assert token not in html
    assert f"ala_…{token[-4:]}" in html
    assert token not in ann.get("/history?what=agents").text
    assert token not in ann.get("/history.jsonl").text
    with ann.house.gateway.database.read() as conn:
        last = audit.entries(conn)[-1]
    assert (last.kind, last.actor) == ("token issued", "ann")


def test_the_page_with_a_token_is_kept_by_no_cache(ann: Visit) -> None:
    answer = ann.post("/agents/tokens", **FORM)
    assert answer.headers["cache-control"] == "no-store"


def test_a_token_says_in_words_what_it_may_touch(ann: Visit) -> None:
    made(ann)
    html = ann.get("/agents").text
    assert "only issues of that person: assignee, reporter or watcher" in html
    assert "for Ann" in html
    assert "담당자·보고자·관찰자가 그 사람인 이슈만" in ann.get("/agents?lang=ko").text


def test_the_form_makes_exactly_the_scope_that_was_ticked(ann: Visit) -> None:
    made(ann, everyone="yes", types="Task", days="7")
    [token] = tokens(ann)
    scope = token.grant.scope
    assert (scope.projects, scope.mine_only, scope.issue_types) == (("AIR",), False, ("Task",))
    assert token.grant.expires_at - token.created_at == 7 * 24 * 3600 * 1_000_000


def test_a_box_left_empty_means_mine_only_and_every_type(ann: Visit) -> None:
    made(ann)
    scope = tokens(ann)[0].grant.scope
    assert (scope.mine_only, scope.issue_types) == (True, None)


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"person": "nobody@x"}, "person", "'nobody@x' is not an account of this site."),
        ({"projects": "HR"}, "projects", "Project HR is not taken in from this site."),
        ({"projects": ""}, "projects", "Project  is not taken in"),
        ({"days": "a few"}, "days", "A token lives for 1 to 366 days."),
        ({"days": "0"}, "days", "A token lives for 1 to 366 days."),
        ({"days": "367"}, "days", "A token lives for 1 to 366 days."),
        ({"days": "９"}, "days", "A token lives for 1 to 366 days."),
        ({"agent": "a\x07b"}, "agent", "An agent needs a name of 1 to 100 characters."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    ann: Visit, more: dict[str, str], field: str, sentence: str
) -> None:
    answer = ann.post("/agents/tokens", **{**FORM, "everyone": "yes", **more})
    assert answer.status_code == 400
    trouble = re.search(rf'<p class="trouble" id="t-{field}" role="alert">(.*?)</p>', answer.text)
    assert trouble is not None
    assert trouble[1].replace("&#39;", "'").startswith(sentence)
    filled = {**FORM, **more}
    for name in ("agent", "person", "days"):
        assert f'name="{name}" value="{filled[name]}"' in answer.text
    assert 'name="everyone" value="yes" checked' in answer.text
    assert tokens(ann) == []


def test_a_form_without_a_project_is_told_so(ann: Visit) -> None:
    answer = ann.post("/agents/tokens", agent="x", person="acc-ann", days="1")
    assert answer.status_code == 400
    assert "Tick at least one project" in answer.text


def test_every_refusal_of_a_token_has_korean_words(ann: Visit) -> None:
    answer = ann.http.post(
        "/agents/tokens?lang=ko", data={**FORM, "person": "nobody"}, headers=SAME
    )
    assert "계정이 이 사이트에 없습니다." in answer.text


def test_a_revoked_token_is_told_to_the_sandbox_at_once(ann: Visit) -> None:
    made(ann)
    token_id = tokens(ann)[0].grant.token_id
    html = ann.get("/agents").text
    assert f'action="/agents/tokens/{token_id}/revoke"' in html
    answer = ann.post(f"/agents/tokens/{token_id}/revoke")
    assert (answer.status_code, answer.headers["location"]) == (303, "/agents")
    assert ann.post(f"/agents/tokens/{token_id}/revoke").status_code == 303
    after = ann.get("/agents").text
    assert "revoked" in after
    assert f'action="/agents/tokens/{token_id}/revoke"' not in after
    told = registering.push_registry(ann.house.gateway)
    assert token_id not in {grant.token_id for grant in told.grants}


def test_a_sandbox_that_is_away_is_said_and_nothing_else_fails(ann: Visit) -> None:
    ann.house.door.away = True
    assert "The sandbox did not answer just now." in ann.post("/agents/tokens", **FORM).text
    token_id = tokens(ann)[0].grant.token_id
    answer = ann.post(f"/agents/tokens/{token_id}/revoke")
    assert answer.headers["location"] == "/agents?late=true"
    assert "the sandbox did not answer" in ann.get("/agents?late=true").text
    assert tokens(ann)[0].revoked_at is not None


def test_only_an_admin_makes_and_revokes(eve: Visit) -> None:
    html = eve.get("/agents").text
    assert "robot" in html
    assert "/agents/tokens" not in html
    assert eve.post("/agents/tokens", **FORM).status_code == 403
    assert eve.post("/agents/tokens/t1/revoke").status_code == 403
    assert tokens(eve) == []
    with eve.house.gateway.database.read() as conn:
        assert all(one.revoked_at is None for one in registry.tokens(conn, "demo"))


def test_an_agents_own_token_opens_no_page(ann: Visit) -> None:
    token = made(ann)
    ann.http.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/", "/agents", "/history", "/history.csv"):
        answer = ann.http.get(path, headers=bearer)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert ann.http.post("/agents/tokens", data=FORM, headers=bearer).status_code == 401
    assert len(tokens(ann)) == 1


def test_work_of_an_agent_is_counted(ann: Visit) -> None:
    ann.arrive()
    assert "1 change set" in ann.get("/agents").text


def test_an_agents_name_cannot_write_html(ann: Visit) -> None:
    made(ann, agent='<img src=x>"')
    html = ann.get("/agents").text
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html


@pytest.mark.parametrize("flavour", list(Flavour))
def test_shared_snippets_hold_no_token_and_every_one_is_valid(flavour: Flavour) -> None:
    found = {one.id: one.code for one in snippets("ala_SECRET", "http://127.0.0.1:8643", flavour)}
    for shared in ("mcp-json", "vscode", "cursor"):
        assert "ala_SECRET" not in found[shared]
        assert "http://127.0.0.1:8643/mcp" in str(json.loads(found[shared]))
    assert json.loads(found["vscode"])["inputs"][0]["password"] is True
    assert json.loads(found["stdio"])["mcpServers"]["atlassian"]["env"] == {
        "AIRLOCK_TOKEN": "ala_SECRET"
    }
    version = "3" if flavour is Flavour.CLOUD else "2"
    assert found["curl"].endswith(f"http://127.0.0.1:8643/rest/api/{version}/myself")


def test_how_people_decided_about_an_agents_sets_stands_beside_it(ann: Visit) -> None:
    review = ann.arrive()
    assert "data-record" not in ann.get("/agents").text
    gateway = ann.house.gateway
    gateway.clock = lambda: 1_000 + 7_200_000_000
    reviewing.reject(gateway, "eve", review, reviewing.view(gateway, review).digest, "no")
    english, korean = (ann.get(f"/agents?lang={lang}").text for lang in ("en", "ko"))
    said = "0 % approved · 0 % of those edited · 100 % rejected · median wait 2 hours"
    assert f"data-record>{said}</p>" in english
    assert "거절 100 %" in korean
    assert "2시간" in korean
