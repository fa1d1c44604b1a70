"""``airlock mcp``: a stdio bridge to the sandbox's MCP server, in the standard library.

Opens no database, reads no ``.env``, holds only the agent's token. One line of JSON-RPC in,
one HTTP request out, one line back; independent requests run side by side.
"""

import argparse
import base64
import http.client
import json
import os
import re
import select
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
#: Where the token comes from when no file is named.
_TOKEN = "AIRLOCK_TOKEN"
_TASK = re.compile(r"[A-Za-z0-9._~-]{1,64}")


class NoConnectionError(Exception):
    """The sandbox could not be reached: certainly nothing was done."""


class Bridge:
    """Carries messages between standard input/output and one MCP endpoint."""

    def __init__(self, url: SplitResult, token: str) -> None:
        """Prepare for one endpoint; nothing is opened yet."""
        self._url = url
        self._target = f"{url.path}?{url.query}" if url.query else url.path
        self._token = token
        self._version: str | None = None
        self._print = threading.Lock()
        self._local = threading.local()

    def run(self) -> None:
        """Read lines until standard input ends; bytes, because messages are UTF-8 anywhere."""
        with ThreadPoolExecutor(8) as pool:
            for line in sys.stdin.buffer:
                if not line.strip():
                    continue
                message = _parsed(line)
                if message is None:
                    self._say(_error(None, -32700, "That line is not a JSON-RPC message."))
                elif "id" in message and message.get("method") not in (
                    "initialize",
                    "server/discover",
                ):
                    pool.submit(self._carry, message)
                else:
                    self._carry(message)

    def _carry(self, message: dict[str, Any]) -> None:
        try:
            status, body = self._post(message)
        except NoConnectionError as error:
            said = f"The sandbox cannot be reached: {error}. Nothing was done."
            self._say_if_asked(message, _UNREACHABLE, said)
        except (http.client.HTTPException, OSError) as error:
            # It may or may not have been done: a blind retry could stage it twice.
            said = f"The sandbox gave no answer ({error}). Look what is staged, then try again."
            self._say_if_asked(message, _UNREACHABLE, said)
        else:
            self._answer(message, status, body)

    def _answer(self, message: dict[str, Any], status: int, body: bytes) -> None:
        if status == 401:
            said = "The sandbox refused the token. Make a new one with 'airlock agent create'."
            self._say_if_asked(message, _UNAUTHORIZED, said)
            return
        answer = _parsed(body)
        if answer is None or "jsonrpc" not in answer:
            told = body.decode("utf-8", "replace")[:300]
            self._say_if_asked(message, _UNREACHABLE, f"The sandbox said HTTP {status}: {told}")
            return
        if message.get("method") == "initialize" and isinstance(answer.get("result"), dict):
            self._version = answer["result"].get("protocolVersion")
        if "id" in message:
            self._say(answer)

    def _post(self, message: dict[str, Any]) -> tuple[int, bytes]:
        content = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        connection = self._connection()
        try:
            connection.request("POST", self._target, content, self._headers(message))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            # Half an exchange is left on it: the next message needs a fresh one.
            connection.close()
            self._local.__dict__.clear()
            raise

    def _connection(self) -> http.client.HTTPConnection:
        """Return this thread's connection, opened; a fresh one if it was closed meanwhile."""
        kept: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if kept is not None and kept.sock is not None:
            if not select.select([kept.sock], [], [], 0)[0]:
                return kept
            kept.close()
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        made = kind(self._url.hostname or "", self._url.port, timeout=_TIMEOUT_SECONDS)
        try:
            made.connect()
        except OSError as error:
            raise NoConnectionError(str(error)) from error
        self._local.connection = made
        return made

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
                found["Mcp-Name"] = _header(str(name))
        return found

    def _say_if_asked(self, message: dict[str, Any], code: int, text: str) -> None:
        if "id" in message:
            self._say(_error(message["id"], code, text))

    def _say(self, answer: dict[str, Any]) -> None:
        # ASCII on the wire: also half a surrogate pair gets through, and no line separator.
        line = json.dumps(answer).encode("ascii") + b"\n"
        with self._print:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()


def _header(text: str) -> str:
    """Return a name as it may stand in a header: the protocol wraps what would not survive."""
    plain = text.isascii() and text.isprintable() and text == text.strip()
    if plain and not text.startswith("=?"):
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode('ascii')}?="


def _parsed(text: bytes) -> dict[str, Any] | None:
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
    try:
        token = _token(args.token_file)
    except OSError as error:
        sys.stderr.write(f"The token file cannot be read: {error}.\n")
        return 2
    if not args.url or not token:
        sys.stderr.write(
            "Set AIRLOCK_MCP_URL (or --url) and AIRLOCK_TOKEN (or --token-file).\n"
            "A person makes a token with: airlock agent create\n"
        )
        return 2
    if args.task and not _TASK.fullmatch(args.task):
        sys.stderr.write("A task's name has letters, digits and . _ ~ - only (at most 64).\n")
        return 2
    url = _address(args.url, args.task)
    if not _is_http(url):
        sys.stderr.write(f"{args.url!r} is not an http(s) address.\n")
        return 2
    try:
        Bridge(url, token).run()
    except BrokenPipeError:
        # The client is gone; what Python would still flush at exit has nobody to read it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _address(url: str, task: str | None) -> SplitResult:
    """Return where to send: a task stands behind the path, the tool profile behind a ``?``."""
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address
        return urlsplit("")
    path = parts.path.rstrip("/") + (f"/{task}" if task else "")
    return parts._replace(path=path or "/", fragment="")


def _is_http(url: SplitResult) -> bool:
    try:
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # the port is no number
        return False


def _token(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(_TOKEN, "")
