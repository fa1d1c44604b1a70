"""Issues that are not here: one answer for all, and a note for the gateway."""

from typing import Any

import pytest

from sandbox.contract.shapes import Scope, Wanted
from sandbox.operations.wanted import MOST, MOST_OF_ONE, WantedKeys

SCOPE = Scope(projects=("AIR",))


def noted(*refs: str, scope: Scope = SCOPE) -> list[str]:
    wanted = WantedKeys()
    for ref in refs:
        wanted.note("robot", "ann", scope, ref)
    return [one.key for one in wanted.take()]


@pytest.mark.parametrize(
    "ref",
    ["10001", "OPS-1", "AIR-9123456789", "AIR-0", "AIR-01", "AIR", "AIR-1 OR 1=1", "", "AIR-1\n"],
)
def test_ids_foreign_temporary_and_malformed_keys_are_not_asked_for(ref: str) -> None:
    assert noted(ref) == []


def test_keys_are_noted_once_whatever_their_letters_and_handed_out_once() -> None:
    assert noted("AIR-7", "air-7", "AIR-8") == ["AIR-7", "AIR-8"]
    wanted = WantedKeys()
    wanted.note("robot", "ann", SCOPE, "AIR-7")
    assert wanted.take() == [Wanted(key="AIR-7", agent="robot", person="ann")]
    assert wanted.take() == []


def test_no_agent_fills_the_memory() -> None:
    wanted: Any = WantedKeys()
    for agent in range(MOST // MOST_OF_ONE + 3):
        for number in range(1, MOST_OF_ONE + 10):
            wanted.note(f"robot-{agent}", "ann", SCOPE, f"AIR-{number}")
    found = wanted.take()
    assert len(found) == MOST
    assert sum(one.agent == "robot-0" for one in found) == MOST_OF_ONE
