"""Change sets become exact requests; the digest covers every leaf of them."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.promotion.drafts import UnplannableError
from gateway.promotion.markers import PLACEHOLDER
from gateway.promotion.plan import effective, make_plan
from gateway.promotion.values import Plan, Upload
from sandbox.contract.digest import digest
from sandbox.contract.shapes import Change, ChangeKind, Source
from tests.gateway.promotion.world import (
    BOB,
    DOING,
    DONE,
    NEW_ID,
    NEW_KEY,
    SERVER,
    change,
    change_set,
    create,
    edit,
    ground,
    text,
)


def plan_of(*changes: Change, decided: dict[str, str] | None = None, **more: Any) -> Plan:
    return make_plan(change_set(*changes), decided or {}, ground(*changes, **more))


def test_all_edits_of_an_issue_travel_in_one_put_with_own_bases() -> None:
    plan = plan_of(
        edit("summary", "Login is fast", before="a lie"),
        edit("labels", ["web", "speed"], id="c2"),
        edit("assignee", BOB, id="c3"),
    )
    (only,) = plan.operations
    assert only.request.model_dump() == {
        "method": "PUT",
        "path": "/rest/api/3/issue/10001",
        "query": {},
        "body": {
            "fields": {"summary": "Login is fast", "assignee": {"accountId": "acc-bob"}},
            "update": {"labels": [{"add": "speed"}]},
            "properties": [PLACEHOLDER],
        },
        "upload": None,
    }
    assert only.base["summary"] == "Login is slow"
    assert only.wants["labels"] == {"add": ["speed"], "remove": []}
    assert only.set_fields == ("labels",)


#: What this was approved as before agents could quote requests and name sources.
BEFORE = "e72b51318af3322fe345d9d8b85adc294abcb75c3dcf5bcc8c3156d287ea3dd3"


def test_what_an_agent_quotes_and_names_is_approved_with_the_rest() -> None:
    one = edit("summary", "Login is quick")
    said: tuple[dict[str, Any], ...] = (
        {},
        {"request": "로그인을 빠르게"},
        {"sources": {"c1": (Source(issue_key="AIR-3"),)}},
        {"sources": {"c1": (Source(issue_key="AIR-3", comment_id="7"),)}},
    )
    found = [make_plan(change_set(one, **given), {}, ground(one)).digest() for given in said]
    assert found[0] == BEFORE
    assert len({*found}) == len(said)


def test_a_server_site_is_written_in_its_own_dialect() -> None:
    user = {"name": "bob", "key": "JIRAUSER1", "displayName": "Bob"}
    plan = plan_of(edit("assignee", user), identity=SERVER)
    (only,) = plan.operations
    assert only.request.path == "/rest/api/2/issue/10001"
    assert only.request.body == {
        "fields": {"assignee": {"name": "bob"}},
        "properties": [PLACEHOLDER],
    }


def test_an_edit_that_changes_nothing_is_not_sent() -> None:
    assert plan_of(edit("summary", "Login is slow ")).operations == ()


def test_creates_come_first_and_links_last() -> None:
    ends = {"inwardIssue": {"id": "10001"}, "outwardIssue": {"id": NEW_ID, "key": NEW_KEY}}
    plan = plan_of(
        change(ChangeKind.LINK, {"type": {"id": "5", "name": "Blocks"}, **ends}, id="link"),
        change(ChangeKind.COMMENT, {"id": "9", "body": text(f"See {NEW_KEY}.")}, id="say"),
        create(),
    )
    assert [one.kind for one in plan.operations] == ["create", "comment", "link"]
    assert [one.depends_on for one in plan.operations] == [(), (1,), (1,)]
    assert plan.operations[0].wants["summary"] == "Cache the login page"


def test_a_new_parent_is_made_before_its_new_subtask() -> None:
    child = create(parent={"id": NEW_ID, "key": NEW_KEY}).model_copy(
        update={"id": "child", "issue_id": "9000000003", "issue_key": "AIR-9000000004"}
    )
    plan = plan_of(child, create())
    assert [one.change_ids for one in plan.operations] == [("new",), ("child",)]
    assert plan.operations[1].depends_on == (1,)


def other_new(**fields: Any) -> Change:
    return create(**fields).model_copy(
        update={"id": "other", "issue_id": "9000000003", "issue_key": "AIR-9000000004"}
    )


def test_new_issues_whose_texts_name_each_other_get_the_text_when_both_are_there() -> None:
    plan = plan_of(
        create(description=text("See AIR-9000000004")),
        other_new(description=text(f"See {NEW_KEY}")),
    )
    first, second, later = plan.operations
    assert [one.kind for one in plan.operations] == ["create", "create", "edit"]
    assert "description" not in first.wants
    assert second.wants["description"] == text(f"See {NEW_KEY}")
    assert (later.issue_id, later.wants) == (NEW_ID, {"description": text("See AIR-9000000004")})
    assert (later.change_ids, later.depends_on) == (("new",), (1, 2))


def test_a_new_issue_that_names_itself_is_made_first_and_told_then() -> None:
    first, later = plan_of(create(description=text(f"This is {NEW_KEY}"))).operations
    assert "description" not in first.wants
    assert later.wants == {"description": text(f"This is {NEW_KEY}")}


def test_new_issues_that_need_each_other_cannot_be_planned() -> None:
    circle = create(parent={"key": "AIR-9000000004"}), other_new(parent={"key": NEW_KEY})
    with pytest.raises(UnplannableError, match="circle"):
        plan_of(*circle)
    with pytest.raises(UnplannableError, match="Summary names an issue that is not there"):
        plan_of(create(summary=f"{NEW_KEY} again"))


def test_an_attachment_is_a_file_known_by_its_digest() -> None:
    after = {"id": "1", "filename": "a.png", "size": 3, "sha256": "f" * 64, "mimeType": "image/png"}
    (only,) = plan_of(change(ChangeKind.ATTACHMENT, after, id="file")).operations
    assert only.request.path == "/rest/api/3/issue/10001/attachments"
    assert only.request.body is None
    assert only.request.upload == Upload(
        sha256="f" * 64, filename="a.png", size=3, media_type="image/png"
    )


def test_what_needs_a_rejected_change_is_rejected_with_it() -> None:
    changes = (
        create(),
        change(ChangeKind.COMMENT, {"id": "9", "body": text(f"See {NEW_KEY}.")}, id="says"),
        edit("summary", "Own", id="own"),
        edit("labels", ["x"], id="needs", depends_on=("says",)),
    )
    found = effective(change_set(*changes), {"new": "reject"})
    assert found == {"new": "reject", "says": "reject", "own": "keep", "needs": "reject"}


def test_a_folded_transition_takes_every_step_of_the_workflow() -> None:
    plan = plan_of(change(ChangeKind.TRANSITION, {"status": DONE, "transition": {"id": "21"}}))
    first, second = plan.operations
    assert first.request.body == {"transition": {"id": "11"}, "properties": [PLACEHOLDER]}
    assert second.request.body == {"transition": {"id": "21"}, "properties": [PLACEHOLDER]}
    assert first.wants["status"] == {"id": "3", "name": "In Progress"} == second.base["status"]
    assert second.depends_on == (1,)


def test_comment_visibility_and_properties_are_part_of_the_request() -> None:
    own = {"key": "sd.public.comment", "value": {"internal": True}}
    body = text("Hello")
    role = {"type": "role", "value": "Developers"}
    after = {"id": "9", "body": body, "visibility": role, "properties": [own]}
    (only,) = plan_of(change(ChangeKind.COMMENT, after)).operations
    assert only.request.path == "/rest/api/3/issue/10001/comment"
    assert only.request.body == {
        "body": body,
        "visibility": role,
        "properties": [own, PLACEHOLDER],
    }


def everything() -> Plan:
    """Return a plan with an operation of nearly every kind."""
    return plan_of(
        create(),
        edit("summary", "New"),
        edit("labels", ["a", "b"], id="c2"),
        change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}}, id="c3"),
        change(
            ChangeKind.COMMENT,
            {"id": "9", "body": text("Hi"), "visibility": {"type": "role", "value": "Staff"}},
            id="c4",
        ),
        change(
            ChangeKind.WORKLOG,
            {"id": "8", "timeSpentSeconds": 3600, "started": "2026-11-01T10:00:00.000+0000"},
            id="c5",
        ),
        change(
            ChangeKind.REMOTE_LINK, {"object": {"url": "https://x.example", "title": "X"}}, id="c6"
        ),
        change(ChangeKind.WATCHER, {"remove": BOB}, id="c7"),
        change(ChangeKind.SPRINT, {"id": 12}, id="c8"),
        change(
            ChangeKind.LINK,
            {
                "type": {"id": "5", "name": "Blocks"},
                "inwardIssue": {"id": "10001", "key": "AIR-1"},
                "outwardIssue": {"id": NEW_ID, "key": NEW_KEY},
            },
            id="c9",
        ),
        change(
            ChangeKind.ATTACHMENT,
            {"id": "1", "filename": "a.png", "size": 3, "sha256": "f" * 64, "mimeType": "a/b"},
            id="c10",
        ),
        change(
            ChangeKind.DELETE,
            {"thing": "comment", "id": "7", "name": "7", "was": {"body": text("Hi")}},
            id="c11",
        ),
        change(ChangeKind.COMMENT_EDIT, {"id": "6", "body": text("Ho")}, id="c12"),
    )


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all leaves of a JSON value."""
    if isinstance(value, dict) and value:
        return [leaf for name, one in value.items() for leaf in leaves(one, (*path, name))]
    if isinstance(value, list) and value:
        return [leaf for at, one in enumerate(value) for leaf in leaves(one, (*path, at))]
    return [path]


