"""A long intake whose process is killed twice: the third goes on and finishes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from gateway.cli.processes import environment
from gateway.operations.context import Gateway
from gateway.store import baselines, reading
from seed_data.world import make_world
from tests.house import House, empty_house

PATIENCE = 60.0
#: ``airlock intake`` with pages so small that an intake of few issues is a long one.
SMALL_PAGES = """
from gateway.cli.main import main
from gateway.operations import sweeping
sweeping.PAGE = 3
raise SystemExit(main(["intake"]))
"""


def started(house: House, log: Path) -> subprocess.Popen[bytes]:
    """Start ``airlock intake`` in a process of its own."""
    command = [sys.executable, "-c", SMALL_PAGES]
    with log.open("wb") as out:
        return subprocess.Popen(command, env=environment(house.env), stderr=out, stdout=out)


def met(gateway: Gateway) -> int:
    with gateway.database.read() as conn:
        return reading.count_seen(conn, gateway.site)


def kill_behind(house: House, log: Path, least: int) -> int:
    """Kill an intake with SIGKILL as soon as it has met so many issues; returns how many."""
    process = started(house, log)
    until = time.monotonic() + PATIENCE
    try:
        while met(house.gateway) < least and process.poll() is None:
            assert time.monotonic() < until, f"the intake does not get on: {log.read_text()}"
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait(PATIENCE)
    assert process.returncode == -signal.SIGKILL, log.read_text()
    return met(house.gateway)


def test_an_intake_that_is_killed_twice_reads_nothing_twice_and_misses_nothing(
    tmp_path: Path,
) -> None:
    world = make_world(5, size=12)
    with empty_house(tmp_path) as house:
        house.upstream.door.call("PUT", "/site", world.metadata)
        house.upstream.door.call("POST", "/issues", {"issues": world.baselines()})
        house.open()
        first = kill_behind(house, tmp_path / "first.log", 1)
        second = kill_behind(house, tmp_path / "second.log", first + 1)
        assert 0 < first < second < len(world.baselines())
        assert started(house, tmp_path / "third.log").wait(PATIENCE) == 0

        wanted = {one["id"] for one in house.snapshot().values()}
        assert len(wanted) == len(world.baselines())
        with house.gateway.database.read() as conn:
            assert baselines.digests(conn, "shop").keys() == wanted
            table = baselines._BASELINE
            assert conn.execute(select(func.count()).select_from(table)).scalar_one() == len(wanted)
            stands = reading.get(conn, "shop")
        assert (stands.sweep, met(house.gateway)) == (None, 0)
        assert stands.read_until > 0
        token = house.token("claude", world.cast.person.email, mine_only=False)
        shown = house.agent(token).get(
            "/rest/api/3/search/jql", params={"jql": "project in (WEB, PAY)", "maxResults": 5000}
        )
        assert {one["id"] for one in shown.json()["issues"]} == wanted
