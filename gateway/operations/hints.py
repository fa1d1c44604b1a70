"""Hints that an issue has changed: what a webhook may say, and who may say it."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.operations.context import Gateway
from gateway.store import reading

#: Issues that one event may name.
_MOST = 20
_ID = re.compile(r"[1-9][0-9]{0,17}")
_IN_URL = re.compile(r"/rest/api/(?:2|3|latest)/issue/([1-9][0-9]{0,17})(?:/|$)")
#: Events in a burst, and per second after it.
_BURST = 200
_PER_SECOND = 20
_SECOND = 1_000_000


@dataclass(slots=True)
class Bucket:
    """Lets so many events in: what Jira itself sends at its busiest, not a flood."""

    left: float = float(_BURST)
    at: int = field(default=0)

    def take(self, now: int) -> bool:
        """Return whether one more event may come in at ``now`` (microseconds)."""
        passed = max(now - self.at, 0) / _SECOND
        self.left, self.at = min(_BURST, self.left + passed * _PER_SECOND), now
        if self.left < 1:
            return False
        self.left -= 1
        return True


def is_genuine(secret: bytes, body: bytes, *, signature: str, given: str) -> bool:
    """Return whether an event is signed with the secret, or its address holds it.

    Cloud, and Data Center from 10 on, sign the body (``sha256=…``); an older Data Center
    can only call an address that nobody else knows.
    """
    wanted = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    signed = hmac.compare_digest(wanted.encode(), signature.encode())
    known = hmac.compare_digest(secret, given.encode())
    return signed or known


def note(gateway: Gateway, issue_ids: tuple[str, ...]) -> int:
    """Queue issues to be read again; returns how many were not queued yet."""
    if not issue_ids:
        return 0
    with gateway.database.write() as conn:
        return reading.add_hints(conn, gateway.site, issue_ids, gateway.clock())


def issue_ids_of(event: JsonValue) -> tuple[str, ...]:
    """Return the ids of the issues that an event is about; anything may stand in it."""
    found = dict.fromkeys(one for one in _named(event) if _ID.fullmatch(one))
    return tuple(found)[:_MOST]


def _named(event: JsonValue) -> Iterator[str]:
    if not isinstance(event, dict):
        return
    for name, member in (
        ("issue", "id"),
        ("worklog", "issueId"),
        ("issueLink", "sourceIssueId"),
        ("issueLink", "destinationIssueId"),
    ):
        part = event.get(name)
        if isinstance(part, dict) and isinstance(part.get(member), str | int):
            yield str(part[member])
    # Server's comment events name the issue in the comment's own address only.
    comment = event.get("comment")
    address = comment.get("self") if isinstance(comment, dict) else None
    inside = _IN_URL.search(address) if isinstance(address, str) else None
    if inside:
        yield inside[1]
