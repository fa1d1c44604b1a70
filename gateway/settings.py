"""What can be set, in one table; read once from the environment at the start.

The page of settings in ``docs/`` is made of ``TABLE``, so nothing can be read here that
is not in it. Jira credentials are listed but read only by ``gateway.upstream.credentials``.
"""

import difflib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from gateway.agents_settings import AGENTS, ForeignIssuer, OAuth, foreign_issuer_of, oauth_of
from gateway.installation_settings import INSTALLATION, Stage, stage_of
from gateway.jira_settings import JIRA, PartSettingsError, Setting, one_of
from gateway.notify_settings import NOTIFY, Notify, notify_of
from gateway.people_settings import PEOPLE, Oidc, PeopleRules, oidc_of, people_of
from gateway.promotion.signing import Signer, signer_of

TABLE: tuple[Setting, ...] = (
    Setting("AIRLOCK_HOST", "127.0.0.1", "address the reviewers' pages listen on"),
    Setting("AIRLOCK_PORT", "8642", "port of the reviewers' pages"),
    Setting(
        "AIRLOCK_DATABASE_URL",
        "sqlite:///.airlock/gateway.db",
        "the gateway's own database: sqlite:///… or postgresql+psycopg://…",
    ),
    Setting("AIRLOCK_SITE", "jira", "short name of the one Jira this gateway serves"),
    Setting(
        "AIRLOCK_PROJECTS",
        "",
        "project keys, comma-separated: what is taken in and what may be written",
        aliases=("JIRA_PROJECTS_FILTER",),
    ),
    Setting(
        "AIRLOCK_INTAKE_JQL", "", "which issues are taken in; default: all of AIRLOCK_PROJECTS"
    ),
    Setting(
        "AIRLOCK_SECRET_KEY",
        "",
        "key of the markers that promotion leaves in Jira; default: made once and kept in "
        "the file secret-key beside the SQLite database",
        secret=True,
    ),
    Setting(
        "AIRLOCK_QUARANTINE_SECONDS",
        "45",
        "how long a write of unknown outcome rests before Jira is asked what became of it",
    ),
    Setting("AIRLOCK_LEASE_SECONDS", "60", "how long one promoter may hold an operation"),
    Setting(
        "AIRLOCK_PROMOTERS",
        "12",
        "how many operations one gateway process carries at once; "
        "with PostgreSQL each may need a connection",
    ),
    Setting("AIRLOCK_POLL_SECONDS", "60", "how often Jira is read again"),
    Setting(
        "AIRLOCK_POLL_OVERLAP_SECONDS",
        "180",
        "how much of the time before is read again each time: Jira's search lags behind",
    ),
    Setting(
        "AIRLOCK_OPEN_SECONDS",
        "60",
        "how often issues that agents work on are read again, each by its id",
    ),
    Setting(
        "AIRLOCK_DEFAULT_LANGUAGE",
        "en",
        "language of the pages when the browser names none: en or ko",
        aliases=("AIRLOCK_DEFAULT_LANG",),
    ),
    Setting(
        "AIRLOCK_PUBLIC_URL",
        "",
        "where reviewers find the pages; default: http://AIRLOCK_HOST:AIRLOCK_PORT",
        aliases=("PUBLIC_BASE_URL",),
    ),
    Setting("AIRLOCK_DEMO", "no", "demo: requires a sandbox as its upstream, shows a banner"),
    Setting(
        "AIRLOCK_DELETES",
        "no",
        "yes: an undo may delete what a promotion made, after a second confirmation; agents "
        "never delete",
    ),
    Setting(
        "AIRLOCK_NAME_IN_HISTORY",
        "yes",
        "yes: agent and approver are named in the history entry of edits and transitions",
    ),
    Setting(
        "AIRLOCK_NAME_IN_COMMENT",
        "no",
        "yes: a comment on each issue that a promotion touches names agent and approver",
    ),
    *AGENTS,
    *PEOPLE,
    *INSTALLATION,
    *NOTIFY,
    *JIRA,
)

