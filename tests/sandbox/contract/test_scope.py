from typing import Any

import pytest

from sandbox.contract.scope import (
    ALWAYS_READABLE,
    NOT_VISIBLE,
    IssueFacts,
    may_change,
    may_create,
    may_see,
    readable,
)
from sandbox.contract.shapes import ChangeKind, Scope

ME, OTHER = "712020:me", "712020:other"


def facts(people: tuple[str, ...] = (ME,), **other: Any) -> IssueFacts:
    values: dict[str, Any] = {"project_key": "WEB", "type_id": "10103", "type_name": "Bug"}
    return IssueFacts(people=frozenset(people), **{**values, **other})


SEEING: tuple[tuple[str, Scope, IssueFacts, bool], ...] = (
    ("no project is no issue", Scope(), facts(), False),
    ("mine", Scope(projects=("WEB",)), facts(), True),
    ("somebody else's", Scope(projects=("WEB",)), facts((OTHER,)), False),
    ("nobody's", Scope(projects=("WEB",)), facts(()), False),
    ("one of several people", Scope(projects=("WEB",)), facts((OTHER, ME)), True),
    ("everybody's", Scope(projects=("WEB",), mine_only=False), facts((OTHER,)), True),
    ("another project", Scope(projects=("PAY",), mine_only=False), facts(), False),
    ("a prefix of the project", Scope(projects=("WEBX", "WE"), mine_only=False), facts(), False),
    ("made here", Scope(projects=("WEB",)), facts((), created_here=True), True),
    ("made here elsewhere", Scope(projects=("PAY",)), facts((), created_here=True), False),
    ("type by name", Scope(projects=("WEB",), issue_types=("Bug",)), facts(), True),
    ("type by id", Scope(projects=("WEB",), issue_types=("10103",)), facts(), True),
    ("another type", Scope(projects=("WEB",), issue_types=("Task",)), facts(), False),
    ("no type", Scope(projects=("WEB",), issue_types=()), facts(), False),
    (
        "made here of another type",
        Scope(projects=("WEB",), issue_types=("Task",)),
        facts(created_here=True),
        False,
    ),
)


@pytest.mark.parametrize(("name", "scope", "issue", "seen"), SEEING, ids=lambda one: str(one)[:24])
def test_which_issues_are_in_sight(name: str, scope: Scope, issue: IssueFacts, seen: bool) -> None:
    assert may_see(scope, ME, issue) is (None if seen else NOT_VISIBLE), name
    refusal = may_change(scope, ME, issue, ChangeKind.COMMENT)
    assert refusal is (None if seen else NOT_VISIBLE), name


WEB = Scope(projects=("WEB",))
READS_ONLY = Scope(projects=("WEB",), kinds=())
TWO_FIELDS = Scope(projects=("WEB",), fields=("summary", "labels"))

CHANGING: tuple[tuple[Scope, ChangeKind, tuple[str, ...], str | None], ...] = (
    (WEB, ChangeKind.EDIT, ("anything",), None),
    (READS_ONLY, ChangeKind.EDIT, ("summary",), "kind"),
    (READS_ONLY, ChangeKind.COMMENT, (), "kind"),
    (Scope(projects=("WEB",), kinds=(ChangeKind.COMMENT,)), ChangeKind.COMMENT, (), None),
    (Scope(projects=("WEB",), kinds=(ChangeKind.COMMENT,)), ChangeKind.EDIT, (), "kind"),
    (TWO_FIELDS, ChangeKind.EDIT, ("summary",), None),
    (TWO_FIELDS, ChangeKind.EDIT, ("summary", "priority"), "field"),
    (TWO_FIELDS, ChangeKind.TRANSITION, ("status",), None),
    (TWO_FIELDS, ChangeKind.TRANSITION, ("status", "resolution"), "field"),
    (Scope(projects=("WEB",), fields=()), ChangeKind.EDIT, ("summary",), "field"),
)


@pytest.mark.parametrize(("scope", "kind", "fields", "code"), CHANGING)
def test_which_changes_may_be_staged(
    scope: Scope, kind: ChangeKind, fields: tuple[str, ...], code: str | None
) -> None:
    refusal = may_change(scope, ME, facts(), kind, fields)
    assert (refusal.code if refusal else None) == code


CREATING: tuple[tuple[Scope, str, str, tuple[str, ...], str | None], ...] = (
    (WEB, "WEB", "Bug", ("summary", "anything"), None),
    (WEB, "PAY", "Bug", (), "project"),
    (Scope(), "WEB", "Bug", (), "project"),
    (Scope(projects=("WEB",), issue_types=("Task",)), "WEB", "Bug", (), "issue_type"),
    (Scope(projects=("WEB",), issue_types=("Bug",)), "WEB", "Bug", (), None),
    (READS_ONLY, "WEB", "Bug", (), "kind"),
    (TWO_FIELDS, "WEB", "Bug", ("project", "issuetype", "summary"), None),
    (TWO_FIELDS, "WEB", "Bug", ("summary", "description"), "field"),
)


@pytest.mark.parametrize(("scope", "project", "type_name", "fields", "code"), CREATING)
def test_which_issues_may_be_created(
    scope: Scope, project: str, type_name: str, fields: tuple[str, ...], code: str | None
) -> None:
    refusal = may_create(scope, project, "10103", type_name, fields)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize("kind", ChangeKind)
def test_a_token_for_one_kind_may_stage_that_kind_only(kind: ChangeKind) -> None:
    scope = Scope(projects=("WEB",), kinds=(kind,))
    allowed = [one for one in ChangeKind if may_change(scope, ME, facts(), one) is None]
    # Deleting is no agent's, whatever a token says.
    assert allowed == ([] if kind is ChangeKind.DELETE else [kind])


def test_every_refusal_says_what_and_what_next() -> None:
    refusals = [
        NOT_VISIBLE,
        may_change(READS_ONLY, ME, facts(), ChangeKind.EDIT),
        may_change(TWO_FIELDS, ME, facts(), ChangeKind.EDIT, ("priority",)),
        may_create(Scope(), "WEB", "1", "Bug", ()),
        may_create(Scope(projects=("WEB",), issue_types=()), "WEB", "1", "Bug", ()),
    ]
    for refusal in refusals:
        assert refusal is not None
        assert refusal.sentence.endswith(".")
        assert refusal.next_step.endswith(".")
        assert str(refusal) == f"{refusal.sentence} {refusal.next_step}"


def test_which_fields_may_be_read() -> None:
    assert all(readable(Scope(fields=()), name) for name in ALWAYS_READABLE)
    assert readable(TWO_FIELDS, "summary")
    assert not readable(TWO_FIELDS, "priority")
    assert readable(WEB, "priority")
