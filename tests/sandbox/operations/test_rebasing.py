"""Three versions of an issue in, one out: values only."""

import itertools

import pytest
from pydantic import JsonValue

from sandbox.contract.shapes import Dialect, JsonObject
from sandbox.domain.issue import IssueState
from sandbox.operations.rebasing import Decided, rebased, same


def issue(
    revision: int = 1, *, histories: tuple[JsonObject, ...] = (), **fields: JsonValue
) -> IssueState:
    return IssueState(
        issue_id="1",
        key="AIR-1",
        native=Dialect.V3,
        doc={"id": "1", "key": "AIR-1", "fields": dict(fields)},
        histories=histories,
        extra={},
        base_revision=revision,
    )


def document(*paragraphs: str) -> JsonObject:
    content: list[JsonValue] = [
        {"type": "paragraph", "content": [{"type": "text", "text": one}]} for one in paragraphs
    ]
    return {"type": "doc", "version": 1, "content": content}


def page(*texts: str) -> JsonObject:
    comments: list[JsonValue] = [{"id": text[0], "body": text[1:]} for text in texts]
    return {"comments": comments, "total": len(texts), "maxResults": len(texts), "startAt": 0}


#: Base, ours, theirs → what the shadow holds: the table of ``promotion.md``, but that in
#: a conflict the agent keeps its own value. ``None`` is absent.
@pytest.mark.parametrize(
    ("base", "ours", "theirs"), list(itertools.product([None, "A", "B", "C"], repeat=3))
)
def test_a_field_follows_the_baseline_unless_the_agent_changed_it(
    base: str | None, ours: str | None, theirs: str | None
) -> None:
    found = rebased(issue(f=base), issue(f=ours), issue(2, f=theirs))

    assert found.fields["f"] == (theirs if ours == base else ours)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (["a"], ["a", "x"], ["a", "b"], ["a", "b", "x"]),
        (["a", "b"], ["b"], ["a", "b", "c"], ["b", "c"]),
        (["a"], ["x"], ["a", "b"], ["b", "x"]),
        (["a"], [], ["b"], ["b"]),
        (None, ["x"], ["y"], ["y", "x"]),
    ],
)
def test_lists_keep_the_additions_and_removals_of_both(
    base: list[str] | None, ours: list[str], theirs: list[str], expected: list[str]
) -> None:
    found = rebased(issue(labels=base), issue(labels=ours), issue(2, labels=theirs))  # type: ignore[arg-type]  # lists of texts are JSON

    assert found.fields["labels"] == expected


def test_comments_are_merged_one_by_one() -> None:
    found = rebased(
        issue(comment=page("1a", "2b")),
        issue(comment=page("1A", "2b", "9mine")),
        issue(2, comment=page("1a", "2B", "3new")),
    )

    assert found.fields["comment"] == page("1A", "2B", "3new", "9mine")


def test_comments_that_are_gone_are_not_carried_over() -> None:
    found = rebased(
        issue(comment=page("1a")),
        issue(comment=page("1A", "8no", "9mine")),
        issue(2, comment=page("1a")),
        Decided(gone=frozenset({"1", "8"})),
    )

    assert found.fields["comment"] == page("1a", "9mine")


def test_a_shadow_that_came_to_the_same_is_the_baseline() -> None:
    new = issue(2, summary="wanted", updated="later")
    found = rebased(issue(summary="old", updated="t"), issue(summary="wanted", updated="u"), new)

    assert found is new


def test_what_follows_from_the_status_follows_it_back() -> None:
    old = issue(status={"id": "1"}, resolution=None, resolutiondate=None)
    shadow = issue(status={"id": "3"}, resolution={"id": "9"}, resolutiondate="now")
    given = frozenset({"status", "resolution"})

    assert rebased(old, shadow, old, Decided(given_back=given)).fields == old.fields


def test_a_field_can_get_a_value_of_its_own() -> None:
    found = rebased(
        issue(summary="a"), issue(summary="c"), issue(2, summary="a"), Decided({"summary": "b"})
    )

    assert found.fields["summary"] == "b"


