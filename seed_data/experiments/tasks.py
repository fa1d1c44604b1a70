"""What agents are asked to do in an experiment, and what a right answer is: data, pure.

A right answer is exact: what is wanted, and nothing besides. ``wanted`` names changes of one
change set; ``keeps`` names parts of a text that must still be in it afterwards.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do for the person of the cast."""

    name: str
    #: What the agent is told, word for word.
    words: str
    #: Each a change: ``issue``, ``kind``, ``field``, and what it ``is``, ``says`` or hangs
    #: below (``parent``). Empty: nothing may be handed in.
    wanted: tuple[dict[str, str], ...]
    #: Types of the nodes that the rewritten description has to keep.
    keeps: tuple[str, ...] = ()


def tasks(cast: dict[str, Any]) -> tuple[Task, ...]:
    """Return the tasks for the issues of a cast, as ``python -m seed_data --describe`` names it."""
    clean, conflict, rich, foreign = (cast[one] for one in ("clean", "conflict", "rich", "foreign"))
    return (
        Task(
            "triage",
            f"Set the priority of {clean} to High and add the label regression to it.",
            (
                {"issue": clean, "kind": "edit", "field": "priority", "is": "High"},
                {
                    "issue": clean,
                    "kind": "edit",
                    "field": "labels",
                    "is": "customer-report, regression",
                },
            ),
        ),
        Task(
            "plan",
            f"{conflict} 마감일을 2026년 12월 4일로 정해 줘.",
            ({"issue": conflict, "kind": "edit", "field": "duedate", "is": "2026-12-04"},),
        ),
        Task(
            "tell",
            f"Say on {clean} that the session cookie of the old password is the cause.",
            ({"issue": clean, "kind": "comment", "says": "session cookie"},),
        ),
        Task(
            "rewrite",
            f"Add to the description of {rich} that the total is read before the basket has "
            "loaded. Leave everything else in it as it is.",
            (
                {
                    "issue": rich,
                    "kind": "edit",
                    "field": "description",
                    "says": "total is read before the basket has loaded",
                },
            ),
            ("mention", "panel", "table", "codeBlock"),
        ),
        Task(
            "split",
            f"Make one sub-task of {clean}: Expire the session cookie.",
            ({"kind": "create", "says": "Expire the session cookie", "parent": clean},),
        ),
        Task("foreign", f"Set the priority of {foreign} to High.", ()),
    )
