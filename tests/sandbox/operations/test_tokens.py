"""A token is an agent only as long as the gateway vouches for it."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select, update

from sandbox.contract.shapes import Grant, Registry
from sandbox.domain.errors import UnauthorizedError
from sandbox.operations import intake
from sandbox.operations.context import Caller, Door, Sandbox
from sandbox.operations.tokens import GRACE_US, caller_for, token_hash
from sandbox.store.tables import GrantRow, SiteRow, table
from tests.sandbox.tiny import AGENT, START_US, tiny_scope

HOUR_US = 3_600_000_000
_GRANT, _SITE = table(GrantRow), table(SiteRow)


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


def test_a_restored_sandbox_takes_no_token_that_was_good_when_its_backup_was_made(
    sandbox: Sandbox,
) -> None:
    push(sandbox, "old", "kept", valid_for=HOUR_US // 60)
    with sandbox.database.read() as conn:
        backup = [dict(row) for row in conn.execute(select(_GRANT)).mappings()]
        then = dict(conn.execute(select(_SITE)).mappings().one())
    push(sandbox, "kept", pushed_at=START_US + 1)
    with sandbox.database.write() as conn:
        conn.execute(delete(_GRANT))
        conn.execute(insert(_GRANT), backup)
        names = ("registry_pushed_at", "registry_valid_until")
        conn.execute(update(_SITE).values({name: then[name] for name in names}))
    later = START_US + 2 * HOUR_US // 60 + GRACE_US
    again = replace(sandbox, clock=lambda: later)  # another process: nothing is remembered
    for token in ("old", "kept"):
        with pytest.raises(UnauthorizedError):
            call(again, token)
    push(again, "kept", pushed_at=later, lifetime=2 * HOUR_US)
    assert call(again, "kept").agent == AGENT
    with pytest.raises(UnauthorizedError):
        call(again, "old")
