"""The authorization server's clients, codes, grants and refresh tokens: hashes, never secrets."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update

from gateway.identity.oauth import Client, Consent
from gateway.store.oauth_tables import OAuthClientRow

_TABLES = OAuthClientRow.metadata.tables
_CLIENT, _CODE = _TABLES["oauth_client"], _TABLES["oauth_code"]
_GRANT, _REFRESH = _TABLES["oauth_grant"], _TABLES["oauth_refresh"]
_TOKEN, _PERSON = _TABLES["token"], _TABLES["person"]


@dataclass(frozen=True, slots=True)
class UsedCode:
    """What became of a code that somebody wants to exchange."""

    consent: Consent
    #: False: it was exchanged before, or is too old.
    first: bool
    #: What came of it the first time; empty: nothing.
    token_id: str


@dataclass(frozen=True, slots=True)
class OAuthGrant:
    """What a person allowed a client."""

    token_id: str
    site: str
    client_id: str
    client_name: str
    client_host: str
    #: As they sign in here.
    person: str
    #: As Jira knows them.
    account: str
    agent: str
    projects: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int
    revoked_at: int | None
    used_at: int | None

    def live(self, now: int) -> bool:
        """Return whether it may be used now."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class UsedRefresh:
    """What a refresh token stands for."""

    token_id: str
    #: False: it was used before, or is too old.
    first: bool


def add_client(conn: Connection, client: Client, *, now: int) -> None:
    """Store a client that registered itself."""
    conn.execute(
        insert(_CLIENT).values(
            client_id=client.client_id,
            name=client.name,
            redirect_uris=json.dumps(client.redirect_uris),
            auth_method=client.auth_method,
            secret_hash=client.secret_hash,
            registered_at=now,
        )
    )


def client(conn: Connection, client_id: str) -> Client | None:
    """Return a registered client."""
    row = conn.execute(select(_CLIENT).where(_CLIENT.c.client_id == client_id)).mappings().first()
    if row is None:
        return None
    return Client(
        client_id=row["client_id"],
        name=row["name"],
        redirect_uris=tuple(json.loads(row["redirect_uris"])),
        auth_method=row["auth_method"],
        secret_hash=row["secret_hash"],
    )


def clients_since(conn: Connection, moment: int) -> int:
    """Return how many clients registered themselves since a moment."""
    query = select(func.count()).select_from(_CLIENT).where(_CLIENT.c.registered_at >= moment)
    return int(conn.execute(query).scalar_one())


def forget_unused(conn: Connection, before: int) -> None:
    """Forget codes that ran out before a moment, and clients nobody ever allowed anything."""
    conn.execute(delete(_CODE).where(_CODE.c.expires_at < before))
    used = select(_GRANT.c.client_id)
    stale = delete(_CLIENT).where(_CLIENT.c.registered_at < before)
    conn.execute(stale.where(_CLIENT.c.client_id.not_in(used)))


def add_code(conn: Connection, code_hash: str, consent: Consent, *, expires_at: int) -> None:
    """Store a person's consent under the hash of its code."""
    body = consent.model_dump_json()
    values = {"code_hash": code_hash, "consent": body, "expires_at": expires_at, "token_id": ""}
    conn.execute(insert(_CODE).values(**values))


def use_code(conn: Connection, code_hash: str, *, now: int) -> UsedCode | None:
    """Use a code up; None for one that is unknown."""
    # One conditional UPDATE decides, so that two exchanges cannot both win.
    mine = _CODE.c.code_hash == code_hash
    fresh = update(_CODE).where(mine, _CODE.c.used_at.is_(None), _CODE.c.expires_at > now)
    first = conn.execute(fresh.values(used_at=now)).rowcount == 1
    row = conn.execute(select(_CODE).where(mine)).mappings().first()
    if row is None:
        return None
    return UsedCode(Consent.model_validate_json(row["consent"]), first, row["token_id"])


def drop_codes(conn: Connection) -> None:
    """Make every consent worthless that was not exchanged yet."""
    conn.execute(delete(_CODE).where(_CODE.c.used_at.is_(None)))


