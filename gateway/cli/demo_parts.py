"""The three processes of the demo and what each is told: files, ports, environments."""

import json
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.cli.processes import Child, finish, start

#: The demo's own ports, when they are free.
UPSTREAM_PORT, GATEWAY_PORT, SANDBOX_PORT = 8641, 8642, 8643
SITE = "shop"

_UPSTREAM_SITE = """\
site = "{site}"
role = "upstream"
flavour = "cloud"
title = "Demo Jira"

[[users]]
name = "airlock"
account_id = "712020:airlock-service"
display_name = "Airlock (service account)"
email = "airlock@shop.example"
tokens = ["{service}"]
admin = true
"""
_PERSON_SITE = """
[[users]]
name = "{email}"
account_id = "{account_id}"
display_name = "{name}"
email = "{email}"
tokens = ["{token}"]
"""
_SHADOW_SITE = """\
site = "{site}"
role = "shadow"
flavour = "cloud"
title = "Demo Jira (shadow)"
"""


@dataclass(slots=True)
class Demo:
    """A running demo: where everything is, and how to end it."""

    folder: Path
    #: Token of the service account that the gateway reads and promotes with.
    service_token: str
    children: list[Child] = field(default_factory=list)
    upstream_url: str = ""
    upstream_control: str = ""
    sandbox_url: str = ""
    sandbox_control: str = ""
    gateway_url: str = ""
    sign_in: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    agent_token: str = ""

    @property
    def service(self) -> tuple[str, str]:
        """Return the service account's e-mail address and token."""
        return ("airlock@shop.example", self.service_token)

    def gateway_env(self) -> dict[str, str]:
        """Return the gateway's environment; also for commands that act on it."""
        port = self.gateway_url.rsplit(":", 1)[-1] if self.gateway_url else str(_port(GATEWAY_PORT))
        return {
            "AIRLOCK_DEMO": "true",
            "AIRLOCK_SITE": SITE,
            "AIRLOCK_PROJECTS": "WEB,PAY",
            "AIRLOCK_PORT": port,
            "AIRLOCK_DATABASE_URL": f"sqlite:///{self.folder / 'gateway.db'}",
            "AIRLOCK_SANDBOX_CONTROL": self.sandbox_control,
            "AIRLOCK_SANDBOX_PUBLIC_URL": self.sandbox_url,
            "AIRLOCK_CONTROL_SECRET_FILE": str(self.folder / "shadow-secret"),
            "AIRLOCK_DEMO_CONTROL": self.upstream_control,
            "AIRLOCK_DEMO_CONTROL_SECRET_FILE": str(self.folder / "upstream-secret"),
            "AIRLOCK_SELF_APPROVAL": "true",
            "AIRLOCK_QUARANTINE_SECONDS": "3",
            # What a colleague changes shall soon be seen.
            "AIRLOCK_POLL_SECONDS": "5",
            "JIRA_URL": self.upstream_url,
            "JIRA_USERNAME": self.service[0],
            "JIRA_API_TOKEN": self.service[1],
        }

    def stop(self) -> None:
        """End all processes, the newest first."""
        for child in reversed(self.children):
            child.stop()


def _port(wanted: int) -> int:
    """Return the wanted port if it is free, else 0 (any)."""
    with socket.socket() as probe:
        # Connections of a demo that has just ended do not keep its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


def _secret_file(path: Path) -> Path:
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(32), encoding="utf-8")
    return path


def begin(folder: Path, seed: int) -> Demo:
    """Start the fake Jira, fill it, start the shadow sandbox and the gateway."""
    demo = Demo(folder, service_token=secrets.token_urlsafe(24))
    try:
        _start_upstream(demo, seed)
        _start_shadow(demo)
        _start_gateway(demo)
    except BaseException:
        demo.stop()
        raise
    return demo


