"""What one issue costs, as a ratio to a bare FastAPI hello in the same run."""

from pathlib import Path

import pytest

from gateway.cli.processes import start
from tests.bench.measuring import Target, rounds, show
from tests.house import house

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def test_reading_an_issue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hello = start("hello", ["tests.bench.hello"], {})
    try:
        port = hello.ready()["port"]
        with house(tmp_path, size=60) as built:
            world = built.world
            assert world is not None
            token = built.token("bench", world.cast.person.account_id, mine_only=False)
            auth = {"Authorization": f"Bearer {token}"}
            shadow = int(built.shadow.url.rsplit(":", 1)[1])
            pid = built.shadow.child.pid
            key = world.cast.clean
            with built.agent(token) as http:
                size = len(http.get(f"/rest/api/2/issue/{key}").content)
            best = rounds(
                [
                    Target("FastAPI hello", hello.process.pid, port, "/hello", {}),
                    Target("GET /rest/api/2/issue", pid, shadow, f"/rest/api/2/issue/{key}", auth),
                    Target("GET /rest/api/3/issue", pid, shadow, f"/rest/api/3/issue/{key}", auth),
                    Target(
                        "GET /rest/api/2/issue?fields=summary",
                        pid,
                        shadow,
                        f"/rest/api/2/issue/{key}?fields=summary",
                        auth,
                    ),
                ],
                requests=1500,
                times=5,
            )
    finally:
        hello.stop()
    with capsys.disabled():
        show(f"Reading one issue of {size} bytes", best, "FastAPI hello", print)
