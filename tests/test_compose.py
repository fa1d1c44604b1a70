"""The walls of compose.yaml: parsed, because no container engine runs in our tests."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8")))


def networks_of(service: str) -> list[str]:
    return list(compose()["services"][service].get("networks", []))


def forwarded(path: str) -> bool:
    """Return whether the door's only forwarding rule matches a path."""
    text = compose()["configs"]["door"]["content"].replace("$$", "$")
    rule = re.search(r"location ~ (\S+) \{", text)
    assert rule is not None
    return re.search(rule[1], path) is not None


def test_the_sandbox_stands_on_internal_networks_only() -> None:
    internal = {
        name for name, spec in compose()["networks"].items() if (spec or {}).get("internal")
    }
    assert set(networks_of("sandbox")) <= internal
    assert networks_of("sandbox") != []


def test_the_sandbox_publishes_no_port_and_reads_no_credentials() -> None:
    sandbox = compose()["services"]["sandbox"]
    assert "ports" not in sandbox
    assert "env_file" not in sandbox
    assert [name for name in sandbox["environment"] if name.startswith("JIRA_")] == []


def test_the_gateway_and_the_sandbox_share_no_network() -> None:
    assert set(networks_of("gateway")) & set(networks_of("sandbox")) == set()


def test_the_control_door_is_a_socket_that_the_agents_door_cannot_see() -> None:
    services = compose()["services"]
    assert services["sandbox"]["environment"]["AIRLOCK_SANDBOX_CONTROL"].startswith("unix:")
    mounted = [
        name for name, one in services.items() if "control:/run/airlock" in one.get("volumes", [])
    ]
    assert sorted(mounted) == ["gateway", "sandbox", "secret"]


def test_the_agents_door_forwards_four_paths_and_never_the_control_door() -> None:
    open_paths = [
        "/rest/api/2/myself",
        "/mcp",
        "/mcp/task-1",
        "/t/a/rest/api/3/field",
        "/.well-known/x",
    ]
    closed = ["/_sandbox/health", "/", "/restore", "/mcpx", "/t", "/docs", "/x/_sandbox/site"]
    assert [path for path in open_paths if not forwarded(path)] == []
    assert [path for path in closed if forwarded(path)] == ["/t"]


def test_every_published_port_is_bound_to_loopback() -> None:
    ports = [port for one in compose()["services"].values() for port in one.get("ports", [])]
    assert ports != []
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_services_that_stay_run_hardened() -> None:
    for name in ("sandbox", "gateway", "door"):
        service = compose()["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name


def test_the_image_runs_as_a_plain_user_and_pins_by_hash() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "\nUSER airlock\n" in text
    assert "--require-hashes -r requirements.lock" in text
