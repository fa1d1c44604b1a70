"""Small values that tests of planning, reviewing and promoting are made of."""

from dataclasses import replace
from typing import Any

from gateway.promotion.ground import Ground
from gateway.promotion.values import SiteIdentity
from sandbox.contract.digest import digest, seal
from sandbox.contract.shapes import (
    Change,
    ChangeKind,
    ChangeSet,
    Flavour,
    JsonObject,
    ObservedTransition,
    SiteBaseline,
)

SITE = "demo"
AGENT = "robot"
PERSON = "acc-ann"
BASE_URL = "http://127.0.0.1:9/jira"
ANN: JsonObject = {"accountId": PERSON, "displayName": "Ann"}
BOB: JsonObject = {"accountId": "acc-bob", "displayName": "Bob"}
TODO: JsonObject = {"id": "1", "name": "To Do", "statusCategory": {"key": "new"}}
DOING: JsonObject = {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}}
DONE: JsonObject = {"id": "10", "name": "Done", "statusCategory": {"key": "done"}}
NEW_ID, NEW_KEY = "9000000001", "AIR-9000000002"
CLOUD = SiteIdentity(site=SITE, base_url=BASE_URL, flavour=Flavour.CLOUD)
SERVER = SiteIdentity(site=SITE, base_url=BASE_URL, flavour=Flavour.SERVER)


def text(*paragraphs: str) -> JsonObject:
    """Return an ADF document."""
    content: list[Any] = [
        {"type": "paragraph", "content": [{"type": "text", "text": one}]} for one in paragraphs
    ]
    return {"type": "doc", "version": 1, "content": content}


def doc(key: str = "AIR-1", issue_id: str = "10001", **fields: Any) -> JsonObject:
    """Return an issue as Jira answers it."""
    given: JsonObject = {
        "summary": "Login is slow",
        "description": text("It takes ten seconds."),
        "project": {"id": "100", "key": "AIR", "name": "Airlock"},
        "issuetype": {"id": "7", "name": "Task"},
        "status": TODO,
        "priority": {"id": "3", "name": "Medium"},
        "labels": ["web"],
        "assignee": ANN,
        "reporter": BOB,
        "resolution": None,
        "updated": "2026-11-01T10:00:00.000+0000",
        "comment": {"comments": [], "total": 0},
        "issuelinks": [],
        **fields,
    }
    return {
        "id": issue_id,
        "key": key,
        "self": f"{BASE_URL}/rest/api/3/issue/{issue_id}",
        "fields": given,
        "changelog": {"histories": []},
    }


def site(flavour: Flavour = Flavour.CLOUD) -> SiteBaseline:
    """Return a site with a three-step workflow."""
    array = {"type": "array"}
    return SiteBaseline(
        site=SITE,
        flavour=flavour,
        fetched_at=1,
        fields=[
            {"id": "summary", "name": "Summary", "schema": {"type": "string"}},
            {"id": "description", "name": "Description", "schema": {"type": "string"}},
            {"id": "priority", "name": "Priority", "schema": {"type": "priority"}},
            {"id": "assignee", "name": "Assignee", "schema": {"type": "user"}},
            {"id": "labels", "name": "Labels", "schema": {**array, "items": "string"}},
            {"id": "components", "name": "Components", "schema": {**array, "items": "component"}},
            {
                "id": "customfield_10020",
                "name": "Sprint",
                "schema": {
                    **array,
                    "items": "json",
                    "custom": "com.pyxis.greenhopper.jira:gh-sprint",
                },
            },
        ],
        statuses=[TODO, DOING, DONE],
        transitions=[
            _offered("1", "11", "Start", DOING),
            _offered("3", "21", "Finish", DONE),
            _offered("3", "31", "Stop", TODO),
        ],
    )


def _offered(status: str, transition: str, name: str, to: JsonObject) -> ObservedTransition:
    return ObservedTransition(
        project_id="100",
        type_id="7",
        status_id=status,
        transition={"id": transition, "name": name, "to": to},
    )


