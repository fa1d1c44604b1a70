"""Loads a world into a sandbox, over HTTP only, through its control door."""

import hashlib
import hmac
import json
import secrets
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from seed_data.world import World

#: Issues of one request; keeps bodies well below the door's limit.
BATCH = 100


class ControlDoor:
    """A sandbox's control door. Whoever starts a sandbox holds its secret."""

    def __init__(self, address: str, secret: bytes) -> None:
        """Connect to ``http://host:port`` or ``unix:/path``."""
        self._secret = secret
        path = address.removeprefix("unix:")
        on_socket = address.startswith("unix:")
        self._http = httpx2.Client(
            base_url="http://sandbox" if on_socket else address,
            transport=httpx2.HTTPTransport(uds=path) if on_socket else None,
            timeout=60,
            trust_env=False,
            # Plain HTTP: this trusts nobody, and the machine's certificates take long to load.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send one signed request and return its JSON; raises on refusal."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        target = "/_sandbox" + path
        answer = self._http.request(
            method, target, content=content, headers=self._headers(method, target, content)
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _headers(self, method: str, target: str, content: bytes) -> dict[str, str]:
        now, nonce = str(int(time.time())), secrets.token_hex(16)
        parts = urlsplit(target)
        asked = parts.path + (f"?{parts.query}" if parts.query else "")
        signed = [method.upper(), asked, now, nonce, hashlib.sha256(content).hexdigest()]
        mac = hmac.new(self._secret, "\n".join(signed).encode(), hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "X-Airlock-Time": now,
            "X-Airlock-Nonce": nonce,
            "X-Airlock-Signature": mac.hexdigest(),
        }


def read_secret(path: str) -> bytes:
    """Return the control secret from its file."""
    return Path(path).read_text(encoding="utf-8").strip().encode()


def load(world: World, door: ControlDoor) -> int:
    """Load a world into an empty upstream sandbox; returns the number of issues."""
    door.call("PUT", "/site", world.metadata)
    baselines = world.baselines()
    for start in range(0, len(baselines), BATCH):
        door.call("POST", "/issues", {"issues": baselines[start : start + BATCH]})
    return len(baselines)
