import pytest
from pydantic import JsonValue

from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain import errors
from sandbox.domain.errors import InvalidError
from sandbox.domain.fields import parse_in, parse_value
from sandbox.domain.place import Place
from sandbox.domain.screens import assumed_screen, edit_screen
from sandbox.domain.site import Site
from tests.sandbox.domain.world import (
    CLOUD,
    GONE,
    JUN,
    MINA,
    SERVER,
    adf,
    cf,
    issue,
)

V2, V3 = Dialect.V2, Dialect.V3


def parsed(site: Site, field: str, value: JsonValue, dialect: Dialect | None = None) -> JsonValue:
    screen = {**assumed_screen(site), **edit_screen(site, issue(site))}
    place = Place(site, dialect or site.native, site.native, "AIR")
    return parse_in(place, screen[field], field, value)


def refusal(
    site: Site, field: str, value: JsonValue, dialect: Dialect | None = None
) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        parsed(site, field, value, dialect)
    return caught.value


GROUP = f"{PLACEHOLDER}/rest/api/3/group?groupname=developers"
PLAIN: list[tuple[str, JsonValue, JsonValue]] = [
    ("summary", "  결제 버튼이 두 번 눌린다 ", "결제 버튼이 두 번 눌린다"),
    ("labels", ["긴급", "api", "긴급"], ["긴급", "api"]),
    ("labels", None, []),
    ("duedate", "2026-10-01", "2026-10-01"),
    ("duedate", None, None),
    (cf(101), "한 줄", "한 줄"),
    (cf(101), "", None),
    (cf(103), 5, 5.0),
    (cf(103), 0.5, 0.5),
    (cf(104), "2026-02-28", "2026-02-28"),
    (cf(105), "2026-09-28T19:32:13.094+0900", "2026-09-28T19:32:13.094+0900"),
    (cf(105), "2026-09-28T19:32:00.000Z", "2026-09-28T19:32:00.000+0000"),
    (cf(112), "https://example.com/가", "https://example.com/가"),
    (cf(113), ["x"], ["x"]),
    (cf(115), {"any": ["json", 1]}, {"any": ["json", 1]}),
    (cf(111), {"name": "developers"}, {"name": "developers", "self": GROUP}),
    (cf(117), "team-1", {"id": "team-1"}),
    (cf(106), {"id": "-1"}, None),
    (cf(105), "", None),
    ("duedate", "", None),
    ("customfield_10014", "", None),
    ("customfield_10014", "AIR-5", "AIR-5"),
]


@pytest.mark.parametrize(("field", "sent", "stored"), PLAIN)
def test_a_value_is_stored_as_jira_stores_it(
    field: str, sent: JsonValue, stored: JsonValue
) -> None:
    assert parsed(CLOUD, field, sent) == stored


NAMED: list[tuple[str, JsonObject, str, str]] = [
    ("priority", {"name": "High"}, "id", "2"),
    ("priority", {"id": "4"}, "name", "Low"),
    ("assignee", {"accountId": JUN}, "displayName", "Jun Park"),
    ("assignee", {"id": JUN}, "accountId", JUN),
    (cf(106), {"value": "빨강"}, "id", "1"),
    (cf(106), {"id": "2"}, "value", "Blue"),
    (cf(109), {"accountId": MINA}, "displayName", "김미나"),
    (cf(114), {"name": "2.0"}, "name", "2.0"),
]


@pytest.mark.parametrize(("field", "sent", "name", "value"), NAMED)
def test_a_name_or_an_id_becomes_jiras_whole_object(
    field: str, sent: JsonObject, name: str, value: str
) -> None:
    found = parsed(CLOUD, field, sent)
    assert isinstance(found, dict)
    assert (found[name], "self" in found) == (value, True)


def test_elements_of_a_list_become_whole_objects() -> None:
    found = parsed(CLOUD, "components", [{"name": "결제"}, {"name": "web"}, {"name": "결제"}])
    assert isinstance(found, list)
    assert [one["name"] for one in found if isinstance(one, dict)] == ["결제", "web"]


def test_a_cascading_select_keeps_its_child() -> None:
    sent: JsonObject = {"value": "Asia", "child": {"value": "서울"}}
    expected = {"value": "Asia", "id": "10", "child": {"value": "서울", "id": "11"}}
    assert parsed(CLOUD, cf(108), sent) == expected


def test_a_child_of_another_parent_is_refused() -> None:
    found = refusal(CLOUD, cf(108), {"value": "Asia", "child": {"value": "Berlin"}})
    assert found.errors == {cf(108): "Option value 'Berlin' is not valid"}


def test_server_finds_users_by_name_and_by_key() -> None:
    by_name = parsed(SERVER, "assignee", {"name": JUN})
    assert by_name == parsed(SERVER, "assignee", {"key": f"JIRAUSER-{JUN}"})
    assert isinstance(by_name, dict)
    assert by_name["displayName"] == "Jun Park"


@pytest.mark.parametrize("sent", [None, {"name": ""}, {"name": None}])
def test_nobody_is_a_user_too(sent: JsonValue) -> None:
    assert parsed(SERVER, "assignee", sent) is None


def test_minus_one_asks_jira_to_choose_the_assignee() -> None:
    assert parsed(CLOUD, "assignee", {"accountId": "-1"}) is None


def test_a_sprint_is_an_object_on_cloud_and_a_printed_one_on_server() -> None:
    sprint = CLOUD.sprint_field or ""
    on_cloud, on_server = parsed(CLOUD, sprint, 1), parsed(SERVER, sprint, 1)
    assert isinstance(on_cloud, list)
    assert isinstance(on_server, list)
    assert on_cloud[0] == {
        "id": 1,
        "name": "AIR Sprint 1",
        "state": "active",
        "boardId": 1,
        "goal": "",
    }
    assert str(on_server[0]).startswith("com.atlassian.greenhopper.service.sprint.Sprint@1[id=1,")
    assert "state=ACTIVE,name=AIR Sprint 1," in str(on_server[0])


