"""The failure cases of promotion.md 1.4 by kind and database: each cell runs, or says why not.

A new kind of operation, a new point at which a promoter can die, or a cell that nobody
filled in fails here.
"""

from dataclasses import dataclass, field

import pytest

from gateway.promotion.steps import Step
from sandbox.contract.shapes import ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.cases_of_jira import CRASHES
from tests.gateway.operations.conftest import House
from tests.gateway.operations.fleet import Fleet, Harbour
from tests.gateway.operations.matrix import CASES, ELSEWHERE
from tests.gateway.operations.quick import DATABASES, standing
from tests.gateway.operations.test_promoting_table import on_both

__all__ = ["postgres", "standing"]

CELLS = [
    pytest.param(case, kind, id=f"{case[0]} {case[1]}-{kind.value}")
    for case, how in CASES.items()
    for kind in how.kinds
]


@dataclass
class Runs:
    """Each run once on each house; what it came to is asked case by case, kind by kind."""

    harbour: Harbour
    done: dict[object, Fleet | None] = field(default_factory=dict)

    def of(self, case: tuple[int, str]) -> Fleet:
        """Return the fleet of a case, when all is over."""
        run = CASES[case].run
        if run not in self.done:
            self.done[run] = None
            over = run(self.harbour)
            over.end()
            self.done[run] = over
        found = self.done[run]
        assert found is not None, "the case itself went wrong: see its first cell"
        return found


@pytest.fixture(scope="module")
def runs(standing: House) -> Runs:
    return Runs(Harbour(standing))


@pytest.mark.parametrize(("case", "kind"), CELLS)
def test_cell(runs: Runs, case: tuple[int, str], kind: ChangeKind) -> None:
    CASES[case].check(runs.of(case), kind)


def cell(number: int, kind: ChangeKind) -> tuple[list[str], set[str]]:
    """Return what runs a cell, and why it (or a part of it) cannot be run."""
    variants = {name: how for (case, name), how in CASES.items() if case == number}
    runs = [name for name, how in variants.items() if kind in how.kinds]
    why = {how.cannot[kind] for how in variants.values() if kind in how.cannot}
    shown, else_why = ELSEWHERE.get(number, ({}, ""))
    return [*runs, *shown.get(kind, ())], why | ({else_why} - {""} if kind not in shown else set())


@pytest.mark.parametrize("number", range(1, 25))
def test_every_cell_is_run_or_says_why_not(number: int) -> None:
    for kind in ChangeKind:
        runs, why = cell(number, kind)
        assert runs or why, f"nobody filled in case {number} for {kind}"
        assert all(one.endswith(".") and len(one) > 20 for one in why)


def test_there_is_no_case_and_no_kind_that_nobody_knows() -> None:
    assert {number for number, _ in CASES} | set(ELSEWHERE) == set(range(1, 25))
    assert {kind for how in CASES.values() for kind in how.cannot} <= set(ChangeKind)


def test_each_cell_runs_on_each_database() -> None:
    assert DATABASES == ("sqlite", "postgres")
    run = {one.values for one in CELLS}
    assert run == {(case, kind) for case, how in CASES.items() for kind in how.kinds}


@pytest.mark.parametrize("number", ELSEWHERE)
def test_cells_that_run_elsewhere_run_there_on_each_database(number: int) -> None:
    for tests in ELSEWHERE[number][0].values():
        assert tests
        assert all(on_both(name) for name in tests)


def test_every_point_at_which_a_promoter_can_die_is_died_at() -> None:
    assert {step for steps in CRASHES.values() for step in steps} == set(Step)
