"""The report of a promotion to paste elsewhere: what became of each request, in plain words."""

import re

import pytest

from gateway.operations import reviewing
from gateway.web.reporting import plain
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change, change_set, edit, text
from tests.gateway.web.visit import Visit
from tests.spoofing import EVERY, HIDDEN


@pytest.fixture
def released(eve: Visit) -> tuple[Visit, int]:
    """Lend a browser at a set that was released: an edit, a comment, and one change left out."""
    said = change(ChangeKind.COMMENT, {"id": "1", "body": text("비밀 이야기")}, id="c2")
    review = eve.house.arrive(
        change_set(edit("summary", "남에게 안 보일 제목"), said, edit("labels", ["x"], id="c3"))
    )
    reviewing.decide(eve.house.gateway, "eve", review, "c3", "reject", "no", eve.digest(review))
    digest = eve.digest(review)
    eve.post(f"/cs/{review}/approve", digest=digest)
    assert eve.post(f"/cs/{review}/promote", digest=digest).status_code == 303
    return eve, review


def test_a_report_names_what_was_written_and_quotes_no_issue(released: tuple[Visit, int]) -> None:
    eve, review = released
    eve.house.promote_all()
    answer = eve.get(f"/cs/{review}/report?lang=en")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    lines = answer.text.splitlines()
    assert lines[0].startswith(f"## [CS-{review}](http://")
    assert re.fullmatch(r"\*\*Promoted\*\*: (\d) of \1 requests written\.", lines[2])
    assert any(
        re.fullmatch(r"- \[AIR-1\]\(<http\S+AIR-1>\) Summary.*: written and read back", one)
        for one in lines
    )
    assert "Comment" in answer.text
    assert "- AIR-1 Labels: left out" in lines
    assert f"`{eve.digest(review)[:12]}`" in lines[-1]
    for words in ("남에게", "비밀"):
        assert words not in answer.text
    korean = eve.get(f"/cs/{review}/report?lang=ko").text
    assert "**반영됨**" in korean
    assert "모두" not in korean
    for lang, label in (("en", "Report to paste"), ("ko", "붙여 넣을 보고서")):
        page = eve.get(f"/cs/{review}/run?lang={lang}").text
        assert f'<a href="/cs/{review}/report" data-report>{label}</a>' in page


def test_a_report_says_what_failed_and_why(released: tuple[Visit, int]) -> None:
    eve, review = released
    eve.house.jira.faults = ["400"]
    eve.house.promote_all()
    told = eve.get(f"/cs/{review}/report?lang=en").text
    assert "**Not promoted**: 0 of" in told
    assert "not written: Jira refused it. " in told
    assert "fault 400" in told


def test_before_all_is_settled_there_is_none(released: tuple[Visit, int]) -> None:
    eve, review = released
    answer = eve.get(f"/cs/{review}/report")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cs/{review}/run")
    assert "data-report" not in eve.get(f"/cs/{review}/run").text


def test_words_stay_words_wherever_they_are_pasted() -> None:
    assert plain("a\n## b @here <b> [x](https://evil.example) `c`") == (
        r"a \#\# b ＠here \<b\> \[x\](https\://evil.example) \`c\`"
    )
    assert plain("www.evil.example") == r"www\.evil.example"
    for attack in EVERY:
        found = plain(attack)
        assert not HIDDEN.search(found), attack
        assert not re.search(r"(?<!\\)[<>\[\]`*_#|]", found), attack
