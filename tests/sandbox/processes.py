"""Starting a sandbox as a process of its own and talking to its control door."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from sandbox.contract.door import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME, signature
from tests.forking import SandboxProcess

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "0123456789abcdef0123456789abcdef"
_NONCES = map(str, itertools.count())


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox process that is ready."""

    url: str
    control: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send one signed request to the control door and return its JSON."""
        content = b"" if body is None else json.dumps(body).encode()
        now, nonce, target = str(int(time.time())), next(_NONCES), f"/_sandbox{path}"
        headers = {
            HEADER_TIME: now,
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: signature(SECRET.encode(), method, target, now, nonce, content),
            "Content-Type": "application/json",
        }
        with self._client() as client:
            found = client.request(method, target, content=content, headers=headers)
        assert found.status_code == 200, found.text
        return found.json()

    def _client(self) -> httpx2.Client:
        if self.control.startswith("unix:"):
            transport = httpx2.HTTPTransport(uds=self.control.removeprefix("unix:"))
            return httpx2.Client(transport=transport, base_url="http://control", timeout=60)
        return httpx2.Client(base_url=f"http://{self.control}", timeout=60)


@contextmanager
def running(
    folder: Path, site_file: str, *, env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run a sandbox on free ports until the block ends; it must end cleanly."""
    process = SandboxProcess(environment(folder, site_file, env))
    try:
        yield _running(process.ready())
    finally:
        ended = process.stop()
    assert (ended.exitcode, len(ended.printed)) == (0, 1), ended


@contextmanager
def started(folder: Path, site_file: str, program: str = "sandbox") -> Iterator[Running]:
    """Run a program that is a sandbox as a person would, which takes seconds to load."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error::ResourceWarning", "-m", program],
        cwd=ROOT,
        env=environment(folder, site_file),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _ready(process)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")


def environment(
    folder: Path, site_file: str, env: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Write the files a sandbox needs; return an environment that names them."""
    (folder / "site.toml").write_text(site_file, encoding="utf-8")
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET, encoding="utf-8")
    return {
        "PATH": os.environ["PATH"],
        "AIRLOCK_SITE_FILE": str(folder / "site.toml"),
        "AIRLOCK_SANDBOX_PORT": "0",
        "AIRLOCK_SANDBOX_CONTROL": "127.0.0.1:0",
        "AIRLOCK_SANDBOX_DATABASE_URL": f"sqlite:///{folder / 'sandbox.db'}",
        "AIRLOCK_CONTROL_SECRET_FILE": str(secret),
        **(env or {}),
    }


def _ready(process: subprocess.Popen[str]) -> Running:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("READY "):
        process.kill()
        raise AssertionError(process.communicate(timeout=30))
    return _running(json.loads(line.removeprefix("READY ")))


def _running(said: Mapping[str, Any]) -> Running:
    return Running(f"http://127.0.0.1:{said['port']}", said["control"])
