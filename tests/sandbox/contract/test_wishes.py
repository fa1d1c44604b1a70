"""Which changes of a set add the very same."""

import pytest

from sandbox.contract.shapes import Change, ChangeKind
from sandbox.contract.wishes import doubles
from tests.gateway.promotion.world import change, create, edit, text


def comment(number: int, words: str, issue: str = "10001") -> Change:
    body = {"id": f"9{number}", "body": text(words)}
    return change(ChangeKind.COMMENT, body, id=f"c{number}", issue_id=issue)


def new(number: int, summary: str) -> Change:
    made = create(summary=summary)
    issue = {"issue_id": f"900000000{number}", "issue_key": f"AIR-900000010{number}"}
    return made.model_copy(update={"id": f"n{number}", **issue})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([comment(1, "안녕"), comment(2, "안녕"), comment(3, "안녕")], {"c2", "c3"}),
        ([comment(1, "x"), comment(2, "x", issue="10002"), comment(3, "y")], set()),
        ([new(1, "Expire it"), new(2, "Expire it"), new(3, "Expire that")], {"n2"}),
        # Whatever else is done twice is done once.
        ([edit("summary", "x", id="e1"), edit("summary", "x", id="e2")], set()),
        ([], set()),
    ],
)
def test_what_is_added_again_is_found_behind_the_first(
    changes: list[Change], found: set[str]
) -> None:
    assert doubles(changes) == found
