"""The walls of ARCHITECTURE.md, checked on the source text; each rule seen to fail."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("sandbox", "gateway", "seed_data")

#: What the sandbox may import besides itself: an allow-list, so that a new way out is
#: refused by default. `sandbox/__main__.py` and `app.py` may also start the server.
_ALLOWED = """
    __future__ abc ast asyncio base64 binascii bisect calendar collections colorsys contextlib
    contextvars copy dataclasses datetime decimal difflib email enum fnmatch functools graphlib
    hashlib heapq hmac html http inspect io ipaddress itertools json keyword logging math
    mimetypes operator os pathlib posixpath queue random re secrets signal stat statistics
    string struct sys tempfile textwrap threading time tomllib traceback types typing
    unicodedata urllib uuid warnings weakref xml zoneinfo
    alembic anyio annotated_types fastapi jira2markdown jsonschema jwt marklas markdown_it
    markupsafe mcp mcp_types orjson pydantic pydantic_core python_multipart sqlalchemy sqlmodel
    starlette typing_extensions uvicorn
"""
SANDBOX_MAY_IMPORT = frozenset(_ALLOWED.split())
#: Modules inside allowed packages that open connections or start processes.
SANDBOX_MUST_NOT_IMPORT = (
    "asyncio.subprocess",
    "http.client",
    "jwt.PyJWKClient",
    "jwt.jwks_client",
    "mcp.client",
    "mcp.Client",
    "mcp.cli",
    "starlette.testclient",
    "fastapi.testclient",
    "urllib.request",
    "xml.sax",
)

#: Rooms from the inside out; a room may import rooms before it, never after.
LAYERS = {
    "sandbox": [
        "contract",
        "domain",
        "store",
        "operations",
        "jira_api mcp_server control_api",
        "settings site_file wall app __main__",
    ],
    "gateway": [
        "policy protection review promotion",
        "jira_settings people_settings installation_settings notify_settings agents_settings",
        "settings store upstream sandbox_link identity notifying",
        "operations",
        "web",
        "app",
        "cli __main__",
    ],
}

#: Within the pure rooms of the gateway, and of `identity` upon `store`, order does not matter.
FREE = {("gateway", "identity", "operations")}

#: Rooms whose functions decide on values: no I/O, clock, random or environment.
PURE = (
    "sandbox/contract",
    "sandbox/domain",
    "gateway/policy",
    "gateway/protection",
    "gateway/review",
    "gateway/promotion",
)
PURE_MUST_NOT_IMPORT = (
    "fastapi",
    "starlette",
    "sqlalchemy",
    "sqlmodel",
    "os",
    "time",
    "random",
    "secrets",
    "uuid",
    "socket",
    "subprocess",
    "httpx2",
    "threading",
    "pathlib",
)


@dataclass(frozen=True)
class Imports:
    """The import statements of a source text, and those of them inside functions."""

    every: tuple[ast.Import | ast.ImportFrom, ...]
    nested: tuple[int, ...]


@cache
def parsed(source: str) -> Imports:
    """Read a source text once, whichever rules look at it."""
    every: list[ast.Import | ast.ImportFrom] = []
    nested: list[int] = []

    def look(node: ast.AST, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import | ast.ImportFrom):
                every.append(child)
                nested.extend([child.lineno] if inside else [])
            elif not isinstance(child, ast.expr):
                look(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    look(ast.parse(source), inside=False)
    return Imports(tuple(every), tuple(nested))


@cache
def imports_of(source: str) -> frozenset[str]:
    """Return every module and name that a source text imports, with dots."""
    found: set[str] = set()
    for node in parsed(source).every:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            module = ("." * node.level) + (node.module or "")
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every source file below the folders."""
    for folder in folders:
        yield from texts(folder)


@cache
def texts(folder: str) -> tuple[tuple[str, str], ...]:
    """Return path and text of every source file below a folder."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


def starts(name: str, prefixes: tuple[str, ...] | frozenset[str]) -> bool:
    """Return whether a dotted name is one of the prefixes or below one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def ways_out(source: str) -> list[str]:
    """Return the imports of a sandbox file that the wall does not allow."""
    allowed = SANDBOX_MAY_IMPORT | {"sandbox"}
    return sorted(
        name
        for name in imports_of(source)
        if not starts(name, allowed) or starts(name, SANDBOX_MUST_NOT_IMPORT)
    )


def beyond_contract(source: str) -> list[str]:
    """Return the imports of a gateway file that reach into the sandbox."""
    return sorted(
        name
        for name in imports_of(source)
        if starts(name, ("sandbox",))
        and not starts(name, ("sandbox.contract",))
        and name != "sandbox"
    )


def room_of(path: str) -> str:
    """Return the room (first folder or file below the package) of a path."""
    return path.split("/")[1].removesuffix(".py")


