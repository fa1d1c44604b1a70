"""Who decides: people and their roles. Agents are not people and never stand here."""

from enum import StrEnum

from sandbox.contract.shapes import Frozen


class Role(StrEnum):
    """What a person may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMIN = "admin"


#: Roles in rising order.
LADDER = (Role.VIEWER, Role.REVIEWER, Role.APPROVER, Role.ADMIN)


class Person(Frozen):
    """Somebody who signed in."""

    person: str
    name: str
    role: Role
    #: Their Jira account, to know whether a change was made for them.
    jira_account: str | None = None


def at_least(role: Role, wanted: Role) -> bool:
    """Return whether a role includes what ``wanted`` may do."""
    return LADDER.index(role) >= LADDER.index(wanted)
