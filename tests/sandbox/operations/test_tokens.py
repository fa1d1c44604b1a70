"""A token is an agent only as long as the gateway vouches for it."""

import pytest

from sandbox.contract.shapes import Grant, Registry
from sandbox.domain.errors import UnauthorizedError
from sandbox.operations import intake
from sandbox.operations.context import Caller, Door, Sandbox
from sandbox.operations.tokens import GRACE_US, caller_for, token_hash
from tests.sandbox.tiny import AGENT, START_US, tiny_scope

HOUR_US = 3_600_000_000


def push(
    sandbox: Sandbox,
    *tokens: str,
    pushed_at: int = START_US,
    valid_for: int = HOUR_US,
    lifetime: int = HOUR_US,
) -> None:
    grants = [
        Grant(
            token_id=f"t-{token}",
            token_hash=token_hash(token),
            site=sandbox.site,
            agent=AGENT,
            person="mina",
            scope=tiny_scope(),
            expires_at=START_US + lifetime,
        )
        for token in tokens
    ]
    valid_until = START_US + valid_for
    intake.put_registry(
        sandbox,
        Registry(site=sandbox.site, pushed_at=pushed_at, valid_until=valid_until, grants=grants),
    )


def call(sandbox: Sandbox, token: str) -> Caller:
    return caller_for(sandbox, token, door=Door.REST3, task="t", client="c")


def test_a_token_names_agent_person_and_scope(sandbox: Sandbox) -> None:
    push(sandbox, "secret")

    assert call(sandbox, "secret") == Caller(
        person="mina", door=Door.REST3, agent=AGENT, scope=tiny_scope(), task="t", client="c"
    )


@pytest.mark.parametrize("token", ["", "Secret", "secret ", "\udc80"])
def test_another_token_is_nobody(sandbox: Sandbox, token: str) -> None:
    push(sandbox, "secret")

    with pytest.raises(UnauthorizedError):
        call(sandbox, token)


def test_without_a_registry_nobody_calls(sandbox: Sandbox) -> None:
    with pytest.raises(UnauthorizedError):
        call(sandbox, "secret")


def test_a_revoked_token_is_refused_at_once(sandbox: Sandbox) -> None:
    push(sandbox, "one", "two")
    call(sandbox, "one")
    push(sandbox, "two", pushed_at=START_US + 1)

    call(sandbox, "two")
    with pytest.raises(UnauthorizedError):
        call(sandbox, "one")


def test_an_older_registry_does_not_bring_a_token_back(sandbox: Sandbox) -> None:
    push(sandbox, pushed_at=START_US + 1)
    push(sandbox, "one", pushed_at=START_US)

    with pytest.raises(UnauthorizedError):
        call(sandbox, "one")


def test_an_expired_token_is_refused(sandbox: Sandbox) -> None:
    push(sandbox, "secret", lifetime=0)

    with pytest.raises(UnauthorizedError):
        call(sandbox, "secret")


def test_a_registry_that_grew_old_refuses_everybody(sandbox: Sandbox) -> None:
    push(sandbox, "late", valid_for=-GRACE_US // 2)
    call(sandbox, "late")

    push(sandbox, "late", valid_for=-GRACE_US)
    with pytest.raises(UnauthorizedError, match="has not heard from its gateway"):
        call(sandbox, "late")
