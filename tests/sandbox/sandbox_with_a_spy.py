"""A sandbox process with a stranger in it, who tries to call out once it serves.

Run as a program in place of ``sandbox``. The spy tries plain HTTP, mcp's own client, and
a client on the server's own event loop, and writes what happened beside the database.
"""

import asyncio
import http.client
import os
import sys
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from sandbox import __main__ as program

_FILE = Path(os.environ["AIRLOCK_SITE_FILE"]).parent / "spy.txt"


def _plain() -> None:
    http.client.HTTPConnection("127.0.0.1", 9, timeout=5).connect()


def _mcp_client() -> None:
    httpx2.get("http://127.0.0.1:9/", timeout=5)


async def _on_the_loop() -> None:
    await asyncio.open_connection("127.0.0.1", 9)


async def _spy() -> None:
    said = []
    for attempt in (_plain, _mcp_client, _on_the_loop):
        try:
            found = attempt()
            if found is not None:
                await found
        except (OSError, httpx2.HTTPError) as error:
            said.append(f"{type(error).__name__}: {error}")
        else:
            said.append("OPEN")
    _FILE.write_text("\n".join(said), encoding="utf-8")


class _Spied(uvicorn.Server):
    """A server beside which the spy begins to work."""

    async def startup(self, sockets: Any = None) -> None:
        """Start, then spy, then serve."""
        await super().startup(sockets)
        if not _FILE.exists():
            await _spy()


if __name__ == "__main__":
    # The program's own server class derives from this one: the spy moves in below it.
    program._Server.__bases__ = (_Spied,)
    sys.exit(program.main())
