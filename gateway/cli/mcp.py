"""``airlock mcp``: a stdio bridge to the sandbox's MCP server, in the standard library.

Opens no database, reads no ``.env``, holds only the agent's token. One line of JSON-RPC in,
one HTTP request out, one line back; independent requests run side by side.
"""

import argparse
import http.client
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

#: Where clients put the protocol version in the era without a handshake.
_META_VERSION = "io.modelcontextprotocol/protocolVersion"
_TIMEOUT_SECONDS = 120
_UNREACHABLE = -32000
_UNAUTHORIZED = -32001


class Bridge:
    """Carries messages between standard input/output and one MCP endpoint."""

    def __init__(self, url: SplitResult, token: str) -> None:
        """Prepare for one endpoint; nothing is opened yet."""
        self._url = url
        self._token = token
        self._version: str | None = None
        self._print = threading.Lock()
        self._local = threading.local()

    def run(self) -> None:
        """Read lines until standard input ends."""
        with ThreadPoolExecutor(8) as pool:
            for line in sys.stdin:
                if not line.strip():
                    continue
                message = _parsed(line)
                if message is None:
                    self._say(_error(None, -32700, "That line is not JSON."))
                elif message.get("method") in ("initialize", "server/discover"):
                    self._carry(message)
                elif "id" in message:
                    pool.submit(self._carry, message)
                else:
                    self._carry(message)

    def _carry(self, message: dict[str, Any]) -> None:
        try:
            status, body = self._post(message)
        except (http.client.HTTPException, OSError) as error:
            self._say_if_asked(message, _UNREACHABLE, f"The sandbox does not answer: {error}.")
            return
        if status == 401:
            said = "The sandbox refused the token. Make a new one with 'airlock agent create'."
            self._say_if_asked(message, _UNAUTHORIZED, said)
        elif body:
            self._answer(message, status, body)

    def _answer(self, message: dict[str, Any], status: int, body: bytes) -> None:
        answer = _parsed(body.decode("utf-8", "replace"))
        if answer is None:
            self._say_if_asked(message, _UNREACHABLE, f"The sandbox answered HTTP {status}.")
            return
        if message.get("method") == "initialize" and isinstance(answer.get("result"), dict):
            self._version = answer["result"].get("protocolVersion")
        if "id" in message:
            self._say(answer)

    def _post(self, message: dict[str, Any]) -> tuple[int, bytes]:
        content = json.dumps(message, ensure_ascii=False).encode()
        reused = hasattr(self._local, "connection")
        try:
            return self._exchange(message, content)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._local.__dict__.clear()
            if not reused:
                raise
        # A kept connection was closed while idle (a restart): once more, freshly.
        return self._exchange(message, content)

    def _exchange(self, message: dict[str, Any], content: bytes) -> tuple[int, bytes]:
        connection = self._connection()
        connection.request("POST", self._url.path, content, self._headers(message))
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._local, "connection"):
            secure = self._url.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            host = self._url.hostname or "127.0.0.1"
            self._local.connection = kind(host, self._url.port, timeout=_TIMEOUT_SECONDS)
        found: http.client.HTTPConnection = self._local.connection
        return found

    def _headers(self, message: dict[str, Any]) -> dict[str, str]:
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        meta = params.get("_meta")
        modern = meta.get(_META_VERSION) if isinstance(meta, dict) else None
        found = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": "airlock-mcp-bridge",
        }
        version = modern or self._version
        if version:
            found["MCP-Protocol-Version"] = str(version)
        if modern:
            found["Mcp-Method"] = str(message.get("method", ""))
            name = params.get("name") or params.get("uri")
            if name:
                found["Mcp-Name"] = str(name)
        return found

    def _say_if_asked(self, message: dict[str, Any], code: int, text: str) -> None:
        if "id" in message:
            self._say(_error(message["id"], code, text))

    def _say(self, answer: dict[str, Any]) -> None:
        with self._print:
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _error(request_id: Any, code: int, text: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": text}}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--url", default=os.environ.get("AIRLOCK_MCP_URL"), help="e.g. http://127.0.0.1:8643/mcp"
    )
    parser.add_argument("--task", help="name of the task: a workspace of its own")
    parser.add_argument("--token-file", help="file with the token (default: AIRLOCK_TOKEN)")


def run(args: argparse.Namespace) -> int:
    """Bridge until standard input ends."""
    token = os.environ.get("AIRLOCK_TOKEN", "")
    if args.token_file:
        token = Path(args.token_file).read_text(encoding="utf-8").strip()
    if not args.url or not token:
        sys.stderr.write(
            "Set AIRLOCK_MCP_URL (or --url) and AIRLOCK_TOKEN (or --token-file).\n"
            "A person makes a token with: airlock agent create\n"
        )
        return 2
    url = urlsplit(args.url.rstrip("/") + (f"/{args.task}" if args.task else ""))
    if url.scheme not in ("http", "https") or not url.hostname:
        sys.stderr.write(f"{args.url!r} is not an http(s) address.\n")
        return 2
    Bridge(url, token).run()
    return 0