def outward(package: str, path: str, source: str) -> list[str]:
    """Return the imports that point from an inner room to an outer one."""
    height = {room: level for level, rooms in enumerate(LAYERS[package]) for room in rooms.split()}
    here = height[room_of(path)]
    wrong = []
    for name in imports_of(source):
        parts = name.split(".")
        if parts[0] != package or len(parts) < 2 or parts[1] == room_of(path):
            continue
        if height.get(parts[1], 99) > here and (package, room_of(path), parts[1]) not in FREE:
            wrong.append(name)
    return sorted(wrong)


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return one import cycle, or an empty list."""
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def import_graph() -> dict[str, set[str]]:
    """Return which of our modules imports which."""
    texts = {
        path.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): text
        for path, text in sources(*PACKAGES)
    }
    return {
        module: {name for name in imports_of(text) if name in texts and name != module}
        for module, text in texts.items()
    }


def nested_imports(source: str) -> list[int]:
    """Return the lines of imports that stand inside a function."""
    return list(parsed(source).nested)


def test_the_sandbox_imports_nothing_that_could_call_out() -> None:
    found = {path: out for path, text in sources("sandbox") if (out := ways_out(text))}
    assert found == {}


@pytest.mark.parametrize(
    "breach",
    [
        "import socket",
        "import httpx2",
        "from urllib.request import urlopen",
        "import subprocess",
        "from gateway.settings import Settings",
        "from mcp import Client",
        "from http.client import HTTPConnection",
        "import requests",
    ],
)
def test_the_wall_sees_a_planted_way_out(breach: str) -> None:
    assert ways_out(breach) != []


def test_the_gateway_knows_the_sandbox_only_through_its_contract() -> None:
    found = {path: out for path, text in sources("gateway") if (out := beyond_contract(text))}
    assert found == {}
    assert beyond_contract("from sandbox.store import issues") != []
    assert beyond_contract("from sandbox.contract.shapes import Change") == []


def all_harmless(package: str) -> bool:
    """Return whether nothing but the proxy settings is imported from urllib.request."""
    wanted = {"getproxies_environment", "proxy_bypass"}
    return all(
        {alias.name for alias in node.names} <= wanted
        for _, text in sources(package)
        for node in parsed(text).every
        if isinstance(node, ast.ImportFrom) and node.module == "urllib.request"
    )


def test_only_rooms_that_speak_with_others_open_connections() -> None:
    clients = ("httpx2", "http.client", "socket", "urllib.request", "requests", "smtplib")
    allowed = (
        "gateway/upstream/",
        "gateway/sandbox_link",
        "gateway/identity/issuer.py",
        "gateway/notifying/sending.py",
        "gateway/identity/client_documents.py",
        "gateway/cli/",
    )
    # These two read the environment's proxy settings; they open nothing.
    harmless = {"urllib.request.getproxies_environment", "urllib.request.proxy_bypass"}
    harmless |= {"urllib.request"} if all_harmless("gateway") else set()
    found = {
        path: sorted(name for name in imports_of(text) - harmless if starts(name, clients))
        for path, text in sources("gateway")
        if not path.startswith(allowed)
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_what_notifies_knows_neither_jira_nor_the_database() -> None:
    """Notifications go to the administrator's addresses, made of nothing but these values."""
    allowed = ("gateway.notifying", "gateway.notify_settings")
    found = {
        path: sorted(
            name
            for name in imports_of(text)
            if starts(name, ("gateway", "sandbox")) and not starts(name, allowed)
        )
        for path, text in sources("gateway/notifying")
    }
    assert {path: names for path, names in found.items() if names} == {}
    assert len(found) > 1


def test_only_credentials_reads_jira_secrets() -> None:
    secret_names = ("JIRA_API_TOKEN", "JIRA_PERSONAL_TOKEN", "JIRA_CLIENT_KEY")
    # jira_settings.py documents the names, docs are made of it; demo_parts.py hands the fake
    # Jira's own token, made a moment before, to the gateway's process.
    allowed = {
        "gateway/upstream/credentials.py",
        "gateway/upstream/way.py",
        "gateway/jira_settings.py",
        "gateway/cli/demo_parts.py",
    }
    found = [
        path
        for path, text in sources(*PACKAGES)
        if path not in allowed and any(name in text for name in secret_names)
    ]
    assert found == []


def test_seed_data_speaks_http_only() -> None:
    found = {
        path: sorted(name for name in imports_of(text) if starts(name, ("sandbox", "gateway")))
        for path, text in sources("seed_data")
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("package", ["sandbox", "gateway"])
def test_arrows_point_inwards(package: str) -> None:
    found = {
        path: wrong
        for path, text in sources(package)
        if path != f"{package}/__init__.py" and (wrong := outward(package, path, text))
    }
    assert found == {}


def test_an_arrow_that_points_outwards_is_seen() -> None:
    planted = "from sandbox.operations.reading import issue"
    assert outward("sandbox", "sandbox/domain/fields.py", planted) != []
    assert outward("sandbox", "sandbox/jira_api/issues.py", planted) == []


def test_pure_rooms_do_no_io() -> None:
    found = {
        path: sorted(name for name in imports_of(text) if starts(name, PURE_MUST_NOT_IMPORT))
        for path, text in sources(*PURE)
    }
    assert {path: names for path, names in found.items() if names} == {}
    assert starts("os.environ", PURE_MUST_NOT_IMPORT)


def test_there_are_no_import_cycles() -> None:
    assert cycle(import_graph()) == []
    assert cycle({"a": {"b"}, "b": {"a"}}) != []


def test_imports_stand_at_the_top() -> None:
    found = {path: lines for path, text in sources(*PACKAGES) if (lines := nested_imports(text))}
    assert found == {}
    assert nested_imports("def f():\n    import os\n") == [2]


def test_every_room_is_small_and_init_files_are_empty() -> None:
    texts = dict(sources(*PACKAGES, "tests"))
    assert {path: lines for path, text in texts.items() if (lines := text.count("\n")) > 400} == {}
    assert [path for path, text in texts.items() if path.endswith("__init__.py") and text] == []


def test_tables_never_leave_the_store() -> None:
    found = {
        path: sorted(name for name in imports_of(text) if ".store.tables" in name)
        for path, text in sources("sandbox", "gateway")
        if "/store/" not in path
    }
    assert {path: names for path, names in found.items() if names} == {}
