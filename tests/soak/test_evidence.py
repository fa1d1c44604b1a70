"""What the soak tells of a wish that went wrong."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.gateway.operations.conftest import filled_in_memory
from tests.gateway.promotion.world import create
from tests.soak.counting import Counts, Seen
from tests.soak.evidence import Event, evidence, moment
from tests.soak.wishes import Wish

_NOON = 1_795_780_800_000_000
_SECOND = 1_000_000


def made(key: str, second: int) -> Any:
    created = f"2026-11-27T12:00:{second:02}.000+0000"
    return {"key": key, "fields": {"summary": "m1x000001", "created": created}}


def test_it_says_when_each_copy_was_made_and_what_was_killed_about_then(tmp_path: Path) -> None:
    house = filled_in_memory()
    wish = Wish("create", "m1x000001", create())
    seen = Seen({"1": made("AIR-7", 3), "2": made("AIR-9", 9)}, {}, {})
    counts = Counts(wrong=["m1x000001 (create) is there 2 times", "m1x000002 (edit) ended None"])
    kills = [Event(_NOON + at * _SECOND, what) for at, what in ((5, "freeze p1"), (60, "late"))]
    told = kills, tmp_path / "no.log"
    found = [*evidence(house.gateway, seen, [wish], counts, told)]
    house.gateway.database.dispose()
    assert found == [
        "evidence: m1x000001 (create)",
        "  in Jira 12:00:03.000000: AIR-7",
        "  in Jira 12:00:09.000000: AIR-9",
        "  12:00:05.000000 freeze p1",
    ]
    assert moment(_NOON) == "12:00:00.000000"


def test_of_what_went_well_it_says_nothing() -> None:
    nobody = cast("Any", SimpleNamespace())
    counts, seen = Counts(), Seen({}, {}, {})
    assert [*evidence(nobody, seen, [], counts, ([], Path("no.log")))] == []
