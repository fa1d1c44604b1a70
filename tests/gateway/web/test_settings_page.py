"""How somebody likes their pages: kept for the person, used on the pages, without a script."""

import re
from collections.abc import Iterator

import pytest
from pydantic import JsonValue
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.operations.preferring import prefer, preferred
from gateway.review.preferences import Look, Preferences
from gateway.web.language import Lang, Tongue
from gateway.web.looks import Looks
from tests.databases import database_url, postgres
from tests.gateway.databases import begin
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.promotion.world import change_set, doc, edit
from tests.gateway.web.samples import description
from tests.gateway.web.visit import ORIGIN, Visit

__all__ = ["database_url", "postgres"]

BEFORE: JsonValue = "Customers in Seoul see a blank page after they pay with their card."
SPACED = "Customers in Seoul  see a blank page after they pay with their card."


@pytest.fixture
def eve() -> Iterator[Visit]:
    """Lend a browser with Eve signed in, where Jira has one text and one summary."""
    house = house_on("sqlite://")
    more = {"description": description(changed=False), "summary": "Old summary"}
    house.jira.add(doc("AIR-1", "10001", **more))
    begin(house.gateway.database)
    fill(house)
    with TestClient(create_app(house.gateway), ORIGIN, follow_redirects=False) as http:
        visit = Visit(house, http)
        visit.sign_in("eve")
        yield visit
    house.gateway.database.dispose()


@pytest.fixture
def text(eve: Visit) -> int:
    """Have a set arrive that changes a document, and a summary by a space."""
    return eve.house.arrive(
        change_set(
            edit("description", description(changed=True), before=description(changed=False)),
            edit("summary", "Old  summary", before="Old summary", id="c2"),
        )
    )


def test_choices_are_kept_for_the_person_on_both_databases(database_url: str) -> None:
    house = house_on(database_url)
    house.gateway.database.migrate()
    prefer(house.gateway, "eve", {"look": "side", "keys": "no"})
    prefer(house.gateway, "eve", {"look": "source"})
    assert preferred(house.gateway, "eve") == Preferences(Look.SOURCE, keys=False)
    assert preferred(house.gateway, "mina") == Preferences()
    house.gateway.database.dispose()


def test_single_keys_are_switched_off_without_a_script(eve: Visit) -> None:
    assert "data-keys-off" not in eve.get("/").text
    page = eve.get("/settings").text
    assert 'name="keys" value="yes" checked' in page
    answer = eve.post("/settings", keys="no", look="result", spaces="yes", advance="no")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?kept=yes")
    assert "Kept." in eve.get("/settings?kept=yes").text
    assert "<body data-keys-off>" in eve.get("/").text
    assert "Single keys are switched off." in eve.get("/history").text
    assert 'name="keys" value="no" checked' in eve.get("/settings").text
    assert "한 글자 단축키가 꺼져 있습니다." in eve.get("/history?lang=ko").text


@pytest.mark.parametrize("form", [{"look": "upside"}, {"keys": "may"}])
def test_what_cannot_be_chosen_is_refused_and_nothing_is_kept(
    eve: Visit, form: dict[str, str]
) -> None:
    answer = eve.post("/settings", spaces="yes", **form)
    assert answer.status_code in {403, 409}
    assert "cannot be chosen" in answer.text
    assert preferred(eve.house.gateway, "eve") == Preferences()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/cs/1/../../x", ""])
def test_a_choice_leads_back_to_a_change_set_and_nowhere_else(eve: Visit, back: str) -> None:
    assert eve.post("/settings/look", look="side", back=back).status_code == 400
    assert preferred(eve.house.gateway, "eve") == Preferences()


def panels(page: str) -> list[str]:
    """Return the looks of the panels of the first change."""
    row = page.split('id="c-c1"')[1].split("data-row")[1]
    return re.findall(r'class="panel panel-(\w+)"', row)


@pytest.mark.parametrize(
    ("look", "found"),
    [
        ("visual", ["wide"]),
        ("side", ["old", "new"]),
        ("result", ["wide"]),
        ("source", ["source"]),
    ],
)
def test_a_changed_text_is_shown_in_four_ways(
    eve: Visit, text: int, look: str, found: list[str]
) -> None:
    there = eve.post("/settings/look", look=look, back=f"/cs/{text}").headers["location"]
    page = eve.get(there).text
    assert panels(page) == found
    assert f'name="look" value="{look}" aria-pressed="true"' in page
    assert page.count('data-press="look"') == 1


def test_the_source_is_jiras_own_and_the_result_is_no_difference() -> None:
    tongue = Tongue(Lang.EN)
    before, after = description(changed=False), description(changed=True)
    visual = Looks(tongue, Look.VISUAL).diff.documents(before, after)
    [source] = Looks(tongue, Look.SOURCE).panels(before, after, "now", visual)
    assert "&#34;type&#34;: &#34;" in source.html
    assert "<ins" in source.html
    [result] = Looks(tongue, Look.RESULT).panels(before, after, "now", visual)
    assert "<ins" not in result.html
    assert "<del" not in result.html


def test_changes_of_spaces_alone_are_folded_until_somebody_wants_to_see_them(
    eve: Visit, text: int
) -> None:
    page = eve.get(f"/cs/{text}").text
    assert "only spaces" in page
    assert 'id="s-c-c2"' in page
    assert 'id="s-c-c1"' not in page
    assert "mute-spaces" in page
    eve.post("/settings/look", spaces="yes", back=f"/cs/{text}")
    page = eve.get(f"/cs/{text}").text
    assert "only spaces" in page
    assert 'id="s-c-c2"' not in page
    assert "mute-spaces" not in page


def test_a_space_within_a_text_is_marked_as_such() -> None:
    shown = Looks(Tongue(Lang.EN), Look.VISUAL).diff.texts(str(BEFORE), SPACED)
    assert 'class="sp"' in shown
