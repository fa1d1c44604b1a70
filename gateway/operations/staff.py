"""What the agents page shows and offers: agents with their work, and what a token can be for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gateway.identity.agents import account_id
from gateway.operations import registering
from gateway.operations.context import Gateway
from gateway.review.people import Person, Role, at_least, role_in, sees
from gateway.sandbox_link import SandboxLinkError
from gateway.store import agent_work, people, registry, sites
from gateway.store.agent_work import Work
from gateway.store.registry import Agent
from sandbox.contract.shapes import JsonObject

#: A form offers so many people to choose from; others are named by hand.
_OFFERED = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """What a token can be for on this site."""

    #: Key and name.
    projects: tuple[tuple[str, str], ...] = ()
    types: tuple[str, ...] = ()
    #: How a person is named to be found without doubt, and their display name.
    people: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Staff:
    """All agents of the site."""

    agents: tuple[Agent, ...]
    work: Mapping[str, Work]
    choices: Choices
    #: Person to display name.
    names: Mapping[str, str] = field(default_factory=dict)


def look(gateway: Gateway, person: Person) -> Staff:
    """Return the agents, what came from them, and what a person can make a token for.

    Whoever has a role in some projects only sees the tokens that are for these alone.
    """
    site = gateway.site
    with gateway.database.read() as conn:
        found = registry.agents(conn, gateway.site)
        work = agent_work.by_agent(conn, gateway.site)
        metadata = sites.metadata(conn, gateway.site)
        names = {one.person: one.name for one in people.listed(conn)}
    if not sees(person, site, ()):
        found, work = tuple(_own(found, person, site)), {}
    if metadata is None:
        return Staff(found, work, Choices(), names)
    types = {str(one["name"]) for one in metadata.issue_types if "name" in one}
    users = sorted(metadata.users, key=lambda one: str(one.get("displayName")))[:_OFFERED]
    choices = Choices(
        projects=tuple(
            (str(one["key"]), str(one.get("name", "")))
            for one in metadata.projects
            if may_make(person, site, [str(one["key"])])
        ),
        types=tuple(sorted(types)),
        people=tuple((_named(one), str(one.get("displayName") or "")) for one in users),
    )
    return Staff(found, work, choices, names)


def may_make(person: Person, site: str, projects: Sequence[str]) -> bool:
    """Return whether somebody may make and revoke tokens for exactly these projects."""
    return at_least(role_in(person, site, projects), Role.ADMIN)


def projects_of(gateway: Gateway, token_id: str) -> tuple[str, ...]:
    """Return the projects that a token is for; none when there is no such token."""
    with gateway.database.read() as conn:
        found = registry.tokens(conn, gateway.site)
    return next((one.grant.scope.projects for one in found if one.grant.token_id == token_id), ())


def _own(agents: Iterable[Agent], person: Person, site: str) -> Iterator[Agent]:
    for agent in agents:
        own = tuple(one for one in agent.tokens if sees(person, site, one.grant.scope.projects))
        if own:
            yield replace(agent, tokens=own)


def tell(gateway: Gateway) -> bool:
    """Tell the sandbox at once which tokens are good; returns False when it is away.

    It learns with the next push, and refuses everything when it hears nothing for long.
    """
    try:
        registering.push_registry(gateway)
    except SandboxLinkError:
        return False
    return True


def _named(user: JsonObject) -> str:
    email = user.get("emailAddress")
    return str(email) if email else account_id(user) or ""
