"""What an admin does about people: let them in, give roles, name their Jira account, take out."""

from collections.abc import Iterable, Sequence

from gateway.identity.agents import account_id, people_called
from gateway.identity.people import House, UnknownPersonError, admit, admitted
from gateway.review.people import EVERY, LADDER, Person, ProjectRole, Role, at_least, role_at
from gateway.store import audit, passwords, people, sites
from sandbox.contract.shapes import JsonObject

#: A person's name is part of addresses, tables and the audit: short and on one line.
_LONGEST = 100


class AdmittingError(Exception):
    """Something about a person that cannot be; has a sentence."""


def parsed(site: str, texts: Iterable[str]) -> tuple[Role, tuple[ProjectRole, ...]]:
    """Return the roles that texts such as ``viewer`` and ``approver@WEB`` name.

    Raises AdmittingError for what is no role.
    """
    found: dict[str, Role] = {}
    for text in texts:
        given = role_at(text)
        if given is None:
            known = ", ".join(LADDER)
            raise AdmittingError(f"'{text}' is no role. There are {known}; in a project: role@KEY.")
        role, project = given
        before = found.get(project, Role.NONE)
        found[project] = role if at_least(role, before) else before
    everywhere = found.pop(EVERY, Role.NONE)
    single = (ProjectRole(site=site, project=key, role=one) for key, one in sorted(found.items()))
    return everywhere, tuple(single)


def add(
    gateway: House,
    person: str,
    name: str,
    roles: tuple[Role, tuple[ProjectRole, ...]],
    jira: str,
    *,
    by: str,
) -> Person:
    """Let somebody in who is not here yet; raises AdmittingError. The first is admin."""
    clean = person.strip()
    if not clean or len(clean) > _LONGEST or not clean.isprintable():
        raise AdmittingError(f"A person needs a name of 1 to {_LONGEST} letters, on one line.")
    _checked(gateway, roles[1])
    with gateway.database.read() as conn:
        here, empty = people.get(conn, clean), people.total(conn) == 0
    if here is not None:
        raise AdmittingError(f"'{clean}' is here already. Give them other roles instead.")
    if not empty and roles == (Role.NONE, ()):
        raise AdmittingError("Say what they may do, such as reviewer or viewer@WEB.")
    account = _account(gateway, jira) if jira else None
    shown = name.strip()[:_LONGEST] or clean
    made = Person(person=clean, name=shown, role=roles[0], roles=roles[1], jira_account=account)
    return admit(gateway, made, by=by)


def give(
    gateway: House, person: str, roles: tuple[Role, tuple[ProjectRole, ...]], *, by: str
) -> Person:
    """Give somebody these roles on this site in place of those they had.

    Raises UnknownPersonError, AdmittingError. Of their role everywhere the last admin
    cannot be taken out.
    """
    _checked(gateway, roles[1])
    site = gateway.settings.site
    with gateway.database.write() as conn:
        stored = people.get(conn, person)
        if stored is None:
            raise UnknownPersonError(person)
        if roles[0] is not Role.ADMIN:
            _not_the_last(people.listed(conn), stored)
        elsewhere = tuple(one for one in stored.roles if one.site != site)
        changed = stored.model_copy(update={"role": roles[0], "roles": (*elsewhere, *roles[1])})
        people.change(conn, changed)
        audit.append(conn, at=gateway.clock(), actor=by, kind="person", body=admitted(changed))
    return changed


def map_account(gateway: House, person: str, jira: str, *, by: str) -> Person:
    """Say which Jira account is somebody's; raises UnknownPersonError, AdmittingError."""
    account = _account(gateway, jira) if jira.strip() else None
    with gateway.database.write() as conn:
        stored = people.get(conn, person)
        if stored is None:
            raise UnknownPersonError(person)
        people.set_account(conn, person, account)
        body: JsonObject = {"person": person, "account": account or ""}
        audit.append(conn, at=gateway.clock(), actor=by, kind="person_account", body=body)
    return stored.model_copy(update={"jira_account": account})


def disable(gateway: House, person: str, *, by: str) -> None:
    """Take everything back at once; raises UnknownPersonError, AdmittingError."""
    now = gateway.clock()
    with gateway.database.write() as conn:
        stored = people.get(conn, person)
        if stored is None:
            raise UnknownPersonError(person)
        _not_the_last(people.listed(conn), stored)
        people.disable(conn, person, now=now)
        passwords.drop_links(conn, person)
        audit.append(conn, at=now, actor=by, kind="person_disabled", body={"person": person})


def enable(gateway: House, person: str, *, by: str) -> None:
    """Let somebody in again; raises UnknownPersonError."""
    with gateway.database.write() as conn:
        if people.get(conn, person) is None:
            raise UnknownPersonError(person)
        people.enable(conn, person)
        body: JsonObject = {"person": person}
        audit.append(conn, at=gateway.clock(), actor=by, kind="person_enabled", body=body)


def _not_the_last(everybody: Sequence[Person], person: Person) -> None:
    """Refuse to take out the only admin: nobody could let anybody in any more."""
    admins = [one.person for one in everybody if one.role is Role.ADMIN and not one.disabled]
    if admins == [person.person]:
        raise AdmittingError(f"'{person.person}' is the only admin. Make another one first.")


def _checked(gateway: House, roles: tuple[ProjectRole, ...]) -> None:
    """Refuse a project that nobody has heard of: a slip would be a role in nothing."""
    site = gateway.settings.site
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, site)
    known = {str(one.get("key")) for one in metadata.projects} if metadata else set()
    known |= set(gateway.settings.projects)
    wrong = [one.project for one in roles if one.project not in {*known, EVERY}]
    if wrong and known:
        raise AdmittingError(
            f"There is no project {', '.join(wrong)} here. There are {', '.join(sorted(known))}."
        )


def _account(gateway: House, ref: str) -> str:
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.settings.site)
    found = people_called(metadata, ref) if metadata else []
    account = account_id(found[0]) if len(found) == 1 else None
    if account is None:
        known = f"{len(found)} people of this Jira are" if found else "Nobody of this Jira is"
        raise AdmittingError(f"{known} called '{ref}'. Name them by account id.")
    return account
