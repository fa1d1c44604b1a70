"""Fetches sealed change sets from the sandbox and makes reviews of them.

Nothing in a fetched set is believed but what the agent wants. What does not hold up is
stored all the same, refused with a reason, so that people see who tried what.
"""

import logging
import re

from pydantic import JsonValue
from sqlalchemy import Connection

from gateway.operations import fetching, grounds, intake
from gateway.operations.context import Gateway
from gateway.protection.addresses import shape_outward
from gateway.review.states import TRANSITIONS, Event
from gateway.sandbox_link import SandboxLinkError
from gateway.store import audit, desk, marks, reviews, sites
from gateway.upstream.errors import UpstreamError
from sandbox.contract.addresses import Address
from sandbox.contract.digest import seal
from sandbox.contract.shapes import ChangeSet, Read

LOG = logging.getLogger(__name__)

#: Ids become part of addresses and anchors: nothing else may stand in them.
_CHANGE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
#: Stands in the audit for what the gateway did by itself.
GATEWAY = "gateway"


def fetch(gateway: Gateway) -> list[int]:
    """Fetch what was sealed since the last time; returns the new reviews' ids.

    Position and review are stored in one transaction, so a crash in between fetches the
    same set again and finds it stored.
    """
    with gateway.database.read() as conn:
        stored = sites.get(conn, gateway.site)
    after = 0 if stored is None else stored.fetched_position
    found: list[int] = []
    for position, change_set in gateway.sandbox.change_sets(after):
        reads = _reads(gateway, change_set)
        fetching.fetch_files(gateway, change_set)
        _freshen(gateway, change_set)
        with gateway.database.write() as conn:
            review_id = receive(conn, gateway, change_set, reads)
            sites.set_fetched(conn, gateway.site, max(position, after))
        if review_id is not None:
            found.append(review_id)
    return found


def _freshen(gateway: Gateway, change_set: ChangeSet) -> None:
    """Read the set's issues again before anybody looks at it.

    Only those that were taken in: the set is a claim, and may name any id. When Jira does
    not answer, the page says so by itself.
    """
    touched = {one.issue_id for one in change_set.changes}
    try:
        intake.refresh(gateway, intake.known_of(gateway, sorted(touched)))
    except (UpstreamError, SandboxLinkError) as error:
        LOG.warning("not_refreshed_at_submit error=%s", type(error).__name__)


def seal_idle(gateway: Gateway) -> int:
    """Have what agents left lying handed in for review; returns how many sets that made."""
    minutes = gateway.settings.idle_minutes
    return len(gateway.sandbox.seal_idle(round(minutes * 60))) if minutes > 0 else 0


def receive(
    conn: Connection, gateway: Gateway, claimed: ChangeSet, reads: tuple[Read, ...] | None
) -> int | None:
    """Store one fetched set; returns its review, or None when it is not a new one."""
    known = reviews.by_change_set(conn, claimed.id)
    if known is not None:
        if known.change_set.seal != claimed.seal:
            _note(conn, gateway, "changed_set_refused", {"review": known.id, "set": claimed.id})
        return None
    change_set = shape_outward(claimed, Address(gateway.identity.base_url))
    reason = _why_refused(conn, gateway, claimed, change_set)
    review_id = reviews.add(
        conn,
        change_set,
        site=gateway.site,
        reads=reads,
        refused=reason,
        received_at=gateway.clock(),
    )
    kind = "set_received" if reason is None else "set_refused"
    _note(conn, gateway, kind, {"review": review_id, "set": claimed.id, "seal": claimed.seal})
    if reason is None and change_set.replaces is not None:
        _replace(conn, gateway, change_set.replaces, review_id)
    return review_id


def _why_refused(
    conn: Connection, gateway: Gateway, claimed: ChangeSet, change_set: ChangeSet
) -> str | None:
    if seal(claimed) != claimed.seal:
        return "The seal does not fit the set: it was altered after it was sealed."
    if claimed.site != gateway.site:
        return f"The set is for the site '{claimed.site}', which is not served here."
    if not all(_CHANGE_ID.fullmatch(one.id) for one in change_set.changes):
        return "One of its changes has an id that no sandbox gives."
    if not change_set.sources.keys() <= {one.id for one in change_set.changes}:
        return "It names sources of a change that it does not have."
    refusal = grounds.authority(conn, change_set)
    if refusal is not None:
        return str(refusal)
    return _bad_round(conn, change_set)


def _bad_round(conn: Connection, change_set: ChangeSet) -> str | None:
    """Return why a later round cannot stand for the set it names, or None."""
    if change_set.replaces is None:
        return None
    old = reviews.by_change_set(conn, change_set.replaces)
    if old is None or old.change_set.workspace != change_set.workspace:
        return "It wants to replace a change set that is not this agent's."
    if Event.NEXT_ROUND not in TRANSITIONS[old.state]:
        return f"It wants to replace CS-{old.id}, about which people have decided already."
    return None


def _replace(conn: Connection, gateway: Gateway, change_set: str, by: int) -> None:
    old = reviews.by_change_set(conn, change_set)
    if old is not None and reviews.move(conn, old, Event.NEXT_ROUND):
        reviews.drop_approvals(conn, old.id)
        desk.carry(conn, old.id, by)
        marks.carry(conn, old.id, by)
        _note(conn, gateway, "set_replaced", {"review": old.id, "by": by})


def _reads(gateway: Gateway, change_set: ChangeSet) -> tuple[Read, ...] | None:
    """Return what the agent read; missing evidence counts as nothing was read."""
    try:
        found = gateway.sandbox.reads(change_set.id)
    except SandboxLinkError:
        return None
    return None if found is None else tuple(found)


def _note(conn: Connection, gateway: Gateway, kind: str, body: dict[str, JsonValue]) -> None:
    audit.append(conn, at=gateway.clock(), actor=GATEWAY, kind=kind, body=body)
