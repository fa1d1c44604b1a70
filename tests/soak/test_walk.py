"""Short walks in every test run; the soak walks far (``python -m tests.soak``)."""

from pathlib import Path

import pytest

from tests.databases import database_url, postgres
from tests.soak.clockwork import Clockwork
from tests.soak.model import BrokenPromiseError, Model, shape
from tests.soak.walk import Walk, fresh_jira
from tests.soak.walking import stretch
from tests.soak.world import BOB

__all__ = ["database_url", "postgres"]

_STEPS = 60


@pytest.mark.parametrize("seed", [13])
def test_jira_changes_only_by_what_was_approved(database_url: str, seed: int) -> None:
    counts = stretch(seed, _STEPS, database_url)
    assert counts["work"] + counts["crash"] > 10
    assert counts["promote"] > 0


@pytest.mark.parametrize("seed", [5])
def test_no_garbage_becomes_a_receipt(tmp_path: Path, seed: int) -> None:
    counts = stretch(seed, _STEPS, f"sqlite:///{tmp_path / 'walk.db'}", spoilt=0.15)
    assert counts["work"] + counts["crash"] > 10


def test_a_seed_is_one_walk_on_a_quick_engine_and_on_a_slow_one(
    database_url: str, tmp_path: Path
) -> None:
    traces = []
    for url in (f"sqlite:///{tmp_path / 'again.db'}", database_url):
        clock = Clockwork()
        with fresh_jira(clock) as jira:
            walk = Walk(12, url, jira, clock)
            try:
                walk.run(_STEPS // 2)
            finally:
                walk.close()
        traces.append(walk.trace)
    assert traces[0] == traces[1]


def test_the_walk_sees_a_write_that_nobody_approved(tmp_path: Path) -> None:
    clock = Clockwork()
    with fresh_jira(clock) as jira:
        walk = Walk(1, f"sqlite:///{tmp_path / 'walk.db'}", jira, clock)
        try:
            walk.wire.shares = None
            with pytest.raises(BrokenPromiseError, match="unapproved"):
                walk.gateway.upstream.http.put(
                    f"/rest/api/3/issue/{walk.ids[0]}", json={"fields": {"summary": "mine"}}
                )
            assert walk.model.done == {}
        finally:
            walk.close()


def test_the_model_sees_what_is_done_twice() -> None:
    model, request = Model(), shape("POST", "/rest/api/3/issue/1/comment", {}, {"body": BOB})
    model.allowed[request] = 1
    model.bases[request] = {}
    model.effect(request, {})
    with pytest.raises(BrokenPromiseError, match="duplicate"):
        model.effect(request, {})


def test_the_model_believes_that_jira_had_a_value_only_where_another_request_wrote_it() -> None:
    model = Model()

    def label(verb: str, change_set: str) -> str:
        body = {"update": {"labels": [{verb: "m1"}]}, "historyMetadata": {"x": change_set}}
        return shape("PUT", "/rest/api/3/issue/1", {}, body)

    first = label("remove", "undo-1.1")
    model.allowed[first], model.bases[first] = 1, {}
    model.effect(first, {})
    assert model.was_there(label("remove", "undo-1.2"))
    assert not model.was_there(label("add", "undo-2.1"))
    said = shape("PUT", "/rest/api/3/issue/1/comment/2", {}, {"body": BOB})
    model.allowed[said], model.bases[said] = 1, {}
    model.effect(said, {})
    assert not model.was_there(said.replace(BOB, "another"))