REFUSED: list[tuple[str, JsonValue, str]] = [
    ("summary", "", errors.SUMMARY_REQUIRED),
    ("summary", None, errors.SUMMARY_REQUIRED),
    ("summary", "x" * 256, errors.SUMMARY_TOO_LONG),
    ("summary", "two\nlines", errors.SUMMARY_HAS_NEWLINES),
    ("summary", 5, errors.NOT_A_STRING),
    ("priority", {"name": "Sky high"}, "Specify a valid 'id' or 'name' for priority"),
    ("priority", "High", "Specify a valid 'id' or 'name' for priority"),
    ("labels", ["two words"], "The label 'two words' contains spaces which is invalid."),
    ("labels", "alone", errors.NOT_AN_ARRAY),
    ("labels", ["x" * 256], errors.label_too_long("x" * 256)),
    ("assignee", {"name": "mina"}, "Specify a valid 'id' or 'name' for assignee"),
    ("priority", {}, "Specify a valid 'id' or 'name' for priority"),
    ("project", {}, errors.PROJECT_REQUIRED),
    ("issuetype", {}, errors.ISSUE_TYPE_REQUIRED),
    ("parent", {}, errors.PARENT_MISSING),
    ("customfield_10014", 5, errors.NOT_A_STRING),
    (cf(117), {}, f"Specify a valid 'id' or 'name' for {cf(117)}"),
    ("components", [{"name": "none"}], "Component name 'none' is not valid"),
    ("fixVersions", [{"id": "999"}], "Version id '999' is not valid"),
    ("duedate", "2026-02-30", "Error parsing date string: 2026-02-30"),
    ("duedate", "tomorrow", "Error parsing date string: tomorrow"),
    ("assignee", {"accountId": "nobody"}, "User 'nobody' does not exist."),
    ("assignee", {"accountId": GONE}, f"User '{GONE}' cannot be assigned issues."),
    ("assignee", {"accountId": f"{JUN}@example.com"}, f"User '{JUN}@example.com' does not exist."),
    ("assignee", JUN, errors.NOT_AN_OBJECT),
    (cf(103), "5", errors.NOT_A_NUMBER),
    (cf(103), True, errors.NOT_A_NUMBER),
    (cf(103), 10**400, errors.NOT_A_NUMBER),
    (cf(105), "noon", "Error parsing time: noon"),
    (cf(106), {"value": "Green"}, "Option value 'Green' is not valid"),
    (cf(106), {"value": "Old"}, "Option value 'Old' is not valid"),
    (cf(106), "Blue", f"Specify a valid 'id' or 'name' for {cf(106)}"),
    (cf(111), {"name": "strangers"}, "Group 'strangers' does not exist."),
    (cf(112), "not a url", errors.INVALID_URL),
    (cf(101), "x" * 256, errors.text_too_long(255)),
    ("customfield_10020", 99, "Sprint with ID 99 does not exist."),
]


@pytest.mark.parametrize(("field", "sent", "message"), REFUSED)
def test_a_wrong_value_is_refused_in_jiras_words(field: str, sent: JsonValue, message: str) -> None:
    assert refusal(CLOUD, field, sent).errors == {field: message}


def test_server_names_the_priority_that_it_does_not_know() -> None:
    found = refusal(SERVER, "priority", {"name": "Sky high"})
    assert found.errors == {"priority": "Priority name 'Sky high' is not valid"}


def test_dialect_3_takes_documents_and_refuses_texts() -> None:
    assert parsed(CLOUD, "description", adf("안녕")) == adf("안녕")
    assert refusal(CLOUD, "description", "안녕").errors == {"description": errors.NOT_A_DOCUMENT}
    assert refusal(CLOUD, cf(102), "안녕").errors == {cf(102): errors.NOT_A_DOCUMENT}


def test_a_malformed_document_is_refused_and_the_problem_is_named() -> None:
    found = refusal(
        CLOUD,
        "description",
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": ""}]},
    )
    assert found.messages == ("INVALID_INPUT",)
    assert found.errors["description"]


def test_dialect_2_takes_texts_and_refuses_documents() -> None:
    assert parsed(SERVER, "description", "h1. 제목") == "h1. 제목"
    assert refusal(SERVER, "description", adf("x")).errors == {"description": errors.NOT_A_STRING}


def test_a_text_sent_to_a_cloud_site_in_dialect_2_is_stored_as_a_document() -> None:
    found = parsed(CLOUD, "description", "안녕", V2)
    assert isinstance(found, dict)
    assert found["type"] == "doc"


def test_an_empty_text_or_document_is_no_description() -> None:
    assert parsed(SERVER, "description", "") is None
    assert parsed(CLOUD, "description", {"type": "doc", "version": 1, "content": []}) is None


def test_a_value_is_parsed_without_knowing_the_project() -> None:
    meta: JsonObject = {"schema": {"type": "priority", "system": "priority"}}
    found = parse_value(CLOUD, meta, "priority", {"name": "High"}, V3)
    assert isinstance(found, dict)
    assert found["id"] == "2"


def test_options_that_nobody_observed_are_taken_as_they_are() -> None:
    meta: JsonObject = {"schema": {"type": "option", "custom": "x:select"}}
    assert parse_value(CLOUD, meta, cf(9), {"value": "새 값"}, V3) == {"value": "새 값"}
