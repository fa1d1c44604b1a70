"""A sandbox process with a stranger in it, who tries to call out once it serves.

Run as a program in place of ``sandbox``. The spy tries plain HTTP, mcp's own client, and
a client on the server's own event loop, and writes what happened beside the database.
"""

import asyncio
import http.client
import os
import sys
from pathlib import Path

import httpx2

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


_create_app = program.create_app


def _with_spy(*arguments: object) -> object:
    app = _create_app(*arguments)  # type: ignore[arg-type]  # passed on as they are
    inside = app.router.lifespan_context

    def lifespan(one: object) -> object:
        asyncio.get_running_loop().create_task(_spy())
        return inside(one)  # type: ignore[arg-type]  # passed on as it is

    app.router.lifespan_context = lifespan  # type: ignore[assignment]  # same shape
    return app


if __name__ == "__main__":
    program.create_app = _with_spy  # type: ignore[assignment]  # the spy moves in
    sys.exit(program.main())
