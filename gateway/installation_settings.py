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
)
