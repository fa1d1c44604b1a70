"""From a client's request, and from what people allowed, to the pages' values."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.identity.oauth import Asked, is_local
from gateway.operations import authorizing
from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.store.oauth import OAuthGrant
from gateway.web.agent_values import Tick
from gateway.web.language import Tongue
from gateway.web.page_values import Chip
from gateway.web.presenting import host
from gateway.web.reveal import reveal
from sandbox.contract.shapes import JsonObject, OAuthScope

_DAY_US = 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """What a person is asked."""

    #: As it calls itself: nobody has checked that.
    client: Markup
    #: Host of its document, which is checked; empty: it registered itself.
    document: str
    #: Where the answer goes.
    there: str
    local: bool
    person: Markup
    account: Markup
    account_id: str
    jira: str
    mine_only: bool
    #: The client asks to stage changes too.
    staging: bool
    projects: tuple[Tick, ...]
    until: str
    #: What was asked, sealed.
    request: str
    trouble: str
    #: The scopes' own names: to read, to stage.
    words: tuple[str, str] = (OAuthScope.READ.value, OAuthScope.STAGE.value)


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One access that a person gave."""

    id: str
    client: Markup
    there: str
    #: Who gave it; empty on one's own page.
    person: Markup
    projects: tuple[str, ...]
    staging: bool
    state: Chip
    live: bool
    made: str
    used: str
    until: str


@dataclass(frozen=True, slots=True)
class AccessPage:
    """The page of what a person allowed."""

    lines: tuple[AccessLine, ...]
    #: Where clients are connected; empty: nobody can ask here.
    resource: str


def present_consent(
    asked: Asked,
    gateway: Gateway,
    person: Person,
    account: JsonObject,
    tongue: Tongue,
    *,
    sealed: str,
    trouble: str,
) -> ConsentPage:
    """Return what a person is asked, every part of it."""
    oauth = authorizing.server(gateway)
    return ConsentPage(
        client=reveal(asked.client_name),
        document=asked.client_document,
        there=asked.redirect_uri.partition("?")[0],
        local=is_local(asked.redirect_uri),
        person=reveal(person.name),
        account=reveal(str(account.get("displayName") or person.jira_account)),
        account_id=str(person.jira_account),
        jira=host(gateway.identity.base_url),
        mine_only=oauth.mine_only,
        staging=OAuthScope.STAGE in asked.scopes,
        projects=tuple(
            Tick(key, reveal(f"{key} · {name}" if name else key), ticked=not trouble)
            for key, name in authorizing.projects(gateway, person)
        ),
        until=tongue.date_of(gateway.clock() + int(oauth.days * _DAY_US)),
        request=sealed,
        trouble=trouble,
    )


def present_access(
    found: tuple[OAuthGrant, ...], gateway: Gateway, person: Person, tongue: Tongue
) -> AccessPage:
    """Return what was allowed, the newest first."""
    now = gateway.clock()
    oauth = gateway.settings.oauth
    lines = tuple(_line(one, person, tongue, now) for one in found)
    ordered = sorted(lines, key=lambda one: not one.live)
    return AccessPage(tuple(ordered), "" if oauth is None else oauth.resource)


def _line(one: OAuthGrant, person: Person, tongue: Tongue, now: int) -> AccessLine:
    return AccessLine(
        id=one.token_id,
        client=reveal(one.client_name),
        there=one.client_host,
        person=reveal("" if one.person == person.person else one.person),
        projects=one.projects,
        staging=OAuthScope.STAGE in one.scopes,
        state=_state(one, tongue, now),
        live=one.live(now),
        made=tongue.moment(one.created_at),
        used="" if one.used_at is None else tongue.ago(one.used_at, now),
        until=tongue.moment(one.expires_at),
    )


def _state(one: OAuthGrant, tongue: Tongue, now: int) -> Chip:
    if one.revoked_at is not None:
        return Chip(tongue.gettext("revoked"), "bad")
    if not one.live(now):
        return Chip(tongue.gettext("run out"))
    return Chip(tongue.gettext("works"), "ok")
