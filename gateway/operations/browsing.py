"""The sandbox browser: a board and one issue, as Jira has it, as agents have it, as it would be.

Jira's side is the gateway's own reading. Shadows are the sandbox's word, shown as such.
Whoever looks sees projects in which they have a role, and of these what Jira shows them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.operations import asking_rights, grounds, standing
from gateway.operations.context import Gateway
from gateway.operations.seeing_stored import settled_of
from gateway.promotion.fields import Fields, fields_of, listed, part, project_key
from gateway.promotion.plan import KEEP, effective
from gateway.promotion.settled import settle
from gateway.protection.addresses import outward
from gateway.review.forecast import Forecast, forecast
from gateway.review.jira_rights import Place
from gateway.review.people import Person, sees
from gateway.review.refusals import UnknownIssueError
from gateway.review.states import COMING
from gateway.review.values import InboxRow
from gateway.sandbox_link import NotThereError, SandboxLinkError
from gateway.store import baselines, reviews, sites
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import JsonObject, Shadow

#: Cards on one board; of more issues those that changed last.
MOST_CARDS = 300


@dataclass(frozen=True, slots=True)
class Card:
    """One issue on a board."""

    issue_id: str
    key: str
    doc: JsonObject
    #: Numbers of the change sets that wait on it.
    sets: tuple[int, ...] = ()
    #: Agents that have a shadow of it.
    agents: tuple[str, ...] = ()
    #: Made by an agent: Jira does not know it.
    new: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The issues of one project."""

    #: Key and name of the projects that can be chosen.
    projects: tuple[tuple[str, str], ...]
    project: str
    cards: tuple[Card, ...]
    #: How many more there are.
    more: int = 0
    #: The sandbox did not answer: shadows are missing.
    away: bool = False


@dataclass(frozen=True, slots=True)
class Browsed:
    """One issue, three ways."""

    key: str
    issue_id: str
    #: As the gateway last read it; None: Jira does not know it.
    now: JsonObject | None
    fetched_at: int
    #: Shadows that there are of it, and the one that is looked at, whole.
    shadows: tuple[Shadow, ...]
    shadow: Shadow | None
    #: As it would be; None when nothing waits.
    after: Forecast | None
    #: Change sets that wait on it: number and title.
    sets: tuple[tuple[int, str], ...]
    #: The one of them that ``after`` is about; 0: all.
    only: int
    fields: Fields
    url: str
    away: bool = False
    #: Of the projects that it names (parent, links), those that the viewer may know of.
    visible: frozenset[str] = field(default_factory=frozenset)


def board(gateway: Gateway, person: Person, project: str = "") -> Board:
    """Return the board of a project, of the first one when none is named."""
    choices = _projects(gateway, person)
    known = [key for key, _name in choices]
    chosen = project if project in known else next(iter(known), "")
    if not chosen or (project and project != chosen):
        return Board(choices, "", ())
    with gateway.database.read() as conn:
        found, total = baselines.of_project(conn, gateway.site, chosen, MOST_CARDS)
    hidden = _hidden(gateway, person, ((one.issue_id, one.key) for one in found))
    marks, away = _shadows(gateway)
    waiting = _waiting(standing.inbox(gateway, person))
    agents: dict[str, list[str]] = defaultdict(list)
    for mark in marks:
        agents[mark.issue_id].append(mark.agent)
    cards = [
        Card(
            one.issue_id,
            one.key,
            one.doc,
            sets=waiting.get(one.issue_id, ()),
            agents=tuple(dict.fromkeys(agents.get(one.issue_id, ()))),
        )
        for one in found
        if one.issue_id not in hidden
    ]
    new = (one for one in marks if one.created_here and not one.deleted)
    cards += [
        Card(one.issue_id, one.key, one.doc, waiting.get(one.issue_id, ()), (one.agent,), new=True)
        for one in {one.issue_id: one for one in new}.values()
        if project_key(one.doc, one.key) == chosen
    ]
    return Board(choices, chosen, tuple(cards), total - len(found), away)


def issue(
    gateway: Gateway, person: Person, key: str, workspace: str = "", only: int = 0
) -> Browsed:
    """Return an issue; raises UnknownIssueError alike when it is not there and not theirs.

    ``workspace`` is the shadow that is looked at, ``only`` the number of the one change set
    that is laid over it, of those that wait on it.
    """
    with gateway.database.read() as conn:
        baseline = baselines.by_key(conn, gateway.site, key)
        site = sites.metadata(conn, gateway.site)
    marks, away = _shadows(gateway)
    own = [one for one in marks if one.issue_id == baseline.issue_id] if baseline else []
    if baseline is None:
        own = [one for one in marks if one.created_here and one.key == key]
    rows = [row for row in standing.inbox(gateway, person) if row.state in COMING]
    issue_id = _new_id(gateway, rows, own, key) if baseline is None else baseline.issue_id
    known = baseline or next(iter(own), None)
    project = project_key({} if known is None else known.doc, key)
    unseen = baseline is not None and _hidden(gateway, person, [(issue_id, key)])
    if unseen or not sees(person, gateway.site, (project,)):
        raise UnknownIssueError(key)
    shadow = _whole(gateway, own, workspace)
    rows = [row for row in rows if key in row.issue_keys or _names(row, issue_id)]
    alone = [row for row in rows if row.id == only]
    fields = Fields.of(site) if site else Fields()
    doc = baseline.doc if baseline is not None else None
    statuses = {str(one.get("id")): one for one in (site.statuses if site else ())}
    ground = _Ground(doc or {}, issue_id, fields, statuses)
    after = _after(gateway, ground, alone or rows) if rows else None
    named: list[JsonObject] = [] if after is None else [{"fields": after.fields}]
    return Browsed(
        key=key,
        issue_id=issue_id,
        now=doc,
        fetched_at=0 if baseline is None else baseline.fetched_at,
        shadows=tuple(own),
        shadow=shadow,
        after=after,
        sets=tuple((row.id, row.title) for row in rows),
        only=only if alone else 0,
        fields=fields,
        url="" if doc is None else f"{gateway.identity.base_url}/browse/{key}",
        away=away,
        visible=_visible(gateway, person, [doc, None if shadow is None else shadow.doc, *named]),
    )