def came_of(conn: Connection, code_hash: str, token_id: str) -> None:
    """Remember what a code was exchanged for."""
    mine = update(_CODE).where(_CODE.c.code_hash == code_hash)
    conn.execute(mine.values(token_id=token_id))


def add_grant(conn: Connection, token_id: str, consent: Consent) -> None:
    """Store what a person allowed, beside its row among the tokens."""
    conn.execute(
        insert(_GRANT).values(
            token_id=token_id,
            client_id=consent.asked.client_id,
            client_name=consent.asked.client_name,
            client_host=consent.asked.host,
            person=consent.person,
            scopes=" ".join(consent.scopes),
        )
    )


def grant(conn: Connection, token_id: str) -> OAuthGrant | None:
    """Return one grant."""
    row = conn.execute(_joined().where(_GRANT.c.token_id == token_id)).mappings().first()
    return None if row is None else _grant(row)


def grants(conn: Connection, site: str, person: str | None = None) -> tuple[OAuthGrant, ...]:
    """Return the grants of a person (None: of everybody), newest first."""
    query = _joined().where(_TOKEN.c.site == site)
    if person is not None:
        query = query.where(_GRANT.c.person == person)
    ordered = query.order_by(_TOKEN.c.created_at.desc(), _GRANT.c.token_id)
    return tuple(_grant(row) for row in conn.execute(ordered).mappings())


def add_refresh(conn: Connection, refresh_hash: str, token_id: str, *, expires_at: int) -> None:
    """Store a new refresh token of a grant."""
    values = {"refresh_hash": refresh_hash, "token_id": token_id, "expires_at": expires_at}
    conn.execute(insert(_REFRESH).values(**values))


def use_refresh(conn: Connection, refresh_hash: str, *, now: int) -> UsedRefresh | None:
    """Use a refresh token up; None for one that is unknown."""
    mine = _REFRESH.c.refresh_hash == refresh_hash
    fresh = update(_REFRESH).where(mine, _REFRESH.c.used_at.is_(None), _REFRESH.c.expires_at > now)
    first = conn.execute(fresh.values(used_at=now)).rowcount == 1
    row = conn.execute(select(_REFRESH.c.token_id).where(mine)).first()
    return None if row is None else UsedRefresh(row.token_id, first)


def grant_of_refresh(conn: Connection, refresh_hash: str) -> str | None:
    """Return whose refresh token this is, used or not."""
    query = select(_REFRESH.c.token_id).where(_REFRESH.c.refresh_hash == refresh_hash)
    found: str | None = conn.execute(query).scalar_one_or_none()
    return found


def without_person(conn: Connection) -> frozenset[str]:
    """Return the grants of people who may not sign in any more."""
    gone = select(_PERSON.c.person).where(_PERSON.c.disabled_at.is_not(None))
    query = select(_GRANT.c.token_id).where(_GRANT.c.person.in_(gone))
    return frozenset(conn.execute(query).scalars())


def touch(conn: Connection, token_id: str, *, now: int) -> None:
    """Remember that a grant was used."""
    conn.execute(update(_GRANT).where(_GRANT.c.token_id == token_id).values(used_at=now))


def _joined() -> Select[Any]:
    columns = (_TOKEN.c.site, _TOKEN.c.agent, _TOKEN.c.scope, _TOKEN.c.created_at)
    more = (_TOKEN.c.expires_at, _TOKEN.c.revoked_at, _TOKEN.c.person.label("account"))
    return select(_GRANT, *columns, *more).join(_TOKEN, _TOKEN.c.token_id == _GRANT.c.token_id)


def _grant(row: RowMapping) -> OAuthGrant:
    return OAuthGrant(
        token_id=row["token_id"],
        site=row["site"],
        client_id=row["client_id"],
        client_name=row["client_name"],
        client_host=row["client_host"],
        person=row["person"],
        account=row["account"],
        agent=row["agent"],
        projects=tuple(json.loads(row["scope"])["projects"]),
        scopes=tuple(row["scopes"].split()),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        used_at=row["used_at"],
    )
