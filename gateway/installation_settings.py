"""Settings about the installation itself, beside ``settings.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.jira_settings import PartSettingsError, Setting

INSTALLATION: tuple[Setting, ...] = (
    Setting(
        "AIRLOCK_SIGNING_KEY",
        "",
        "secret that the key is made of which signs approvals and the audit; default: made of "
        "AIRLOCK_SECRET_KEY. Who has the database alone can sign nothing",
        secret=True,
    ),
    Setting(
        "AIRLOCK_INSTANCE_FILE",
        "",
        "file outside the database that remembers how far it had come, so that a restored "
        "backup is noticed; leave it out of backups. Default: instance.json beside the SQLite "
        "database; with PostgreSQL none",
    ),
    Setting(
        "AIRLOCK_IDLE_MINUTES",
        "30",
        "what an agent left without handing it in is sealed for review after so many minutes "
        "without a write; 0: never. A draft never expires",
    ),
    Setting(
        "AIRLOCK_HOOK_SECRET",
        "",
        "secret of Jira's webhook to /hooks/jira (signed) or /hooks/jira/SECRET; empty: none",
        secret=True,
    ),
    Setting(
        "AIRLOCK_BROWSE_LINKS",
        "yes",
        "yes: MCP answers link to the issue in Jira itself; no: agents never see where Jira is",
    ),
    Setting(
        "AIRLOCK_TEST_UPSTREAM",
        "",
        "loopback URL of a sandbox that may stand in for Jira outside the demo; only from "
        "the process environment, never from a file",
    ),
    Setting(
        "AIRLOCK_DEMO_CONTROL",
        "",
        "demo only: control door of the sandbox that plays Jira, for the pages' 'play as another "
        "person'; only from the process environment",
    ),
    Setting(
        "AIRLOCK_DEMO_CONTROL_SECRET_FILE",
        "",
        "demo only: file (mode 0600) with that control door's secret",
    ),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The control door of the sandbox that plays Jira in the demo."""

    control: str
    secret_file: Path


class StageSettingsError(PartSettingsError):
    """The demo's control door cannot be used; has the setting's name and what is wrong."""


def stage_of(env: Mapping[str, str], *, demo: bool) -> Stage | None:
    """Return the demo's control door; raises StageSettingsError where there must be none."""
    control = env.get("AIRLOCK_DEMO_CONTROL", "")
    if not control:
        return None
    if not demo:
        raise StageSettingsError(
            "AIRLOCK_DEMO_CONTROL", "is for the demo alone: unset it, or set AIRLOCK_DEMO=yes."
        )
    secret = env.get("AIRLOCK_DEMO_CONTROL_SECRET_FILE", "")
    if not secret:
        raise StageSettingsError(
            "AIRLOCK_DEMO_CONTROL_SECRET_FILE", "must be set with AIRLOCK_DEMO_CONTROL."
        )
    return Stage(control, Path(secret))
