from collections.abc import Iterator

import pytest

from gateway.identity.agents import TOKEN_PREFIX, token_hash
from gateway.operations.context import Gateway
from gateway.operations.registering import agents, issue_token, push_registry, revoke
from gateway.review.refusals import RefusedError
from gateway.sandbox_link import SandboxAwayError
from gateway.store import audit, registry
from gateway.store.database import Database
from sandbox.contract.shapes import Flavour, Grant, Scope, SiteBaseline
from tests.gateway.databases import begin
from tests.gateway.operations.gateways import lonely_gateway

SITE = SiteBaseline(
    site="s",
    flavour=Flavour.CLOUD,
    fetched_at=0,
    projects=[{"id": "1", "key": "DEV"}, {"id": "2", "key": "OPS"}],
    users=[
        {"accountId": "a-1", "displayName": "김 하나", "emailAddress": "hana@example.com"},
        {"accountId": "a-2", "displayName": "Min", "emailAddress": "min@example.com"},
        {"accountId": "a-3", "displayName": "Min"},
        # Somebody who chose another's id for a name.
        {"accountId": "a-4", "displayName": "a-1"},
    ],
)
SCOPE = Scope(projects=("DEV",))
NOW = 1_000_000_000


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    database = Database("sqlite://")
    begin(database)
    found = lonely_gateway(database, SITE)
    yield found
    found.upstream.close()
    found.sandbox.close()
    database.dispose()


def test_a_token_is_shown_once_and_only_its_hash_is_kept(gateway: Gateway) -> None:
    token, grant = issue_token(gateway, "claude", "hana@example.com", SCOPE, 3600, "admin")
    assert token.startswith(TOKEN_PREFIX)
    assert len(token) == len(TOKEN_PREFIX) + 43
    expected = Grant(
        token_id=grant.token_id,
        token_hash=token_hash(token),
        site="s",
        agent="claude",
        person="a-1",
        scope=SCOPE,
        expires_at=NOW + 3600 * 1_000_000,
    )
    assert grant == expected
    with gateway.database.read() as conn:
        dump = "\n".join(conn.connection.driver_connection.iterdump())  # type: ignore[union-attr]  # sqlite3's own
        kinds = [one.kind for one in audit.entries(conn)]
    assert token not in dump
    assert grant.token_hash in dump
    assert kinds == ["agent registered", "token issued"]


@pytest.mark.parametrize("ref", ["a-1", "A-1", " hana@example.com ", "김 하나"])
def test_a_person_is_found_by_any_name_of_the_site(gateway: Gateway, ref: str) -> None:
    _, grant = issue_token(gateway, "claude", ref, SCOPE, 60, "admin")
    assert grant.person == "a-1"


@pytest.mark.parametrize(
    ("agent", "person", "scope", "lifetime", "code"),
    [
        ("claude", "nobody@example.com", SCOPE, 60, "person"),
        ("claude", "", SCOPE, 60, "person"),
        ("claude", "Min", SCOPE, 60, "person"),
        ("claude", "a-1", Scope(projects=("DEV", "HR")), 60, "project"),
        ("claude", "a-1", SCOPE, 0, "lifetime"),
        ("claude", "a-1", SCOPE, 10**9, "lifetime"),
        (" ", "a-1", SCOPE, 60, "agent"),
        ("a\nb", "a-1", SCOPE, 60, "agent"),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_a_next_step(
    gateway: Gateway, agent: str, person: str, scope: Scope, lifetime: float, code: str
) -> None:
    with pytest.raises(RefusedError) as raised:
        issue_token(gateway, agent, person, scope, lifetime, "admin")
    assert raised.value.refusal.code == code
    assert raised.value.refusal.next_step
    assert agents(gateway) == ()


def test_nobody_is_known_before_the_first_intake() -> None:
    database = Database("sqlite://")
    begin(database)
    gateway = lonely_gateway(database)
    with pytest.raises(RefusedError) as raised:
        issue_token(gateway, "claude", "a-1", SCOPE, 60, "admin")
    assert raised.value.refusal.code == "no_intake"
    gateway.upstream.close()
    gateway.sandbox.close()
    database.dispose()


def test_a_revoked_or_expired_token_is_no_longer_granted(gateway: Gateway) -> None:
    _, kept = issue_token(gateway, "claude", "a-1", SCOPE, 60, "admin")
    _, gone = issue_token(gateway, "codex", "a-2", SCOPE, 3600, "admin")
    assert revoke(gateway, gone.token_id, "admin")
    assert not revoke(gateway, gone.token_id, "admin")
    assert not revoke(gateway, "unknown", "admin")
    with gateway.database.read() as conn:
        assert registry.grants(conn, "s", NOW) == [kept]
        assert registry.grants(conn, "s", kept.expires_at) == []
        assert registry.grants_for(conn, "s", "claude", "a-1", NOW) == [kept]
        assert registry.grants_for(conn, "s", "claude", "a-2", NOW) == []
        assert registry.grants_for(conn, "s", "codex", "a-2", NOW) == []
    named = {one.agent: [token.revoked_at for token in one.tokens] for one in agents(gateway)}
    assert named == {"claude": [None], "codex": [NOW]}


def test_a_registry_that_does_not_reach_the_sandbox_says_so(gateway: Gateway) -> None:
    with pytest.raises(SandboxAwayError):
        push_registry(gateway)
