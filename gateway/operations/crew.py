"""People as an admin sees them: roles, Jira accounts, open sessions; ending sessions at once."""

from dataclasses import dataclass

from gateway.identity.people import UnknownPersonError
from gateway.operations.context import Gateway
from gateway.review.people import EVERY, Person, Role
from gateway.store import audit, desk, people, sites
from sandbox.contract.shapes import JsonObject


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may sign in, or might once."""

    person: Person
    #: Browsers that are signed in now.
    sessions: int
    #: How Jira shows their account; empty when none is known.
    account_name: str
    #: Keys of the projects that they follow.
    follows: tuple[str, ...] = ()


def crew(gateway: Gateway) -> tuple[Member, ...]:
    """Return everybody, in the order in which they came."""
    with gateway.database.read() as conn:
        found = people.listed(conn)
        open_now = people.sessions(conn, now=gateway.clock())
        metadata = sites.metadata(conn, gateway.site)
        followed = desk.follows(conn, gateway.site)
    users = () if metadata is None else metadata.users
    names = {
        str(one.get(key)): str(one.get("displayName") or "")
        for one in users
        for key in ("accountId", "key")
        if one.get(key)
    }
    return tuple(
        Member(
            one,
            open_now.get(one.person, 0),
            names.get(one.jira_account or "", ""),
            tuple(sorted(followed.get(one.person, ()))),
        )
        for one in found
    )


def roles_text(person: Person, site: str) -> str:
    """Return somebody's roles on a site as they are written: ``viewer, approver@WEB``."""
    own = [
        str(one.role) if one.project == EVERY else f"{one.role}@{one.project}"
        for one in person.roles
        if one.site == site
    ]
    return ", ".join([*([] if person.role is Role.NONE else [str(person.role)]), *own])


def end_sessions(gateway: Gateway, person: str, *, by: str) -> None:
    """Sign somebody out everywhere at once; raises UnknownPersonError."""
    with gateway.database.write() as conn:
        if people.get(conn, person) is None:
            raise UnknownPersonError(person)
        now = gateway.clock()
        people.end_sessions(conn, person, now=now)
        body: JsonObject = {"person": person}
        audit.append(conn, at=now, actor=by, kind="sessions_ended", body=body)