def _new_id(gateway: Gateway, rows: list[InboxRow], own: list[Shadow], key: str) -> str:
    """Return the id of an issue that Jira does not know: a shadow's, or a change set's.

    Raises UnknownIssueError when no agent that the viewer may know of made it.
    """
    if own:
        return own[0].issue_id
    with gateway.database.read() as conn:
        for row in rows:
            review = reviews.get(conn, row.id) if key in row.issue_keys else None
            if review is not None and key in review.change_set.temporary_keys:
                return review.change_set.temporary_keys[key]
    raise UnknownIssueError(key)


def _visible(gateway: Gateway, person: Person, docs: Iterable[JsonObject | None]) -> frozenset[str]:
    """Return the keys of named projects in which somebody has a role."""
    keys = {key.rpartition("-")[0] for doc in docs for key in quoted_keys(fields_of(doc))}
    return frozenset(one for one in keys if sees(person, gateway.site, (one,)))


def quoted_keys(fields: JsonObject) -> Iterable[str]:
    """Yield the keys of issues that an issue names as parent, sub-task or link."""
    yield from (str(one.get("key")) for one in listed(fields.get("subtasks")))
    for one in [fields.get("parent"), *_ends(fields)]:
        if isinstance(one, dict) and one.get("key"):
            yield str(one["key"])


def _ends(fields: JsonObject) -> list[JsonValue]:
    links = listed(fields.get("issuelinks"))
    return [one.get(name) for one in links for name in ("inwardIssue", "outwardIssue")]


def _projects(gateway: Gateway, person: Person) -> tuple[tuple[str, str], ...]:
    with gateway.database.read() as conn:
        metadata = sites.metadata(conn, gateway.site)
    listed = () if metadata is None else metadata.projects
    named = ((str(one.get("key")), str(one.get("name") or "")) for one in listed)
    return tuple(one for one in named if sees(person, gateway.site, (one[0],)))


def _hidden(gateway: Gateway, person: Person, issues: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the ids of those that Jira does not show somebody."""
    places = [Place(issue_id, key) for issue_id, key in issues]
    return frozenset(one.id for one in asking_rights.unseen(gateway, person, places))


def _shadows(gateway: Gateway) -> tuple[list[Shadow], bool]:
    """Return what agents have, and whether the sandbox is away."""
    try:
        return gateway.sandbox.shadows(), False
    except SandboxLinkError:
        return [], True


def _whole(gateway: Gateway, own: list[Shadow], workspace: str) -> Shadow | None:
    """Return the shadow that is looked at, in upstream form; the newest when none is named."""
    named = [one for one in own if one.workspace == workspace] or own
    if not named:
        return None
    try:
        found = gateway.sandbox.shadow(named[0].workspace, named[0].issue_id)
    except NotThereError:
        return None
    except SandboxLinkError:
        return None
    if found is None:
        return None
    doc = outward(found.doc, Address(gateway.identity.base_url))
    return found.model_copy(update={"doc": doc})


def _waiting(rows: Iterable[InboxRow]) -> Mapping[str, tuple[int, ...]]:
    """Return issue id to the change sets that wait on it."""
    found: dict[str, tuple[int, ...]] = {}
    for row in rows:
        if row.state in COMING:
            for issue_id, _key in row.issues:
                found[issue_id] = (*found.get(issue_id, ()), row.id)
    return found


def _names(row: InboxRow, issue_id: str) -> bool:
    return any(one == issue_id for one, _key in row.issues)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a forecast of one issue is made on."""

    doc: JsonObject
    issue_id: str
    fields: Fields
    #: The site's statuses by id.
    statuses: Mapping[str, JsonObject]


def _after(gateway: Gateway, ground: _Ground, rows: list[InboxRow]) -> Forecast:
    """Return the issue with everything laid over it that is kept in sets that wait."""
    changes, docs = [], dict[str, JsonObject]()
    with gateway.database.read() as conn:
        for row in sorted(rows, key=lambda one: one.id):
            review = reviews.get(conn, row.id)
            if review is None:
                continue
            decisions = reviews.decisions(conn, row.id)
            given = grounds.documents(conn, review.change_set)
            settled, based = settle(review.change_set, given, settled_of(decisions))
            decided = {name: one.verdict for name, one in decisions.items()}
            kept = effective(settled, decided)
            for change in settled.changes:
                if change.issue_id == ground.issue_id and kept[change.id] == KEEP:
                    name = f"{row.id}-{change.id}"
                    changes.append(change.model_copy(update={"id": name}))
                    docs[name] = based.get(change.id, {})
    return forecast(ground.doc, changes, docs, ground.fields, ground.statuses)


def status_of(card: Card) -> JsonObject:
    """Return a card's status as Jira has it; empty when it has none."""
    found = part(card.doc, "fields", "status")
    return found if isinstance(found, dict) else {}


def summary_of(found: Browsed) -> str:
    """Return an issue's summary as Jira has it."""
    summary = part(found.now, "fields", "summary")
    return summary if isinstance(summary, str) else ""
