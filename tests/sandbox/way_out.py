"""Run as a process: install the wall, then try every way out and say what happened.

Prints one line per attempt: its name and ``refused`` or ``OPEN``. The listener that the
attempts aim at runs in the parent, which also checks that nobody came.
"""

import asyncio
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable

import httpx2
import uvloop

from sandbox import wall


def attempts(port: int) -> dict[str, Callable[[], object]]:
    """Return the ways out by name."""
    url = f"http://127.0.0.1:{port}/"

    async def by_client() -> None:
        async with httpx2.AsyncClient(timeout=5) as client:
            await client.get(url)

    async def by_stream() -> None:
        await asyncio.open_connection("127.0.0.1", port)

    async def by_program() -> None:
        await asyncio.create_subprocess_exec(sys.executable, "-c", "")

    async def by_datagram() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=("127.0.0.1", port)
        )

    def datagram() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"x", ("127.0.0.1", port))

    def plain() -> None:
        with socket.socket() as sock:
            sock.connect(("127.0.0.1", port))

    found: dict[str, Callable[[], object]] = {
        "httpx2 (mcp's own)": lambda: httpx2.get(url, timeout=5),
        "urllib": lambda: urllib.request.urlopen(url, timeout=5),
        "socket": plain,
        "datagram": datagram,
        "name server": lambda: socket.getaddrinfo("jira.example.com", 443),
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "shell": lambda: os.system("true"),  # noqa: S605  the wall must refuse it
    }
    tasks = {
        "httpx2 client": by_client,
        "stream": by_stream,
        "loop program": by_program,
        "loop datagram": by_datagram,
    }
    for name, task in tasks.items():
        found[f"{name} on uvloop"] = _on(uvloop.run, task)
        found[f"{name} on asyncio"] = _on(asyncio.run, task)
    return found


def _on(run: Callable[..., object], task: Callable[[], Awaitable[None]]) -> Callable[[], object]:
    return lambda: run(task())


def main() -> None:
    """Try everything; the arguments are a port and maybe the database's port."""
    port = int(sys.argv[1])
    database = wall.Destination("127.0.0.1", int(sys.argv[2])) if len(sys.argv) > 2 else None
    wall.install(database)
    for name, attempt in attempts(port).items():
        try:
            attempt()
        except (OSError, httpx2.HTTPError) as error:
            refused = "A sandbox calls nobody" in str(error) or "All connection" in str(error)
            sys.stdout.write(f"{name}: {'refused' if refused else f'OTHER {error!r}'}\n")
        else:
            sys.stdout.write(f"{name}: OPEN\n")


if __name__ == "__main__":
    main()