def test_the_changelog_keeps_only_what_still_differs() -> None:
    mine = history("2", "summary", "labels")
    theirs = history("5", "priority")
    found = rebased(
        issue(summary="a", labels=[]),
        issue(summary="x", labels=["x"], histories=(mine,)),
        issue(2, summary="a", labels=["x"], histories=(theirs,)),
    )

    assert found.histories == (theirs, history("2", "summary"))


def history(history_id: str, *fields: str) -> JsonObject:
    return {"id": history_id, "items": [{"field": name, "fieldId": name} for name in fields]}


def test_watchers_of_both_sides_are_kept_with_their_count() -> None:
    def watched(count: int, *names: str) -> IssueState:
        people: list[JsonValue] = [{"accountId": name} for name in names]
        return issue(watches={"watchCount": count}).with_extra({"watchers": people})

    found = rebased(watched(1, "ann"), watched(2, "ann", "mina"), watched(2, "ann", "ben"))

    assert found.extra == {
        "watchers": [{"accountId": "ann"}, {"accountId": "ben"}, {"accountId": "mina"}]
    }


def test_two_versions_are_the_same_whenever_they_were_touched() -> None:
    assert same(issue(updated="a", f=None), issue(2, updated="b"))
    assert not same(issue(comment=page("1a")), issue(comment=page("1b")))


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (["sealed"], ["last"]),
        (["sealed", "colleague"], ["colleague", "last"]),
        (["first", "colleague"], ["colleague", "last"]),
    ],
)
def test_a_later_edit_stands_on_what_an_earlier_set_brought_upstream(
    theirs: list[JsonValue], expected: list[JsonValue]
) -> None:
    wanted: dict[str, list[JsonValue]] = {"f": [["sealed"], ["last"]]}

    found = rebased(issue(f=["first"]), issue(f=["last"]), issue(2, f=theirs), wanted=wanted)

    assert found.fields["f"] == expected


@pytest.mark.parametrize("wiki", [False, True])
def test_rich_text_keeps_the_blocks_of_both_and_ours_where_they_overlap(wiki: bool) -> None:
    def text(*paragraphs: str) -> JsonValue:
        return "\n\n".join(paragraphs) if wiki else document(*paragraphs)

    found = rebased(
        issue(description=text("하나", "둘", "셋")),
        issue(description=text("하나", "둘, 에이전트", "셋, 에이전트")),
        issue(2, description=text("하나, 사람", "둘", "셋, 사람")),
        Decided(rich=frozenset({"description"})),
    )
    assert found.fields["description"] == text("하나, 사람", "둘, 에이전트", "셋, 에이전트")


def link(number: str, key: str, side: str = "outwardIssue", kind: str = "1") -> JsonObject:
    return {"id": number, "type": {"id": kind}, side: {"id": f"id of {key}", "key": key}}


def test_a_link_that_both_sides_made_is_there_once() -> None:
    found = rebased(
        issue(issuelinks=[link("1", "AIR-2")]),
        issue(issuelinks=[link("1", "AIR-2"), link("9001", "AIR-3"), link("9002", "AIR-4")]),
        issue(2, issuelinks=[link("1", "AIR-2"), link("7", "AIR-3"), link("8", "AIR-5")]),
    )
    assert found.fields["issuelinks"] == [
        link("1", "AIR-2"),
        link("7", "AIR-3"),
        link("8", "AIR-5"),
        link("9002", "AIR-4"),
    ]


@pytest.mark.parametrize(
    "other", [link("7", "AIR-3", "inwardIssue"), link("7", "AIR-3", kind="2"), link("7", "AIR-33")]
)
def test_links_of_another_kind_or_direction_both_stay(other: JsonObject) -> None:
    ours = link("9001", "AIR-3")
    found = rebased(issue(issuelinks=[]), issue(issuelinks=[ours]), issue(2, issuelinks=[other]))
    assert found.fields["issuelinks"] == [other, ours]
