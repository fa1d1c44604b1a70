"""Looks for a new issue whose making was never answered: by its key, then by search.

A search may lag behind by minutes; reading by key does not. So that it is nowhere is said only
where all keys behind the point of the request were asked for, and Jira shows that project to us.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from gateway.operations.context import Gateway
from gateway.operations.looks import carries_mark, looked
from gateway.promotion.deleting import names_of
from gateway.promotion.drift import Now
from gateway.promotion.fields import part
from gateway.promotion.probing import (
    KEY_GAP,
    KEY_WALK,
    Finding,
    hands_of,
    judge_create,
    marked_by_property,
)
from gateway.promotion.values import MARKER_KEY, Place, PlannedOperation
from gateway.store import baselines
from gateway.store.outbox import Operation
from gateway.upstream.client import Upstream
from gateway.upstream.errors import UnreadableError
from sandbox.contract.shapes import JsonObject

#: Of a search so many issues are looked at, newest first, and so many of them read one by one.
_HITS = 500
_READ = 60
#: Times that one of them is asked for.
_TRIES = 3


@dataclass(slots=True)
class _Way:
    """One way to look, while it is being gone."""

    place: Place
    seen: int = 0
    marked: list[JsonObject] = field(default_factory=list)
    #: Whether nothing that it could have become can have been missed.
    whole: bool = False


def newest_key_number(gateway: Gateway, project: str) -> int | None:
    """Return the number of a project's newest key: a lost new issue lies behind it.

    Raises UnreadableError when Jira shows nothing of a project that is known to have issues.
    """
    newest = gateway.upstream.first_key(_newest_first(project))
    if newest is not None:
        return _number(newest)
    with gateway.database.read() as conn:
        _, known = baselines.of_project(conn, gateway.site, project, 1)
    if known:
        raise _hidden(project)
    return 0


def shows_project(upstream: Upstream, project: str) -> bool:
    """Return whether Jira shows us any issue of a project now."""
    return upstream.first_key(_newest_first(project)) is not None


def look_for_issue(
    gateway: Gateway, operation: Operation, planned: PlannedOperation, *, glance: bool = False
) -> Finding:
    """Return what became of a request to make an issue; a ``glance`` goes by keys alone.

    Raises UnreadableError when Jira shows nothing of the project, as to a stranger.
    """
    ways = [_Way(Place.KEYS)] if glance else [_Way(Place.KEYS), _Way(Place.SEARCH)]
    for way in ways:
        docs = _walk if way.place is Place.KEYS else _search
        for doc in docs(gateway.upstream, planned, operation.probe_from, way):
            if carries_mark(gateway, operation, marked_by_property(doc, MARKER_KEY)):
                way.marked.append(doc)
    found = {str(one.get("id")): one for way in ways for one in way.marked}
    if not found and not any(way.seen for way in ways):
        _must_show(gateway.upstream, planned, operation.probe_from)
    finding = judge_create(list(found.values()), whole=any(way.whole for way in ways))
    return replace(
        finding,
        looks=tuple(
            looked(
                gateway, way.place, way.seen, marked=tuple(str(x.get("key")) for x in way.marked)
            )
            for way in ways
        ),
    )


def _walk(
    upstream: Upstream, planned: PlannedOperation, behind: int | None, way: _Way
) -> Iterator[JsonObject]:
    if behind is None:
        return
    missing = 0
    for number in range(behind + 1, behind + 1 + KEY_WALK):
        doc = _read(upstream, f"{planned.project_key}-{number}")
        missing = missing + 1 if doc is None else 0
        if doc is not None:
            way.seen += 1
            yield doc
        if missing >= KEY_GAP:
            way.whole = True
            return


def _search(
    upstream: Upstream, planned: PlannedOperation, behind: int | None, way: _Way
) -> Iterator[JsonObject]:
    """Yield the issues of our account that are newer than the point."""
    query = _newest_first(planned.project_key)
    hands, read = hands_of(planned, Now(None, account=upstream.expected.account)), 0
    for hit in _first(upstream.search(query), _HITS):
        way.seen += 1
        number = _number(str(hit.get("key")))
        if behind is not None and number is not None and number <= behind:
            return
        creator = names_of(part(hit, "fields", "creator"))
        if hands and creator and not hands & creator:
            continue
        if read >= _READ:
            return
        read += 1
        doc = _read(upstream, str(hit.get("id")))
        if doc is not None:
            yield doc


def _read(upstream: Upstream, name: str) -> JsonObject | None:
    """Return an issue or None; one bad answer among a hundred good ones ends no look."""
    for _ in range(_TRIES - 1):
        try:
            return upstream.issue(name)
        except UnreadableError:
            continue
    return upstream.issue(name)


def _first(hits: Iterable[JsonObject], most: int) -> Iterator[JsonObject]:
    for number, hit in enumerate(hits):
        if number >= most:
            return
        yield hit


def _must_show(upstream: Upstream, planned: PlannedOperation, behind: int | None) -> None:
    """Make sure that the project is shown to us: the issue at the point is, if there is one."""
    if behind and upstream.issue(f"{planned.project_key}-{behind}") is None:
        raise _hidden(planned.project_key)


def _hidden(project: str) -> UnreadableError:
    return UnreadableError(f"Jira shows no issue of project {project} now, but there are some.")


def _number(key: str) -> int | None:
    found = re.search(r"-(\d+)$", key)
    return int(found.group(1)) if found else None


def _newest_first(project: str) -> str:
    quoted = project.replace("\\", "").replace('"', "")
    return f'project = "{quoted}" ORDER BY created DESC, key DESC'
