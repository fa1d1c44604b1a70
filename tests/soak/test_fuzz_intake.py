"""Reading a Jira whose answers are garbage: an error or a question, never a mass deletion."""

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from gateway.operations import intake
from gateway.operations.context import Gateway
from gateway.review.refusals import RefusedError
from gateway.store import baselines
from gateway.upstream.errors import UpstreamError
from gateway.upstream.sound import why_unsound
from tests.gateway.promotion.world import SITE
from tests.sandboxes import Inside
from tests.soak.clockwork import Clockwork
from tests.soak.fuzz import Spoiling, nobody_asked
from tests.soak.model import Model
from tests.soak.walk import fresh_jira, signed_in
from tests.soak.wire import Wire
from tests.soak.within import Within
from tests.soak.world import BOB, GATE, Place, Waits, basic_auth, fill, gateway_at

_URL = "http://upstream.test"
_ISSUES = 8


class World:
    """A gateway that reads a Jira in this process."""

    def __init__(self, jira: Inside, folder: Path) -> None:
        self.draw = random.Random(1)  # noqa: S311 - has to be repeatable
        self.within = Within(jira.jira.app)
        gate, bob = signed_in(self.within, GATE), signed_in(self.within, BOB)
        wire = Wire(gate, Model(), self.draw, lambda _issue: None, dict)
        self.spoiling = Spoiling(wire, self.draw, 0.0)
        place = Place(f"sqlite:///{folder / 'gateway.db'}", _URL, Waits(0, 30, 5))
        http = httpx2.Client(transport=self.spoiling, auth=basic_auth(GATE), base_url=_URL)
        self.gateway: Gateway = gateway_at(place, http)
        for number in range(_ISSUES):
            fields = {"project": {"key": "AIR"}, "issuetype": {"name": "Task"}}
            body = {"fields": {**fields, "summary": f"issue {number}"}}
            assert bob.post("/rest/api/3/issue", json=body).is_success
        fill(self.gateway, [])
        intake.take_in(self.gateway)
        with self.gateway.database.read() as conn:
            stored = baselines.all_latest(conn, SITE)
        self.keys = {one.issue_id: one.key for one in stored}

    def known(self) -> dict[str, str]:
        """Return the issues that are in the shadow."""
        with self.gateway.database.read() as conn:
            return dict(baselines.digests(conn, SITE))

    def unsound(self) -> list[str]:
        """Return what is wrong with what is stored, whatever it was made of."""
        with self.gateway.database.read() as conn:
            stored = baselines.all_latest(conn, SITE)
        wrong = [why_unsound(one.doc, one.issue_id) for one in stored]
        wrong += ["another key" for one in stored if one.key != one.doc["key"]]
        wrong += ["another issue" for one in stored if self.keys.get(one.issue_id) != one.key]
        return list(filter(None, wrong))

    def read_badly(self, seed: int) -> str:
        """Read everything again while answers are garbage; returns what became of it."""
        self.draw.seed(seed)
        # In turn the search alone, which says what is gone, and everything else.
        self.spoiling.path = "/search" if seed % 2 else ""
        self.spoiling.share = 1.0 if seed % 2 else 0.08
        try:
            intake.take_in(self.gateway)
        except (UpstreamError, RefusedError) as error:
            return type(error).__name__
        finally:
            self.spoiling.share = 0.0
        return "read"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fresh_jira(Clockwork()) as jira:
        made = World(jira, tmp_path)
        yield made
        made.gateway.database.dispose()
        made.within.close()


def run(world: World, seeds: range) -> Counter[str]:
    """Read badly once for each seed, and look each time at what is left."""
    before = set(world.known())
    assert len(before) == _ISSUES
    ends: Counter[str] = Counter()
    for seed in seeds:
        ends[world.read_badly(seed)] += 1
        lost = before - set(world.known())
        assert not lost, f"seed {seed} lost {lost}"
        wrong = world.unsound()
        assert not wrong, f"seed {seed} stored {wrong}"
    intake.take_in(world.gateway)
    assert set(world.known()) == before
    return ends


def test_garbage_takes_nothing_out_of_the_shadow(world: World) -> None:
    ends = run(world, range(8))
    assert ends["read"] > 0
    assert len(ends) > 1


def test_silence_is_no_evidence_that_issues_are_gone(world: World) -> None:
    before = world.known()
    world.spoiling.path, world.spoiling.share = "/search", 1.0
    world.spoiling.ways = (nobody_asked,)
    with contextlib.suppress(UpstreamError, RefusedError):
        intake.take_in(world.gateway)
    assert world.known() == before


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_much_garbage_takes_nothing_out_of_the_shadow(world: World) -> None:
    run(world, range(1000, 2500))
