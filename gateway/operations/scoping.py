"""Which issues are taken in, as JQL, and questions put around it.

Whatever is read by search is asked for inside the scope, so that no issue outside it is
ever read, whoever names it.
"""

import re
from collections.abc import Iterable

from gateway.operations.context import Gateway
from gateway.review.refusals import RefusedError
from gateway.store.reading import Place
from sandbox.contract.scope import Refusal

_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


def scope_jql(gateway: Gateway) -> str:
    """Return which issues are taken in: the given JQL, or all of the given projects."""
    settings = gateway.settings
    if settings.intake_jql:
        return settings.intake_jql
    if not settings.projects:
        raise RefusedError(
            Refusal(
                "no_scope",
                "It is not said which issues may be taken in.",
                "Set AIRLOCK_PROJECTS (or JIRA_PROJECTS_FILTER) to project keys.",
            )
        )
    return f"project in ({_listed(settings.projects)})"


def within(jql: str, condition: str) -> str:
    """Return the query for those of a query's issues that meet a condition too."""
    scope = unordered(jql)
    return f"({scope}) AND {condition}" if scope else condition


def changed_since(jql: str, milliseconds: int) -> str:
    """Return the query for those that changed since a moment, in milliseconds since 1970.

    A number is the same moment everywhere; a date would be read in the account's zone.
    """
    return within(jql, f"updated >= {milliseconds}")


def with_key(jql: str, key: str) -> str:
    """Return the query for the one that has a key."""
    return within(jql, f"key = {quoted(key)}")


def with_id(jql: str, issue_id: str) -> str:
    """Return the query for the one that has an id."""
    return within(jql, f"id = {quoted(issue_id)}")


def with_keys(jql: str, keys: Iterable[str]) -> str:
    """Return the query for those that have one of the keys."""
    return within(jql, f"key in ({_listed(keys)})")


def from_place(jql: str, place: Place) -> str:
    """Return the query for what comes behind a place in the order of keys.

    Jira compares keys within their project only, so one project is read after the other.
    """
    if place.project:
        project, key = quoted(place.project), quoted(place.key)
        narrowed = within(jql, f"project = {project} AND key > {key}")
    elif place.done:
        narrowed = within(jql, f"project not in ({_listed(place.done)})")
    else:
        narrowed = unordered(jql)
    return f"{narrowed} ORDER BY key ASC".strip()


def unordered(jql: str) -> str:
    """Return a query without its order."""
    return _ORDER.split(jql, maxsplit=1)[0].strip()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def quoted(name: str) -> str:
    """Return a text as a JQL value."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
