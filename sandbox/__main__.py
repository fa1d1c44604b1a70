"""``python -m sandbox``: one process, two servers, no way out.

Prints ``READY {"port": …, "control": …}`` when both answer, and ends on SIGTERM.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from uvicorn.loops.uvloop import uvloop_loop_factory
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox import site_file as site_files
from sandbox import wall
from sandbox.app import create_app, create_control_app
from sandbox.contract.addresses import Address
from sandbox.jira_api.faulty import HANG_UP
from sandbox.mcp_server.mount import ToolSettings
from sandbox.operations import intake
from sandbox.operations.context import Role, Sandbox
from sandbox.settings import Listen, Settings, SettingsError
from sandbox.site_file import SiteFile, SiteFileError
from sandbox.store import sites
from sandbox.store.database import Database
from sandbox.store.reads import ReadQueue

log = logging.getLogger("airlock.sandbox")


class _Protocol(HttpToolsProtocol):
    """Lets an app close the connection of a request, for an upstream that loses answers."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        extensions: dict[str, Any] = {HANG_UP: self.transport.close}
        self.scope["extensions"] = extensions


class _Server(uvicorn.Server):
    """A server that leaves signals to us: there are two of them in this process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class _Bound:
    """A server that is bound to its address and does not listen yet."""

    server: _Server
    sock: Any
    listen: Listen

    @property
    def port(self) -> int:
        """The port it got."""
        return int(self.sock.getsockname()[1])

    @property
    def told(self) -> str:
        """Its address, as settings write it."""
        return f"unix:{self.listen.path}" if self.listen.path else f"{self.listen.host}:{self.port}"

    def close(self) -> None:
        """Leave nothing of a Unix socket behind."""
        if self.listen.path is not None:
            Path(self.listen.path).unlink(missing_ok=True)


def main() -> int:
    """Run a sandbox until it is told to stop."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        settings = Settings.from_env(os.environ)
        played = site_files.load(settings.site_file)
    except (SettingsError, SiteFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    tools = ToolSettings(settings.mcp_tools, settings.mcp_deny)
    if wrong := tools.problem():
        sys.stderr.write(f"{wrong}\n")
        return 2
    for warning in settings.warnings:
        log.warning(warning)
    wall.install(wall.destination_of(settings.database_url))
    run(settings, played, tools)
    return 0


def run(settings: Settings, played: SiteFile, tools: ToolSettings) -> None:
    """Bind both addresses, migrate, serve, and stop cleanly."""
    agents, control = _bind(settings.agents), _bind(settings.control)
    sandbox = _sandbox(settings, played, agents.port)
    agents.server.config.app = create_app(sandbox, played, tools)
    control.server.config.app = create_control_app(sandbox, settings.secret)
    sandbox.reads.start()
    try:
        with asyncio.Runner(loop_factory=uvloop_loop_factory()) as runner:
            runner.run(_serve(agents, control))
    finally:
        sandbox.reads.stop()
        sandbox.database.dispose()
        control.close()


async def _serve(agents: _Bound, control: _Bound) -> None:
    both = (agents, control)
    _stop_on_signals(tuple(one.server for one in both))
    running = [asyncio.create_task(one.server.serve([one.sock])) for one in both]
    while not all(one.server.started for one in both):
        if any(task.done() for task in running):
            break
        await asyncio.sleep(0.01)
    else:
        said = json.dumps({"port": agents.port, "control": control.told})
        sys.stdout.write(f"READY {said}\n")
        sys.stdout.flush()
    await asyncio.gather(*running)


def _bind(listen: Listen) -> _Bound:
    config = uvicorn.Config(
        FastAPI(),
        host=listen.host,
        http=_Protocol,
        port=listen.port,
        uds=listen.path,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Proxies in front are trusted for nothing: addresses come from the settings.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    if listen.path is not None:
        # Left behind by a killed process; a living one would hold the database too.
        Path(listen.path).unlink(missing_ok=True)
    sock = config.bind_socket()
    if listen.path is not None:
        # uvicorn lets everybody write to it; the secret alone should not be the only lock.
        Path(listen.path).chmod(0o600)
    return _Bound(_Server(config), sock, listen)


def _sandbox(settings: Settings, played: SiteFile, port: int) -> Sandbox:
    database = Database(settings.database_url)
    database.migrate()
    sandbox = Sandbox(
        site=played.site,
        role=played.role,
        flavour=played.flavour,
        address=_address(settings, played, port),
        database=database,
        clock=lambda: time.time_ns() // 1000,
        reads=ReadQueue(database),
        version=played.jira_version,
        rules=played.automation,
        faults=played.faults,
    )
    _begin(sandbox, played)
    return sandbox


def _begin(sandbox: Sandbox, played: SiteFile) -> None:
    """Give a fresh upstream the site that its file describes."""
    baseline = played.baseline(sandbox.clock())
    if baseline is None or sandbox.role is not Role.UPSTREAM:
        return
    with sandbox.database.read() as conn:
        known = sites.get(conn, sandbox.site)
    if known is None:
        intake.put_site(sandbox, baseline)


def _address(settings: Settings, played: SiteFile, port: int) -> Address:
    """Return the public address: as set, else as in the site file, else as bound."""
    if settings.public_url:
        return Address(settings.public_url)
    if played.base_url:
        # A free port cannot stand in a file: then only the path of the file's address counts.
        if settings.agents.port or urlsplit(played.base_url).port != 0:
            return Address(played.base_url)
        return Address(
            f"http://{_shown(settings.agents.host)}:{port}{urlsplit(played.base_url).path}"
        )
    return Address(f"http://{_shown(settings.agents.host)}:{port}")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _stop_on_signals(servers: tuple[_Server, ...]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


if __name__ == "__main__":
    sys.exit(main())
