"""Settings about the installation itself, beside ``settings.py``."""

from gateway.jira_settings import Setting

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
)
