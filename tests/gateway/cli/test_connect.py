"""``airlock connect`` prints or writes each client's own file, and harms nothing in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main

URL = "http://127.0.0.1:8643/mcp"
#: Client and way in to the entry, as each client's own documentation has it.
ENTRIES: dict[tuple[str, str], dict[str, Any]] = {
    ("claude-code", "oauth"): {"type": "http", "url": URL},
    ("claude-code", "token"): {
        "type": "http",
        "url": URL,
        "headers": {"Authorization": "Bearer ${AIRLOCK_TOKEN}"},
    },
    ("claude-code", "stdio"): {"command": "airlock", "args": ["mcp", "--url", URL]},
    ("vscode", "oauth"): {"type": "http", "url": URL},
    ("vscode", "token"): {
        "type": "http",
        "url": URL,
        "headers": {"Authorization": "Bearer ${input:airlock-token}"},
    },
    ("vscode", "stdio"): {"type": "stdio", "command": "airlock", "args": ["mcp", "--url", URL]},
    ("cursor", "oauth"): {"url": URL},
    ("cursor", "token"): {
        "url": URL,
        "headers": {"Authorization": "Bearer ${env:AIRLOCK_TOKEN}"},
    },
    ("cursor", "stdio"): {"command": "airlock", "args": ["mcp", "--url", URL]},
    ("copilot", "oauth"): {"type": "http", "url": URL, "tools": ["*"]},
    ("copilot", "token"): {
        "type": "http",
        "url": URL,
        "headers": {"Authorization": "Bearer ${AIRLOCK_TOKEN}"},
        "tools": ["*"],
    },
    ("copilot", "stdio"): {
        "type": "stdio",
        "command": "airlock",
        "args": ["mcp", "--url", URL],
        "tools": ["*"],
    },
    ("inspector", "oauth"): {"type": "streamable-http", "url": URL},
    ("inspector", "token"): {
        "type": "streamable-http",
        "url": URL,
        "headers": {"Authorization": "Bearer ${AIRLOCK_TOKEN}"},
    },
    ("inspector", "stdio"): {"command": "airlock", "args": ["mcp", "--url", URL]},
}
FILES = {
    "claude-code": ".mcp.json",
    "vscode": ".vscode/mcp.json",
    "cursor": ".cursor/mcp.json",
    "copilot": "home/.copilot/mcp-config.json",
    "inspector": "mcp-inspector.json",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, which has a home too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("AIRLOCK_MCP_URL", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def servers(kind: str) -> str:
    return "servers" if kind == "vscode" else "mcpServers"


def plain(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with the bridge's program by its bare name."""
    if "command" in entry:
        assert Path(entry["command"]).name == "airlock"
    return {**entry, "command": "airlock"} if "command" in entry else entry


@pytest.mark.parametrize(("kind", "how"), ENTRIES)
def test_each_clients_file_has_its_own_form(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str, how: str
) -> None:
    assert main(["connect", kind, "--how", how]) == 0
    said = capsys.readouterr().out
    printed = json.loads(said[said.index("{") : said.rindex("}\n") + 1])
    assert list(here.iterdir()) == []
    assert main(["connect", kind, "--how", how, "--write"]) == 0
    written = json.loads((here / FILES[kind]).read_text(encoding="utf-8"))
    assert written == printed
    assert plain(written[servers(kind)]["atlassian"]) == ENTRIES[kind, how]
    asks = (kind, how) == ("vscode", "token")
    assert set(written) == ({"inputs", servers(kind)} if asks else {servers(kind)})
    if asks:
        [asked] = written["inputs"]
        assert (asked["id"], asked["password"]) == ("airlock-token", True)


def test_claude_desktop_starts_the_bridge_with_a_token_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["connect", "claude-desktop", "--how", "oauth"]) == 2
    assert "as a connector in its settings" in capsys.readouterr().err
    assert main(["connect", "claude-desktop"]) == 2
    assert "--token-file" in capsys.readouterr().err
    file = here / "my token"
    words = ["connect", "claude-desktop", "--token-file", str(file), "--write"]
    assert main([*words, "--file", "desktop.json"]) == 0
    entry = json.loads(Path("desktop.json").read_text(encoding="utf-8"))["mcpServers"]["atlassian"]
    assert Path(entry["command"]).is_absolute()
    assert entry["args"] == ["mcp", "--url", URL, "--token-file", str(file)]


