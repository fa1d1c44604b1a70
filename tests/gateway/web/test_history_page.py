"""The history over HTTP: what happened in words, filters, pages, exports, a broken chain."""

import csv
import hashlib
import io
import json
import re

import pytest
from pydantic import JsonValue
from sqlalchemy import text

from gateway.store import audit
from gateway.web.history_pages import _harmless
from sandbox.contract.digest import canonical
from tests.gateway.web.conftest import Visit


def lines(visit: Visit, query: str = "") -> list[str]:
    """Return the sentences of the page, newest first."""
    html = visit.get(f"/history{query}").text
    found = re.findall(r'<div class="fact-what">\s*<p>(.*?)</p>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def promoted(visit: Visit) -> int:
    """Have a set arrive, approve and carry it; returns its review."""
    review = visit.arrive()
    form = {"digest": visit.digest(review)}
    visit.post(f"/cs/{review}/approve", **form)
    visit.post(f"/cs/{review}/promote", **form)
    visit.house.promote_all()
    return review


def test_every_row_is_said_in_words_newest_first(eve: Visit) -> None:
    promoted(eve)
    assert lines(eve) == [
        "Finished: 1 of 1 requests went through",
        "Written to Jira and read back",
        "Released it for writing",
        "Approved, requests: 1",
        "A change set arrived",
        "Signed in",
    ]
    assert "Jira에 쓰고 다시 읽어 확인함" in lines(eve, "?lang=ko")


def test_a_row_leads_to_its_change_set_and_shows_words_and_issue(eve: Visit) -> None:
    review = eve.arrive()
    digest = eve.digest(review)
    eve.post(f"/cs/{review}/changes/c2", verdict="reject", words="not <asked>", digest=digest)
    html = eve.get("/history").text
    assert lines(eve)[0] == "Left a change out: AIR-1 · Labels"
    assert f'href="/cs/{review}"' in html
    assert "not &lt;asked&gt;" in html
    assert "not <asked>" not in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?what=people", ["Signed in"]),
        (
            "?what=writes",
            ["Finished: 1 of 1 requests went through", "Written to Jira and read back"],
        ),
        ("?who=promoter", ["Written to Jira and read back"]),
        ("?who=nobody", []),
        ("?what=other", []),
        ("?what=decisions&who=eve&cs=cs-1", ["Released it for writing", "Approved, requests: 1"]),
        ("?cs=2", []),
        ("?since=1970-01-02", []),
        ("?until=1969-12-31", []),
        ("?since=1970-01-01&until=1970-01-01&what=people", ["Signed in"]),
    ],
)  # fmt: skip
def test_filters_leave_only_what_was_asked_for(eve: Visit, query: str, expected: list[str]) -> None:
    promoted(eve)
    assert lines(eve, query) == expected


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?cs=twelve", "written as CS-12 or 12"),
        ("?since=yesterday", "written as 2026-11-24"),
        ("?since=2026-11-24&until=2026-11-23", "comes after the last one"),
    ],
)
def test_a_filter_that_cannot_be_read_is_said_and_kept(
    eve: Visit, query: str, sentence: str
) -> None:
    html = eve.get(f"/history{query}").text
    assert sentence in html
    assert f'value="{query.split("=")[1].split("&", maxsplit=1)[0]}"' in html


def test_long_histories_come_in_pages_without_gaps(eve: Visit) -> None:
    with eve.house.gateway.database.write() as conn:
        for number in range(120):
            audit.append(conn, at=number, actor="eve", kind="noted", body={"number": number})
    query, seen = "", []
    for _ in range(5):
        html = eve.get(f"/history{query}").text
        seen += [int(one) for one in re.findall(r'id="row-(\d+)"', html)]
        older = re.search(r'rel="next" href="/history([^"]+)"', html)
        if older is None:
            break
        query = older[1].replace("&amp;", "&")
    assert seen == list(range(121, 0, -1))


def test_a_kind_without_a_sentence_is_shown_with_its_values(eve: Visit) -> None:
    with eve.house.gateway.database.write() as conn:
        body: dict[str, JsonValue] = {"text": "<img src=x onerror=alert(1)>\u202e"}
        audit.append(conn, at=5, actor="somebody<b>", kind="new_thing", body=body)
    html = eve.get("/history?what=other").text
    assert lines(eve, "?what=other") == ["new_thing"]
    assert "<img" not in html
    assert "somebody&lt;b&gt;" in html
    assert "⟦U+202E⟧" in html


def test_the_page_says_that_the_chain_holds_and_shows_its_head(eve: Visit) -> None:
    with eve.house.gateway.database.read() as conn:
        head = audit.head(conn)
    html = eve.get("/history").text
    assert "The chain holds" in html
    assert f"<code data-head>{head.hash}</code>" in html


def test_a_row_altered_by_hand_breaks_the_chain_for_everybody_to_see(eve: Visit) -> None:
    eve.arrive()
    with eve.house.gateway.database.write() as conn:
        conn.execute(text("UPDATE audit SET actor = 'mallory' WHERE seq = 2"))
    html = eve.get("/history").text
    assert "The chain is broken" in html
    assert "Audit row 2 was altered." in html
    assert "기록 2행이 고쳐졌습니다." in eve.get("/history?lang=ko").text


def test_a_long_chain_is_checked_when_somebody_asks(
    eve: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.operations.history.CHECKED_ALWAYS", 0)
    html = eve.get("/history").text
    assert "Not checked" in html
    assert 'href="?check=1"' in html
    assert "The chain holds" in eve.get("/history?check=1").text


def test_the_exported_lines_prove_the_chain_to_anybody(eve: Visit) -> None:
    promoted(eve)
    answer = eve.get("/history.jsonl")
    assert answer.headers["content-disposition"].startswith("attachment")
    previous = "0" * 64
    for line in answer.text.splitlines():
        row = json.loads(line)
        body = canonical(row["body"]).decode()
        covered = [previous, row["seq"], row["at"], row["actor"], row["kind"], body]
        previous = hashlib.sha256(canonical(covered)).hexdigest()
        assert row["hash"] == previous
    with eve.house.gateway.database.read() as conn:
        assert audit.head(conn).hash == previous


def test_the_exported_table_follows_the_filter(eve: Visit) -> None:
    review = promoted(eve)
    answer = eve.get("/history.csv?what=decisions")
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["kind"] for row in rows] == ["review_approve", "review_promote"]
    assert {row["change set"] for row in rows} == {f"CS-{review}"}
    assert {row["who"] for row in rows} == {"eve"}


@pytest.mark.parametrize(
    ("cell", "expected"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("eve", "eve"), ("{}", "{}")]
)
def test_a_spreadsheet_never_takes_a_cell_for_a_formula(cell: str, expected: str) -> None:
    assert _harmless(cell) == expected
