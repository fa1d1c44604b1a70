"""The sandbox's settings, from environment variables."""

import difflib
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "AIRLOCK_SANDBOX_"
#: Name to what it means; also the list that unknown names are compared with.
NAMES: Mapping[str, str] = {
    "AIRLOCK_SITE_FILE": "path of the site file (TOML): what this sandbox plays",
    "AIRLOCK_SANDBOX_HOST": "address that agents connect to; 127.0.0.1",
    "AIRLOCK_SANDBOX_PORT": "its port; 8643; 0 takes a free one",
    "AIRLOCK_SANDBOX_CONTROL": "control door: host:port or unix:/path; 127.0.0.1:8644",
    "AIRLOCK_SANDBOX_DATABASE_URL": "sqlite:///path or postgresql+psycopg://…",
    "AIRLOCK_CONTROL_SECRET_FILE": "file with the control door's secret, mode 0600",
    "AIRLOCK_SANDBOX_PUBLIC_URL": "address in answers, if agents use another than the bound one",
    "AIRLOCK_SANDBOX_MCP_TOOLS": "tool profile of a URL without ?tools=: atlassian, mcp-atlassian",
    "AIRLOCK_SANDBOX_MCP_DENY": "names of MCP tools that are switched off, comma-separated",
}
#: A shorter secret could be guessed.
_SECRET_BYTES = 16


class SettingsError(Exception):
    """A setting cannot be used; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a server listens: a host and port, or the path of a Unix socket."""

    host: str = "127.0.0.1"
    port: int = 0
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says."""

    site_file: Path
    agents: Listen
    control: Listen
    database_url: str
    secret: bytes
    public_url: str = ""
    #: The MCP tool profile of a URL that names none.
    mcp_tools: str = "atlassian"
    #: MCP tools that are switched off.
    mcp_deny: frozenset[str] = frozenset()
    #: Sentences about names that mean nothing, for the log.
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Return the settings in an environment; raise SettingsError with one sentence."""
        host = env.get("AIRLOCK_SANDBOX_HOST") or "127.0.0.1"
        return cls(
            site_file=Path(_required(env, "AIRLOCK_SITE_FILE")),
            agents=Listen(host, _port("AIRLOCK_SANDBOX_PORT", env, "8643")),
            control=_control(env.get("AIRLOCK_SANDBOX_CONTROL") or "127.0.0.1:8644"),
            database_url=env.get("AIRLOCK_SANDBOX_DATABASE_URL") or "sqlite:///sandbox.db",
            secret=_secret(Path(_required(env, "AIRLOCK_CONTROL_SECRET_FILE"))),
            public_url=(env.get("AIRLOCK_SANDBOX_PUBLIC_URL") or "").rstrip("/"),
            mcp_tools=env.get("AIRLOCK_SANDBOX_MCP_TOOLS") or "atlassian",
            mcp_deny=_names(env.get("AIRLOCK_SANDBOX_MCP_DENY", "")),
            warnings=_unknown_names(env),
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise SettingsError(f"{name} is not set. It is the {NAMES[name]}.")
    return value


def _names(listed: str) -> frozenset[str]:
    return frozenset(one.strip() for one in listed.split(",") if one.strip())


def _port(name: str, env: Mapping[str, str], default: str) -> int:
    text = env.get(name) or default
    if not text.isdecimal() or int(text) > 65535:
        raise SettingsError(f"{name} must be a port number from 0 to 65535, but is {text!r}.")
    return int(text)


def _control(text: str) -> Listen:
    if text.startswith("unix:"):
        return Listen(path=text.removeprefix("unix:"))
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdecimal() or int(port) > 65535:
        raise SettingsError(
            f"AIRLOCK_SANDBOX_CONTROL must be host:port or unix:/path, but is {text!r}."
        )
    return Listen(host.strip("[]"), int(port))


def _secret(path: Path) -> bytes:
    """Return the control secret; a file that others can read is no secret."""
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"The control secret {path} cannot be read: {error}.") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"The control secret {path} can be read or changed by others. Run: chmod 600 {path}"
        )
    if len(secret) < _SECRET_BYTES:
        raise SettingsError(f"The control secret {path} is shorter than {_SECRET_BYTES} bytes.")
    return secret


def _unknown_names(env: Mapping[str, str]) -> tuple[str, ...]:
    known = [name for name in NAMES if name.startswith(_PREFIX)]
    return tuple(
        _hint(name, known) for name in sorted(env) if name.startswith(_PREFIX) and name not in known
    )


def _hint(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"{name} means nothing here. Did you mean {near[0]}?"
