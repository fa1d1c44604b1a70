"""Recorded answers of real Jira sites (../shared/data/recorded) as upstream sites.

One source is one site. What the recordings leave out (metadata, transitions) is inferred
by the very code that fills up a real intake, and said in ``SiteBaseline.inferred``.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.operations.inference import Hints, filled, kind_of, project_of
from sandbox.contract.addresses import PLACEHOLDER, Address, to_placeholder
from sandbox.contract.shapes import (
    Dialect,
    Flavour,
    IssueBaseline,
    JsonObject,
    ObservedTransition,
    SiteBaseline,
)
from tests.sandboxes import bot_user
from tests.shared import shared

#: What ``expand`` adds to an issue; it describes the site, not the issue.
_EXPANDED = ("names", "schema", "transitions", "operations", "editmeta", "renderedFields")
_FETCHED_AT = 1_763_900_000_000_000

#: The app that recorded it showed fields by name; ids are from its own changelogs.
_BITOVI_FIELDS: Mapping[str, str] = {
    "Summary": "summary",
    "Issue Type": "issuetype",
    "Parent": "parent",
    "Rank": "customfield_10019",
    "Created": "created",
    "Due date": "duedate",
    "Sprint": "customfield_10020",
    "Fix versions": "fixVersions",
    "Labels": "labels",
    "Start date": "customfield_10015",
    "Status": "status",
}


@dataclass(frozen=True)
class Source:
    """Some recordings that belong to one site."""

    name: str
    files: tuple[str, ...]
    flavour: Flavour
    dialect: Dialect
    #: Addresses of the recorded site; they become placeholders.
    addresses: tuple[str, ...]
    #: Metadata of the site: part of ``SiteBaseline`` to the file it was recorded in.
    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Recorded:
    """A source, ready to be put into an upstream sandbox."""

    site: SiteBaseline
    issues: tuple[IssueBaseline, ...]


def _server(name: str, file: str, address: str) -> Source:
    return Source(name, (file,), Flavour.SERVER, Dialect.V2, (address,))


SOURCES: tuple[Source, ...] = (
    Source(
        "bitovi",
        ("bitovi-training__first4.json",),
        Flavour.CLOUD,
        Dialect.V3,
        (
            "https://api.atlassian.com/ex/jira/74eb923a-a968-44b2-8b4c-5b69e7266b8c",
            "https://bitovi-training.atlassian.net",
        ),
    ),
    Source(
        "jirametrics",
        tuple(f"jirametrics__SP-{number}.json" for number in (1, 10, 14, 15)),
        Flavour.CLOUD,
        Dialect.V2,
        ("https://improvingflow.atlassian.net",),
        {"statuses": "jirametrics__sample_statuses.json"},
    ),
    Source(
        "devlake",
        ("devlake__issues.json",),
        Flavour.CLOUD,
        Dialect.V2,
        ("https://merico.atlassian.net",),
        {"issue_types": "devlake__issue_types.json"},
    ),
    Source(
        "devlake-due",
        ("devlake__issues_for_due_date.json",),
        Flavour.CLOUD,
        Dialect.V2,
        ("https://merico.atlassian.net",),
    ),
    _server("jrjc-subtasks", "jrjc__issue_subtasks-5.json", "http://localhost:2990/jira"),
    _server(
        "jrjc-changelog", "jrjc__issue_valid-5.0-with-changelog.json", "http://localhost:2990/jira"
    ),
    _server("jrjc-expanded", "jrjc__issue_valid-all-expanded.json", "http://localhost:8090/jira"),
    _server("jrjc-visibility", "jrjc__issue_valid-visibility.json", "http://localhost:2990/jira"),
    _server(
        "jrjc-anonymous", "jrjc__issue_valid-anonymous-comment.json", "http://localhost:2990/jira"
    ),
    _server("jrjc-many", "jrjc__search_many-issues.json", "http://localhost:8090/jira"),
    _server("jira-ruby", "jira-ruby__issue_10002.json", "http://localhost:2990/jira"),
    _server("php-jira", "php-jira-rest-client__issue.json", "https://jira.example.com"),
)
BY_NAME: Mapping[str, Source] = {source.name: source for source in SOURCES}


def load(source: Source) -> Recorded:
    """Return a source as site and issues, addresses as placeholders; skips without ../shared."""
    answers = [answer for file in source.files for answer in _issues(_read(file, source))]
    notes: list[str] = []
    if source.name == "bitovi":
        answers = [_by_id(answer) for answer in answers]
        notes.append(_BITOVI_NOTE)
    docs = [{name: part for name, part in one.items() if name not in _EXPANDED} for one in answers]
    hints, site = _hints(answers), _site(source, answers, notes)
    found = filled(site, docs, hints)
    if len(found.statuses) < 2:
        notes.append(_DONE_NOTE)
        workflows = {kind_of(doc): [*found.statuses, _DONE] for doc in docs}
        found = filled(_site(source, answers, notes), docs, replace(hints, workflows=workflows))
    return Recorded(found, tuple(_baseline(source, doc) for doc in docs))


_BITOVI_NOTE = (
    "The recording names fields by their titles and leaves out the project: ids are those of "
    "its changelogs, the sprint field's and the project's are assumed."
)

#: A site of one status has no transitions at all, and nothing could be tried on it.
_DONE: JsonObject = {
    "self": f"{PLACEHOLDER}/rest/api/2/status/10900",
    "id": "10900",
    "name": "Finished",
    "description": "",
    "statusCategory": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}
_DONE_NOTE = "The recording shows one status only: a status 'Finished' is assumed beside it."


def _read(file: str, source: Source) -> Any:
    text = shared(f"data/recorded/{file}").read_text(encoding="utf-8")
    return _in_strings(json.loads(text), lambda one: _hidden(one, source))


def _hidden(text: str, source: Source) -> str:
    for address in source.addresses:
        text = to_placeholder(text, Address(address))
    return text


def _in_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_in_strings(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _in_strings(one, change) for name, one in value.items()}
    return value


def _issues(answer: Any) -> Iterable[JsonObject]:
    """Yield the issues in one recorded file: bare, a list, a search, or wrapped."""
    listed = answer if isinstance(answer, list) else answer.get("issues", [answer])
    for one in listed:
        yield one.get("data", one)


def _by_id(answer: JsonObject) -> JsonObject:
    fields, histories = answer["fields"], answer["changelog"]
    assert isinstance(fields, dict)
    assert isinstance(histories, list)
    named: JsonObject = {_BITOVI_FIELDS[name]: value for name, value in fields.items()}
    key = str(answer["key"]).rsplit("-", 1)[0]
    address = f"{PLACEHOLDER}/rest/api/3/project/10000"
    named["project"] = {"self": address, "id": "10000", "key": key, "name": key}
    size = len(histories)
    page: JsonObject = {"startAt": 0, "maxResults": size, "total": size, "histories": histories}
    return {**answer, "fields": named, "changelog": page}


def _site(source: Source, answers: list[JsonObject], notes: list[str]) -> SiteBaseline:
    told = {
        part: [one.get("data", one) for one in _read(file, source)]
        for part, file in (source.metadata or {}).items()
    }
    return SiteBaseline(
        site=source.name,
        flavour=source.flavour,
        fetched_at=_FETCHED_AT,
        users=[bot_user(source.flavour)],
        transitions=[one for answer in answers for one in _observed(answer)],
        edit_meta={
            ":".join(kind_of(answer)): _fields_of(answer["editmeta"])
            for answer in answers
            if answer.get("editmeta")
        },
        inferred=notes,
        **told,
    )


def _observed(answer: JsonObject) -> Iterable[ObservedTransition]:
    fields, offered = answer["fields"], answer.get("transitions")
    if not isinstance(fields, dict) or not isinstance(offered, list):
        return
    status: Any = fields["status"]
    for transition in offered:
        assert isinstance(transition, dict)
        yield ObservedTransition(
            project_id=project_of(answer)[0],
            type_id=kind_of(answer)[1],
            status_id=str(status["id"]),
            transition=transition,
        )


def _fields_of(editmeta: Any) -> dict[str, JsonObject]:
    fields: dict[str, JsonObject] = editmeta["fields"]
    return fields


def _hints(answers: list[JsonObject]) -> Hints:
    names: dict[str, str] = {}
    schemas: dict[str, JsonObject] = {}
    for answer in answers:
        told: Any = answer.get("names") or {}
        names |= told
        described: Any = answer.get("schema") or {}
        schemas |= described
    if not names and "customfield_10019" in str(answers[0].get("fields")):
        names = {"customfield_10019": "Rank", "customfield_10015": "Start date"}
    return Hints(names=names, schemas=schemas)


def _baseline(source: Source, doc: JsonObject) -> IssueBaseline:
    return IssueBaseline(
        site=source.name,
        issue_id=str(doc["id"]),
        key=str(doc["key"]),
        revision=1,
        fetched_at=_FETCHED_AT,
        dialect=source.dialect,
        doc=doc,
        extra={"watchers": [], "remote_links": []},
    )
