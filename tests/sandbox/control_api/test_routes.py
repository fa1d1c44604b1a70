"""The control door's routes, over HTTP, signed as the gateway signs."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sandbox.app import create_control_app
from sandbox.contract.digest import seal
from sandbox.contract.door import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME, signature
from sandbox.contract.shapes import ChangeSet, Flavour, Outcome
from sandbox.operations import reading, writing
from sandbox.operations.context import Caller, Door, Role, Sandbox
from tests.sandbox.jira_api.visitors import registry
from tests.sandbox.tiny import agent_caller, empty_sandbox, tiny_issues, tiny_site

SECRET = b"0123456789abcdef"


class Gateway:
    """Signs requests to a sandbox's control door."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.door = TestClient(create_control_app(sandbox, SECRET))
        self.nonces = map(str, itertools.count())

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        time, nonce = str(self.sandbox.clock() // 1_000_000), next(self.nonces)
        target = f"/_sandbox{path}"
        headers = {
            HEADER_TIME: time,
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: signature(SECRET, method, target, time, nonce, content),
            "Content-Type": "application/json",
        }
        found = self.door.request(method, target, content=content, headers=headers)
        return found.status_code, found.json() if found.content else None


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    sandbox = empty_sandbox(tmp_path, Role.SHADOW, Flavour.CLOUD)
    yield Gateway(sandbox)
    sandbox.database.dispose()


def _filled(gateway: Gateway) -> Gateway:
    site = tiny_site(Flavour.CLOUD).model_dump(mode="json")
    issues = [one.model_dump(mode="json") for one in tiny_issues(Flavour.CLOUD)]
    assert gateway.ask("PUT", "/site", site) == (200, {})
    assert gateway.ask("POST", "/issues", {"issues": issues})[0] == 200
    granted = registry(Flavour.CLOUD).model_dump(mode="json")
    assert gateway.ask("PUT", "/registry", granted) == (200, {})
    return gateway


def _edited(gateway: Gateway) -> Sandbox:
    sandbox = _filled(gateway).sandbox
    caller = agent_caller(sandbox)
    writing.edit_issue(sandbox, caller, "AIR-1", {"summary": "Better"}, dialect="3")  # type: ignore[arg-type]  # as over HTTP
    return sandbox


def test_health_says_what_is_played(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/health") == (
        200,
        {"site": "tiny", "role": "shadow", "flavour": "cloud", "version": "1001.0.0"},
    )


def test_a_change_set_is_sealed_fetched_and_gets_its_outcome(gateway: Gateway) -> None:
    _edited(gateway)
    listed = gateway.ask("GET", "/workspaces")[1]["workspaces"]
    assert [one["agent"] for one in listed] == ["claude"]
    body = {"title": "Wording", "reason": "clearer"}
    status, sealed = gateway.ask("POST", f"/workspaces/{listed[0]['id']}/seal", body)
    assert status == 200
    fetched = gateway.ask("GET", "/change-sets?after=0")[1]["change_sets"]
    assert [one["change_set"]["id"] for one in fetched] == [sealed["change_set"]["id"]]
    change_set = ChangeSet.model_validate(fetched[0]["change_set"])
    assert seal(change_set) == change_set.seal
    assert [(one.field, one.after) for one in change_set.changes] == [("summary", "Better")]
    after = fetched[0]["position"]
    assert gateway.ask("GET", f"/change-sets?after={after}") == (200, {"change_sets": []})
    outcome = Outcome(change_set=change_set.id, state="rejected", decided_by="jonas", decided_at=1)
    assert gateway.ask("POST", "/outcomes", outcome.model_dump(mode="json")) == (200, {})


def test_reads_come_with_a_change_set_and_null_for_an_unknown_one(gateway: Gateway) -> None:
    _edited(gateway)
    listed = gateway.ask("GET", "/workspaces")[1]["workspaces"]
    body = {"title": "Wording", "reason": ""}
    sealed = gateway.ask("POST", f"/workspaces/{listed[0]['id']}/seal", body)[1]["change_set"]
    assert gateway.ask("GET", f"/change-sets/{sealed['id']}/reads") == (200, {"reads": []})
    assert gateway.ask("GET", "/change-sets/none/reads") == (200, {"reads": None})


def test_workspaces_are_forked_reset_and_discarded(gateway: Gateway) -> None:
    _edited(gateway)
    first = gateway.ask("GET", "/workspaces")[1]["workspaces"][0]["id"]
    status, forked = gateway.ask("POST", f"/workspaces/{first}/fork", {"task": "other"})
    assert (status, forked["workspace"]["task"]) == (200, "other")
    assert gateway.ask("POST", f"/workspaces/{first}/reset", {})[0] == 200
    assert gateway.ask("POST", f"/workspaces/{first}/discard", {})[0] == 200
    left = gateway.ask("GET", "/workspaces")[1]["workspaces"]
    assert [one["task"] for one in left] == ["other"]


def test_issues_that_upstream_no_longer_shows_are_taken_out(gateway: Gateway) -> None:
    _filled(gateway)
    assert gateway.ask("POST", "/issues/remove", {"issue_ids": ["10001"]})[0] == 200
    assert gateway.ask("POST", "/issues/remove", {"issue_ids": []})[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/site", {"site": "tiny"}, 400),
        ("PUT", "/site", "text", 400),
        ("POST", "/issues", {"issues": [{}]}, 400),
        ("POST", "/issues", {"issues": [], "more": 1}, 400),
        ("PUT", "/registry", {"site": "other", "pushed_at": 1, "valid_until": 2}, 400),
        ("GET", "/change-sets?after=x", None, 400),
        ("POST", "/workspaces/ws-none/reset", {}, 404),
        ("POST", "/workspaces/ws-none/seal", {"title": "x"}, 404),
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/site", None, 405),
    ],
)
def test_a_wrong_request_is_answered_with_a_sentence(
    gateway: Gateway, method: str, path: str, body: Any, status: int
) -> None:
    found, said = gateway.ask(method, path, body)
    assert (found, list(said)) == (status, ["error"])


