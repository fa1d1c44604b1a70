"""``airlock serve``: the gateway. Reviewers' pages, fetching, promoting, in one process."""

import argparse
import json
import socket
import sys
from dataclasses import replace

import uvicorn

from gateway.app import create_app
from gateway.cli.intake import ProgressLine
from gateway.cli.opening import TROUBLE, close_gateway, open_gateway
from gateway.identity import links
from gateway.operations import intake
from gateway.operations.background import Background
from gateway.operations.context import Gateway
from gateway.settings import SettingsError
from gateway.web.notice_words import deliverer_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--no-intake", action="store_true", help="do not read Jira at the start")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    try:
        gateway = open_gateway()
    except (*TROUBLE, OSError) as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    try:
        with _listen(gateway) as listening:
            return _serve(gateway, listening, read_jira=not args.no_intake)
    except (*TROUBLE, OSError) as error:
        sys.stderr.write(f"airlock: {error}\n")
        return 1
    finally:
        close_gateway(gateway)


def _listen(gateway: Gateway) -> socket.socket:
    """Bind first, so that port 0 becomes a real one before any link is printed."""
    settings = gateway.settings
    if not 0 <= settings.port <= 65535:
        raise SettingsError("AIRLOCK_PORT", f"is {settings.port}; it has to be below 65536.")
    try:
        listening = socket.create_server((settings.host, settings.port))
    except OSError as error:
        said = f"is {settings.port}, which cannot be used: {error.strerror}. Set another, or 0."
        raise SettingsError("AIRLOCK_PORT", said) from error
    port = listening.getsockname()[1]
    if settings.port == 0:
        url = f"http://{settings.host}:{port}"
        oauth = None if settings.oauth is None else replace(settings.oauth, issuer=url)
        gateway.settings = replace(settings, port=port, public_url=url, oauth=oauth)
    return listening


def _serve(gateway: Gateway, listening: socket.socket, *, read_jira: bool) -> int:
    if read_jira and not intake.taken_in(gateway):
        # Later on the background reads: what is new at once, everything when it is due.
        shown = ProgressLine(sys.stderr.write, terminal=sys.stderr.isatty())
        report = intake.take_in(gateway, on_progress=shown.show)
        shown.end()
        _say(f"{report.issues} issues taken in from {gateway.identity.base_url}")
    background = Background(gateway, deliverer=deliverer_of(gateway))
    background.start()
    try:
        _invite(gateway)
        config = uvicorn.Config(
            create_app(gateway), log_level="warning", access_log=False, timeout_graceful_shutdown=3
        )
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        background.stop()
    return 0


def _invite(gateway: Gateway) -> None:
    """Print the one-time link to the terminal (and for the demo, as the ready line)."""
    link = links.new_link(gateway, "admin")
    if gateway.demo:
        _say("READY " + json.dumps({"url": gateway.settings.public_url, "sign_in": link}))
        return
    _say(f"Sign in once, within 10 minutes: {link}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
