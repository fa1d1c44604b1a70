"""A database out of a backup: paused, tokens void, and nothing is written a second time."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from gateway.identity import links, sessions
from gateway.operations import restoring, reviewing
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.settings import SettingsError
from gateway.store import audit, instance, registry, sites
from gateway.store.database import Database
from sandbox.contract.shapes import ChangeKind, Grant, Scope
from tests.gateway.databases import database_url, postgres
from tests.gateway.operations.conftest import YEAR, House, fill, house_on
from tests.gateway.promotion.world import AGENT, PERSON, SITE, change, change_set, create, edit

__all__ = ["database_url", "postgres"]

SET = change_set(
    create(),
    edit("summary", "New", id="c2"),
    change(ChangeKind.COMMENT, {"body": "Hello"}, id="c3"),
)


@dataclass
class Backed:
    """A house with a file outside its database, and a way back in time."""

    house: House
    memory: Path
    #: Remembers the database as it is now; returns what brings it back.
    back_up: Callable[[], Callable[[], None]]

    def restart(self) -> bool:
        """Start the gateway anew on the same database; returns whether it was restored."""
        gateway = self.house.gateway
        gateway.database.dispose()
        gateway.database = Database(
            gateway.database.engine.url.render_as_string(hide_password=False),
            gateway.settings.signer,
        )
        gateway.database.migrate()
        return restoring.check(gateway)


@pytest.fixture
def backed(database_url: str, tmp_path: Path) -> Iterator[Backed]:
    house = house_on(database_url)
    memory = tmp_path / "outside" / "instance.json"
    house.gateway.settings = replace(
        house.gateway.settings, instance_file=memory, database_url=database_url
    )
    house.gateway.database.migrate()
    assert restoring.check(house.gateway) is False
    fill(house)

    def back_up() -> Callable[[], None]:
        house.gateway.database.dispose()
        return _sqlite(database_url) if "sqlite" in database_url else _postgres(database_url)

    yield Backed(house, memory, back_up)
    house.gateway.database.dispose()


def _sqlite(url: str) -> Callable[[], None]:
    file = Path(url.removeprefix("sqlite:///"))
    copy = file.with_suffix(".backup")
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file, copy)

    def restore() -> None:
        for end in ("-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)
        shutil.copy(copy, file)

    return restore


def _postgres(url: str) -> Callable[[], None]:
    server, _, name = url.replace("+psycopg", "").rpartition("/")

    def copy(source: str, target: str) -> None:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            # A template has no visitors.
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [source],
            )
            conn.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY file_copy')

    copy(name, f"{name}_backup")
    return lambda: copy(f"{name}_backup", name)


def token_again(house: House) -> None:
    """Make a new token for the agent, as an admin does after a restore."""
    grant = Grant(
        token_id="t2",
        token_hash="1" * 64,
        site=SITE,
        agent=AGENT,
        person=PERSON,
        scope=Scope(projects=("AIR",)),
        expires_at=YEAR,
    )
    with house.gateway.database.write() as conn:
        registry.add_token(conn, grant, person_name="Ann", now=1)


def approved(house: House) -> tuple[int, str]:
    review = house.arrive(SET)
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    return review, digest


def test_the_database_that_was_here_last_just_starts(backed: Backed) -> None:
    review, digest = approved(backed.house)
    reviewing.promote(backed.house.gateway, "eve", review, digest)
    backed.house.promote_all()
    remembered = json.loads(backed.memory.read_text())
    assert remembered["seq"] > 0
    assert backed.memory.stat().st_mode & 0o077 == 0
    backed.house.gateway.database.dispose()
    assert backed.restart() is False
    assert restoring.look(backed.house.gateway) is None
    assert json.loads(backed.memory.read_text())["seq"] > remembered["seq"]


@pytest.mark.parametrize("when", ["in review", "approved", "released", "half done"])
def test_nothing_is_written_twice_after_a_backup_is_restored(backed: Backed, when: str) -> None:
    house = backed.house
    review = house.arrive(SET)
    digest = reviewing.view(house.gateway, review).digest
    stages: dict[str, Callable[[], object]] = {
        "in review": lambda: None,
        "approved": lambda: reviewing.approve(house.gateway, "eve", review, digest),
        "released": lambda: reviewing.promote(house.gateway, "eve", review, digest),
        "half done": lambda: house.promote_all(_stop_after(2)),
    }
    restore: Callable[[], None] | None = None
    for stage, reach in stages.items():
        with suppress(StoppedError):
            reach()
        if stage == when:
            restore = backed.back_up()
    house.promote_all()
    written, labels = list(house.jira.effects), house.jira.field("10001", "labels")
    assert len(written) == 3
    assert restore is not None
    house.gateway.database.dispose()
    restore()

    assert backed.restart() is True
    with house.gateway.database.read() as conn:
        stored = sites.get(conn, SITE)
        assert stored is not None
        assert "backup" in (stored.paused or "")
        assert registry.grants(conn, SITE, 2) == []
    house.promote_all()
    assert house.jira.effects == written
    restoring.resume(house.gateway, "eve")
    token_again(house)
    go_on(house, review)
    assert house.jira.effects == written
    assert house.jira.field("10001", "labels") == labels
    with house.gateway.database.read() as conn:
        assert audit.verify(conn, public=house.gateway.settings.signer.public) is None


class StoppedError(Exception):
    """The process ended here."""


def _stop_after(count: int) -> Callable[[str], None]:
    """Return a hook that ends the process after so many finished operations."""
    left = [count]

    def step(name: str) -> None:
        left[0] -= name == "finished"
        if left[0] == 0:
            raise StoppedError

    return step


def go_on(house: House, review: int) -> None:
    """Do all that people may still do to bring the set to Jira."""
    for _ in range(3):
        house.promote_all()
        view = reviewing.view(house.gateway, review)
        for step in (reviewing.approve, reviewing.promote):
            with suppress(RefusedError):
                step(house.gateway, "eve", review, view.digest)
    house.promote_all()


def test_another_decision_after_the_restore_writes_nothing_twice_either(backed: Backed) -> None:
    house = backed.house
    review = house.arrive(SET)
    restore = backed.back_up()
    view = reviewing.view(house.gateway, review)
    reviewing.approve(house.gateway, "eve", review, view.digest)
    reviewing.promote(house.gateway, "eve", review, view.digest)
    house.promote_all()
    written = list(house.jira.effects)
    house.gateway.database.dispose()
    restore()
    assert backed.restart()
    restoring.resume(house.gateway, "eve")
    token_again(house)
    # In this life the edit is left out: digest and marks are others than in the first.
    digest = reviewing.view(house.gateway, review).digest
    reviewing.decide(house.gateway, "eve", review, "c2", "reject", "no", digest)
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.promote_all()
    assert house.jira.effects == written
    first = reviewing.view(house.gateway, review, read_now=False).operations[0]
    assert first.state is OpState.NEEDS_HUMAN
    assert "of the same change set already" in first.trouble


def test_what_was_never_written_is_written_once_after_it_goes_on(backed: Backed) -> None:
    house = backed.house
    review, digest = approved(house)
    reviewing.promote(house.gateway, "eve", review, digest)
    restore = backed.back_up()
    backed.restart()
    links.new_link(house.gateway, "eve")
    sessions.begin(house.gateway, "eve")
    restoring.remember(house.gateway)
    house.gateway.database.dispose()
    restore()
    assert backed.restart()
    found = restoring.look(house.gateway)
    assert found is not None
    assert (found.waiting, found.doubted) == (True, 3)
    token_again(house)
    house.promote_all()
    assert house.jira.effects == []
    assert restoring.resume(house.gateway, "eve") == 3
    house.gateway.settings = replace(house.gateway.settings, quarantine_seconds=0.0)
    go_on(house, review)
    view = reviewing.view(house.gateway, review)
    assert view.state is State.PROMOTED, [(one.state, one.trouble) for one in view.operations]
    assert len(house.jira.effects) == 3
    with pytest.raises(RefusedError, match="Nothing waits"):
        restoring.resume(house.gateway, "eve")


def test_sessions_and_links_of_the_backup_are_void(backed: Backed) -> None:
    house = backed.house
    cookie = sessions.begin(house.gateway, "eve")
    link = links.new_link(house.gateway, "eve").rpartition("=")[2]
    restore = backed.back_up()
    backed.restart()
    assert sessions.who(house.gateway, cookie) is not None
    with house.gateway.database.write() as conn:
        audit.append(conn, at=1, actor="eve", kind="fact", body={})
    restoring.remember(house.gateway)
    house.gateway.database.dispose()
    restore()
    assert backed.restart()
    assert sessions.who(house.gateway, cookie) is None
    assert links.consume(house.gateway, link) is None


@pytest.mark.parametrize("damage", ["gone", "another", "fork"])
def test_a_database_that_is_not_the_one_of_the_file_pauses(backed: Backed, damage: str) -> None:
    house = backed.house
    assert backed.restart() is False
    sessions.begin(house.gateway, "eve")
    restoring.remember(house.gateway)
    known = json.loads(backed.memory.read_text())
    changed = {"another": {"instance": "x"}, "fork": {"hash": "0" * 64}, "gone": {}}[damage]
    backed.memory.write_text(json.dumps(known | changed))
    if damage == "gone":
        backed.memory.unlink()
    assert backed.restart() is True
    assert backed.restart() is True, "it waits until a person says so"
    with house.gateway.database.read() as conn:
        restored = audit.newest(conn, "restored")
        assert restored is not None
        assert audit.head(conn).seq == restored.seq, "noticed once, not at every start"
    restoring.resume(house.gateway, "eve")
    assert backed.restart() is False


def test_a_file_that_cannot_be_read_stops_the_start(backed: Backed) -> None:
    backed.memory.write_text("{")
    with pytest.raises(SettingsError, match="AIRLOCK_INSTANCE_FILE"):
        backed.restart()


def test_without_a_file_nothing_is_claimed(house: House) -> None:
    assert house.gateway.settings.instance_path is None or os.sep in str(
        house.gateway.settings.instance_path
    )
    house.gateway.settings = replace(house.gateway.settings, database_url="sqlite://:memory:")
    assert restoring.check(house.gateway) is False
    restoring.remember(house.gateway)
    with house.gateway.database.read() as conn:
        assert instance.get(conn) is None
