import pytest

from sandbox.contract.shapes import JsonObject
from sandbox.domain import errors, linking
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of
from tests.sandbox.domain.world import CLOUD, LATER, SERVER, actor, issue

PAGE: JsonObject = {"url": "https://example.com/문서", "title": "설계 문서"}


def linked(one: IssueState, other: IssueState) -> tuple[IssueState, IssueState]:
    kind = linking.link_type(CLOUD, {"name": "Blocks"})
    return linking.add_link(CLOUD, one, other, kind, "801", actor=actor(CLOUD), now_us=LATER)


def remote(
    before: IssueState, payload: JsonObject, link_id: str
) -> tuple[IssueState, JsonObject, bool]:
    who = actor(CLOUD)
    return linking.add_remote_link(CLOUD, before, payload, link_id, actor=who, now_us=LATER)


def shown(issue_after: IssueState) -> list[object]:
    return [one["toString"] for one in objects_of(issue_after.histories[-1]["items"])]


def test_a_link_is_seen_from_both_sides() -> None:
    one, other = linked(issue(number=1), issue(number=2))
    first, second = linking.links_of(one)[0], linking.links_of(other)[0]
    assert object_of(first["outwardIssue"])["key"] == "AIR-2"
    assert object_of(second["inwardIssue"])["key"] == "AIR-1"
    assert first["id"] == second["id"] == "801"
    assert (shown(one), shown(other)) == (
        ["This issue blocks AIR-2"],
        ["This issue is blocked by AIR-1"],
    )


def test_the_same_link_again_changes_nothing() -> None:
    pair = linked(issue(number=1), issue(number=2))
    assert linked(*pair) == pair


def test_an_issue_is_not_linked_to_itself() -> None:
    with pytest.raises(InvalidError) as caught:
        linked(issue(), issue())
    assert caught.value.messages == (errors.LINK_TO_ITSELF,)


def test_a_link_is_removed_from_one_side() -> None:
    one, _ = linked(issue(number=1), issue(number=2))
    after = linking.remove_link(CLOUD, one, "801", actor=actor(CLOUD), now_us=LATER)
    assert linking.links_of(after) == []
    with pytest.raises(MissingError):
        linking.remove_link(CLOUD, after, "801", actor=actor(CLOUD), now_us=LATER)


def test_an_unknown_link_type_is_missing() -> None:
    with pytest.raises(MissingError, match="No issue link type with name 'Hates' found"):
        linking.link_type(CLOUD, {"name": "Hates"})


def test_a_remote_link_with_a_known_global_id_is_replaced() -> None:
    first: JsonObject = {"globalId": "g", "object": PAGE, "relationship": "설명"}
    second: JsonObject = {"globalId": "g", "object": {**PAGE, "title": "새 제목"}}
    once, made, new = remote(issue(), first, "901")
    again, changed, newer = remote(once, second, "902")
    assert (new, newer, made["id"], changed["id"]) == (True, False, 901, 901)
    assert (again.extra or {})["remote_links"] == [changed]
    assert "relationship" not in changed


def test_a_remote_link_without_global_id_is_always_new() -> None:
    payload: JsonObject = {"object": PAGE}
    one, _, _ = linking.add_remote_link(
        CLOUD, issue(), payload, "1", actor=actor(CLOUD), now_us=LATER
    )
    two, _, new = linking.add_remote_link(
        CLOUD, one, payload, "2", actor=actor(CLOUD), now_us=LATER
    )
    assert (len(objects_of((two.extra or {})["remote_links"])), new) == (2, True)


@pytest.mark.parametrize(
    ("payload", "fields"), [({}, {"object"}), ({"object": {}}, {"url", "title"})]
)
def test_a_remote_link_needs_an_address_and_a_title(payload: JsonObject, fields: set[str]) -> None:
    with pytest.raises(InvalidError) as caught:
        remote(issue(), payload, "1")
    assert set(caught.value.errors) == fields


@pytest.mark.parametrize(
    ("site", "path"),
    [
        (CLOUD, "/rest/api/3/attachment/content/55"),
        (SERVER, "/secure/attachment/55/%ED%91%9C.png"),
    ],
)
def test_an_attachment_is_described_where_each_flavour_serves_it(site: object, path: str) -> None:
    place = CLOUD if site is CLOUD else SERVER
    after, made = linking.add_attachment(
        place, issue(place), "표.png", "image/png", 12,
        attachment_id="55", actor=actor(place), now_us=LATER,
    )  # fmt: skip
    assert str(made["content"]).endswith(path)
    assert after.fields["attachment"] == [made]
    gone = linking.remove_attachment(place, after, "55", actor=actor(place), now_us=LATER)
    assert gone.fields["attachment"] == []


def test_a_parent_lists_its_sub_task_once() -> None:
    child = issue(number=2, kind="Sub-task")
    twice = linking.add_subtask(linking.add_subtask(issue(), child), child)
    assert [one["key"] for one in objects_of(twice.fields["subtasks"])] == ["AIR-2"]
