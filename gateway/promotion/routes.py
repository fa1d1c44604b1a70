"""From one status to another: the steps that a site's workflow offers for it.

An agent's transitions of one issue are folded into one change from the first status to
the last; the way between them may take several of Jira's transitions.
"""

from collections import deque
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion.fields import fields_of, part
from sandbox.contract.shapes import Change, JsonObject, ObservedTransition, SiteBaseline


@dataclass(frozen=True, slots=True)
class Step:
    """One transition: from where (if known), to where, and Jira's id for it."""

    source: JsonValue
    target: JsonValue
    transition_id: str


def route(change: Change, doc: JsonObject | None, site: SiteBaseline) -> list[Step]:
    """Return the steps of a transition; one when the way is direct or not known."""
    fields = fields_of(doc)
    source = brief(fields.get("status") or part(change.before, "status"))
    target = brief(part(change.after, "status"))
    asked = str(part(change.after, "transition", "id") or "")
    offered = _offered(fields, site)
    way = _way(str(part(source, "id")), str(part(target, "id")), asked, offered)
    if not way:
        return [Step(source, target, asked)]
    steps: list[Step] = []
    for one in way:
        reached = brief(one.transition.get("to"))
        steps.append(Step(source, reached, str(one.transition.get("id"))))
        source = reached
    return steps


def observed(fields: JsonObject, step: Step, site: SiteBaseline) -> ObservedTransition | None:
    """Return the transition of a step as Jira showed it for such issues, or None."""
    here = _offered(fields, site).get(str(part(step.source, "id")), [])
    return next((one for one in here if str(one.transition.get("id")) == step.transition_id), None)


def brief(status: JsonValue) -> JsonValue:
    """Return a status as id and name."""
    if not isinstance(status, dict):
        return None
    return {name: status[name] for name in ("id", "name") if name in status}


def _offered(fields: JsonObject, site: SiteBaseline) -> dict[str, list[ObservedTransition]]:
    project, kind = part(fields, "project", "id"), part(fields, "issuetype", "id")
    found: dict[str, list[ObservedTransition]] = {}
    for one in site.transitions:
        if (one.project_id, one.type_id) == (str(project), str(kind)):
            found.setdefault(one.status_id, []).append(one)
    return found


def _way(
    source: str, target: str, asked: str, offered: dict[str, list[ObservedTransition]]
) -> list[ObservedTransition]:
    """Return the shortest way; on equal length the transition the agent asked for."""
    waiting: deque[tuple[str, list[ObservedTransition]]] = deque([(source, [])])
    seen = {source}
    while waiting:
        status, way = waiting.popleft()
        steps = sorted(
            offered.get(status, []), key=lambda one: str(one.transition.get("id")) != asked
        )
        for one in steps:
            reached = str(part(one.transition.get("to"), "id"))
            if reached == target:
                return [*way, one]
            if reached not in seen:
                seen.add(reached)
                waiting.append((reached, [*way, one]))
    return []
