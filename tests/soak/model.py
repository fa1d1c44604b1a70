"""What the walk believes: which requests people approved, and how often each was done.

The model stands in the wire between the gateway and the fake Jira. A write that nobody
approved, or that is done more often than it was approved, is found in that very moment.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.promotion.naming import APPROVER
from gateway.promotion.values import MARKER_KEY, PlannedOperation, Request
from tests.soak.world import APPROVER_NAME

_TRANSITIONS = re.compile(r"/issue/[^/]+/transitions$")
#: A marker's value is known at sending only.
_MARK: Any = {"key": MARKER_KEY, "value": None}


class BrokenPromiseError(AssertionError):
    """Something happened in Jira that must not; the sentence says what."""


def shape(method: str, path: str, query: Mapping[str, str], body: Any) -> str:
    """Return a request as one text: as approved and as sent are the same."""
    found = json.loads(json.dumps(body))
    if isinstance(found, dict):
        if isinstance(found.get("properties"), list):
            found["properties"] = [
                _MARK if one.get("key") == MARKER_KEY else one for one in found["properties"]
            ]
        if _TRANSITIONS.search(path):
            # Only the target status is approved: the id may be another by now.
            found.pop("transition", None)
    return json.dumps([method, path, dict(query), found], sort_keys=True, ensure_ascii=False)


def shape_of(request: Request) -> str:
    """Return the shape of an approved request; the approver's name is filled in at sending."""
    shown = shape(request.method, request.path, request.query, request.body)
    return shown.replace(APPROVER, APPROVER_NAME)


def change_of(shown: str) -> str | None:
    """Return what a request of this shape changes, whoever asked for it; None: it adds anew."""
    method, path, _, body = json.loads(shown)
    if method != "PUT" or not isinstance(body, dict):
        return None
    changed = {name: body[name] for name in ("fields", "update") if body.get(name)}
    if not changed:
        return None
    return json.dumps([path, changed], sort_keys=True, ensure_ascii=False)


@dataclass(slots=True)
class Model:
    """The reference that the walk compares Jira with."""

    #: Shape of a request to how often it was approved and released.
    allowed: Counter[str] = field(default_factory=Counter)
    #: Shape of a request to how often Jira did it.
    done: Counter[str] = field(default_factory=Counter)
    #: Shape to the values that its scalars were approved to replace.
    bases: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Shapes that replaced something else: their receipts have to say so.
    overwrote: set[str] = field(default_factory=set)
    _released: set[tuple[int, str]] = field(default_factory=set)

    def was_there(self, shown: str) -> bool:
        """Return whether another request did the same: then Jira may have had it already.

        An undo of an undo, and a second undo, want the value that one before them wrote.
        Which of them came first is not looked at.
        """
        wanted = change_of(shown)
        return wanted is not None and any(
            change_of(one) == wanted for one in self.done if self.done[one]
        )

    def release(self, review: int, digest: str, operations: list[PlannedOperation]) -> None:
        """Believe that a person released these operations, once."""
        if (review, digest) in self._released:
            return
        self._released.add((review, digest))
        for one in operations:
            shown = shape_of(one.request)
            self.allowed[shown] += 1
            scalars = {name: one.base[name] for name in one.base if name not in one.set_fields}
            self.bases[shown] = scalars

    def effect(self, shown: str, before: Mapping[str, Any]) -> None:
        """Note that Jira did something; ``before`` are the issue's fields until then."""
        if not self.allowed[shown]:
            raise BrokenPromiseError(f"unapproved: {shown}")
        self.done[shown] += 1
        if self.done[shown] > self.allowed[shown]:
            raise BrokenPromiseError(f"duplicate: {shown}")
        for name, base in self.bases[shown].items():
            if name in ("summary", "description") and before.get(name) != base:
                self.overwrote.add(shown)
