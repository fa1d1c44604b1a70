"""What is read back after Jira took a request, and what is said when it shows otherwise."""

from typing import Any

import pytest

from gateway.promotion.drift import Now
from gateway.promotion.fields import Fields
from gateway.promotion.shown import shows_otherwise
from gateway.promotion.values import PlannedOperation
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.test_plan import plan_of
from tests.gateway.promotion.world import change, doc, edit

FILE = {"filename": "오류.png", "size": 3, "sha256": "f" * 64, "mimeType": "image/png"}


def planned(kind: ChangeKind) -> PlannedOperation:
    made = change(kind, {"id": "1", **FILE}, id="c1")
    (only,) = plan_of(made if kind is ChangeKind.ATTACHMENT else edit("summary", "A")).operations
    return only


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"id": "7", "filename": "오류.png", "size": 3}, ""),
        ({"id": "7", "filename": "오류.png", "size": 2}, "another name or size"),
        ({"id": "7", "filename": "x.png", "size": 3}, "another name or size"),
        ({"id": "8", "filename": "오류.png", "size": 3}, "does not show it"),
    ],
)
def test_a_file_is_read_back_by_name_and_size(shown: dict[str, Any], said: str) -> None:
    now = Now(doc(attachment=[shown]))
    found = shows_otherwise(planned(ChangeKind.ATTACHMENT), now, Fields(), "7")
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize(("value", "said"), [("A", ""), ("B", "another value now for: summary")])
def test_fields_are_read_back_by_value(value: str, said: str) -> None:
    found = shows_otherwise(planned(ChangeKind.EDIT), Now(doc(summary=value)), Fields(), None)
    assert said in found
    assert bool(said) == bool(found)
