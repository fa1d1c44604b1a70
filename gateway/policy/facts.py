"""What the scope needs to know of an issue, from the gateway's own baseline."""

from collections.abc import Iterator

from pydantic import JsonValue

from sandbox.contract.scope import IssueFacts
from sandbox.contract.shapes import IssueBaseline, JsonObject


def facts_of(baseline: IssueBaseline) -> IssueFacts:
    """Return the facts of an issue as it was read upstream."""
    fields = _object(baseline.doc.get("fields"))
    watchers = baseline.extra.get("watchers")
    people = [fields.get("assignee"), fields.get("reporter")]
    people += watchers if isinstance(watchers, list) else []
    return _facts(
        fields,
        str(_object(fields.get("project")).get("key") or baseline.key.rsplit("-", 1)[0]),
        frozenset(found for found in map(user_id, people) if found),
    )


def facts_of_new(fields: JsonObject, key: str) -> IssueFacts:
    """Return the facts of an issue that is to be created."""
    project = str(_object(fields.get("project")).get("key") or key.rsplit("-", 1)[0])
    return _facts(fields, project, frozenset(), created_here=True)


def is_active(doc: JsonObject, person: str) -> bool:
    """Return whether somebody had a part in an issue: theirs, or something in it is."""
    return any(user_id(one) == person for one in _people(doc))


def _people(doc: JsonObject) -> Iterator[JsonValue]:
    fields = _object(doc.get("fields"))
    for name in ("assignee", "reporter", "creator"):
        yield fields.get(name)
    said = (fields.get("comment"), "comments"), (fields.get("worklog"), "worklogs")
    for value, name in (*said, (doc.get("changelog"), "histories")):
        entries = _object(value).get(name)
        for entry in entries if isinstance(entries, list) else ():
            yield _object(entry).get("author")


def user_id(user: JsonValue) -> str | None:
    """Return what identifies a user: accountId on Cloud, key (or name) on Server."""
    found = _object(user)
    for name in ("accountId", "key", "name"):
        if isinstance(found.get(name), str) and found[name]:
            return str(found[name])
    return None


def _facts(
    fields: JsonObject, project: str, people: frozenset[str], *, created_here: bool = False
) -> IssueFacts:
    kind = _object(fields.get("issuetype"))
    return IssueFacts(
        project_key=project,
        type_id=str(kind.get("id") or ""),
        type_name=str(kind.get("name") or ""),
        people=people,
        created_here=created_here,
    )


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
