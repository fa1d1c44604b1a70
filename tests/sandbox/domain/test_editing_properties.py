import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.contract.shapes import JsonObject
from sandbox.domain.editing import Edited, edit
from sandbox.domain.issue import IssueState
from tests.sandbox.domain.world import CLOUD, JUN, LATER, MINA, actor, adf, cf, issue


def edited(
    before: IssueState, fields: JsonObject | None = None, update: JsonObject | None = None
) -> Edited:
    return edit(
        CLOUD,
        before,
        fields or {},
        update or {},
        dialect=CLOUD.native,
        actor=actor(CLOUD),
        now_us=LATER,
    )


texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)
words = st.text("가나다abc123-_", min_size=1, max_size=8)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "summary": texts.filter(lambda one: bool(one.strip())),
    "description": st.none() | texts.filter(lambda one: bool(one.strip())).map(adf),
    "labels": st.lists(words, max_size=4),
    "duedate": st.none() | st.dates().map(str).filter(lambda one: one >= "1000"),
    "priority": st.sampled_from([{"name": "High"}, {"id": "5"}]),
    "assignee": st.sampled_from([None, {"accountId": JUN}, {"accountId": MINA}]),
    "components": st.lists(st.sampled_from([{"name": "web"}, {"name": "결제"}]), max_size=2),
    "timetracking": st.fixed_dictionaries(
        {}, optional={"originalEstimate": st.sampled_from(["1h", "2d 3h", "45m"]),
                      "remainingEstimate": st.sampled_from(["5m", "1w"])}
    ),
    cf(103): st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    cf(105): st.sampled_from([None, "2026-01-01T00:00:00.000+0900"]),
    cf(107): st.lists(st.sampled_from([{"id": "1"}, {"value": "Blue"}]), max_size=2),
    cf(108): st.sampled_from([None, {"id": "10", "child": {"id": "11"}}, {"value": "Europe"}]),
    "customfield_10020": st.sampled_from([None, 1]),
}  # fmt: skip
requests = st.fixed_dictionaries({}, optional=VALUES)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(first=requests, second=requests)
def test_an_edit_leaves_its_input_alone_and_a_second_time_does_nothing(
    first: JsonObject, second: JsonObject
) -> None:
    before = edited(issue(), first).issue
    kept, sent = copy.deepcopy(before), copy.deepcopy(second)
    after = edited(before, second)
    assert (before, second) == (kept, sent)
    assert edited(after.issue, second) == Edited(after.issue)
    assert {one.field for one in after.edits} <= set(second)


verbs = st.lists(
    st.one_of(
        words.map(lambda one: {"add": one}),
        words.map(lambda one: {"remove": one}),
        st.lists(words, max_size=3).map(lambda one: {"set": one}),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=60)
@given(held=st.lists(words, max_size=4, unique=True), operations=verbs)
def test_verbs_on_labels_are_the_verbs_of_sets(held: list[str], operations: list[Any]) -> None:
    expected = set(held)
    for one in operations:
        expected = (
            set(one["set"]) if "set" in one
            else expected | {one["add"]} if "add" in one
            else expected - {one["remove"]}
        )  # fmt: skip
    before = issue(labels=list(held))
    found = edited(before, update={"labels": operations})
    value = found.issue.fields["labels"]
    assert isinstance(value, list)
    assert set(value) == expected
    assert len(value) == len(expected)
    assert before.fields["labels"] == held
