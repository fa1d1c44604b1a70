"""What the gateway puts in comes out equal; foreign sites are turned away."""

from pathlib import Path

import pytest

from sandbox.contract.shapes import Flavour, Registry
from sandbox.domain.errors import InvalidError, MissingError, NotVisibleError
from sandbox.operations import intake, reading
from sandbox.operations.context import Role, Sandbox
from tests.sandbox.operations.acting import baseline, decide, edit, submit
from tests.sandbox.tiny import (
    agent_caller,
    empty_sandbox,
    tiny_issues,
    tiny_sandbox,
    tiny_site,
)


@pytest.mark.parametrize("flavour", list(Flavour))
def test_an_issue_comes_out_as_it_was_put_in(tmp_path: Path, flavour: Flavour) -> None:
    sandbox = tiny_sandbox(tmp_path, flavour=flavour)
    me = agent_caller(sandbox)
    for pushed in tiny_issues(flavour)[:5]:
        doc = {name: value for name, value in pushed.doc.items() if name != "changelog"}
        assert reading.issue(sandbox, me, pushed.key).doc == doc
    sandbox.database.dispose()


@pytest.mark.parametrize("flavour", list(Flavour))
def test_the_changelog_is_kept_oldest_first(tmp_path: Path, flavour: Flavour) -> None:
    sandbox = tiny_sandbox(tmp_path, flavour=flavour)
    found = reading.issue(sandbox, agent_caller(sandbox), "AIR-1")

    assert [one["id"] for one in found.histories] == ["100011", "100012"]
    sandbox.database.dispose()


def test_issues_need_their_site_first(tmp_path: Path) -> None:
    sandbox = empty_sandbox(tmp_path)

    with pytest.raises(NotVisibleError):
        intake.put_issues(sandbox, tiny_issues(Flavour.CLOUD))
    sandbox.database.dispose()


def test_another_sites_baselines_are_turned_away(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidError):
        intake.put_site(sandbox, tiny_site(Flavour.CLOUD, "other"))
    with pytest.raises(InvalidError):
        intake.put_issues(sandbox, tiny_issues(Flavour.CLOUD, "other"))
    with pytest.raises(InvalidError):
        intake.put_registry(sandbox, Registry(site="other", pushed_at=1, valid_until=2))


def test_the_revision_is_the_newest_that_was_pushed(sandbox: Sandbox) -> None:
    assert intake.put_issues(sandbox, [baseline("AIR-1", 7, summary="x")]) == 7
    assert intake.put_issues(sandbox, [baseline("AIR-2", 6, summary="y")]) == 7


def test_a_new_site_replaces_the_old_one_at_once(sandbox: Sandbox) -> None:
    changed = tiny_site(Flavour.CLOUD).model_copy(update={"priorities": []})
    assert reading.site(sandbox).baseline.priorities
    intake.put_site(sandbox, changed)

    assert reading.site(sandbox).baseline.priorities == []


def test_an_outcome_of_an_unknown_set_is_missing(sandbox: Sandbox) -> None:
    edit(sandbox, "AIR-1", summary="x")
    sealed = submit(sandbox)

    with pytest.raises(MissingError):
        decide(sandbox, sealed.model_copy(update={"id": "ws-000000000000.9"}), "rejected")


def test_a_marker_is_not_shown_to_agents(sandbox: Sandbox) -> None:
    pushed = baseline("AIR-1", 2, summary="x")
    marked = {"properties": {"airlock.last": {"op": "1"}, "own": 1}}
    intake.put_issues(sandbox, [pushed.model_copy(update={"extra": marked})])

    found = reading.issue(sandbox, agent_caller(sandbox), "AIR-1")
    assert (found.extra or {})["properties"] == {"own": 1}


def test_an_upstream_gives_its_own_revisions(upstream: Sandbox) -> None:
    before = intake.put_issues(upstream, [])
    after = intake.put_issues(upstream, [baseline("AIR-1", 1, summary="x")])

    assert upstream.role is Role.UPSTREAM
    assert after == before + 1