def test_nothing_else_in_the_file_changes_and_a_backup_stays(here: Path) -> None:
    path = here / ".mcp.json"
    before = (
        '{\n    "mcpServers": {"other": {"command": "다른 것", "n": 1e3}},\n    "theirs": [1]\n}\n'
    )
    path.write_text(before, encoding="utf-8")
    path.chmod(0o640)
    assert main(["connect", "claude-code", "--write"]) == 0
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["mcpServers"].pop("atlassian") == ENTRIES["claude-code", "oauth"]
    assert found == json.loads(before)
    assert "다른 것" in path.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith("{\n    ")
    assert path.stat().st_mode & 0o777 == 0o640
    backup = here / ".mcp.json.bak"
    assert backup.read_text(encoding="utf-8") == before
    assert backup.stat().st_mode & 0o777 == 0o640
    assert main(["connect", "claude-code", "--write"]) == 0
    assert sorted(one.name for one in here.iterdir()) == [".mcp.json", ".mcp.json.bak"]
    assert main(["connect", "claude-code", "--write", "--task", "t", "--replace"]) == 0
    assert (here / ".mcp.json.bak1").exists()
    assert backup.read_text(encoding="utf-8") == before


def test_another_server_of_this_name_stays(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = here / ".cursor" / "mcp.json"
    path.parent.mkdir()
    before = '{"mcpServers": {"atlassian": {"url": "https://mcp.atlassian.com/v1/mcp"}}}'
    path.write_text(before, encoding="utf-8")
    assert main(["connect", "cursor", "--write"]) == 2
    said = capsys.readouterr().err
    assert "--name" in said
    assert "--replace" in said
    assert path.read_text(encoding="utf-8") == before
    assert list(path.parent.iterdir()) == [path]
    assert main(["connect", "cursor", "--write", "--name", "airlock"]) == 0
    assert len(json.loads(path.read_text(encoding="utf-8"))["mcpServers"]) == 2


@pytest.mark.parametrize(
    "broken",
    [
        b"{", b"[]", b"// mine\n{}", b'{"servers": {},}', b'{"servers": []}', b"\xff{}",
        b'{"servers": {"a": 1, "a": 2}}', b'{"servers": {}, "inputs": {}}', b"7",
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_and_left_alone(
    here: Path, capsys: pytest.CaptureFixture[str], broken: bytes
) -> None:
    path = here / ".vscode" / "mcp.json"
    path.parent.mkdir()
    path.write_bytes(broken)
    assert main(["connect", "vscode", "--how", "token", "--write"]) == 2
    said = capsys.readouterr().err
    assert "Nothing was written" in said
    assert "Traceback" not in said
    assert path.read_bytes() == broken
    assert list(path.parent.iterdir()) == [path]


def test_an_empty_file_and_a_link_are_written_through(here: Path) -> None:
    real = here / "real.json"
    real.touch()
    (here / ".mcp.json").symlink_to(real)
    assert main(["connect", "claude-code", "--write"]) == 0
    assert (here / ".mcp.json").is_symlink()
    assert "atlassian" in json.loads(real.read_text(encoding="utf-8"))["mcpServers"]


def test_a_folder_that_cannot_be_written_is_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / ".vscode").touch()
    assert main(["connect", "vscode", "--write"]) == 2
    assert "cannot be" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--url", "ftp://x/mcp"], ["--url", "http://[/mcp"], ["--task", "작업"], ["--name", "a b"],
        ["--tools", "rovo"], ["--token-file", "x"], ["--user"],
    ],
)  # fmt: skip
def test_wrong_use_is_a_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(["connect", "claude-code", *words, "--write"]) == 2
    assert capsys.readouterr().err.strip()
    assert list(here.iterdir()) == []


def test_task_and_profile_stand_in_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--task", "t-1", "--tools", "mcp-atlassian", "--url", "https://shadow.example/mcp/"]
    assert main(["connect", "cursor", *words]) == 0
    wanted = "https://shadow.example/mcp/t-1?tools=mcp-atlassian"
    assert wanted in capsys.readouterr().out
