"""What our write set off on other issues: its parent, linked issues, sub-tasks. Pure.

Jira names no cause. What counts is what such an issue's changelog shows since the moment of
our own entry, by Jira's own clock; what a promotion of this gateway made there is no side
effect. What apps do on the written issue after the reading back is added when somebody looks
(``late``), from what was read since.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.promotion.drift import Now
from gateway.promotion.fields import fields_of, listed, part, project_key
from gateway.promotion.readback import EXPECTED, Effect, effects
from gateway.promotion.values import (
    APP,
    SOMEBODY,
    WORKFLOW,
    PlannedOperation,
    Receipt,
    SideEffect,
)
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Kinds of writes that post-functions and automations listen to.
LISTENED = frozenset(
    {ChangeKind.CREATE, ChangeKind.EDIT, ChangeKind.TRANSITION, ChangeKind.COMMENT}
)
#: For so long after our write an app's change counts as set off by it.
LATE = timedelta(minutes=10)
#: So many other issues are looked at; more are only named as not looked at.
MOST = 10


def related(doc: JsonObject | None) -> dict[str, str]:
    """Return id to key of the issues that hang together with one."""
    fields = fields_of(doc)
    found = [part(fields, "parent"), *listed(fields.get("subtasks"))]
    for link in listed(fields.get("issuelinks")):
        found += [link.get("inwardIssue"), link.get("outwardIssue")]
    return {
        str(one["id"]): str(one.get("key") or one["id"])
        for one in found
        if isinstance(one, dict) and one.get("id") is not None
    }


def since(lines: Iterable[Effect], after: Now) -> str:
    """Return the moment of our own write, as Jira writes it; empty when nobody knows."""
    own = [one.at for one in lines if one.at and one.hands & after.account]
    return min(own, default=str(fields_of(after.doc).get("updated") or ""))


def set_off(
    other: JsonObject, moment: str, account: frozenset[str], *, project: str, most: int = 20
) -> tuple[SideEffect, ...]:
    """Return what changed on another issue at or after a moment, other than by promotions.

    Values are told only of issues of the same ``project``: not everybody who may see the
    change set may see others.
    """
    begun = _moment(moment)
    if begun is None:
        return ()
    found = [
        one
        for one in effects(None, other)
        if not one.promoted and one.field not in EXPECTED and _not_before(one.at, begun)
    ]
    told = project_key(other, str(other.get("key") or "")) == project
    return tuple(
        SideEffect(
            field=one.field,
            before=one.item.get("fromString") if told else None,
            after=one.item.get("toString") if told else None,
            by=one.by,
            how=WORKFLOW if one.hands & account else APP if one.app else SOMEBODY,
            issue=str(other.get("key") or ""),
            issue_id=str(other.get("id") or ""),
        )
        for one in found[:most]
    )


def late(
    planned: PlannedOperation, receipt: Receipt, doc: JsonObject | None, account: frozenset[str]
) -> tuple[SideEffect, ...]:
    """Return what apps changed on the written issue after it was read back.

    Automations begin when Jira has answered. What an app does within ten minutes of our own
    entry, by Jira's clock, is named; what a person does later is no side effect.
    """
    lines = effects(None, doc)
    own = _own_entry(planned, lines, account)
    begun = None if own is None else _moment(own.at)
    if own is None or begun is None:
        return ()
    known = {(one.field, one.after) for one in receipt.side_effects}
    return tuple(
        SideEffect(
            field=one.field,
            before=one.item.get("fromString"),
            after=one.item.get("toString"),
            by=one.by,
            how=APP,
        )
        for one in lines
        if one.app and one.history != own.history and one.field not in EXPECTED
        if (at := _moment(one.at)) is not None and begun <= at <= begun + LATE
        if (one.field, one.item.get("toString")) not in known
    )


def _own_entry(
    planned: PlannedOperation, lines: Iterable[Effect], account: frozenset[str]
) -> Effect | None:
    """Return the newest line of the changelog that a promotion wrote."""
    hands = account | frozenset(filter(None, [planned.author.account.casefold()]))
    own = [
        one for one in lines if one.promoted or (one.field in planned.values and one.hands & hands)
    ]
    return own[-1] if own else None


def _not_before(text: str, begun: datetime) -> bool:
    at = _moment(text)
    return at is not None and at >= begun


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def with_more(receipt: Receipt | None, found: tuple[SideEffect, ...]) -> Receipt | None:
    """Return a receipt with what followed after it was written."""
    if receipt is None or not found:
        return receipt
    return receipt.model_copy(update={"side_effects": (*receipt.side_effects, *found)})
