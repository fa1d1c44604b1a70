"""The same program as the real Jira: everything is allowed, keys follow one another."""

import pytest

from sandbox.contract.shapes import Flavour, JsonObject
from sandbox.domain.errors import InvalidError, MissingError, NotVisibleError
from sandbox.domain.linking import links_of
from sandbox.domain.parts import objects_of
from sandbox.operations import attaching, commenting, linking, metadata, reading, writing
from sandbox.operations.context import Sandbox
from tests.sandbox.operations.acting import V3, create
from tests.sandbox.tiny import person_caller, rich

MARK: JsonObject = {"airlock.last": {"op": "op-1", "set": "ws.1", "mac": "00"}}


def test_keys_and_ids_follow_one_another(upstream: Sandbox) -> None:
    me = person_caller(upstream)

    made = [create(upstream, me) for _ in range(2)]

    assert [(one.key, one.issue_id) for one in made] == [("AIR-6", "10007"), ("AIR-7", "10008")]


def test_everybody_reads_what_one_wrote(upstream: Sandbox) -> None:
    jonas, mina = person_caller(upstream), person_caller(upstream, "mina")
    writing.edit_issue(upstream, jonas, "OPS-1", {"summary": "x"}, dialect=V3)

    found = reading.issue(upstream, mina, "OPS-1")
    assert found.fields["summary"] == "x"
    assert found.base_revision > 1


def test_a_marker_is_stored_in_the_same_write_and_read_back(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    writing.edit_issue(upstream, me, "AIR-1", {"summary": "x"}, None, MARK, dialect=V3)

    found = reading.issue(upstream, me, "AIR-1")
    assert (found.extra or {})["properties"] == MARK
    made = create(upstream, me)
    assert (made.extra or {})["properties"] == {}


def test_a_marker_alone_is_a_write(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    writing.edit_issue(upstream, me, "AIR-1", None, None, MARK, dialect=V3)

    assert (reading.issue(upstream, me, "AIR-1").extra or {})["properties"] == MARK


def test_a_comment_is_found_by_its_id_with_its_properties(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    body = rich(Flavour.CLOUD, "hi")
    made = commenting.add_comment(upstream, me, "AIR-1", body, dialect=V3, properties=MARK)

    found = commenting.comment(upstream, me, str(made["id"]))
    assert found["properties"] == [{"key": "airlock.last", "value": MARK["airlock.last"]}]
    commenting.delete_comment(upstream, me, "AIR-1", str(made["id"]))
    with pytest.raises(MissingError):
        commenting.comment(upstream, me, str(made["id"]))


def test_a_link_is_removed_from_both_ends(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    linking.link(upstream, me, "Blocks", "AIR-1", "AIR-2")
    [link] = links_of(reading.issue(upstream, me, "AIR-1"))
    linking.unlink(upstream, me, str(link["id"]))

    for ref in ("AIR-1", "AIR-2"):
        assert reading.issue(upstream, me, ref).fields["issuelinks"] == []


def test_a_file_is_removed(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    made = attaching.add_attachment(upstream, me, "AIR-1", "a", "text/plain", b"x")
    attaching.delete_attachment(upstream, me, str(made["id"]))

    with pytest.raises(MissingError):
        reading.attachment(upstream, me, str(made["id"]))


def test_an_issue_with_subtasks_is_deleted_only_with_them(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    child = create(upstream, me, issuetype={"name": "Sub-task"}, parent={"key": "AIR-2"})
    with pytest.raises(InvalidError):
        writing.delete_issue(upstream, me, "AIR-2")
    writing.delete_issue(upstream, me, "AIR-2", delete_subtasks=True)

    for ref in ("AIR-2", child.key):
        with pytest.raises(NotVisibleError):
            reading.issue(upstream, me, ref)


def test_components_and_versions_can_be_made_and_used(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    component = metadata.create_component(upstream, me, {"project": "AIR", "name": "mobile"})
    version = metadata.create_version(upstream, me, {"project": "AIR", "name": "2.0"})
    metadata.update_version(upstream, me, str(version["id"]), {"released": True})
    wanted: JsonObject = {"components": [{"name": "mobile"}], "fixVersions": [{"name": "2.0"}]}
    writing.edit_issue(upstream, me, "AIR-1", wanted, dialect=V3)

    fields = reading.issue(upstream, me, "AIR-1").fields
    assert [one["id"] for one in objects_of(fields["components"])] == [component["id"]]
    assert [one["released"] for one in objects_of(fields["fixVersions"])] == [True]
    metadata.delete_component(upstream, me, str(component["id"]))
    with pytest.raises(MissingError):
        metadata.update_component(upstream, me, str(component["id"]), {"name": "x"})


def test_a_name_is_taken_once(upstream: Sandbox) -> None:
    me = person_caller(upstream)
    with pytest.raises(InvalidError):
        metadata.create_component(upstream, me, {"project": "AIR", "name": "WEB"})


def test_a_comment_that_was_loaded_is_found_by_its_id(upstream: Sandbox) -> None:
    found = commenting.comment(upstream, person_caller(upstream), "100021")

    assert (found["id"], found["properties"]) == ("100021", [])


def test_a_part_of_an_issue_is_no_issue(upstream: Sandbox) -> None:
    with pytest.raises(NotVisibleError):
        reading.issue(upstream, person_caller(upstream), "comment:100021")
