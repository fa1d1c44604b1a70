"""Nothing in a sandbox process can call out, whichever library tries."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.wall import Destination, destination_of

_ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.settimeout(0.2)
        yield sock


def _run(*arguments: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.way_out", *arguments],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_every_way_out_of_a_process_is_refused_and_nobody_is_reached(
    listener: socket.socket,
) -> None:
    said = _run(str(listener.getsockname()[1]))
    assert len(said) == 15
    assert {name: what for name, what in said.items() if what != "refused"} == {}
    with pytest.raises(TimeoutError):
        listener.accept()


def test_the_database_alone_can_be_connected_to(listener: socket.socket) -> None:
    port = str(listener.getsockname()[1])
    said = _run(port, port)
    assert said["socket"] == "OPEN"
    assert said["name server"] == "refused"
    assert said["program"] == "refused"
    # uvloop is closed altogether: the database driver does not use it.
    assert said["stream on uvloop"] == "refused"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///sandbox.db", None),
        ("postgresql+psycopg://me:pw@db.internal:6000/x", Destination("db.internal", 6000)),
        ("postgresql://db/x", Destination("db", 5432)),
        ("postgresql:///x", Destination("localhost", 5432)),
    ],
)
def test_where_a_database_url_leads(url: str, expected: Destination | None) -> None:
    assert destination_of(url) == expected


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        (("db", 5432), True),
        (("db", 5433), False),
        (("elsewhere", 5432), False),
        ("/var/run/socket", False),
        (None, False),
    ],
)
def test_only_the_databases_host_and_port_are_its_address(address: object, allowed: bool) -> None:
    assert Destination("db", 5432).allows(address) is allowed