def mutated(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy with one leaf replaced."""
    found = copy.deepcopy(value)
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return found


WHOLE = everything().model_dump(mode="json")
DIGEST = everything().digest()
LEAVES = leaves(WHOLE["operations"])


def test_every_kind_of_request_has_a_plan() -> None:
    kinds = {one["kind"] for one in WHOLE["operations"]}
    assert kinds == {kind.value for kind in ChangeKind}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(LEAVES), st.one_of(st.text(max_size=3), st.integers(), st.none(), st.booleans())
)
def test_mutating_any_leaf_of_an_operation_changes_the_digest(
    path: tuple[Any, ...], new: Any
) -> None:
    old: Any = WHOLE["operations"]
    for step in path:
        old = old[step]
    operations = mutated(WHOLE["operations"], path, new)
    if old == new and type(old) is type(new):
        return
    try:
        plan = Plan.model_validate({**WHOLE, "operations": operations})
    except ValueError:
        return  # not even a plan any more
    if plan.model_dump(mode="json")["operations"] == WHOLE["operations"]:
        return  # read as the same value ("1" for 1)
    assert plan.digest() != DIGEST


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_each_single_leaf_is_covered(path: tuple[Any, ...]) -> None:
    old: Any = WHOLE["operations"]
    for step in path:
        old = old[step]
    new: Any = old + 1 if isinstance(old, int) else "comment" if path[-1] == "kind" else "changed"
    if isinstance(old, list):
        new = [1] if path[-1] == "depends_on" else ["changed"]
    if isinstance(old, dict):
        new = {"changed": "changed"}
    if path[-1] == "kind" and old == "comment":
        new = "edit"
    if path[-2:] == ("author", "kind"):
        new = "approver"
    if path[-1] == "upload":
        new = {"sha256": "0", "filename": "x", "size": 1, "media_type": "a/b"}
    operations = mutated(WHOLE["operations"], path, new)
    plan = Plan.model_validate({**WHOLE, "operations": operations})
    assert plan.digest() != DIGEST


def test_decisions_site_policy_and_seal_are_covered() -> None:
    plan = everything()
    other: list[dict[str, Any]] = [
        {"seal": "other"},
        {"policy_version": "p2"},
        {"decisions": {**plan.decisions, "c1": "reject"}},
        {"identity": plan.identity.model_copy(update={"base_url": "https://evil.example"})},
        {"stays": ()},
        {"confirmations": ()},
    ]
    digests = {plan.model_copy(update=one).digest() for one in other}
    assert len(digests) == len(other)
    assert plan.digest() not in digests


def test_the_digest_is_that_of_the_plan_as_it_is_stored_and_read_again() -> None:
    plan = everything()
    again = Plan.model_validate_json(plan.model_dump_json())
    assert plan.digest() == again.digest() == digest(WHOLE)
