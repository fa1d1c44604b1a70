from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.sandbox_link import SandboxAwayError, SandboxLink, SandboxLinkError
from sandbox.contract.shapes import Flavour
from tests.gateway.upstream.scripted import Said, scripted
from tests.recorded import BY_NAME, load
from tests.sandboxes import SECRET, Inside, Running, inside_shadow, shadow_sandbox


@pytest.fixture
def shadow() -> Iterator[Inside]:
    with inside_shadow("s", Flavour.CLOUD) as inside:
        yield inside


def test_who_holds_the_secret_is_let_in(shadow: Inside) -> None:
    health = shadow.link().health()
    assert (health["site"], health["role"], health["flavour"]) == ("s", "shadow", "cloud")
    with pytest.raises(SandboxLinkError, match="control secret"):
        SandboxLink(shadow.url, b"another secret", http=shadow.control).health()


def test_a_clock_that_is_wrong_is_refused(shadow: Inside) -> None:
    late = SandboxLink(shadow.url, SECRET, http=shadow.control, clock=lambda: 1_000.0)
    with pytest.raises(SandboxLinkError, match="clocks"):
        late.health()


def test_another_sites_issues_are_refused_in_the_sandboxs_words(shadow: Inside) -> None:
    link = shadow.link()
    with pytest.raises(SandboxLinkError, match="plays the site 's'"):
        link.put_site(load(BY_NAME["jrjc-many"]).site)


def test_a_sandbox_that_is_away_is_told_from_one_that_refuses() -> None:
    link = SandboxLink("127.0.0.1:9", SECRET)
    with pytest.raises(SandboxAwayError):
        link.health()
    link.close()


@pytest.mark.parametrize(
    "said",
    [
        Said(200, {"change_sets": [{"position": 1, "change_set": {"id": "x"}}]}),
        Said(200, {"change_sets": "none"}),
        Said(200, {}),
        Said(200, [1]),
        Said(200, "<html>"),
        Said(500, {"error": "crash"}),
    ],
)
def test_what_breaks_the_contract_is_an_error_and_never_a_change_set(said: Said) -> None:
    with scripted(lambda _: said) as server:
        link = SandboxLink(server.url, SECRET)
        with pytest.raises(SandboxLinkError):
            link.change_sets(0)
        link.close()


def test_a_sandbox_process_answers_at_its_control_door(tmp_path: Path) -> None:
    running: Running
    with shadow_sandbox(tmp_path, "s", Flavour.SERVER) as running:
        link = SandboxLink(running.control, SECRET)
        assert link.health()["flavour"] == "server"
        assert link.change_sets(0) == []
        assert link.workspaces() == []
        link.close()
