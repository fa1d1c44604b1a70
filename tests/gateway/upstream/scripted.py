"""A web server that answers what a test says: for what no sandbox would ever do."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MYSELF = {"accountId": "acc-1", "name": "bot", "displayName": "Bot"}


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


#: Cuts the connection instead of answering.
RESET = Said(status=0)
Answers = Callable[[Asked], Said]


@dataclass
class Scripted:
    """A running server with everything that was asked of it."""

    url: str
    answers: Answers
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def scripted(answers: Answers) -> Iterator[Scripted]:
    """Run a server that answers by a function."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    script = Scripted(f"http://127.0.0.1:{server.server_port}", answers)
    server.script = script  # type: ignore[attr-defined]  # the handler only knows its server
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""

    def _serve(self) -> None:
        script: Scripted = self.server.script  # type: ignore[attr-defined]  # set above
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        asked = Asked(self.command, self.path, dict(self.headers.items()), body)
        script.asked.append(asked)
        said = script.answers(asked)
        if said is RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        self._answer(said)

    def _answer(self, said: Said) -> None:
        text = said.body if isinstance(said.body, str) else json.dumps(said.body)
        content = b"" if said.body is None else text.encode()
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", said.content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def page(html: str = "<html>Log in</html>", **more: Any) -> Said:
    """Return an answer that is a web page."""
    return Said(body=html, content_type="text/html", **more)
