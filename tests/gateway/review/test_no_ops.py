"""What Jira has already is no work for a person, whatever kind of change it is."""

from typing import Any

import pytest

from gateway.review.no_ops import is_no_op
from gateway.review.values import ChangeView, Flag
from sandbox.contract.compare import Three
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import DOING, change, text

KINDS = ChangeKind
SAID = {"id": "7", "body": text("안녕")}


def view(kind: ChangeKind = KINDS.EDIT, wants: Any = "같음", **given: Any) -> ChangeView:
    """Return a kept change of something that Jira has by now."""
    made = change(kind, wants, field="summary" if kind is KINDS.EDIT else None)
    whole: dict[str, Any] = {"now": wants, "three": Three.BOTH, "verdict": "keep", **given}
    return ChangeView(change=made, field_name="", field_type="", rich=False, wants=wants, **whole)


@pytest.mark.parametrize(
    "found",
    [
        view(),
        view(three=Three.SAME),
        view(KINDS.SPRINT, {"id": "4"}),
        view(KINDS.TRANSITION, {"status": DOING, "fields": {}}),
        view(KINDS.COMMENT_EDIT, SAID),
        view(flags=(Flag(id="duplicate", severity="info"),)),
        view(flags=(Flag(id="stale_read", severity="warn"),)),
    ],
)
def test_what_jira_has_already_is_a_no_op(found: ChangeView) -> None:
    assert is_no_op(found)


@pytest.mark.parametrize(
    "found",
    [
        view(three=Three.OURS),
        view(three=Three.THEIRS),
        view(three=Three.CONFLICT),
        view(now_known=False),
        # Somebody decided about it, or should see what was seen.
        view(verdict="reject"),
        view(pick="edit"),
        view(flags=(Flag(id="shrink", severity="warn"),)),
        view(flags=(Flag(id="security_changed", severity="block"),)),
        # The status is there, but not what is set on the way; the words, but not who may read them.
        view(KINDS.TRANSITION, {"status": DOING, "fields": {"resolution": {"id": "1"}}}),
        view(KINDS.COMMENT_EDIT, {**SAID, "visibility": {"type": "role"}}, now=SAID),
        # What is gone already is told of, and what is only added never equals anything.
        view(KINDS.DELETE, {"thing": "comment", "id": "7", "name": "x"}),
        view(KINDS.COMMENT, SAID),
    ],
)
def test_what_is_to_be_seen_is_not(found: ChangeView) -> None:
    assert not is_no_op(found)
