"""Case by case of promotion.md 1.4, kind by kind, database by database: cells run or say why not."""

from dataclasses import dataclass, field

import pytest

from sandbox.contract.shapes import ChangeKind
from tests.gateway.databases import postgres
from tests.gateway.operations.conftest import House
from tests.gateway.operations.fleet import Fleet, Harbour
from tests.gateway.operations.matrix import CASES
from tests.gateway.operations.quick import standing

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
            fleet = run(self.harbour)
            fleet.end()
            self.done[run] = fleet
        fleet = self.done[run]
        assert fleet is not None, "the case itself went wrong: see its first cell"
        return fleet


@pytest.fixture(scope="module")
def runs(standing: House) -> Runs:
    return Runs(Harbour(standing))


@pytest.mark.parametrize(("case", "kind"), CELLS)
def test_cell(runs: Runs, case: tuple[int, str], kind: ChangeKind) -> None:
    CASES[case].check(runs.of(case), kind)