def test_an_unsigned_request_is_not_even_told_what_exists(gateway: Gateway) -> None:
    for path in ("/_sandbox/health", "/_sandbox/nowhere", "/", "/docs", "/openapi.json"):
        found = gateway.door.get(path)
        assert (found.status_code, found.content) == (401, b"")


def test_only_an_upstream_takes_rules_and_misbehaves(gateway: Gateway, tmp_path: Path) -> None:
    rules = {"rules": [{"name": "one", "on": "label", "value": "x", "move": "Done"}]}
    assert gateway.ask("PUT", "/automation", rules)[0] == 403
    upstream = empty_sandbox(tmp_path, Role.UPSTREAM, Flavour.CLOUD)
    assert Gateway(upstream).ask("PUT", "/automation", rules) == (200, {})
    assert [one.name for one in upstream.rules] == ["one"]
    assert gateway.ask("PUT", "/faults", {"latency_ms": 5})[0] == 403
    assert Gateway(upstream).ask("PUT", "/faults", {"latency_ms": 5}) == (200, {})
    assert upstream.faults.latency_ms == 5
    upstream.database.dispose()


def test_shadows_are_shown_to_people_and_what_is_untouched_is_not_one(gateway: Gateway) -> None:
    _edited(gateway)
    [mark] = gateway.ask("GET", "/shadows")[1]["shadows"]
    assert (mark["agent"], mark["key"], mark["created_here"]) == ("claude", "AIR-1", False)
    assert mark["doc"]["fields"]["summary"] == "Better"
    assert "description" not in mark["doc"]["fields"]
    at = f"/workspaces/{mark['workspace']}/shadows"
    whole = gateway.ask("GET", f"{at}/{mark['issue_id']}")[1]["shadow"]
    assert "description" in whole["doc"]["fields"]
    assert gateway.ask("GET", f"{at}/10002") == (200, {"shadow": None})
    assert gateway.ask("GET", "/workspaces/none/shadows/10001")[0] == 404


def test_a_person_is_played_at_an_upstream_alone(tmp_path: Path, gateway: Gateway) -> None:
    shadow = _filled(gateway)
    mina = tiny_site(Flavour.CLOUD).users[0]["accountId"]
    body = {
        "person": mina,
        "issue_id": "10001",
        "fields": {"summary": "사람이 고쳤습니다", "description": "A **new** text"},
        "comment": "I did this",
    }
    assert shadow.ask("POST", "/play", body)[0] == 403
    sandbox = empty_sandbox(tmp_path / "up", Role.UPSTREAM, Flavour.CLOUD)
    upstream = _filled(Gateway(sandbox))
    assert upstream.ask("POST", "/play", {**body, "person": "nobody"})[0] == 400
    assert upstream.ask("POST", "/play", {**body, "fields": {"summary": ""}})[0] == 400
    assert upstream.ask("POST", "/play", body) == (200, {})
    found = reading.issue(sandbox, Caller(person=str(mina), door=Door.REST3), "AIR-1")
    assert found.fields["summary"] == "사람이 고쳤습니다"
    assert found.histories[-1]["author"]["accountId"] == mina  # type: ignore[index,call-overload]  # as Jira has it
    assert "I did this" in json.dumps(found.fields["comment"])
    sandbox.database.dispose()
