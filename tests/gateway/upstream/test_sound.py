"""What is believed to be an issue, and what is refused whole."""

from typing import Any

import pytest

from gateway.upstream.errors import UnreadableError
from gateway.upstream.sound import sound_issue, why_unsound
from tests.gateway.promotion.world import doc

#: Garbage by a word for it, and what is said of it.
GARBAGE: dict[str, tuple[dict[str, Any], str]] = {
    "key true": ({"key": True}, "its key is not a text like PROJ-1"),
    "key none": ({"key": None}, "its key is not a text like PROJ-1"),
    "key of nothing": ({"key": "AIR-0"}, "its key is not a text like PROJ-1"),
    "key elsewhere": ({"key": "SEC-1"}, "its key is not of its project"),
    "id a number": ({"id": 10001}, "its id is not a number in quotes"),
    "id a path": ({"id": "10001/../2"}, "its id is not a number in quotes"),
    "another id": ({"id": "10002"}, "it has another id than the one that was asked for"),
    "fields a list": ({"fields": []}, "its fields are not there"),
}
#: A system field, a value that Jira never answers there.
MISTYPED: tuple[tuple[str, Any, str], ...] = (
    ("project", None, "it does not say its project"),
    ("project", {"key": True}, "its key is not of its project"),
    ("status", "Done", "it does not say its status"),
    ("issuetype", None, "it does not say its issuetype"),
    ("summary", True, "the field summary has a value of another kind"),
    ("summary", {}, "the field summary has a value of another kind"),
    ("description", 1, "the field description has a value of another kind"),
    ("assignee", "ann", "the field assignee has a value of another kind"),
    ("labels", "web", "the field labels has a value of another kind"),
    ("labels", [1], "the field labels holds something of another kind"),
    ("issuelinks", [None], "the field issuelinks holds something of another kind"),
    ("timespent", True, "the field timespent has a value of another kind"),
)


def test_an_issue_is_believed_with_anything_in_custom_fields() -> None:
    issue = doc(customfield_1=[[]], customfield_2=True, timespent=60, description=None)
    assert sound_issue(issue, "10001") is issue
    assert why_unsound(issue, "AIR-7") == "", "a key that was asked for may be an old one"


@pytest.mark.parametrize("name", GARBAGE)
def test_what_has_no_id_key_or_fields_of_an_issue_is_refused(name: str) -> None:
    changed, said = GARBAGE[name]
    assert why_unsound({**doc(), **changed}, "10001") == said


@pytest.mark.parametrize(("field", "value", "said"), MISTYPED)
def test_a_system_field_of_another_type_is_refused(field: str, value: Any, said: str) -> None:
    assert why_unsound(doc(**{field: value})) == said


def test_the_refusal_names_the_issue_and_never_a_value() -> None:
    with pytest.raises(UnreadableError) as caught:
        sound_issue(doc(summary=["a secret"]), "10001")
    assert caught.value.sentence == (
        "Jira's answer for issue 10001 is not believed: "
        "the field summary has a value of another kind."
    )
