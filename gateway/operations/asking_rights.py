"""Asks what Jira allows a person, keeps the answers for a short while.

Kept in this process: a minute for whoever opens a change set, longer for lists. Whoever
approves is asked about anew. While Jira does not answer, what it last said still counts.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from gateway.identity.agents import account_id
from gateway.operations.context import Gateway
from gateway.people_settings import JiraSays
from gateway.review.jira_rights import (
    BROWSE,
    Answers,
    Place,
    Rights,
    needs_of,
    places_of,
    rights_of,
)
from gateway.review.people import Person, Role
from gateway.store import connections, people, sites
from gateway.store.database import Database
from gateway.upstream import granting
from gateway.upstream.errors import UpstreamError
from sandbox.contract.shapes import ChangeSet, Flavour, JsonObject, SiteBaseline

_MINUTE = 60 * 1_000_000
#: How old an answer may be: for a page, and for a list of many change sets.
_FOR_PAGES, _FOR_LISTS = _MINUTE, 10 * _MINUTE
#: While Jira does not answer, older answers count up to this age, by a wall clock.
_LAST_KNOWN = 24 * 60 * _MINUTE
#: Issues asked about for one list; Server has to be asked one by one.
_MOST = {Flavour.CLOUD: granting.MOST, Flavour.SERVER: 40}

_Key = tuple[str, Place, str]


@dataclass(slots=True)
class _Kept:
    """Answers by account, place and permission, with when they were given."""

    told: dict[_Key, tuple[int, bool | None]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_KEPT: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def rights(
    gateway: Gateway,
    person: Person,
    change_set: ChangeSet,
    *,
    wholly: bool = False,
    anew: bool = False,
    left_out: Iterable[str] = (),
) -> Rights:
    """Return what Jira allows somebody about a change set: to see it and, ``wholly``, to do it.

    Changes that are ``left_out`` need nothing. ``anew`` asks Jira whatever is kept.
    """
    says = gateway.settings.people.jira
    if says is JiraSays.OFF:
        return Rights()
    strict = says is JiraSays.REQUIRE
    account = account_of(gateway, person)
    if account is None:
        return Rights(sees=not strict)
    places = places_of(change_set)
    needs = needs_of(change_set, left_out) if wholly else ()
    names = tuple(dict.fromkeys((BROWSE, *(name for one in needs for name in one.one_of))))
    every = tuple(dict.fromkeys((*places, *(one.place for one in needs))))
    answers = _answers(gateway, account, every, names, age=0 if anew else _FOR_PAGES)
    return rights_of(places, needs, answers, strict=strict)


def unseen(gateway: Gateway, person: Person, places: Sequence[Place]) -> frozenset[Place]:
    """Return those of many issues that Jira does not show somebody, or was not asked about."""
    says = gateway.settings.people.jira
    if says is JiraSays.OFF:
        return frozenset()
    strict = says is JiraSays.REQUIRE
    account = account_of(gateway, person)
    if account is None:
        return frozenset(places) if strict else frozenset()
    answers = _answers(gateway, account, places, (BROWSE,), age=_FOR_LISTS)
    # Not asked about, because there are too many at once, is unseen too: the next look asks.
    return frozenset(
        one
        for one in places
        if (one, BROWSE) not in answers or not rights_of((one,), (), answers, strict=strict).sees
    )


def account_of(gateway: Gateway, person: Person) -> str | None:
    """Return the Jira account by which somebody is judged; None when nobody knows it.

    Somebody who is alone on an installation, and its admin, stands for the gateway's own
    account until theirs is known: its credentials are theirs.
    """
    if person.jira_account is not None or gateway.settings.people.jira is not JiraSays.REQUIRE:
        return person.jira_account
    everywhere = person.role if person.everywhere is None else person.everywhere
    if everywhere is not Role.ADMIN:
        return None
    with gateway.database.read() as conn:
        alone = people.alone(conn, person.person)
    return gateway.upstream.account.id if alone else None


def unknown(gateway: Gateway, person: Person) -> bool:
    """Return whether nothing is shown to somebody because their Jira account is not known."""
    strict = gateway.settings.people.jira is JiraSays.REQUIRE
    return strict and account_of(gateway, person) is None


def _answers(
    gateway: Gateway, account: str, places: Sequence[Place], names: Sequence[str], *, age: int
) -> Answers:
    kept, now = _KEPT.setdefault(gateway.database, _Kept()), gateway.clock()
    with kept.lock:
        known = {
            (place, name): found
            for place in places
            for name in names
            if (found := kept.told.get((account, place, name))) is not None
        }
    fresh = {key: said for key, (at, said) in known.items() if age and 0 <= now - at <= age}
    missing = [one for one in places if any((one, name) not in fresh for name in names)]
    if not missing:
        return fresh
    asked = missing[: _MOST[gateway.upstream.flavour]]
    try:
        told = _ask(gateway, account, asked, names)
    except UpstreamError:
        late = {key: said for key, (at, said) in known.items() if now - at <= _LAST_KNOWN}
        return {**dict.fromkeys((one, name) for one in asked for name in names), **late}
    with kept.lock:
        kept.told |= {(account, *key): (now, said) for key, said in told.items()}
    return {**fresh, **told}


def _ask(
    gateway: Gateway, account: str, places: Sequence[Place], names: Sequence[str]
) -> granting.Told:
    """Ask as themselves if they connected their account, else as the gateway."""
    if account == gateway.upstream.account.id:
        return granting.own(gateway.upstream, places, names)
    with gateway.database.read() as conn:
        connected = connections.get(conn, gateway.site, account) is not None
        metadata = sites.metadata(conn, gateway.site)
    if connected and gateway.accounts is not None:
        try:
            return granting.own(gateway.accounts.as_account(account), places, names)
        except UpstreamError:
            # Their consent may have ended; what our own account may ask still holds.
            return granting.of(gateway.upstream, _user(metadata, account), places, names)
    return granting.of(gateway.upstream, _user(metadata, account), places, names)


def applies(gateway: Gateway, person: Person) -> bool:
    """Return whether Jira has a say in what somebody sees."""
    says = gateway.settings.people.jira
    known = person.jira_account is not None
    return says is JiraSays.REQUIRE or (says is JiraSays.ASK and known)


def _user(metadata: SiteBaseline | None, account: str) -> JsonObject:
    """Return how Jira shows an account; by its id alone when it was not taken in."""
    for one in () if metadata is None else metadata.users:
        if account_id(one) == account:
            return one
    return {"accountId": account, "name": account}
