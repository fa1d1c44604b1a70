"""Adds a bearer token to every request: the suite cannot send one, the product demands one.

Works on bytes, one request a connection: whatever the suite sends, malformed headers, ``Host``
and ``Origin`` too, reaches the product as it is.
"""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_END = b"\r\n\r\n"
_CONNECTION = re.compile(rb"\r\nconnection:[^\r\n]*", re.IGNORECASE)


@contextmanager
def proxy(port: int, token: str) -> Iterator[int]:
    """Forward to a port of this machine with the token added; yields the proxy's own port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(_Door(port, token).forward, "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever, name="proxy")
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_end(asyncio.all_tasks(loop)))
        loop.close()


class _Door:
    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._added = f"\r\nAuthorization: Bearer {token}\r\nConnection: close".encode()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the suite."""
        try:
            head = await reader.readuntil(_END)
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
            first, _, rest = _CONNECTION.sub(b"", head).partition(b"\r\n")
            back.write(first + self._added + b"\r\n" + rest)
            body = asyncio.ensure_future(_pour(reader, back))
            await _pour(there, writer)
            body.cancel()
            back.close()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the suite hung up
        finally:
            writer.close()


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while part := await source.read(65536):
        sink.write(part)
        await sink.drain()
