"""A site with every kind of field, and issues in it, in both flavours."""

from dataclasses import replace

from pydantic import JsonValue

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Dialect, Flavour, JsonObject, SiteBaseline
from sandbox.domain.creating import create
from sandbox.domain.default_site import ProjectWish, default_site
from sandbox.domain.issue import IssueState
from sandbox.domain.site import Site

#: 2026-09-28T19:32:13.094Z.
NOW = 1_790_623_933_094_000
LATER = NOW + 60_000_000
CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes"
MINA, JUN, GONE = "acc-mina", "acc-jun", "acc-gone"

OPTIONS: list[JsonValue] = [
    {"self": f"{PLACEHOLDER}/o/1", "id": "1", "value": "빨강"},
    {"self": f"{PLACEHOLDER}/o/2", "id": "2", "value": "Blue"},
    {"self": f"{PLACEHOLDER}/o/3", "id": "3", "value": "Old", "disabled": True},
]
CASCADE: list[JsonValue] = [
    {"id": "10", "value": "Asia", "children": [{"id": "11", "value": "서울"}]},
    {"id": "20", "value": "Europe", "children": [{"id": "21", "value": "Berlin"}]},
]
#: Number, title, type, items, custom type, allowed values.
_EXTRA: tuple[tuple[int, str, str, str, str, list[JsonValue] | None], ...] = (
    (101, "Line", "string", "", "textfield", None),
    (102, "Notes", "string", "", "textarea", None),
    (103, "Size", "number", "", "float", None),
    (104, "Start date", "date", "", "datepicker", None),
    (105, "Meeting", "datetime", "", "datetime", None),
    (106, "Colour", "option", "", "select", OPTIONS),
    (107, "Colours", "array", "option", "multiselect", OPTIONS),
    (108, "Region", "option-with-child", "", "cascadingselect", CASCADE),
    (109, "Reviewer", "user", "", "userpicker", None),
    (110, "Team mates", "array", "user", "multiuserpicker", None),
    (111, "Group", "group", "", "grouppicker", None),
    (112, "Link", "string", "", "url", None),
    (113, "Tags", "array", "string", "labels", None),
    (114, "Found in", "version", "", "version", None),
    (115, "Odd", "any", "", "some-plugin-field", None),
    (116, "Read only", "string", "", "readonlyfield", None),
    (117, "Team", "team", "", "atlassian-team", None),
)


def cf(number: int) -> str:
    """Return the id of one of our custom fields."""
    return f"customfield_{number:05d}"


def user(flavour: Flavour, ref: str, name: str, *, active: bool = True) -> JsonObject:
    """Return a user's JSON."""
    common: JsonObject = {
        "displayName": name,
        "active": active,
        "emailAddress": f"{ref}@example.com",
    }
    if flavour is Flavour.CLOUD:
        at = f"{PLACEHOLDER}/rest/api/3/user?accountId={ref}"
        return {"self": at, "accountId": ref, "accountType": "atlassian", **common}
    return {"self": f"{PLACEHOLDER}/u/{ref}", "name": ref, "key": f"JIRAUSER-{ref}", **common}


def baseline(flavour: Flavour) -> SiteBaseline:
    """Return the metadata of the site."""
    people = [user(flavour, MINA, "김미나"), user(flavour, JUN, "Jun Park")]
    people.append(user(flavour, GONE, "Gone", active=False))
    lead = MINA if flavour is Flavour.CLOUD else f"JIRAUSER-{MINA}"
    made = default_site(
        "tiny",
        flavour,
        people,
        {"developers": [MINA]},
        [
            ProjectWish("AIR", "Airlock", lead, ("web", "결제"), ("1.0", "2.0")),
            ProjectWish("OPS", "Operations", lead),
        ],
        NOW,
    )
    metas = {cf(row[0]): _meta(*row) for row in _EXTRA}
    fields = [{"id": name, "key": name, **meta, "custom": True} for name, meta in metas.items()]
    closed: JsonObject = {"id": 7, "name": "Sprint 0", "state": "closed", "originBoardId": 1}
    return made.model_copy(
        update={
            "fields": [*made.fields, *fields],
            "sprints": [*made.sprints, closed],
            "create_meta": {key: {**meta, **metas} for key, meta in made.create_meta.items()},
            "edit_meta": {key: {**meta, **metas} for key, meta in made.edit_meta.items()},
        }
    )


def _meta(
    number: int, title: str, kind: str, items: str, custom: str, allowed: list[JsonValue] | None
) -> JsonObject:
    schema: JsonObject = {"type": kind, "custom": f"{CUSTOM}:{custom}", "customId": number}
    if items:
        schema["items"] = items
    verbs: list[JsonValue] = ["add", "set", "remove"] if kind == "array" else ["set"]
    found: JsonObject = {"name": title, "required": False, "schema": schema, "operations": verbs}
    return found if allowed is None else {**found, "allowedValues": allowed}


CLOUD = Site.of(baseline(Flavour.CLOUD))
SERVER = Site.of(baseline(Flavour.SERVER))
#: The same sites with nothing observed of their screens.
CLOUD_UNSEEN = Site.of(
    baseline(Flavour.CLOUD).model_copy(update={"create_meta": {}, "edit_meta": {}})
)


def actor(site: Site) -> JsonObject:
    """Return who writes in these tests."""
    return site.user(MINA) or {}


def dialect(site: Site) -> Dialect:
    """Return the dialect that a site speaks natively."""
    return site.native


def adf(text: str) -> JsonObject:
    """Return a document of one paragraph."""
    words: JsonObject = {"type": "text", "text": text}
    paragraph: JsonObject = {"type": "paragraph", "content": [words]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def issue(
    site: Site = CLOUD,
    number: int = 1,
    kind: str = "Task",
    project: str = "AIR",
    **fields: JsonValue,
) -> IssueState:
    """Return an issue that was read from upstream, with some fields set as stored."""
    sent: JsonObject = {
        "project": {"key": project},
        "issuetype": {"name": kind},
        "summary": f"Summary {number}",
    }
    if kind == "Sub-task":
        sent["parent"] = {"key": f"{project}-1"}
    made = create(
        site,
        sent,
        {},
        dialect=site.native,
        actor=actor(site),
        now_us=NOW,
        issue_id=str(10000 + number),
        key=f"{project}-{number}",
    )
    return replace(made.issue.with_fields(fields), base_revision=1, created_here=False)