def change(kind: ChangeKind = ChangeKind.EDIT, after: Any = None, **given: Any) -> Change:
    """Return a change of AIR-1 unless told otherwise."""
    whole: dict[str, Any] = {
        "id": "c1",
        "kind": kind,
        "issue_id": "10001",
        "issue_key": "AIR-1",
        "after": after,
        "base_revision": 1,
        "written_at": 50,
        "read_at": 40,
        "door": "mcp",
        **given,
    }
    return Change.model_validate(whole)


def edit(field: str, after: Any, **given: Any) -> Change:
    """Return an edit of one field."""
    return change(ChangeKind.EDIT, after, field=field, **given)


def create(**fields: Any) -> Change:
    """Return the making of a new issue."""
    given = {
        "project": {"id": "100", "key": "AIR"},
        "issuetype": {"id": "7", "name": "Task"},
        "summary": "Cache the login page",
        **fields,
    }
    return change(
        ChangeKind.CREATE,
        {"fields": given},
        id="new",
        issue_id=NEW_ID,
        issue_key=NEW_KEY,
        base_revision=0,
    )


def change_set(*changes: Change, **given: Any) -> ChangeSet:
    """Return a sealed set of the robot that works for Ann."""
    task = str(given.get("task", ""))
    workspace = f"ws-{digest([SITE, AGENT, PERSON, task])[:12]}"
    number = int(given.get("number", 1))
    temporary = {one.issue_key: one.issue_id for one in changes if one.kind is ChangeKind.CREATE}
    whole = ChangeSet.model_validate(
        {
            "id": f"{workspace}.{number}",
            "site": SITE,
            "agent": AGENT,
            "person": PERSON,
            "workspace": workspace,
            "task": "",
            "number": number,
            "title": "Tidy up",
            "reason": "Because it was asked.",
            "sealed_at": 60,
            "changes": changes,
            "temporary_keys": temporary,
            **given,
        }
    )
    return whole.model_copy(update={"seal": seal(whole)})


def ground(
    *changes: Change, identity: SiteIdentity = CLOUD, base: JsonObject | None = None
) -> Ground:
    """Return a ground on which every change has the same base."""
    known = base or doc()
    new = {
        one.issue_id: {"key": one.issue_key, "fields": one.after["fields"]}  # type: ignore[index,call-overload]  # a create's after is an object
        for one in changes
        if one.kind is ChangeKind.CREATE
    }
    return Ground(
        identity=identity,
        site=site(identity.flavour),
        policy_version="p1",
        docs={one.id: new.get(one.issue_id, known) for one in changes},
    )


def screen(shown: dict[str, list[str]], required: tuple[str, ...] = ()) -> dict[str, JsonObject]:
    """Return a screen as Jira shows it, from field id to its verbs."""
    return {
        name: {
            "name": name.title(),
            "key": name,
            "required": name in required,
            "hasDefaultValue": False,
            "operations": [*verbs],
            "schema": {"type": "string"},
        }
        for name, verbs in shown.items()
    }


def site_with_screens(
    given: SiteBaseline,
    *,
    transition: dict[str, list[str]] | None = None,
    edit_screen: dict[str, list[str]] | None = None,
    required: tuple[str, ...] = (),
    inferred: bool = False,
    desk: bool = False,
) -> SiteBaseline:
    """Return a site of which Jira showed these screens."""
    fields: dict[str, Any] = {}
    if transition is not None:
        fields = {"fields": screen(transition, required)}
    moves = [
        one.model_copy(update={"transition": {**one.transition, **fields}, "inferred": inferred})
        for one in given.transitions
    ]
    kind = "service_desk" if desk else "software"
    return given.model_copy(
        update={
            "transitions": moves,
            "edit_meta": {} if edit_screen is None else {"100:7": screen(edit_screen)},
            "assumed_edit": ["100:7"] if inferred else [],
            "projects": [{"id": "100", "key": "AIR", "projectTypeKey": kind}],
        }
    )


def with_screens(given: Ground, **screens: Any) -> Ground:
    """Return a ground whose site showed these screens (see ``site_with_screens``)."""
    return replace(given, site=site_with_screens(given.site, **screens))
