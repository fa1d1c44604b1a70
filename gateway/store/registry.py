"""Agents and their tokens, of which only hashes are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, select, update

from gateway.store.prepared import Prepared
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import EVERY_PERSON, Grant, Scope

_AGENT = GatewayTable.metadata.tables["agent"]
_TOKEN = GatewayTable.metadata.tables["token"]


@dataclass(frozen=True, slots=True)
class StoredToken:
    """One token as it was issued."""

    grant: Grant
    #: Display name of the person at the time.
    person_name: str
    created_at: int
    revoked_at: int | None

    def live(self, now: int) -> bool:
        """Return whether the token may be used now."""
        return self.revoked_at is None and now < self.grant.expires_at


@dataclass(frozen=True, slots=True)
class Agent:
    """A registered agent with all tokens it ever had on a site, newest first."""

    agent: str
    created_at: int
    created_by: str
    tokens: tuple[StoredToken, ...] = ()


def add_agent(conn: Connection, agent: str, *, now: int, by: str) -> bool:
    """Register an agent; returns False when it was registered before."""
    if conn.execute(select(_AGENT.c.agent).where(_AGENT.c.agent == agent)).first():
        return False
    conn.execute(insert(_AGENT).values(agent=agent, created_at=now, created_by=by))
    return True


def add_token(conn: Connection, grant: Grant, *, person_name: str, now: int) -> None:
    """Store a token's hash with what it is for."""
    conn.execute(
        insert(_TOKEN).values(
            token_id=grant.token_id,
            token_hash=grant.token_hash,
            agent=grant.agent,
            site=grant.site,
            person=grant.person,
            person_name=person_name,
            scope=grant.scope.model_dump_json(),
            created_at=now,
            expires_at=grant.expires_at,
        )
    )


def revoke(conn: Connection, site: str, token_id: str, *, now: int) -> bool:
    """Revoke a token; returns False when there is none that is not revoked yet."""
    result = conn.execute(
        update(_TOKEN)
        .where(_TOKEN.c.site == site, _TOKEN.c.token_id == token_id, _TOKEN.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return result.rowcount == 1


def retire(conn: Connection, token_id: str, *, now: int) -> None:
    """Revoke what the settings no longer name; they may name it again, as a new one."""
    mine = update(_TOKEN).where(_TOKEN.c.token_id == token_id)
    conn.execute(mine.values(revoked_at=now, token_hash=f"ended:{token_id}"))


def revoke_all(conn: Connection, site: str, *, now: int) -> int:
    """Revoke every token of a site; returns how many were not revoked yet."""
    live = update(_TOKEN).where(_TOKEN.c.site == site, _TOKEN.c.revoked_at.is_(None))
    return conn.execute(live.values(revoked_at=now)).rowcount


def tokens(conn: Connection, site: str) -> tuple[StoredToken, ...]:
    """Return all tokens of a site, newest first."""
    return tuple(_token(row) for row in _ALL.run(conn, site=site).mappings())


def grants(conn: Connection, site: str, now: int) -> list[Grant]:
    """Return the grants of all tokens that may be used now: what the sandbox is told."""
    return [one.grant for one in tokens(conn, site) if one.live(now)]


def grants_for(conn: Connection, site: str, agent: str, person: str, now: int) -> list[Grant]:
    """Return what an agent may do for a person now, newest token first."""
    whose = _TOKEN.c.person.in_([person, EVERY_PERSON])
    query = _of(site).where(_TOKEN.c.agent == agent, whose)
    return [one.grant for one in _read(conn, query) if one.live(now)]


def agents(conn: Connection, site: str) -> tuple[Agent, ...]:
    """Return all agents by name, each with its tokens on a site."""
    issued = tokens(conn, site)
    rows = conn.execute(select(_AGENT).order_by(_AGENT.c.agent)).mappings()
    return tuple(
        Agent(
            row["agent"],
            int(row["created_at"]),
            row["created_by"],
            tuple(one for one in issued if one.grant.agent == row["agent"]),
        )
        for row in rows
    )


def _of(site: str) -> Select[Any]:
    return (
        select(_TOKEN)
        .where(_TOKEN.c.site == site)
        .order_by(_TOKEN.c.created_at.desc(), _TOKEN.c.token_id)
    )


def _read(conn: Connection, query: Select[Any]) -> tuple[StoredToken, ...]:
    return tuple(_token(row) for row in conn.execute(query).mappings())


_ALL = Prepared(
    lambda: (
        select(_TOKEN)
        .where(_TOKEN.c.site == bindparam("site"))
        .order_by(_TOKEN.c.created_at.desc(), _TOKEN.c.token_id)
    )
)
# Asked for before each write; frozen values are shared.
_scope = lru_cache(maxsize=256)(Scope.model_validate_json)


def _token(row: RowMapping | Mapping[str, Any]) -> StoredToken:
    grant = Grant(
        token_id=row["token_id"],
        token_hash=row["token_hash"],
        site=row["site"],
        agent=row["agent"],
        person=row["person"],
        scope=_scope(row["scope"]),
        expires_at=int(row["expires_at"]),
    )
    return StoredToken(grant, row["person_name"], int(row["created_at"]), row["revoked_at"])
