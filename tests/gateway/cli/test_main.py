import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from gateway.cli.main import COMMANDS, main
from tests.gateway.cli.running import airlock_process


def test_without_a_command_the_help_is_shown() -> None:
    done = airlock_process()
    assert done.returncode == 0
    for name, text in COMMANDS.items():
        assert name in done.stdout
        assert text.split()[0] in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"usage: airlock {command}" in said
    assert COMMANDS[command].split()[0] in said


def test_the_version_is_the_packages() -> None:
    assert airlock_process("--version").stdout.strip() == f"airlock {version('jira-airlock')}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["deploy"],
        ["agent"],
        ["agent", "create", "bot"],
        ["workspace", "fork", "ws-1"],
        ["changes", "show"],
        ["serve", "--force"],
    ],
)
def test_a_wrong_command_line_is_exit_code_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: airlock" in capsys.readouterr().err


def test_there_is_no_command_that_approves_or_skips() -> None:
    assert set(COMMANDS).isdisjoint({"approve", "promote", "force", "delete"})


def loaded_by(*arguments: str) -> set[str]:
    """Return the modules that a start of the command has loaded."""
    script = (
        "import sys, json\n"
        f"sys.argv = ['airlock', *{list(arguments)!r}]\n"
        "from gateway.cli.main import main\n"
        "main()\n"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "AIRLOCK_TOKEN": "x"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr))


def test_the_bridge_starts_with_the_standard_library_alone() -> None:
    loaded = loaded_by("mcp", "--url", "http://127.0.0.1:9/mcp")
    assert "gateway.cli.mcp" in loaded
    heavy = {"fastapi", "sqlalchemy", "mcp", "pydantic", "httpx2", "uvicorn", "starlette", "jinja2"}
    assert not loaded & heavy
    ours = {name for name in loaded if name.split(".")[0] in ("gateway", "sandbox", "seed_data")}
    assert ours == {"gateway", "gateway.cli", "gateway.cli.main", "gateway.cli.mcp"}


def test_the_bridge_reads_no_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AIRLOCK_TOKEN=x\nAIRLOCK_MCP_URL=http://127.0.0.1:9/mcp\n")
    assert airlock_process("mcp", folder=tmp_path).returncode == 2
