"""A restored backup's tokens are void where they are used; its file bears many processes."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

from gateway.identity.agents import token_hash
from gateway.operations import intake, registering, restoring
from gateway.store import audit, instance, registry, sites
from gateway.store.instance import Memory
from sandbox.contract.shapes import Flavour, Grant, Scope
from tests.gateway.databases import database_url, postgres
from tests.gateway.operations.test_restoring import Backed, backed
from tests.gateway.promotion.world import AGENT, CLOUD, PERSON, SITE
from tests.sandboxes import Inside, inside_shadow

__all__ = ["backed", "database_url", "postgres"]

TOKEN = "a token that was good when the backup was made"
HOUR = 3_600_000_000


def answered(inside: Inside, token: str) -> int:
    """Return how the sandbox answers whoever comes with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return inside.jira.get("/rest/api/3/project/search", headers=headers).status_code


def test_the_sandbox_refuses_the_tokens_of_a_restored_gateway(backed: Backed) -> None:
    with inside_shadow(SITE, Flavour.CLOUD) as inside:
        gateway = backed.house.gateway
        gateway.clock, gateway.sandbox = inside.sandbox.clock, inside.link()
        grant = Grant(
            token_id="t9",
            token_hash=token_hash(TOKEN),
            site=SITE,
            agent=AGENT,
            person=PERSON,
            scope=Scope(projects=("AIR",)),
            expires_at=gateway.clock() + HOUR,
        )
        with gateway.database.write() as conn:
            registry.add_token(conn, grant, person_name="Ann", now=gateway.clock())
        intake.push_all(gateway)
        registering.push_registry(gateway)
        assert answered(inside, TOKEN) == 200
        restore = backed.back_up()
        backed.restart()
        with gateway.database.write() as conn:
            audit.append(conn, at=1, actor="eve", kind="fact", body={})
        restoring.remember(gateway)
        gateway.database.dispose()
        restore()
        assert backed.restart()
        registering.push_registry(gateway)
        assert answered(inside, TOKEN) == 401
        restoring.resume(gateway, "eve")
        registering.push_registry(gateway)
        assert answered(inside, TOKEN) == 401, "going on brings no token back"


def test_all_sites_of_the_database_are_paused_and_their_tokens_void(backed: Backed) -> None:
    gateway = backed.house.gateway
    other = CLOUD.model_copy(update={"site": "other"})
    with gateway.database.write() as conn:
        sites.register(conn, other)
        [known] = registry.tokens(conn, SITE)
        beside = known.grant.model_copy(
            update={"site": "other", "token_id": "o1", "token_hash": "2" * 64}
        )
        registry.add_token(conn, beside, person_name="Ann", now=1)
    backed.memory.unlink()
    assert restoring.check(gateway)
    assert restoring.check(replace(gateway, site="other")), "the other gateway finds it waiting"
    with gateway.database.read() as conn:
        assert [registry.grants(conn, one, 2) for one in (SITE, "other")] == [[], []]
        assert all("backup" in sites.paused(conn, one) for one in (SITE, "other"))
    restoring.resume(gateway, "eve")
    with gateway.database.read() as conn:
        assert [sites.paused(conn, one) for one in (SITE, "other")] == ["", ""]


PROCESSES, EACH = 4, 12


def _remember_many(path: Path, first: int) -> None:
    for number in range(first, first + EACH):
        restoring.write_down(path, Memory("house", 7, "hash", ((number, 1),)))


def test_what_several_processes_are_sending_is_all_remembered(tmp_path: Path) -> None:
    path = tmp_path / "instance.json"
    context = multiprocessing.get_context("fork")
    every = [
        context.Process(target=_remember_many, args=(path, EACH * number))
        for number in range(PROCESSES)
    ]
    for one in every:
        one.start()
    for one in every:
        one.join(30)
    found = instance.read_memory(path)
    assert found is not None
    assert sorted(found.sent) == [(number, 1) for number in range(PROCESSES * EACH)]
