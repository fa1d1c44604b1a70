from typing import Any

import pytest

from gateway.operations.inference import Hints, filled
from gateway.operations.inferred_fields import described
from sandbox.contract.shapes import Flavour, JsonObject, ObservedTransition, SiteBaseline
from tests.recorded import SOURCES, Source, load

EMPTY = SiteBaseline(site="s", flavour=Flavour.CLOUD, fetched_at=0)
OPEN: JsonObject = {"id": "1", "name": "Open"}
DOING: JsonObject = {"id": "3", "name": "Doing"}
DONE: JsonObject = {"id": "5", "name": "Done"}


def issue(number: int, status: JsonObject, type_id: str = "7", **fields: Any) -> JsonObject:
    return {
        "id": str(number),
        "key": f"A-{number}",
        "fields": {
            "project": {"id": "9", "key": "A", "name": "Apples"},
            "issuetype": {"id": type_id, "name": f"Type {type_id}"},
            "status": status,
            **fields,
        },
    }


def observed(
    status: JsonObject, *targets: JsonObject, type_id: str = "7"
) -> list[ObservedTransition]:
    return [
        ObservedTransition(
            project_id="9",
            type_id=type_id,
            status_id=str(status["id"]),
            transition={"id": f"t{target['id']}", "name": "go", "to": target},
        )
        for target in targets
    ]


def offered(baseline: SiteBaseline, type_id: str = "7") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in baseline.transitions:
        if one.type_id == type_id:
            found.setdefault(one.status_id, []).append(str(one.transition["id"]))
    return found


def test_without_any_transition_every_status_leads_to_every_other() -> None:
    found = filled(EMPTY, [issue(1, OPEN), issue(2, DONE)])
    assert offered(found) == {"1": ["21"], "5": ["11"]}
    assert all(one.inferred for one in found.transitions)
    assert any("no transition was observed" in sentence for sentence in found.inferred)


def test_a_status_without_an_issue_is_assumed_to_offer_what_others_do() -> None:
    told = EMPTY.model_copy(update={"transitions": observed(OPEN, DOING, DONE)})
    found = filled(told, [issue(1, OPEN)], Hints(workflows={("9", "7"): [OPEN, DOING, DONE]}))
    assert offered(found) == {"1": ["t3", "t5"], "3": ["t5"], "5": ["t3"]}
    assert [one.inferred for one in found.transitions] == [False, False, True, True]
    assert any("no issue was seen in 'Doing', 'Done'" in sentence for sentence in found.inferred)


def test_a_type_without_an_issue_is_assumed_to_go_as_its_neighbours_do() -> None:
    told = EMPTY.model_copy(update={"transitions": observed(OPEN, DONE)})
    workflows = {("9", "7"): [OPEN, DONE], ("9", "8"): [OPEN, DONE]}
    found = filled(told, [issue(1, OPEN), issue(2, OPEN, "8")], Hints(workflows=workflows))
    assert offered(found, "8") == {"1": ["t5"]}


def test_what_jira_told_is_never_replaced() -> None:
    told = EMPTY.model_copy(
        update={
            "projects": [{"id": "9", "key": "A", "issueTypes": [{"id": "7", "name": "Bug"}]}],
            "issue_types": [{"id": "7", "name": "Bug"}],
            "statuses": [OPEN],
            "fields": [{"id": "summary", "name": "요약", "schema": {"type": "string"}}],
            "create_meta": {"9:7": {"summary": {"required": True}}},
            "edit_meta": {"9:7": {"summary": {"required": True}}},
            "transitions": observed(OPEN, DONE),
        }
    )
    found = filled(told, [issue(1, OPEN, summary="x")])
    assert found.projects == told.projects
    assert found.issue_types == told.issue_types
    assert found.fields[0] == told.fields[0]
    assert (found.create_meta, found.edit_meta) == (told.create_meta, told.edit_meta)
    assert found.assumed_edit == []
    untold = told.model_copy(update={"edit_meta": {}})
    assert filled(untold, [issue(1, OPEN, summary="x")]).assumed_edit == ["9:7"]
    assert found.transitions[:1] == told.transitions


def test_a_status_of_the_past_gets_a_category_and_a_sentence() -> None:
    item: JsonObject = {
        "field": "status",
        "from": "9",
        "fromString": "할 일",
        "to": "1",
        "toString": "Open",
    }
    histories: JsonObject = {"histories": [{"id": "1", "items": [item]}]}
    doc: JsonObject = {**issue(1, OPEN), "changelog": histories}
    found = filled(EMPTY, [doc])
    past = next(one for one in found.statuses if one["id"] == "9")
    assert past["statusCategory"] == {
        "id": 2,
        "key": "new",
        "colorName": "blue-gray",
        "name": "To Do",
    }
    assert any("'할 일' is known only from changelogs" in sentence for sentence in found.inferred)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (3, "number"),
        (2.5, "number"),
        ("2024-01-02", "date"),
        ("2024-01-02T10:00:00.000+0900", "datetime"),
        ("short", "string"),
        ("two\nlines", "string"),
        ({"type": "doc", "version": 1, "content": []}, "string"),
        ({"value": "One", "id": "1"}, "option"),
        ({"value": "One", "child": {"value": "Two"}}, "option-with-child"),
        ({"accountId": "a"}, "user"),
        ({"name": "a", "displayName": "A"}, "user"),
        ([{"value": "One"}], "array"),
        ([{"id": 1, "boardId": 2, "state": "active"}], "array"),
        (["a", "b"], "array"),
        ("0|i0000n:6", "any"),
        ("{pullrequest={}}", "any"),
        (None, "any"),
        (True, "any"),
    ],
)
def test_a_custom_fields_type_is_guessed_from_its_values(value: Any, kind: str) -> None:
    field = described("customfield_10001", "Mine", None, [None, value])
    assert isinstance(field["schema"], dict)
    assert field["schema"]["type"] == kind
    assert field["orderable"] is (kind != "any")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_recorded_source_becomes_a_whole_site(source: Source) -> None:
    recorded = load(source)
    site = recorded.site
    statuses = {str(one["id"]) for one in site.statuses}
    fields = {str(one["id"]) for one in site.fields}
    places = {(one.project_id, one.type_id, one.status_id) for one in site.transitions}
    for one in recorded.issues:
        own: Any = one.doc["fields"]
        assert set(own) <= fields
        assert str(own["status"]["id"]) in statuses
        kind = (str(own["project"]["id"]), str(own["issuetype"]["id"]))
        assert ":".join(kind) in site.edit_meta
        assert (*kind, str(own["status"]["id"])) in places
    assert site.inferred
    text = recorded.site.model_dump_json() + "".join(
        one.model_dump_json() for one in recorded.issues
    )
    assert not [address for address in source.addresses if address in text]
