"""A real OpenID Connect issuer as a process: the PyPI package oidc-provider-mock."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2


@contextmanager
def issuing(*people: dict[str, Any], nonce: bool = True) -> Iterator[str]:
    """Run an issuer of these people, each the claims of one; yields its address.

    With ``nonce`` it insists on one in every request.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    users = [part for one in people for part in ("--user-claims", json.dumps(one))]
    command = str(Path(sys.executable).parent / "oidc-provider-mock")
    words = [command, "--port", str(port), "--require-nonce", str(nonce).lower(), *users]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{url}/.well-known/openid-configuration")
            yield url
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx2.get(url, timeout=5, trust_env=False).raise_for_status()
        except httpx2.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
