"""Reading a site's metadata from Jira, without any administrator's endpoint.

What Jira shows only for an issue (edit screen, transitions) is asked of one example
issue for each project, issue type and status, and filled up by ``inference``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypedDict, TypeVar

from gateway.operations.inference import Hints, Kind, filled, kind_of, project_of
from gateway.upstream.client import Upstream
from gateway.upstream.errors import OurFaultError, UnreadableError
from gateway.upstream.paging import objects
from sandbox.contract.shapes import JsonObject, ObservedTransition, SiteBaseline

_Found = TypeVar("_Found")
_NO_GROUPS = (
    "Groups and their members are not read (only an administrator may): membersOf() finds nobody."
)


@dataclass(slots=True)
class _Asking:
    """Questions that Jira may decline to answer; what was declined becomes a sentence."""

    upstream: Upstream
    declined: list[str] = field(default_factory=list)

    def or_none(self, sentence: str, ask: Callable[[], _Found]) -> _Found | None:
        """Return the answer; when Jira refuses the question, note it and go on with None."""
        try:
            return ask()
        except (OurFaultError, UnreadableError) as error:
            why = error.status if isinstance(error, OurFaultError) else "unreadable"
            said = f"{sentence} (Jira: {why})."
            if said not in self.declined:
                self.declined.append(said)
            return None


def site_metadata(
    upstream: Upstream,
    *,
    site: str,
    projects: tuple[str, ...],
    docs: Sequence[JsonObject],
    people: Sequence[JsonObject] = (),
    now: int,
) -> SiteBaseline:
    """Return a site's metadata; ``docs`` are its issues, which serve as examples."""
    keys = projects or tuple(sorted({project_of(doc)[1] for doc in docs}))
    asking = _Asking(upstream)
    described = upstream.projects(keys)
    workflows = _workflows(asking, described)
    baseline = SiteBaseline(
        site=site,
        flavour=upstream.flavour,
        fetched_at=now,
        server_info=upstream.server_info(),
        fields=upstream.fields(),
        projects=described,
        issue_types=upstream.issue_types(),
        statuses=upstream.statuses(),
        priorities=upstream.priorities(),
        resolutions=upstream.resolutions(),
        link_types=asking.or_none("Issue links are not available", upstream.link_types) or [],
        users=_users(asking, keys),
        create_meta=_create_meta(asking, described),
        edit_meta=_edit_meta(asking, docs),
        transitions=_transitions(upstream, docs),
        **_agile(asking, keys),
        inferred=[_NO_GROUPS, *asking.declined],
    )
    return filled(baseline, docs, Hints(workflows=workflows, people=people))


def _workflows(asking: _Asking, projects: Sequence[JsonObject]) -> dict[Kind, Sequence[JsonObject]]:
    found: dict[Kind, Sequence[JsonObject]] = {}
    for project in projects:
        project_id, key = str(project.get("id")), str(project.get("key"))
        kinds = asking.or_none(
            f"{key}: the statuses of its workflows are those seen in issues",
            partial(asking.upstream.project_statuses, project_id),
        )
        for kind in kinds or ():
            found[project_id, str(kind.get("id"))] = objects(kind.get("statuses"))
    return found


def _users(asking: _Asking, keys: Iterable[str]) -> list[JsonObject]:
    found: dict[str, JsonObject] = {}
    for key in keys:
        users = asking.or_none(
            f"{key}: people are those seen in issues", partial(asking.upstream.users, key)
        )
        for user in users or ():
            name = user.get("accountId") or user.get("key") or user.get("name")
            found.setdefault(str(name), user)
    return list(found.values())


def _create_meta(
    asking: _Asking, projects: Sequence[JsonObject]
) -> dict[str, dict[str, JsonObject]]:
    found: dict[str, dict[str, JsonObject]] = {}
    for project in projects:
        for kind in objects(project.get("issueTypes")):
            pair = str(project.get("id")), str(kind.get("id"))
            fields = asking.or_none(
                f"{project.get('key')}: create screens are not told",
                partial(asking.upstream.create_meta, *pair),
            )
            if fields:
                found[":".join(pair)] = fields
    return found


def _edit_meta(asking: _Asking, docs: Sequence[JsonObject]) -> dict[str, dict[str, JsonObject]]:
    found: dict[str, dict[str, JsonObject]] = {}
    for kind, doc in _examples(docs, kind_of).items():
        fields = asking.or_none(
            f"{doc.get('key')}: its edit screen is not told",
            partial(asking.upstream.edit_meta, str(doc.get("id"))),
        )
        if fields:
            found[":".join(kind)] = fields
    return found


def _transitions(upstream: Upstream, docs: Sequence[JsonObject]) -> list[ObservedTransition]:
    """Ask one example issue for each project, issue type and status."""
    found: list[ObservedTransition] = []
    for (project_id, type_id, status_id), doc in _examples(docs, place_of).items():
        found += [
            ObservedTransition(
                project_id=project_id, type_id=type_id, status_id=status_id, transition=one
            )
            for one in upstream.transitions(str(doc.get("id")))
        ]
    return found


class _Agile(TypedDict):
    boards: list[JsonObject]
    sprints: list[JsonObject]
    filters: list[JsonObject]


def _agile(asking: _Asking, keys: Iterable[str]) -> _Agile:
    upstream = asking.upstream
    boards: dict[str, JsonObject] = {}
    sprints: dict[str, JsonObject] = {}
    for key in keys:
        found = asking.or_none(f"{key}: boards are not told", partial(upstream.boards, key))
        boards |= {str(board.get("id")): board for board in found or ()}
    for board_id, board in boards.items():
        if board.get("type") == "kanban":
            continue
        told = asking.or_none(
            f"Board {board_id}: sprints are not told", partial(upstream.sprints, board_id)
        )
        sprints |= {str(sprint.get("id")): sprint for sprint in told or ()}
    filters = asking.or_none("Filters are not told", upstream.filters) or []
    return {
        "boards": list(boards.values()),
        "sprints": list(sprints.values()),
        "filters": filters,
    }


def place_of(doc: JsonObject) -> tuple[str, str, str]:
    """Return project id, issue type id and status id of an issue."""
    fields = doc.get("fields")
    status = fields.get("status") if isinstance(fields, dict) else None
    status_id = status.get("id") if isinstance(status, dict) else ""
    return (*kind_of(doc), str(status_id))


_Place = TypeVar("_Place")


def _examples(
    docs: Iterable[JsonObject], place_of: Callable[[JsonObject], _Place]
) -> dict[_Place, JsonObject]:
    """Return one issue for each place: the last one, which is the newest."""
    return {place_of(doc): doc for doc in docs}
