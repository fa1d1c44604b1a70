"""From the registry to the agents page: pure functions on frozen values."""

from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

from gateway.identity.agents import TOKEN_PREFIX, ending
from gateway.operations.registering import LONGEST_LIFETIME_SECONDS
from gateway.operations.staff import Choices, Staff
from gateway.review.people import Person, Role, at_least
from gateway.store.agent_work import Work
from gateway.store.registry import Agent, StoredToken
from gateway.web.agent_values import AgentCard, AgentsPage, NewTokenPage, Tick, TokenFormView
from gateway.web.agent_values import TokenLine as Line
from gateway.web.connecting import Snippet, snippets
from gateway.web.forms import TokenRequest
from gateway.web.language import Tongue
from gateway.web.page_values import Chip
from gateway.web.reveal import reveal
from gateway.web.sentences import KINDS
from gateway.web.why import REASONS
from sandbox.contract.shapes import AGENT_KINDS, EVERY_PERSON, Flavour, Grant, Scope

_SOON = 7 * 24 * 3600 * 1_000_000
LONGEST_DAYS = LONGEST_LIFETIME_SECONDS // (24 * 3600)


def present_agents(
    staff: Staff,
    person: Person,
    tongue: Tongue,
    now: int,
    *,
    filled: TokenRequest | None = None,
    troubles: Mapping[str, str] | None = None,
    late: bool = False,
) -> AgentsPage:
    """Return the agents as their page shows them to one person."""
    cards = tuple(
        _card(agent, number, staff.work.get(agent.agent), staff.names, tongue, now)
        for number, agent in enumerate(staff.agents, start=1)
    )
    may = at_least(person.role, Role.ADMIN) or bool(staff.choices.projects)
    form = _form(staff.choices, filled or TokenRequest(), troubles or {}) if may else None
    return AgentsPage(cards, form, late)


def present_new_token(
    token: str, grant: Grant, names: Mapping[str, str], tongue: Tongue, now: int, *, told: bool
) -> NewTokenPage:
    """Return a token, this once; ``names`` are the sandbox's address, flavour and a person."""
    stored = StoredToken(grant, names["person"], now, None)
    return NewTokenPage(
        agent=reveal(grant.agent),
        token=token,
        line=_token(stored, tongue, now),
        snippets=tuple(
            Snippet(one.id, one.title, tongue.gettext(one.note), one.code)
            for one in snippets(token, names["sandbox"], Flavour(names["flavour"]))
        ),
        told=told,
    )


def _card(
    agent: Agent,
    number: int,
    work: Work | None,
    names: Mapping[str, str],
    tongue: Tongue,
    now: int,
) -> AgentCard:
    lines = [(token.live(now), _token(token, tongue, now)) for token in agent.tokens]
    return AgentCard(
        anchor=f"agent-{number}",
        name=reveal(agent.agent),
        made=tongue.gettext(
            "registered %(when)s by %(name)s",
            when=tongue.moment(agent.created_at),
            name=names.get(agent.created_by, agent.created_by),
        ),
        work=" · ".join(_work(work, tongue)),
        last=tongue.ago(work.last_at, now) if work else "",
        record=_record(work, tongue),
        reasons=_reasons(work, tongue),
        tokens=tuple(line for live, line in lines if live),
        old=tuple(line for live, line in lines if not live),
    )


def _record(work: Work | None, tongue: Tongue) -> str:
    record = None if work is None else work.record
    if record is None:
        return ""
    parts = (
        tongue.gettext("%(percent)s %% approved", percent=record.approved),
        tongue.gettext("%(percent)s %% of those edited", percent=record.edited),
        tongue.gettext("%(percent)s %% rejected", percent=record.rejected),
        tongue.gettext("median wait %(time)s", time=tongue.length(record.waited)),
    )
    return " · ".join(parts)


