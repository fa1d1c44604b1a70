"""From audited facts to the history page: pure functions on frozen values."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape
from pydantic import JsonValue

from gateway.identity.agents import TOKEN_PREFIX, ending
from gateway.operations.history import History
from gateway.review.people import Person, Role, at_least
from gateway.store.audit_reading import PROMOTER, Fact
from gateway.web.field_words import FieldWords
from gateway.web.history_filter import Filter, HistoryQuery
from gateway.web.history_values import Chain, HistoryDay, HistoryLine, HistoryPage, Option
from gateway.web.history_words import ACTORS, GROUPS, UNLISTED, saying
from gateway.web.language import N_, Tongue
from gateway.web.links import followed, link, safe_href
from gateway.web.new_names import key_html
from gateway.web.page_values import Chip
from gateway.web.reveal import reveal
from gateway.web.sentences import KINDS, ROLES
from gateway.web.told import in_tongue
from gateway.web.why import said as why_said
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import ChangeKind, JsonObject

_PLACE = re.compile(r"%\((\w+)\)s")
#: Values that get a line of their own, with their words.
_NOTES = {"digest": N_("digest"), "seal": N_("seal"), "token_id": N_("token"), "set": N_("set")}
_NOT_FOUND = N_("Nothing was found. Try fewer filters.")
_NOTHING = N_("Nothing happened yet.")
_SHORT = 12


def present_history(
    history: History, query: HistoryQuery, asked: Filter, person: Person, tongue: Tongue
) -> HistoryPage:
    """Return the history as its page shows it."""
    lines = _Lines(history, tongue)
    return HistoryPage(
        chain=_chain(history, query, tongue),
        groups=_groups(query, tongue),
        actors=_actors(history, query, tongue),
        change_set=query.cs,
        since=query.since,
        until=query.until,
        troubles=tuple(tongue.gettext(one) for one in asked.troubles),
        days=tuple(
            HistoryDay(day, tuple(lines.line(fact) for fact in facts))
            for day, facts in groupby(history.facts, lambda fact: tongue.date_of(fact.at))
        ),
        empty=tongue.gettext(_NOT_FOUND if query.address() else _NOTHING),
        older=query.address(before=history.older) if history.older else "",
        newest=query.address() if query.before else "",
        query=query.address(),
        export=at_least(person.role, Role.REVIEWER),
    )


def _chain(history: History, query: HistoryQuery, tongue: Tongue) -> Chain:
    if history.fault is not None:
        chip = Chip(tongue.gettext("The chain is broken"), "bad")
        sentence = in_tongue(history.fault, tongue)
    elif history.checked:
        chip = Chip(tongue.gettext("The chain holds"), "ok")
        sentence = tongue.gettext("Every row was checked just now: none was altered or taken out.")
    else:
        chip = Chip(tongue.gettext("Not checked"), "warn")
        sentence = tongue.gettext("The history is long, so it is checked only when you ask.")
    return Chain(
        chip=chip,
        sentence=sentence,
        length=tongue.ngettext("%(num)d row", "%(num)d rows", history.head.seq),
        head=history.head.hash,
        anchor=_anchor(history, tongue),
        check="" if history.checked else query.address(check=1),
    )


def _anchor(history: History, tongue: Tongue) -> str:
    if not history.anchored:
        return tongue.gettext("unanchored: rows cut off at the end could not be seen")
    return tongue.gettext("anchored up to row %(row)s", row=history.anchored)


def _groups(query: HistoryQuery, tongue: Tongue) -> tuple[Option, ...]:
    every = Option("", tongue.gettext("Everything"))
    return (
        every,
        *(Option(one, tongue.gettext(text), one == query.what) for one, text in GROUPS.items()),
    )


def _actors(history: History, query: HistoryQuery, tongue: Tongue) -> tuple[Option, ...]:
    known = [(one, tongue.gettext(ACTORS.get(one, "")) or name) for one, name in history.actors]
    if query.who and query.who not in dict(known):
        known.append((query.who, query.who))
    people = sorted((text or one, one) for one, text in known)
    chosen = tuple(Option(one, text, one == query.who) for text, one in people)
    return (Option("", tongue.gettext("Everybody")), *chosen)


class _Lines:
    """Makes lines of facts, with what their numbers stand for."""

    def __init__(self, history: History, tongue: Tongue) -> None:
        self._named = history.named
        self._names = dict(history.actors)
        self._accounts = history.accounts
        self._tongue = tongue
        self._fields = FieldWords(tongue, history.fields)

    def line(self, fact: Fact) -> HistoryLine:
        """Return one fact in words."""
        said = saying(fact.kind, fact.body.get("verdict"))
        review = _whole(fact.body.get("review"))
        who, human = self._who(fact.actor)
        return HistoryLine(
            seq=fact.seq,
            hash=fact.hash,
            clock=self._tongue.clock_of(fact.at),
            moment=self._tongue.moment(fact.at),
            who=who,
            human=human,
            look=said.look,
            text=self._text(said.text, fact),
            review=review,
            name=f"CS-{review}",
            title=reveal(self._named.titles.get(review, "")),
            words=reveal(why_said(str(fact.body.get("words") or ""), self._tongue)),
            notes=tuple(self._notes(fact, unlisted=said is UNLISTED)),
        )

    def _who(self, actor: str) -> tuple[Markup, bool]:
        own = PROMOTER if actor.startswith(f"{PROMOTER}:") else actor
        if own in ACTORS:
            return escape(self._tongue.gettext(ACTORS[own])), False
        return reveal(self._names.get(actor) or actor), True

    def _text(self, text: str, fact: Fact) -> Markup:
        values = {name: self._value(name, fact) for name in _PLACE.findall(text)}
        return escape(self._tongue.gettext(text)) % values

    def _value(self, name: str, fact: Fact) -> Markup:
        found = fact.body.get(name)
        if name == "kind":
            return reveal(fact.kind)
        if name == "change":
            change = self._named.changes.get((_whole(fact.body.get("review")), str(found)))
            review = _whole(fact.body.get("review"))
            return reveal(str(found)) if change is None else self._change(change, review)
        if name == "token_id":
            return reveal(_token(str(found)))
        if name == "person" and found in self._accounts:
            return reveal(self._accounts[str(found)])
        if name == "role" and found in ROLES:
            return escape(self._tongue.gettext(ROLES[str(found)]))
        return reveal("?" if found is None else str(found))

    def _key(self, key: str, review: int) -> Markup:
        """Return an issue's key as the page of its set names it."""
        changes = self._named.changes.items()
        keys = [str(one["issue_key"]) for (number, _), one in changes if number == review]
        return key_html(key, tuple(dict.fromkeys(keys)))

    def _change(self, change: JsonObject, review: int) -> Markup:
        field, kind = change.get("field"), ChangeKind(str(change["kind"]))
        own = self._fields.html(str(field)) if field else reveal(self._tongue.gettext(KINDS[kind]))
        return Markup("{} · {}").format(self._key(str(change["issue_key"]), review), own)

    def _notes(self, fact: Fact, *, unlisted: bool) -> Iterator[tuple[str, Markup]]:
        if unlisted:
            text = canonical(fact.body).decode("utf-8", "replace")
            yield self._tongue.gettext("values"), Markup("<code>{}</code>").format(reveal(text))
            return
        yield from self._operation(fact.body)
        for name, word in _NOTES.items():
            value = fact.body.get(name)
            if isinstance(value, str) and not (name == "token_id" and fact.kind != "token issued"):
                shown = _token(value) if name == "token_id" else value
                yield self._tongue.gettext(word), _short(shown)

    def _operation(self, body: JsonObject) -> Iterator[tuple[str, Markup]]:
        found = self._named.operations.get(_whole(body.get("operation")))
        if found is not None:
            key, kind = found
            what = self._tongue.gettext(KINDS[ChangeKind(kind)])
            where = self._key(key, _whole(body.get("review")))
            yield self._tongue.gettext("request"), Markup("{} · {}").format(where, reveal(what))
        receipt = body.get("receipt")
        if isinstance(receipt, str):
            shown = escape(self._tongue.gettext("open in Jira"))
            plain = safe_href(receipt) is not None and followed(receipt) is None
            yield (
                self._tongue.gettext("receipt"),
                reveal(receipt) if plain else link(receipt, shown),
            )


def _token(token_id: str) -> str:
    """Return how a token begins and ends; its whole name where that is not known."""
    return f"{TOKEN_PREFIX}…{ending(token_id)}" if ending(token_id) else token_id


def _whole(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0


def _short(value: str) -> Markup:
    if len(value) <= 2 * _SHORT:
        return Markup("<code>{}</code>").format(reveal(value))
    return Markup('<code title="{}">{}…</code>').format(value, reveal(value[:_SHORT]))
