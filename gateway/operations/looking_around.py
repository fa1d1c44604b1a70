"""Looks up what a set's changes stand in besides the issues they touch: our own readings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from gateway.operations.context import Gateway
from gateway.policy.facts import is_active
from gateway.policy.flags import steering_words
from gateway.policy.projects import project_of
from gateway.promotion.undo import is_undo
from gateway.review.around import Around, Steering
from gateway.review.sources import Cited, cited, keys_of
from gateway.store import baselines, sites
from gateway.store.baselines import Mark
from gateway.store.database import Database
from gateway.store.reviews import Review
from sandbox.contract.shapes import Flavour, JsonObject

#: So many issues that an agent names as sources are looked up.
_SOURCES = 50
#: So many issues that it read last, and did not touch, are looked through.
_READ = 100
#: What was found is kept for so many readings; then it is begun anew.
_KEPT = 20_000


@dataclass(slots=True)
class _Known:
    """What one process found in one database: no reading is looked through twice."""

    #: Issue and revision to its first words that speak to agents.
    words: dict[Mark, str] = field(default_factory=dict)
    #: Project and person to the revision up to which nothing of theirs was found; None: they
    #: have a part in it, which never ends.
    strange: dict[tuple[str, str], int | None] = field(default_factory=dict)


_FOUND: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()


def around_of(
    conn: Connection, gateway: Gateway, review: Review, docs: Mapping[str, JsonObject]
) -> Around:
    """Return what is known around a review's set; ``docs`` are what its changes stand on."""
    if is_undo(review.change_set.id):
        return Around()
    known = _FOUND.setdefault(gateway.database, _Known())
    return Around(
        cited=_cited(conn, gateway, review),
        steering=_steering(conn, review, known),
        strange=_strange(conn, gateway, review, docs, known),
    )


def _cited(conn: Connection, gateway: Gateway, review: Review) -> Mapping[str, tuple[Cited, ...]]:
    change_set = review.change_set
    named = sorted(keys_of(change_set))[:_SOURCES]
    read = {key: baselines.by_key(conn, review.site, key) for key in named}
    docs = {key: one.doc for key, one in read.items() if one is not None}
    return cited(change_set, review.reads, docs, gateway.identity.base_url)


def _steering(conn: Connection, review: Review, known: _Known) -> tuple[Steering, ...]:
    """Return the issues that were read and not touched, and speak to agents."""
    touched = {one.issue_key for one in review.change_set.changes}
    first: dict[str, int] = {}
    for one in sorted(review.reads or (), key=lambda one: one.at):
        if one.issue_key not in touched:
            first.setdefault(one.issue_key, one.at)
    read = [*first][-_READ:]
    marks = baselines.marks(conn, review.site, read) if read else {}
    if len(known.words) > _KEPT:
        known.words = {}
    for mark in marks.values():
        if mark not in known.words:
            known.words[mark] = _words(conn, review.site, mark)
    spoken = ((key, known.words.get(mark, "")) for key, mark in marks.items())
    return tuple(Steering(key, words, first[key]) for key, words in spoken if words)


def _words(conn: Connection, site: str, mark: Mark) -> str:
    found = baselines.at(conn, site, mark.issue_id, mark.revision)
    return "" if found is None else steering_words(found.doc)


def _strange(
    conn: Connection,
    gateway: Gateway,
    review: Review,
    docs: Mapping[str, JsonObject],
    known: _Known,
) -> frozenset[str]:
    """Return the projects in which the person served never had a part, by all that we read."""
    person = review.change_set.person
    issues = {one.issue_key: docs.get(one.id, {}) for one in review.change_set.changes}
    mine = {project_of(key) for key, doc in issues.items() if is_active(doc, person)}
    others = {project_of(key) for key in issues} - mine
    return frozenset(one for one in others if not _has_part(conn, gateway, one, person, known))


def _has_part(conn: Connection, gateway: Gateway, project: str, person: str, known: _Known) -> bool:
    since = known.strange.get((project, person), -1)
    if since is None:
        return True
    name = "accountId" if gateway.identity.flavour is Flavour.CLOUD else "key"
    newest = sites.revision(conn, gateway.site)
    there = newest > since and baselines.naming(conn, gateway.site, project, (name, person), since)
    known.strange[project, person] = None if there else newest
    return there
