"""Who may sign in: the first person is admin, everybody else is let in by one."""

from collections.abc import Callable
from typing import Protocol

from gateway.review.people import Person, Role
from gateway.settings import Settings
from gateway.store import audit, people
from gateway.store.database import Database
from sandbox.contract.shapes import JsonObject


class House(Protocol):
    """What identity needs of a gateway, which stands above it and cannot be imported."""

    @property
    def database(self) -> Database:
        """The gateway's own database."""

    @property
    def clock(self) -> Callable[[], int]:
        """Microseconds since 1970, UTC."""

    @property
    def settings(self) -> Settings:
        """Where the pages are found, among others."""


class UnknownPersonError(Exception):
    """Nobody of this name may sign in."""

    def __init__(self, person: str) -> None:
        """Say who was asked for."""
        super().__init__(f"Nobody called '{person}' may sign in here. An admin can add them.")


def admit(gateway: House, person: Person, *, by: str) -> Person:
    """Let somebody sign in, or change who they are; the first person becomes admin."""
    now = gateway.clock()
    with gateway.database.write() as conn:
        first = people.total(conn) == 0
        stored = person.model_copy(update={"role": Role.ADMIN}) if first else person
        if people.get(conn, stored.person) is None:
            people.add(conn, stored, now=now)
        else:
            people.change(conn, stored)
        audit.append(conn, at=now, actor=by, kind="person", body=admitted(stored))
    return stored


def welcome(gateway: House, person: Person) -> Person:
    """Let somebody in whom an identity provider vouches for, with the role it gives them.

    Unlike `admit` it makes nobody admin for being first. Roles on other sites and a Jira
    account that they proved stay. Raises UnknownPersonError for somebody who was taken out.
    """
    now, site = gateway.clock(), gateway.settings.site
    with gateway.database.write() as conn:
        stored = people.get(conn, person.person)
        if stored is not None:
            if stored.disabled:
                raise UnknownPersonError(person.name)
            person = _kept(person, stored, site)
        if stored == person:
            return person
        if stored is None:
            people.add(conn, person, now=now)
        else:
            people.change(conn, person)
        audit.append(conn, at=now, actor=person.person, kind="person", body=admitted(person))
    return person


def _kept(person: Person, stored: Person, site: str) -> Person:
    elsewhere = tuple(one for one in stored.roles if one.site != site)
    roles = tuple(sorted((*elsewhere, *person.roles), key=lambda one: (one.site, one.project)))
    account = person.jira_account or stored.jira_account
    return person.model_copy(update={"roles": roles, "jira_account": account})


def admitted(person: Person) -> JsonObject:
    """Return what the audit says of somebody who was let in or changed."""
    body: JsonObject = {"person": person.person, "role": str(person.role)}
    if person.roles:
        body["roles"] = ", ".join(f"{one.role}@{one.site}/{one.project}" for one in person.roles)
    return body


def known(gateway: House, person: str) -> Person:
    """Return a person; an empty house admits the first one as its admin."""
    with gateway.database.read() as conn:
        found = people.get(conn, person)
        empty = people.total(conn) == 0
    if found is not None and not found.disabled:
        return found
    if not empty:
        raise UnknownPersonError(person)
    return admit(gateway, Person(person=person, name=person, role=Role.ADMIN), by=person)
