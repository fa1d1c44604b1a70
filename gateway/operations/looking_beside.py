"""Reads the issues beside a written one, for what our write set off there."""

from gateway.promotion.beside import LISTENED, MOST, related, set_off, since
from gateway.promotion.drift import Now
from gateway.promotion.readback import Effect
from gateway.promotion.values import PlannedOperation, SideEffect
from gateway.upstream.client import Upstream
from gateway.upstream.errors import UpstreamError


def beside(
    upstream: Upstream, planned: PlannedOperation, lines: list[Effect], after: Now
) -> tuple[tuple[SideEffect, ...], tuple[str, ...]]:
    """Return the side effects on other issues, and the keys of those that were not read.

    A write that was answered stays answered: what cannot be read is only named.
    """
    others = related(after.doc) if planned.kind in LISTENED else {}
    moment = since(lines, after) if others else ""
    found: list[SideEffect] = []
    unseen: list[str] = []
    for number, (issue_id, key) in enumerate(others.items()):
        try:
            doc = upstream.issue(issue_id) if number < MOST else None
        except UpstreamError:
            doc = None
        if doc is None:
            unseen.append(key)
        else:
            found += set_off(doc, moment, after.account, project=planned.project_key)
    return tuple(found), tuple(unseen)
