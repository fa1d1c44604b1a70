"""``airlock doctor --security``: the walls that depend on how it was installed.

Wrong file modes, a sandbox that runs as the gateway's own user, ways that are open: all
that no program can prevent from inside.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from gateway.operations.checking import Checked, fail, ok, warn
from gateway.policy.self_approval import SelfApproval
from gateway.settings import TABLE, Settings
from gateway.upstream.credentials import is_loopback

_LISTENING = "0A"
#: Where Linux lists its sockets, each with the user that opened it.
_SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_OWN_USER = "Run the gateway as an OS user of its own, or on a host of its own."


def check_security(settings: Settings, env: Mapping[str, str]) -> Iterator[Checked]:
    """Yield what was found; ``env`` says which secrets come from files."""
    yield _users(settings)
    yield from _files(settings, env)
    yield from _doors(settings)


def open_to_others(paths: Iterable[Path]) -> list[str]:
    """Return those files that somebody else than their owner may read or write."""
    return [
        f"{path} ({stat.S_IMODE(path.stat().st_mode):04o})"
        for path in paths
        if path.exists() and path.stat().st_mode & 0o077
    ]


def listener(port: int, tables: Iterable[Path] = _SOCKETS) -> int | None:
    """Return the user id of who listens on a local port; None when nobody can tell."""
    for table in tables:
        if not table.is_file():
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            parts = line.split()
            if parts[3] == _LISTENING and int(parts[1].rsplit(":", 1)[1], 16) == port:
                return int(parts[7])
    return None


def _users(settings: Settings) -> Checked:
    """Compare the gateway's OS user with the sandbox's."""
    sandbox = _sandbox_user(settings.sandbox_control)
    if sandbox is None:
        return warn(
            "security.users",
            "It cannot be seen from here as whom the sandbox runs.",
            "Make sure that it is not the gateway's user.",
        )
    if sandbox != os.getuid():
        return ok("security.users", "Sandbox and gateway run as different users.")
    same = "Sandbox and gateway run as the same user: an agent with a shell could read everything."
    if settings.demo:
        return warn("security.users", same, f"Fine for a demo. {_OWN_USER}")
    return fail("security.users", same, _OWN_USER)


def _sandbox_user(control: str) -> int | None:
    if control.startswith(("unix:", "/")):
        socket = Path("/" + control.removeprefix("unix:").lstrip("/"))
        return socket.stat().st_uid if socket.exists() else None
    url = urlsplit(control if "://" in control else f"http://{control}")
    if url.port is None or not is_loopback(f"http://{url.netloc}"):
        return None
    return listener(url.port)


def _files(settings: Settings, env: Mapping[str, str]) -> Iterator[Checked]:
    found = open_to_others(_database_files(settings.database_url))
    if found:
        yield fail("security.database", f"Others may read {', '.join(found)}.", "chmod 600")
    elif settings.database_url.startswith("sqlite"):
        yield ok("security.database", "Only the gateway's user may read its database.")
    else:
        yield warn(
            "security.database",
            "It cannot be seen from here who else may use this database.",
            "Give the gateway a database role of its own; the sandbox must not hold it.",
        )
    found = open_to_others(_secret_files(settings, env))
    if found:
        yield fail("security.secrets", f"Others may read {', '.join(found)}.", "chmod 600")
    else:
        yield ok("security.secrets", "Only the gateway's user may read the secret files.")


def _database_files(url: str) -> list[Path]:
    file = make_url(url).database if url.startswith("sqlite") else None
    if not file or file == ":memory:":
        return []
    return [Path(file + end) for end in ("", "-wal", "-shm")]


def _secret_files(settings: Settings, env: Mapping[str, str]) -> list[Path]:
    """Return every file that a secret is read from."""
    named = [env.get(f"{one.name}_FILE", "") for one in TABLE if one.secret]
    # The key of a client certificate is a file too.
    named += [value for name, value in env.items() if name.endswith("_CLIENT_KEY")]
    files = [Path(one) for one in named if one]
    beside = [one.parent / "secret-key" for one in _database_files(settings.database_url)[:1]]
    return [settings.control_secret_file, Path(".env"), *beside, *files]


def _doors(settings: Settings) -> Iterator[Checked]:
    if os.getuid() == 0:
        yield warn("security.root", "This runs as root.", "Use a user that may do less.")
    pages = settings.public_url
    if urlsplit(pages).scheme == "http" and not is_loopback(pages):
        yield warn(
            "security.pages",
            f"The reviewers' pages at {pages} are not encrypted.",
            "Put a proxy with a certificate in front and set AIRLOCK_PUBLIC_URL to https://….",
        )
    else:
        yield ok("security.pages", f"Reviewers come in at {pages}.")
    if settings.people.self_approval is SelfApproval.YES:
        yield warn(
            "security.self",
            "The person an agent works for may approve all of its changes.",
            "Set AIRLOCK_SELF_APPROVAL to harmless or no as soon as there are two of you.",
        )
