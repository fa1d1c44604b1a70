"""Keeping up with what agents work on: open issues, wanted issues, hints from webhooks.

Nothing is believed but that somebody names an issue. One that was taken in is read by its
id; any other only by a search inside the scope, so that none outside it is ever read.
"""

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.operations import intake, keeping
from gateway.operations.context import Gateway
from gateway.operations.scoping import quoted, scope_jql, with_id, with_key, within
from gateway.promotion.references import is_temporary_id, is_temporary_key
from gateway.store import baselines, reading, registry
from gateway.upstream.errors import OurFaultError
from sandbox.contract.shapes import JsonObject, Wanted

LOG = logging.getLogger(__name__)

#: Hints that are followed in one round.
_HINTS = 50
#: Issues that one agent may have looked up within a minute.
WANTED_A_MINUTE = 30
#: Microseconds for which a key that Jira did not find is not asked for again.
NOT_AGAIN = 5 * 60 * 1_000_000
_MINUTE = 60 * 1_000_000
_REMEMBERED = 10_000


def refresh_open(gateway: Gateway) -> tuple[str, ...]:
    """Read again what agents have shadows of; returns the ids that changed or are gone."""
    return intake.refresh(gateway, intake.known_of(gateway, gateway.sandbox.open_issues()))


def follow_hints(gateway: Gateway) -> tuple[str, ...]:
    """Read again what a webhook named; returns the ids that changed, are gone or are new."""
    with gateway.database.read() as conn:
        waiting = reading.hints(conn, gateway.site)[:_HINTS]
    if not waiting:
        return ()
    known = intake.known_of(gateway, waiting)
    found = intake.refresh(gateway, known)
    strange = [one for one in waiting if one not in known and not is_temporary_id(one)]
    docs = [doc for one in strange for doc in _search(gateway, with_id(scope_jql(gateway), one))]
    new = _take(gateway, docs)
    with gateway.database.write() as conn:
        reading.drop_hints(conn, gateway.site, waiting)
    return (*found, *new)


@dataclass(slots=True)
class Wanting:
    """Looks up what agents asked for and the sandbox has not; remembers how often."""

    gateway: Gateway
    #: Agent to when its last look-ups were, oldest first.
    _lately: dict[str, deque[int]] = field(default_factory=dict)
    #: Agent and key that Jira did not find, and when.
    _absent: dict[tuple[str, str], int] = field(default_factory=dict)
    _waiting: dict[Wanted, None] = field(default_factory=dict)

    def run_once(self) -> tuple[str, ...]:
        """Look up what is due; returns the ids that were taken in."""
        self._waiting |= dict.fromkeys(self.gateway.sandbox.take_wanted())
        found: list[str] = []
        for one in list(self._waiting):
            if self._is_absent(one):
                del self._waiting[one]
            elif self._may_ask(one.agent):
                del self._waiting[one]
                found += self._look_up(one)
        return tuple(found)

    def _look_up(self, one: Wanted) -> tuple[str, ...]:
        now, project = self.gateway.clock(), one.key.rpartition("-")[0]
        with self.gateway.database.read() as conn:
            there = baselines.by_key(conn, self.gateway.site, one.key)
            grants = registry.grants_for(conn, self.gateway.site, one.agent, one.person, now)
        allowed = any(project in grant.scope.projects for grant in grants)
        if there is not None or not allowed or is_temporary_key(one.key):
            return ()
        # The key may lead to an issue that moved away: its project has to be the agent's too.
        narrowed = within(scope_jql(self.gateway), f"project = {quoted(project)}")
        docs = _search(self.gateway, with_key(narrowed, one.key))
        if not docs:
            self._note_absent(one)
        return _take(self.gateway, docs)

    def _is_absent(self, one: Wanted) -> bool:
        at = self._absent.get((one.agent, one.key))
        return at is not None and self.gateway.clock() - at < NOT_AGAIN

    def _note_absent(self, one: Wanted) -> None:
        while len(self._absent) >= _REMEMBERED:
            del self._absent[next(iter(self._absent))]
        self._absent[one.agent, one.key] = self.gateway.clock()

    def _may_ask(self, agent: str) -> bool:
        now = self.gateway.clock()
        lately = self._lately.setdefault(agent, deque())
        while lately and now - lately[0] >= _MINUTE:
            lately.popleft()
        if len(lately) >= WANTED_A_MINUTE:
            return False
        lately.append(now)
        return True


def _search(gateway: Gateway, jql: str) -> list[JsonObject]:
    """Return what a query finds; a key or id that Jira does not know finds nothing."""
    try:
        return list(gateway.upstream.search(jql))
    except OurFaultError as error:
        if error.status in (400, 404):
            return []
        raise


def _take(gateway: Gateway, docs: Iterable[JsonObject]) -> tuple[str, ...]:
    compared = keeping.compare(gateway, keeping.read_whole(gateway, gateway.upstream, docs))
    with gateway.database.write() as conn:
        keeping.store(conn, gateway, compared)
    keeping.push(gateway)
    return tuple(one.issue_id for one in (*compared.new, *compared.changed))
