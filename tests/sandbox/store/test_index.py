"""What an issue can be found by: its columns, and its rows in the index table."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.contract.shapes import Dialect, Flavour
from sandbox.domain.site import Site
from sandbox.store.index import Value, columns, folded, microseconds, values, words
from sandbox.store.versions import other_dialect
from tests.sandbox.store.world import ANNA, BORA, baseline, issue

_SITE = Site.of(baseline())


def _rows(field: str, value: Any) -> list[Value]:
    """Return what one field adds to the index of an otherwise equal issue."""
    plain = values(_SITE, issue(1))
    return [row for row in values(_SITE, issue(1, **{field: value})) if row not in plain]


_ROWS: dict[str, tuple[str, Any, list[Value]]] = {
    "labels": ("labels", ["A b", "A b", "ÉÉ"], [("labels", "a b", None), ("labels", "éé", None)]),
    "nothing": ("labels", [], []),
    "number": ("customfield_10016", 0, [("customfield_10016", None, 0.0)]),
    "truth": ("customfield_1", False, [("customfield_1", "false", None)]),
    "option": (
        "customfield_10020",
        {"id": "7", "value": "Big", "child": {"id": "8", "value": "Small"}},
        [("customfield_10020", name, None) for name in ("7", "big", "8", "small")],
    ),
    "components": (
        "components",
        [{"id": "1", "name": "UI"}, {"id": "2", "name": "API"}],
        [("components", name, None) for name in ("1", "ui", "2", "api")],
    ),
    "moment": (
        "customfield_10040",
        "1970-01-01T00:00:01.500+0000",
        [("customfield_10040", "1970-01-01t00:00:01.500+0000", 1_500_000.0)],
    ),
    "rich text": (
        "customfield_10030",
        "h2. Über *alles*",
        [
            ("customfield_10030", None, None),
            ("word:customfield_10030", "über", None),
            ("word:customfield_10030", "alles", None),
        ],
    ),
    "sprint of Cloud": (
        "customfield_10007",
        [{"id": 5, "name": "Sprint 5", "state": "active"}],
        [("customfield_10007", "5", None), ("customfield_10007", "sprint 5", None)],
    ),
    "sprint of older Servers": (
        "customfield_10007",
        ["com.atlassian.greenhopper.service.sprint.Sprint@1f[id=5,rapidViewId=2,name=One,goal=]"],
        [("customfield_10007", "5", None), ("customfield_10007", "one", None)],
    ),
    "link": (
        "issuelinks",
        [
            {
                "type": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
                "outwardIssue": {"id": "10002", "key": "APP-2"},
            }
        ],
        [
            ("issuelinks", "10002", None),
            ("issuelinks", "app-2", None),
            ("issueLinkType", "blocks", None),
        ],
    ),
    "votes": ("votes", {"votes": 2, "hasVoted": False}, [("votes", None, 2.0)]),
    "files": ("attachment", [{"id": "1", "filename": "a.png"}], [("attachment", None, None)]),
    "worklogs": (
        "worklog",
        {"worklogs": [{"author": {"accountId": "X"}, "started": "1970-01-02", "comment": "did"}]},
        [
            ("worklogAuthor", "x", None),
            ("worklogDate", None, 86_400_000_000.0),
            ("worklogComment", None, None),
            ("word:worklogComment", "did", None),
        ],
    ),
}


@pytest.mark.parametrize("case", _ROWS)
def test_rows_of(case: str) -> None:
    field, value, expected = _ROWS[case]
    assert sorted(_rows(field, value), key=str) == sorted(expected, key=str)


def test_watchers_are_found_by_name_and_known_exactly_to_the_scope() -> None:
    found = values(_SITE, issue(1, watchers=(ANNA,)))
    assert ("watcher", ANNA.casefold(), None) in found
    assert ("scope:watcher", ANNA, None) in found


def test_columns() -> None:
    fields: dict[str, Any] = {
        "status": "3",
        "priority": {"id": "2", "name": "High"},
        "resolution": {"id": "9"},
        "assignee": ANNA,
        "reporter": BORA,
        "parent": {"id": "10003", "key": "APP-3"},
        "duedate": "2026-03-04",
        "resolutiondate": "1970-01-01T01:00:00.000+0100",
        "summary": "  ＦＵＬＬ Width ",
    }
    found = columns(_SITE, issue(12, **fields))
    assert {name: found[name] for name in found if name not in ("created_us", "updated_us")} == {
        "project_key": "APP",
        "key_number": 12,
        "id_number": 10012,
        "type_id": "10001",
        "type_name": "Story",
        "status_id": "3",
        "status_category": "done",
        "priority_rank": 1,
        "resolution_id": "9",
        "assignee": ANNA,
        "reporter": BORA,
        "creator": None,
        "parent_id": "10003",
        "resolved_us": 0,
        "due": "2026-03-04",
        "summary_key": "full width",
    }


def test_an_issue_without_any_field_has_columns_too() -> None:
    bare = replace(issue(1), doc={"id": "x", "key": "?"}, key="?", issue_id="x")
    found = columns(_SITE, bare)
    assert (found["project_key"], found["key_number"], found["id_number"]) == ("", 0, 0)
    assert values(_SITE, replace(bare, extra=None)) == []


def test_fields_of_unexpected_kinds_are_no_obstacle() -> None:
    odd: Any = {
        "status": "1",
        "summary": 5,
        "priority": "High",
        "worklog": [1],
        "comment": "none",
        "votes": None,
        "issuelinks": {"a": 1},
        "duedate": 20260304,
        "created": "yesterday",
        "labels": [None, {}, [], {"x": 1}],
    }
    assert columns(_SITE, issue(1, **odd))["created_us"] == 0
    assert ("labels", None, None) not in values(_SITE, issue(1, **odd))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T09:00:00.000+0900", 1_772_323_200_000_000),
        ("2026-03-01T00:00:00Z", 1_772_323_200_000_000),
        ("2026-03-01", 1_772_323_200_000_000),
        ("1969-12-31T23:59:59.999999+00:00", -1),
        ("tomorrow, maybe", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_moments(text: Any, expected: int | None) -> None:
    assert microseconds(text) == expected


def test_words_are_folded_distinct_and_never_longer_than_an_index_takes() -> None:
    assert words("Log-in, LOG in 로그인은! a_b ＡＢ") == ["log", "in", "로그인은", "a_b", "ab"]
    assert [len(word) for word in words("x" * 500)] == [100]
    assert folded(" STRASSE \0ß ") == "strasse ss"
    assert len(folded("가" * 500)) == 255


@pytest.mark.parametrize(
    ("native", "flavour", "other"),
    [
        (Dialect.V3, Flavour.CLOUD, Dialect.V2),
        (Dialect.V2, Flavour.CLOUD, Dialect.V3),
        (Dialect.V2, Flavour.SERVER, None),
    ],
)
def test_only_cloud_speaks_two_dialects(
    native: Dialect, flavour: Flavour, other: Dialect | None
) -> None:
    assert other_dialect(native, flavour) is other
