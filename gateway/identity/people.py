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
        body: JsonObject = {"person": stored.person, "role": str(stored.role)}
        audit.append(conn, at=now, actor=by, kind="person", body=body)
    return stored


def welcome(gateway: House, person: Person) -> Person:
    """Let somebody in whom an identity provider vouches for, with the role it gives them.

    Unlike `admit` it makes nobody admin for being first.
    """
    now = gateway.clock()
    with gateway.database.write() as conn:
        stored = people.get(conn, person.person)
        if stored == person:
            return person
        if stored is None:
            people.add(conn, person, now=now)
        else:
            people.change(conn, person)
        body: JsonObject = {"person": person.person, "role": str(person.role)}
        audit.append(conn, at=now, actor=person.person, kind="person", body=body)
    return person


def known(gateway: House, person: str) -> Person:
    """Return a person; an empty house admits the first one as its admin."""
    with gateway.database.read() as conn:
        found = people.get(conn, person)
        empty = people.total(conn) == 0
    if found is not None:
        return found
    if not empty:
        raise UnknownPersonError(person)
    return admit(gateway, Person(person=person, name=person, role=Role.ADMIN), by=person)