def _reasons(work: Work | None, tongue: Tongue) -> str:
    """Return how often people refused for which reason, the most frequent first."""
    counts = {} if work is None else work.reasons
    named = sorted(counts.items(), key=lambda one: (one[0] is None, -one[1]))
    words = tongue.gettext("in other words")
    found = (
        f"{words if reason is None else tongue.gettext(REASONS[reason])} {number}"
        for reason, number in named
    )
    return " · ".join(found)


def _work(work: Work | None, tongue: Tongue) -> Iterator[str]:
    if work is None:
        yield tongue.gettext("has not handed anything in yet")
        return
    yield tongue.ngettext("%(num)d change set", "%(num)d change sets", work.sets)
    for number, text in (
        (work.promoted, tongue.ngettext("%(num)d promoted", "%(num)d promoted", work.promoted)),
        (work.sent_back, tongue.ngettext("%(num)d sent back", "%(num)d sent back", work.sent_back)),
        (work.rejected, tongue.ngettext("%(num)d rejected", "%(num)d rejected", work.rejected)),
    ):
        if number:
            yield text


def _token(token: StoredToken, tongue: Tongue, now: int) -> Line:
    grant = token.grant
    return Line(
        id=grant.token_id,
        shown=_shown(grant, tongue),
        person=reveal(
            tongue.gettext("everybody who signs in at the identity provider")
            if grant.person == EVERY_PERSON
            else token.person_name
        ),
        person_id=grant.person,
        projects=grant.scope.projects,
        scope=tuple(_scope(grant.scope, tongue)),
        state=_state(token, tongue, now),
        until=tongue.moment(grant.expires_at),
        made=tongue.moment(token.created_at),
        live=token.live(now),
    )


def _shown(grant: Grant, tongue: Tongue) -> str:
    """Return how a token is known: by its ends, or that it came by consent."""
    if ":" not in grant.token_hash:
        return f"{TOKEN_PREFIX}…{ending(grant.token_id)}"
    return tongue.gettext("by OAuth, %(name)s", name=grant.token_id[-4:])


def _state(token: StoredToken, tongue: Tongue, now: int) -> Chip:
    if token.revoked_at is not None:
        return Chip(tongue.gettext("revoked"), "bad")
    left = token.grant.expires_at - now
    if left <= 0:
        return Chip(tongue.gettext("run out"), "plain")
    return Chip(
        tongue.gettext("runs out soon") if left < _SOON else tongue.gettext("works"),
        "warn" if left < _SOON else "ok",
    )


def _scope(scope: Scope, tongue: Tongue) -> Iterator[Markup]:
    """Say in words what a token may touch."""
    mine = tongue.gettext("only issues of that person: assignee, reporter or watcher")
    everyone = tongue.gettext("everybody's issues")
    yield escape(mine if scope.mine_only else everyone)
    if scope.issue_types is not None:
        only = tongue.gettext("only these types: %(names)s", names=", ".join(scope.issue_types))
        yield reveal(only)
    if scope.fields is not None:
        yield reveal(tongue.gettext("only these fields: %(names)s", names=", ".join(scope.fields)))
    if not scope.kinds:
        yield escape(tongue.gettext("reads, proposes nothing"))
    elif not set(scope.kinds) >= set(AGENT_KINDS):
        names = ", ".join(tongue.gettext(KINDS[kind]) for kind in scope.kinds)
        yield escape(tongue.gettext("may propose only: %(names)s", names=names))


def _form(choices: Choices, filled: TokenRequest, troubles: Mapping[str, str]) -> TokenFormView:
    return TokenFormView(
        agent=filled.agent,
        person=filled.person,
        days=filled.days,
        everyone=filled.everyone == "yes",
        projects=tuple(
            Tick(key, reveal(f"{key} · {name}" if name else key), key in filled.projects)
            for key, name in choices.projects
        ),
        types=tuple(Tick(name, reveal(name), name in filled.types) for name in choices.types),
        people=choices.people,
        troubles=dict(troubles),
        longest_days=LONGEST_DAYS,
    )
