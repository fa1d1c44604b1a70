"""A control door that lies: stands before a real sandbox, forwards, and alters answers."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from gateway.sandbox_link import SandboxLink
from sandbox.contract.digest import seal
from sandbox.contract.shapes import ChangeSet
from tests.house import House

#: Takes path and honest answer; returns what is said instead, as JSON or as raw bytes.
Lie = Callable[[str, Any], Any]


@contextmanager
def lying(built: House, lie: Lie) -> Iterator[None]:
    """Have the gateway talk to the sandbox through a door that lies."""
    honest = built.gateway.sandbox
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(built.shadow.control, lie))
    # As many threads as connections; none may outlive the test.
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    secret = (built.folder / "shadow-secret").read_bytes()
    built.gateway.sandbox = SandboxLink(f"http://127.0.0.1:{server.server_port}", secret)
    try:
        yield
    finally:
        built.gateway.sandbox.close()
        built.gateway.sandbox = honest
        server.shutdown()
        thread.join()
        server.server_close()


def forged(change: Callable[[dict[str, Any]], None]) -> Lie:
    """Return the lie that alters each change set that is handed out, and seals it anew."""

    def lie(path: str, said: Any) -> Any:
        if "/change-sets?" in path:
            for one in said["change_sets"]:
                change(one["change_set"])
                one["change_set"]["seal"] = seal(ChangeSet.model_validate(one["change_set"]))
        return said

    return lie


def _handler(control: str, lie: Lie) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name[:2] == "X-"}
            headers["Content-Type"] = "application/json"
            answer = httpx2.request(
                self.command, control + self.path, content=body, headers=headers, trust_env=False
            )
            said = lie(self.path, answer.json() if answer.content else {})
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = _forward  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    return Handler
