"""The documents say what the code does: tables, diagrams, commands, names and links."""

import os
import re
from pathlib import Path

import pytest

from gateway.cli.main import COMMANDS
from gateway.promotion.states import op_diagram
from gateway.review.states import diagram
from gateway.settings import ELSEWHERE, TABLE
from sandbox.settings import NAMES
from tests.reference import reference

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.ko.md")
#: Read by compose.yaml itself, to write the site file.
COMPOSE_ONLY = {"AIRLOCK_FLAVOUR"}
PAGES = (*READMES, "ARCHITECTURE.md", "CHANGELOG.md", "docs/reference.md", "docs/divergences.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_reference_is_made_from_the_code() -> None:
    made = reference()
    if os.environ.get("AIRLOCK_WRITE_DOCS") == "1":
        (ROOT / "docs/reference.md").write_text(made, encoding="utf-8")
    assert text("docs/reference.md") == made, "renew it with AIRLOCK_WRITE_DOCS=1"


def test_the_diagrams_are_those_of_the_state_tables() -> None:
    drawn = re.findall(r"```mermaid\n(.*?)```", text("ARCHITECTURE.md"), re.DOTALL)
    tables = [diagram(), op_diagram()]
    assert [one.strip() for one in drawn] == [one.strip() for one in tables]


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", text(name)))
    assert {"demo", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("name", READMES)
def test_every_command_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"(?:^|`| )airlock ([a-z]+)\b", text(name), re.MULTILINE))
    assert {"agent", "serve", "sandbox", "login"} <= named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("name", [*READMES, "compose.yaml", "Dockerfile"])
def test_every_setting_that_is_named_exists(name: str) -> None:
    known = {one for setting in TABLE for one in (setting.name, *setting.aliases)}
    known |= {f"{setting.name}_FILE" for setting in TABLE if setting.secret}
    named = set(re.findall(r"\b(?:AIRLOCK|JIRA)_[A-Z_]+\b", text(name)))
    assert named <= known | set(NAMES) | ELSEWHERE | COMPOSE_ONLY


def test_the_bridges_own_settings_are_known() -> None:
    assert {"AIRLOCK_MCP_URL", "AIRLOCK_TOKEN"} <= ELSEWHERE


def anchors(name: str) -> set[str]:
    """Return the anchors that a page's headings make."""
    heads = re.findall(r"^#+ (.+)$", text(name), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.casefold()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", PAGES)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|mention:)([^)\s]+)\)", text(name))
    for link in links:
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            found = anchors(str(target.relative_to(ROOT)))
            assert anchor in found, link


def blocks(name: str) -> list[str]:
    """Return a page's code blocks without comments, which are in the page's language."""
    found = re.findall(r"```(?:sh|ini)\n(.*?)```", text(name), re.DOTALL)
    return [re.sub(r" +#.*$", "", one, flags=re.MULTILINE) for one in found]


def test_both_readmes_say_the_same_commands() -> None:
    english, korean = (blocks(name) for name in READMES)
    assert len(english) >= 4
    assert english == korean


def test_both_readmes_have_the_same_chapters() -> None:
    english, korean = (re.findall(r"^(#+) ", text(name), re.MULTILINE) for name in READMES)
    assert english == korean


@pytest.mark.parametrize("name", PAGES)
def test_no_page_names_a_place_of_the_machine_it_was_written_on(name: str) -> None:
    assert not re.search(r"/work/|/home/|/root/|/tmp/pytest", text(name))