def _start_upstream(demo: Demo, seed: int) -> None:
    told = finish("seed_data", ["seed_data", "--describe", "--seed", str(seed)], {})
    demo.told = dict(json.loads(told))
    text = _UPSTREAM_SITE.format(site=SITE, service=demo.service_token)
    for person in demo.told["people"]:
        text += _PERSON_SITE.format(**person, token=person_token(demo, person["account_id"]))
    (demo.folder / "upstream.toml").write_text(text, encoding="utf-8")
    ready = _start_sandbox(demo, "upstream", _port(UPSTREAM_PORT))
    demo.upstream_url, demo.upstream_control = ready["url"], ready["control"]
    secret_file = str(demo.folder / "upstream-secret")
    control = ["--control", ready["control"], "--secret-file", secret_file]
    finish("seed_data", ["seed_data", *control, "--seed", str(seed), "--site", SITE], {})


def person_token(demo: Demo, account_id: str) -> str:
    """Return a person's token at the demo's Jira: made from the service token."""
    return f"{demo.service_token[:12]}-{account_id.rsplit(':', 1)[-1]}"


def _start_shadow(demo: Demo) -> None:
    text = _SHADOW_SITE.format(site=SITE)
    (demo.folder / "shadow.toml").write_text(text, encoding="utf-8")
    ready = _start_sandbox(demo, "shadow", _port(SANDBOX_PORT))
    demo.sandbox_url, demo.sandbox_control = ready["url"], ready["control"]


def _start_sandbox(demo: Demo, name: str, port: int) -> dict[str, Any]:
    child = start(
        name,
        ["sandbox"],
        {
            "AIRLOCK_SITE_FILE": str(demo.folder / f"{name}.toml"),
            "AIRLOCK_SANDBOX_PORT": str(port),
            "AIRLOCK_SANDBOX_CONTROL": "127.0.0.1:0",
            "AIRLOCK_SANDBOX_DATABASE_URL": f"sqlite:///{demo.folder / f'{name}.db'}",
            "AIRLOCK_CONTROL_SECRET_FILE": str(_secret_file(demo.folder / f"{name}-secret")),
        },
    )
    demo.children.append(child)
    ready = child.ready()
    return {
        "url": f"http://127.0.0.1:{ready['port']}",
        "control": _control_address(ready["control"]),
    }


def _control_address(told: str) -> str:
    return told if told.startswith("unix:") else f"http://{told}"


def _start_gateway(demo: Demo) -> None:
    child = start("gateway", ["gateway", "serve"], demo.gateway_env())
    demo.children.append(child)
    ready = child.ready()
    demo.gateway_url, demo.sign_in = ready["url"], ready["sign_in"]


def register_agent(demo: Demo) -> None:
    """Register the scripted agent, for the person of the cast."""
    email = demo.told["cast"]["person"]["email"]
    command = ["agent", "create", "triage-bot", "--for", email, "--projects", "WEB,PAY", "--json"]
    told = finish("airlock agent", ["gateway", *command], demo.gateway_env())
    demo.agent_token = json.loads(told)["token"]


def let_agent_work(demo: Demo) -> str:
    """Let the scripted agent work; returns what it said."""
    env = {"AIRLOCK_MCP_URL": f"{demo.sandbox_url}/mcp", "AIRLOCK_TOKEN": demo.agent_token}
    return finish(
        "the agent", ["seed_data.scenarios.agent"], env, given=json.dumps(demo.told["cast"])
    )


def let_colleague_edit(demo: Demo) -> None:
    """Let a colleague change the very field that the agent changed."""
    cast = demo.told["cast"]
    colleague = cast["colleague"]
    basic = f"{colleague['email']}:{person_token(demo, colleague['account_id'])}"
    env = {"JIRA": demo.upstream_url, "JIRA_BASIC": basic}
    finish("the colleague", ["seed_data.scenarios.colleague", cast["conflict"], "Highest"], env)


def wait_for_reviews(demo: Demo, count: int) -> list[dict[str, Any]]:
    """Return the change sets once the gateway has fetched ``count`` of them."""
    told = finish(
        "airlock changes",
        ["gateway", "changes", "list", "--json", "--wait-for", str(count)],
        demo.gateway_env(),
    )
    return list(json.loads(told))