#: Read by other parts of the project: known, but not the gateway's business.
ELSEWHERE = frozenset(
    {
        "AIRLOCK_SITE_FILE",
        "AIRLOCK_TOKEN",
        "AIRLOCK_MCP_URL",
        "AIRLOCK_CLIENTS_BIN",
        "AIRLOCK_FLAVOUR",
        "AIRLOCK_CONTROL_SECRET",
        "AIRLOCK_SANDBOX_HOST",
        "AIRLOCK_SANDBOX_PORT",
        "AIRLOCK_SANDBOX_DATABASE_URL",
        "AIRLOCK_SANDBOX_MCP_TOOLS",
        "AIRLOCK_SANDBOX_MCP_DENY",
    }
)

_Part = TypeVar("_Part")
_AUTHORS = ("service", "requester", "approver")
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


class SettingsError(Exception):
    """A setting cannot be used as it is."""

    def __init__(self, name: str, problem: str) -> None:
        """Say which setting and what is wrong with it."""
        super().__init__(f"{name} {problem}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings but Jira's credentials, checked and typed."""

    host: str = "127.0.0.1"
    port: int = 8642
    database_url: str = "sqlite:///.airlock/gateway.db"
    sandbox_control: str = "127.0.0.1:8644"
    control_secret_file: Path = Path(".airlock/control-secret")
    sandbox_public_url: str = "http://127.0.0.1:8643"
    site: str = "jira"
    projects: tuple[str, ...] = ()
    intake_jql: str = ""
    #: Key of the markers' HMAC; empty until ``with_secret_key`` has run.
    secret_key: bytes = field(default=b"", repr=False)
    #: Given by setting; see ``instance_path``.
    instance_file: Path | None = None
    #: What the signing key is made of; empty: ``secret_key``.
    signing_key: bytes = field(default=b"", repr=False)
    quarantine_seconds: float = 45.0
    lease_seconds: float = 60.0
    #: Operations that one process carries at once; always on different issues.
    promoters: int = 12
    poll_seconds: float = 60.0
    #: 0: drafts wait until somebody hands them in.
    idle_minutes: float = 30.0
    poll_overlap_seconds: float = 180.0
    open_seconds: float = 60.0
    #: Empty: no webhook is taken.
    hook_secret: bytes = field(default=b"", repr=False)
    default_language: str = "en"
    public_url: str = "http://127.0.0.1:8642"
    #: Whether agents are told where people see an issue.
    browse_links: bool = True
    demo: bool = False
    deletes: bool = False
    name_in_history: bool = True
    name_in_comment: bool = False
    #: Bytes.
    largest_file: int = 10 * 1024 * 1024
    #: Loopback URL of a sandbox that may stand in for Jira, or None.
    test_upstream: str | None = None
    #: Where the sandbox that plays Jira in the demo is told what people do, or None.
    stage: Stage | None = None
    #: True: nothing is ever written to Jira.
    read_only: bool = False
    #: ``service``, ``requester`` or ``approver``: as whom is written.
    author: str = "service"
    #: Where people sign in, or None: by one-time links alone.
    oidc: Oidc | None = None
    #: How else they come in.
    people: PeopleRules = field(default_factory=PeopleRules)
    #: Where people are told that something waits; off when it names no channel.
    notify: Notify = field(default_factory=Notify)
    #: The own authorization server for agents' clients, or None.
    oauth: OAuth | None = None
    #: Whose access tokens are good in its place, or None.
    foreign_issuer: ForeignIssuer | None = None
    #: Sentences for the person who starts the gateway.
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_env(
        cls, env: Mapping[str, str], dotenv: Mapping[str, str] | None = None
    ) -> "Settings":
        """Read the process environment, then ``.env`` for what that does not name."""
        names = resolved({**(dotenv or {}), **env})
        # A file that travels with a project must never be able to lift this wall.
        test_upstream = env.get("AIRLOCK_TEST_UPSTREAM") or None
        make_believe = _truth(names, "AIRLOCK_DEMO") or test_upstream is not None
        port = int(_number(names, "AIRLOCK_PORT"))
        public_url = names["AIRLOCK_PUBLIC_URL"] or f"http://{names['AIRLOCK_HOST']}:{port}"
        database_url = names["AIRLOCK_DATABASE_URL"]
        return cls(
            host=names["AIRLOCK_HOST"],
            port=port,
            database_url=database_url,
            sandbox_control=names["AIRLOCK_SANDBOX_CONTROL"],
            control_secret_file=Path(names["AIRLOCK_CONTROL_SECRET_FILE"]),
            sandbox_public_url=names["AIRLOCK_SANDBOX_PUBLIC_URL"].rstrip("/"),
            site=names["AIRLOCK_SITE"],
            projects=_listed(names["AIRLOCK_PROJECTS"]),
            intake_jql=names["AIRLOCK_INTAKE_JQL"],
            secret_key=secret_key(names["AIRLOCK_SECRET_KEY"], database_url),
            instance_file=Path(given) if (given := names["AIRLOCK_INSTANCE_FILE"]) else None,
            signing_key=names["AIRLOCK_SIGNING_KEY"].encode(),
            quarantine_seconds=_number(names, "AIRLOCK_QUARANTINE_SECONDS"),
            lease_seconds=_number(names, "AIRLOCK_LEASE_SECONDS"),
            promoters=_counted(names, "AIRLOCK_PROMOTERS", 64),
            idle_minutes=_number(names, "AIRLOCK_IDLE_MINUTES"),
            poll_seconds=_number(names, "AIRLOCK_POLL_SECONDS"),
            poll_overlap_seconds=_number(names, "AIRLOCK_POLL_OVERLAP_SECONDS"),
            open_seconds=_number(names, "AIRLOCK_OPEN_SECONDS"),
            hook_secret=names["AIRLOCK_HOOK_SECRET"].encode(),
            default_language=names["AIRLOCK_DEFAULT_LANGUAGE"],
            public_url=public_url.rstrip("/"),
            browse_links=_truth(names, "AIRLOCK_BROWSE_LINKS"),
            demo=_truth(names, "AIRLOCK_DEMO"),
            deletes=_truth(names, "AIRLOCK_DELETES"),
            name_in_history=_truth(names, "AIRLOCK_NAME_IN_HISTORY"),
            name_in_comment=_truth(names, "AIRLOCK_NAME_IN_COMMENT"),
            largest_file=round(_number(names, "AIRLOCK_LARGEST_FILE") * 1024 * 1024),
            test_upstream=test_upstream,
            # As with the test upstream: never from a file.
            stage=_parsed(lambda: stage_of(env, demo=_truth(names, "AIRLOCK_DEMO"))),
            read_only=_truth(names, "AIRLOCK_READ_ONLY"),
            author=_parsed(lambda: one_of(names, "AIRLOCK_AUTHOR", _AUTHORS)),
            oidc=_parsed(lambda: oidc_of(names)),
            people=_parsed(lambda: people_of(names, make_believe=make_believe)),
            notify=_parsed(lambda: notify_of(names)),
            oauth=_parsed(
                lambda: oauth_of(
                    names, public_url.rstrip("/"), wanted=_truth(names, "AIRLOCK_OAUTH")
                )
            ),
            foreign_issuer=_parsed(lambda: foreign_issuer_of(names)),
            warnings=unknown_names({**(dotenv or {}), **env}),
        )

    @property
    def instance_path(self) -> Path | None:
        """The file that remembers, outside the database, how far it had come."""
        return self.instance_file or _beside(self.database_url, "instance.json")

    @property
    def signer(self) -> Signer:
        """The key that signs approvals and the audit."""
        return signer_of(self.signing_key or self.secret_key)

    def control_secret(self) -> bytes:
        """Return the control door's secret; refuses a file that others may read."""
        return secret_of("AIRLOCK_CONTROL_SECRET_FILE", self.control_secret_file)


def secret_of(name: str, path: Path) -> bytes:
    """Return the secret in the file that a setting names; refuses one that others may read."""
    if not path.is_file():
        raise SettingsError(name, f"names {path}, which is not a file.")
    if path.stat().st_mode & 0o077:
        raise SettingsError(name, f"names {path}, which others may read: chmod 600.")
    return path.read_bytes().strip()


def resolved(env: Mapping[str, str]) -> dict[str, str]:
    """Return every name of the table with its value: given, by alias, by file, default."""
    return {setting.name: _resolve(setting, env) for setting in TABLE}


def unknown_names(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return one sentence for each ``AIRLOCK_*`` name that nothing reads."""
    known = ELSEWHERE | {name for one in TABLE for name in (one.name, *one.aliases)}
    known |= {f"{one.name}_FILE" for one in TABLE if one.secret}
    strange = sorted(name for name in env if name.startswith("AIRLOCK_") and name not in known)
    return tuple(_suggestion(name, known) for name in strange)


def secret_key(given: str, database_url: str) -> bytes:
    """Return the markers' key: the given one, or the one kept beside the database."""
    if given:
        return given.encode()
    path = _beside(database_url, "secret-key")
    if path is None:
        # In memory nothing survives, so neither need the key. On PostgreSQL two
        # gateways must share one key: it has to be given.
        if database_url.startswith("sqlite"):
            return secrets.token_bytes(32)
        raise SettingsError("AIRLOCK_SECRET_KEY", "must be set when the database is PostgreSQL.")
    return _kept(path)


def known_signer(names: Mapping[str, str]) -> Signer | None:
    """Return the signer of an installation that is only looked at: no key is made for it."""
    given = names["AIRLOCK_SIGNING_KEY"] or names["AIRLOCK_SECRET_KEY"]
    if given:
        return signer_of(given.encode())
    path = _beside(names["AIRLOCK_DATABASE_URL"], "secret-key")
    return signer_of(path.read_bytes()) if path is not None and path.is_file() else None


def _kept(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_hex(32).encode()
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(made)
    except FileExistsError:
        made = path.read_bytes()
    if not made:
        raise SettingsError("AIRLOCK_SECRET_KEY", f"is kept in {path}, which is empty.")
    return made


@lru_cache(maxsize=8)
def _beside(database_url: str, name: str) -> Path | None:
    """Return the file of this name beside a SQLite database; None for any other."""
    if not database_url.startswith("sqlite:///") or ":memory:" in database_url:
        return None
    return Path(database_url.removeprefix("sqlite:///").split("?")[0]).parent / name


def _resolve(setting: Setting, env: Mapping[str, str]) -> str:
    for name in (setting.name, *setting.aliases):
        if env.get(name):
            return env[name].strip()
        file = env.get(f"{name}_FILE") if setting.secret else None
        if file:
            try:
                return Path(file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE", f"cannot be read: {error.strerror}.") from None
    return setting.default


def _suggestion(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"{name} is not a setting of jira-airlock and is ignored.{hint}"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _truth(names: Mapping[str, str], name: str) -> bool:
    value = names[name].lower()
    if value not in _TRUE | _FALSE:
        raise SettingsError(name, f"is '{names[name]}'; it may be yes or no.")
    return value in _TRUE


def _parsed(parse: Callable[[], _Part]) -> _Part:
    """Return settings that another file reads, their troubles as ours."""
    try:
        return parse()
    except PartSettingsError as error:
        raise SettingsError(error.name, str(error)) from None


def _counted(names: Mapping[str, str], name: str, most: int) -> int:
    number = _number(names, name)
    if number not in range(1, most + 1):
        raise SettingsError(name, f"has to be a whole number from 1 to {most}.")
    return int(number)


def _number(names: Mapping[str, str], name: str) -> float:
    try:
        return float(names[name])
    except ValueError:
        raise SettingsError(name, f"is '{names[name]}'; it has to be a number.") from None
