"""What the page of connected Jira accounts shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A connected Jira account."""

    account: str
    name: str
    how: str
    mine: bool
    #: Why Jira does not take it any more; empty when it does.
    trouble: str
    since: str


@dataclass(frozen=True, slots=True)
class JiraPage:
    """The page on which people connect their own Jira account."""

    lines: tuple[AccountLine, ...]
    connected: bool
    #: Whether an OAuth app is set.
    by_consent: bool
    cloud: bool
    #: As whom the policy wants changes written.
    author: str
    #: Whether they sign in by a password that they can change.
    has_password: bool = False
