"""Which projects a change set is about: what a person must have a role in to see it. Pure."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from gateway.policy.authority import new_fields
from sandbox.contract.shapes import Change, ChangeSet

#: Where a change names other issues.
_NAMED = ("inwardIssue", "outwardIssue", "parent")


def projects_of(change_set: ChangeSet, known: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of all projects that a set writes in, links to or makes issues in.

    ``known`` is issue id to project as the gateway's own baselines have it. What the set
    says itself counts too: a wrong key can only make more projects of it, never fewer.
    """
    found: set[str] = set()
    for change in change_set.changes:
        for issue_id, key in _named(change):
            found.add(project_of(key))
            if issue_id in known:
                found.add(known[issue_id])
        project = new_fields(change).get("project")
        if isinstance(project, dict) and project.get("key"):
            found.add(str(project["key"]))
    return frozenset(found)


def issues_of(change_set: ChangeSet) -> frozenset[str]:
    """Return the ids of all issues that a set names."""
    named = (issue_id for change in change_set.changes for issue_id, _key in _named(change))
    return frozenset(one for one in named if one)


def _named(change: Change) -> Iterator[tuple[str, str]]:
    """Yield id and key of the issue that is changed and of all that the change names."""
    yield change.issue_id, change.issue_key
    after = change.after if isinstance(change.after, dict) else {}
    given: list[JsonValue] = [after.get(name) for name in _NAMED]
    given += [new_fields(change).get("parent"), after if change.field == "parent" else None]
    for one in given:
        if isinstance(one, dict) and one.get("key"):
            yield str(one.get("id") or ""), str(one["key"])


def project_of(key: str) -> str:
    """Return the project of an issue key."""
    return key.rpartition("-")[0]
