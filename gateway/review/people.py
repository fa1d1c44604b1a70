"""Who decides: people and their roles. Agents are not people and never stand here."""

from collections.abc import Collection
from enum import StrEnum

from sandbox.contract.frozen import Frozen


class Role(StrEnum):
    """What a person may do; each role may do what the ones before it may."""

    NONE = "none"
    VIEWER = "viewer"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMIN = "admin"


#: Roles that somebody can be given, in rising order.
LADDER = (Role.VIEWER, Role.REVIEWER, Role.APPROVER, Role.ADMIN)
_RANKS = (Role.NONE, *LADDER)
#: Every project of a site.
EVERY = "*"


class ProjectRole(Frozen):
    """A role in one project of one site; ``EVERY`` stands for all of its projects."""

    site: str
    project: str
    role: Role


class Person(Frozen):
    """Somebody who signed in."""

    person: str
    name: str
    #: On every site and in every project; NONE: only where ``roles`` says so. Of somebody
    #: who is looked at in some projects (``within``) the role in these.
    role: Role
    #: Their Jira account, to know whether a change was made for them.
    jira_account: str | None = None
    #: What they may do beyond that in single projects.
    roles: tuple[ProjectRole, ...] = ()
    #: True: an admin took everything back. The name stays, for the history.
    disabled: bool = False
    #: Their role everywhere, of somebody who is looked at in some projects.
    everywhere: Role | None = None


def at_least(role: Role, wanted: Role) -> bool:
    """Return whether a role includes what ``wanted`` may do."""
    return _RANKS.index(role) >= _RANKS.index(wanted)


def role_at(text: str) -> tuple[Role, str] | None:
    """Return role and project of a text such as ``approver@WEB``; alone it is everywhere."""
    role, _, project = text.strip().partition("@")
    good = role in list(LADDER) and ("@" not in text or project.strip())
    return (Role(role), project.strip() or EVERY) if good else None


def role_in(person: Person, site: str, projects: Collection[str]) -> Role:
    """Return the role that somebody has in *all* of these projects of a site.

    Of no projects it is the role in every project: what belongs to none is only for who
    may see all.
    """
    if person.disabled:
        return Role.NONE
    wide = _highest(person, site, {EVERY})
    roles = [_highest(person, site, {EVERY, one}) for one in projects]
    return min(roles, key=_RANKS.index, default=wide)


def within(person: Person, site: str, projects: Collection[str]) -> Person:
    """Return the person as they stand in all of these projects: with their role there."""
    role = role_in(person, site, projects)
    return person.model_copy(update={"role": role, "everywhere": _everywhere(person)})


def sees(person: Person, site: str, projects: Collection[str]) -> bool:
    """Return whether somebody may know what happens in all of these projects."""
    return at_least(role_in(person, site, projects), Role.VIEWER)


def _highest(person: Person, site: str, projects: Collection[str]) -> Role:
    own = [one.role for one in person.roles if one.site == site and one.project in projects]
    return max((_everywhere(person), *own), key=_RANKS.index)


def _everywhere(person: Person) -> Role:
    return person.role if person.everywhere is None else person.everywhere
