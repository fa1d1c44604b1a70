"""Clients of the authorization server: registering, codes, tokens, renewing, giving back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.operations import authorizing, registering, restoring
from gateway.review.people import Person, Role
from gateway.store import oauth as stored
from gateway.store import people
from tests.gateway.web.oauth_desk import VERIFIER, Desk
from tests.gateway.web.visit import ORIGIN


@pytest.mark.parametrize(
    ("addresses", "kept"),
    [
        (["https://claude.ai/api/mcp/auth_callback"], 1),
        (["https://vscode.example/redirect", "http://127.0.0.1:33418/"], 1),
        (["https://evil.example/callback"], 0),
        (["http://claude.ai/callback"], 0),
        (["cursor://anysphere.cursor-mcp/oauth/callback"], 0),
        (["javascript:alert(1)"], 0),
        (["https://claude.ai@evil.example/"], 0),
        (["https://claude.ai/x#y"], 0),
        ([], 0),
        ("http://127.0.0.1/", 0),
        (["http://127.0.0.1/"] * 21, 0),
        ([7], 0),
    ],
)
def test_only_allowed_clients_register(desk: Desk, addresses: Any, kept: int) -> None:
    answer = desk.register(redirect_uris=addresses)
    if kept:
        assert answer.status_code == 201
        assert len(answer.json()["redirect_uris"]) == kept
    else:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


def test_registering_is_limited_and_unused_clients_are_forgotten(
    desk: Desk, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorizing, "REGISTRATIONS", 2)
    left = str(desk.register().json()["client_id"])
    assert desk.register().status_code == 429
    desk.exchange(client, desk.code(client))
    desk.wait(2 * 86_400)
    other = desk.register().json()["client_id"]
    with desk.gateway.database.read() as conn:
        assert stored.client(conn, client) is not None
        assert stored.client(conn, left) is None
        assert stored.client(conn, other) is not None


def test_a_code_works_once_for_its_client_and_verifier(desk: Desk, client: str) -> None:
    other = desk.register().json()["client_id"]
    for wrong in (
        {"client_id": other}, {"code_verifier": "w" * 43}, {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:1/callback"},
    ):  # fmt: skip
        answer = desk.exchange(client, desk.code(client), **wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    late = desk.code(client)
    desk.wait(61)
    assert desk.exchange(client, late).json()["error"] == "invalid_grant"
    assert desk.exchange(client, "made up").json()["error"] == "invalid_grant"
    assert desk.exchange(client, late, resource=ORIGIN).json()["error"] == "invalid_target"


def test_a_code_that_comes_twice_ends_what_came_of_it(desk: Desk, client: str) -> None:
    code = desk.code(client)
    first = desk.exchange(client, code).json()
    assert len(desk.live()) == 1
    assert desk.exchange(client, code).json()["error"] == "invalid_grant"
    assert desk.live() == []
    assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_refresh_tokens_rotate_and_one_used_twice_ends_everything(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    second = desk.renew(client, first["refresh_token"]).json()
    less = desk.renew(client, second["refresh_token"], scope="jira:read").json()
    assert desk.claims(less["access_token"])["scope"] == "jira:read"
    third = desk.renew(client, less["refresh_token"]).json()
    assert third["scope"] == "jira:read jira:stage"
    assert len(desk.live()) == 1
    assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert desk.live() == []
    assert desk.renew(client, third["refresh_token"]).json()["error"] == "invalid_grant"


def test_another_client_cannot_renew(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    other = desk.register().json()["client_id"]
    assert desk.renew(other, first["refresh_token"]).status_code == 400
    assert desk.live() == []


def test_consent_ends_after_its_days(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    desk.wait(30 * 86_400 + 1)
    assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"


def test_who_has_another_jira_account_now_consents_again(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    with desk.gateway.database.write() as conn:
        other = Person(person="ann", name="Ann", role=Role.ADMIN, jira_account="acc-other")
        people.change(conn, other)
    assert desk.renew(client, first["refresh_token"]).status_code == 400
    assert desk.live() == []


def test_who_was_taken_out_has_no_agents_any_more(desk: Desk, client: str) -> None:
    first = desk.exchange(client, desk.code(client)).json()
    assert len(desk.live()) == 1
    with desk.gateway.database.write() as conn:
        people.disable(conn, "ann", now=1)
    try:
        registering.push_registry(desk.gateway)
        assert desk.live() == []
        assert desk.renew(client, first["refresh_token"]).status_code == 400
    finally:
        with desk.gateway.database.write() as conn:
            people.enable(conn, "ann")


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_client_gives_its_access_back(desk: Desk, client: str, kind: str) -> None:
    issued = desk.exchange(client, desk.code(client)).json()
    other = desk.register().json()["client_id"]
    for who, left in ((other, 1), (client, 0)):
        form = {"token": issued[kind], "client_id": who}
        assert desk.program("POST", "/oauth/revoke", data=form).status_code == 200
        assert len(desk.live()) == left
    form = {"token": "unknown", "client_id": client}
    assert desk.program("POST", "/oauth/revoke", data=form).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_an_older_client_proves_itself_with_its_secret(desk: Desk, method: str) -> None:
    made = desk.register(token_endpoint_auth_method=method).json()
    client, secret = made["client_id"], made["client_secret"]
    code = desk.code(client)
    assert desk.exchange(client, code).status_code == 401
    if method == "client_secret_post":
        assert desk.exchange(client, code, client_secret="wrong").status_code == 401
        assert desk.exchange(client, code, client_secret=secret).status_code == 200
    else:
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
        for given, status in (("wrong", 401), (secret, 200)):
            answer = desk.program("POST", "/oauth/token", data=form, auth=(client, given))
            assert answer.status_code == status
    with desk.gateway.database.read() as conn:
        known = stored.client(conn, client)
    assert known is not None
    assert secret not in known.model_dump_json()


def test_after_a_restored_backup_neither_code_nor_refresh_token_is_good(
    desk: Desk, client: str, tmp_path: Path
) -> None:
    gateway = desk.gateway
    memory = tmp_path / "instance.json"
    kept = gateway.settings
    gateway.settings = replace(kept, instance_file=memory)
    try:
        assert restoring.check(gateway) is False
        first = desk.exchange(client, desk.code(client)).json()
        waiting = desk.code(client)
        memory.unlink()  # as if it were the file of a life that this database does not know
        assert restoring.check(gateway) is True
        registering.push_registry(gateway)
        assert desk.live() == []
        for _ in ("paused", "going on"):
            assert desk.renew(client, first["refresh_token"]).json()["error"] == "invalid_grant"
            assert desk.exchange(client, waiting).json()["error"] == "invalid_grant"
            known = restoring.look(gateway)
            assert known is not None
            if known.waiting:
                restoring.resume(gateway, "eve")
        registering.push_registry(gateway)
        assert desk.told[-1].grants == []
    finally:
        gateway.settings = kept
