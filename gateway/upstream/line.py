"""A watchful and polite line to Jira: keeps to its limits, makes sure of who we are.

Where an answer does not name the account (Cloud through OAuth), Jira is asked for it
whenever an answer gives reason to doubt: 401, 403, or a name that used to be there.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gateway.upstream.errors import (
    IdentityLostError,
    OurFaultError,
    OutcomeUnknownError,
    ThrottledError,
    UpstreamError,
)
from gateway.upstream.limits import Limits, Wait, is_near
from gateway.upstream.wire import Answer, Ask, Wire
from sandbox.contract.shapes import JsonObject

#: Seconds that a patient reader lets others go first when the budget is nearly used up.
_POLITE = 1.0
#: Seconds for which asking who we are is good enough.
_SURE = 5.0


@dataclass(slots=True)
class Trust:
    """When Jira last told us who we are, by this process's steady clock."""

    confirmed_at: float = float("-inf")
    now: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Line:
    """Sends one request after the other."""

    wire: Wire
    #: Path of the question who we are.
    myself: str
    limits: Limits = field(default_factory=Limits)
    #: Seconds of throttling that a read may wait out before it gives up.
    patience: float = 0.0
    sleep: Callable[[float], None] = time.sleep
    trust: Trust = field(default_factory=Trust)

    def send(self, ask: Ask) -> Answer:
        """Send one request once; raises an UpstreamError when Jira did not do it."""
        left = self.limits.left()
        if left > 0:
            raise ThrottledError(left, "it asked so a moment ago")
        try:
            answer = self.wire.send(ask)
        except ThrottledError as error:
            raise self._noted(error) from error
        except OurFaultError as error:
            if error.status == 403:
                self.confirm()
            raise
        self.limits.eased()
        if self.wire.expected.named and not answer.named:
            self._make_sure(ask)
        return answer

    def read(self, ask: Ask) -> Answer:
        """Read something; when throttled, wait as long as there is patience."""
        left = self.patience
        while True:
            try:
                answer = self.send(replace(ask, reads=True))
            except ThrottledError as error:
                # A wait of nothing must not become a busy loop.
                wait = max(error.seconds, 1.0)
                if wait > left:
                    raise
                left -= wait
                self.sleep(wait)
                continue
            if self.patience and is_near(answer.headers):
                self.sleep(_POLITE)
            return answer

    def confirm(self) -> Answer:
        """Ask Jira who we are; raises IdentityLostError when it is not who we were."""
        answer = self.wire.send(Ask("GET", self.myself, reads=True))
        names = account_names(answer.body if isinstance(answer.body, dict) else {})
        known = self.wire.expected.account
        if not names or (known and not names & known):
            raise IdentityLostError("Jira takes us for another account than at the start.")
        self.trust.confirmed_at = self.trust.now()
        return answer

    def _make_sure(self, ask: Ask) -> None:
        if self.trust.now() - self.trust.confirmed_at < _SURE:
            return
        try:
            self.confirm()
        except UpstreamError as error:
            if ask.reads:
                raise
            raise OutcomeUnknownError(
                error.sentence, stranger=isinstance(error, IdentityLostError)
            ) from error

    def _noted(self, error: ThrottledError) -> ThrottledError:
        if error.per_issue:
            return error
        seconds = self.limits.told(Wait(error.seconds, reason=error.reason))
        return ThrottledError(seconds, error.reason)


def account_names(myself: JsonObject) -> frozenset[str]:
    """Return every name under which Jira may call an account, in lower case."""
    names = (myself.get(name) for name in ("accountId", "key", "name"))
    return frozenset(str(name).casefold() for name in names if name)
