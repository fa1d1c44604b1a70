import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.protection.addresses import inward, outward, shape_inward, shape_outward
from sandbox.contract.addresses import PLACEHOLDER, Address
from sandbox.contract.shapes import Dialect, IssueBaseline
from tests.shared import shared

JIRA = Address("https://jira.example.com/jira")
#: Each ends where a host name ends: "jira.example.com.au" would be somebody else's.
SPELLINGS = (
    "https://jira.example.com/jira/",
    "https%3A%2F%2Fjira.example.com%2Fjira%2Fx ",
    "jira.example.com:",
    "https://jira.example.com/elsewhere ",
)

texts = st.lists(st.sampled_from([*SPELLINGS, " see ", '"', "\\", " 할 일 ", "\n"])).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)


@given(values)
def test_what_goes_in_comes_back_exactly_and_never_names_the_upstream(value: object) -> None:
    hidden = inward(value, JIRA)  # type: ignore[arg-type]  # strategies do not say JSON
    assert "jira.example.com" not in json.dumps(hidden)
    assert outward(hidden, JIRA) == value


def test_longer_names_are_other_hosts() -> None:
    text = "myjira.example.com jira.example.com.au sub.jira.example.com"
    assert inward(text, JIRA) == text


def test_a_whole_issue_is_turned() -> None:
    issue = IssueBaseline(
        site="s",
        issue_id="1",
        key="A-1",
        revision=1,
        fetched_at=0,
        dialect=Dialect.V2,
        doc={"self": f"{JIRA.url}/rest/api/2/issue/1", "fields": {"summary": "a"}},
        extra={"remote_links": [{"object": {"url": f"{JIRA.url}/browse/A-2"}}]},
    )
    hidden = shape_inward(issue, JIRA)
    assert hidden.doc["self"] == f"{PLACEHOLDER}/rest/api/2/issue/1"
    assert shape_outward(hidden, JIRA) == issue


@pytest.mark.parametrize(
    ("name", "url"),
    [
        (
            "bitovi-training__first4.json",
            "https://api.atlassian.com/ex/jira/74eb923a-a968-44b2-8b4c-5b69e7266b8c",
        ),
        ("jirametrics__SP-15.json", "https://improvingflow.atlassian.net"),
        ("jrjc__issue_valid-all-expanded.json", "http://localhost:8090/jira"),
        ("devlake__issues.json", "https://merico.atlassian.net"),
    ],
)
def test_recorded_answers_survive_the_way_in_and_out(name: str, url: str) -> None:
    path: Path = shared(f"data/recorded/{name}")
    value = json.loads(path.read_text(encoding="utf-8"))
    hidden = inward(value, Address(url))
    assert Address(url).host not in json.dumps(hidden)
    assert outward(hidden, Address(url)) == value
