"""What a reviewer writes becomes a value of the field's own type, or is refused with a sentence."""

from typing import Any

import pytest

from gateway.review.editing import Box, UnfitError, editable, written
from sandbox.contract.shapes import ChangeKind, Flavour, SiteBaseline
from tests.gateway.promotion.world import ANN, BOB, change, doc, edit, site, text
from tests.spoofing import every_place

HIGH, LOW = {"id": "1", "name": "High"}, {"id": "5", "name": "낮음"}


def rich_site(flavour: Flavour = Flavour.CLOUD) -> SiteBaseline:
    """Return a site that knows its people and what its fields offer."""
    made = site(flavour)
    more: list[Any] = [
        {"id": "duedate", "name": "Due", "schema": {"type": "date"}},
        {"id": "points", "name": "Points", "schema": {"type": "number"}},
        {"id": "odd", "name": "Odd", "schema": {"type": "any"}},
    ]
    meta: Any = {
        "100:7": {
            "priority": {"required": True, "allowedValues": [HIGH, LOW]},
            "components": {"required": False, "allowedValues": [{"id": "7", "name": "Web"}]},
        }
    }
    users = [{**ANN, "emailAddress": "ann@shop.example"}, BOB]
    return made.model_copy(
        update={"fields": [*made.fields, *more], "edit_meta": meta, "users": users}
    )


@pytest.mark.parametrize(
    ("field", "wrote", "value"),
    [
        ("summary", " 느린 로그인 ", "느린 로그인"),
        ("duedate", "2026-12-24", "2026-12-24"),
        ("duedate", "", None),
        ("points", "2.5", 2.5),
        ("priority", "낮음", LOW),
        ("assignee", "ann@shop.example", {**ANN, "emailAddress": "ann@shop.example"}),
        ("labels", "web, 확인됨\nweb", ["web", "확인됨"]),
        ("labels", "", []),
        ("components", "web", [{"id": "7", "name": "Web"}]),
    ],
)
def test_a_value_is_read_by_the_fields_type(field: str, wrote: str, value: Any) -> None:
    assert written(wrote, edit(field, None), doc(), rich_site()) == value


@pytest.mark.parametrize(
    ("field", "wrote", "sentence"),
    [
        ("summary", "", "requires a value"),
        ("priority", "", "requires a value"),
        ("priority", "Nowhere", "not among the values"),
        ("duedate", "tomorrow", "takes a date"),
        ("points", "many", "takes a number"),
        ("points", "1e99", "takes a number"),
        ("labels", "two words", "no spaces"),
        ("odd", "x", "cannot be edited"),
    ],
)
def test_a_value_that_is_none_is_refused(field: str, wrote: str, sentence: str) -> None:
    with pytest.raises(UnfitError, match=sentence):
        written(wrote, edit(field, None), doc(), rich_site())


def test_rich_text_is_edited_as_markdown_and_a_comment_keeps_who_sees_it() -> None:
    wanted = edit("description", text("One.", "둘."))
    offered = editable(wanted, doc(), rich_site())
    assert offered is not None
    assert (offered.box, offered.text) == (Box.TEXT, "One.\n\n둘.")
    assert written("One.\n\n둘.", wanted, doc(), rich_site()) == text("One.", "둘.")
    after = {"id": "9", "body": text("Hello."), "visibility": {"type": "role", "value": "Team"}}
    comment = change(ChangeKind.COMMENT, after)
    assert written("Bye.", comment, doc(), rich_site()) == {**after, "body": text("Bye.")}


def test_a_list_that_says_it_begins_with_one_is_like_one_that_does_not() -> None:
    item = {"type": "listItem", "content": text("하나")["content"]}
    listed = {"type": "orderedList", "attrs": {"order": 1}, "content": [item]}
    wanted = edit("description", {"type": "doc", "version": 1, "content": [listed]})
    offered = editable(wanted, doc(), rich_site())
    assert offered is not None
    assert offered.text == "1. 하나"


def test_what_markdown_cannot_hold_is_not_offered() -> None:
    panel = {
        "type": "doc",
        "version": 1,
        "content": [
            {
                "type": "panel",
                "attrs": {"panelType": "info"},
                "content": text("Careful.")["content"],
            }
        ],
    }
    assert editable(edit("description", panel), doc(), rich_site()) is None


def test_a_document_that_is_none_is_not_offered_and_breaks_nothing() -> None:
    odd = every_place("calm")
    assert editable(edit("description", odd), doc(), rich_site()) is None


def test_a_server_site_takes_wiki_text() -> None:
    there = rich_site(Flavour.SERVER)
    wanted = edit("description", "h1. Title")
    offered = editable(wanted, doc(), there)
    assert offered is not None
    assert offered.box is Box.WIKI
    assert written("h2. Title\r\n", wanted, doc(), there) == "h2. Title"
