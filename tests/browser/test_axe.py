"""axe on every page, in both themes and languages, wide and on a telephone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from starlette.testclient import TestClient

from gateway.agents_settings import OAuth
from gateway.app import create_app
from gateway.identity.people import admit, known
from gateway.operations import reviewing
from gateway.review.people import Person, ProjectRole, Role
from gateway.store import people
from tests.browser.axe import Scheme, faults
from tests.browser.conftest import Place, shot
from tests.browser.pages import AXE
from tests.browser.test_review_pages import ready
from tests.browser.test_sandbox_browser import first_key
from tests.gateway.web.attacked import asked_by
from tests.gateway.web.oauth_desk import RESOURCE
from tests.gateway.web.visit import Visit

#: Language, the theme in which pages are opened and pictures made, and how those are called;
#: axe looks at each page in both themes.
LOOKS: list[tuple[str, Scheme, str]] = [("en", "light", ""), ("ko", "dark", "-ko-dark")]
#: Pages whose picture stands in the documentation; others have theirs elsewhere.
PICTURES = {
    "/oauth/authorize?{consent}": "consent",
    "/history": "history",
    "/agents": "agents",
    "/people": "people",
}


#: Opens what is folded, so that nothing hides from axe.
OPEN = """document.querySelectorAll("details:not(.pop) > summary")
    .forEach(element => { element.parentElement.open = true })"""


@dataclass
class Furnished:
    """A house in which every page has something to show."""

    place: Place
    named: dict[str, str]


@pytest.fixture(scope="module")
def furnished(place: Place, waiting: int) -> Iterator[Furnished]:
    """Lend a house with sets in every state, local accounts, and a client that asks."""
    gateway = place.house.gateway
    before = gateway.settings
    with place.open():  # the first person of the house is its admin
        pass
    only = (ProjectRole(site=gateway.site, project="WEB", role=Role.APPROVER),)
    admit(gateway, Person(person="jiwoo", name="김지우", role=Role.VIEWER, roles=only), by="mina")
    assert place.house.world is not None
    account = place.house.world.cast.person.account_id
    mina = known(gateway, "mina")
    with gateway.database.write() as conn:
        people.change(conn, mina.model_copy(update={"jira_account": account}))
    oauth = OAuth(issuer=place.url, resource=RESOURCE, clients=("local",))
    accounts = replace(before.people, local_accounts=True)
    gateway.settings = replace(before, oauth=oauth, people=accounts)
    view = reviewing.view(gateway, waiting)
    issue = next(one.issue_id for one in view.issues if one.unchanged)
    named = {"waiting": str(waiting), "digest": view.digest, "issue": issue}
    named["key"] = first_key(place, waiting)
    for state in ("approved", "promoted"):
        number = place.review(f"axe-{state}", number=3, labels=[f"axe-{state}"])
        digest = reviewing.view(gateway, number).digest
        reviewing.approve(gateway, "mina", number, digest)
        named[state] = str(number)
    reviewing.promote(gateway, "mina", number, digest)
    place.house.promote_until_ended(number)
    with TestClient(create_app(gateway), place.url) as http:
        consent = asked_by(Visit(None, http), "클로드 Code")  # type: ignore[arg-type] # a program needs no house
    named["consent"] = consent.partition("?")[2]
    yield Furnished(place, named)
    gateway.settings = before
    with gateway.database.write() as conn:
        people.change(conn, mina)


@pytest.mark.timeout(300)  # every page, twice
@pytest.mark.parametrize(("lang", "scheme", "name"), LOOKS)
def test_no_page_has_an_accessibility_fault(
    furnished: Furnished, lang: str, scheme: Scheme, name: str
) -> None:
    with furnished.place.open(color_scheme=scheme, expected="404") as page:
        for path in AXE:
            page.set_viewport_size({"width": 1280, "height": 900})
            address = path.format(**furnished.named)
            page.goto(f"{address}{'&' if '?' in path else '?'}lang={lang}")
            if "consent" not in path:  # it has no script
                page.locator("html[data-ready]").wait_for(state="attached")
            if path in PICTURES:
                shot(page, PICTURES[path] + name)
            page.evaluate(OPEN)
            assert page.locator("html").get_attribute("lang") == lang
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
            assert faults(page, scheme) == [], path
            page.set_viewport_size({"width": 375, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, path


def test_axe_finds_what_is_wrong(place: Place) -> None:
    """Control: the same check sees a picture without a text and a box without a name."""
    with place.open() as page:
        ready(page, "/people")
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', "
            "'<img src=\"/static/favicon.svg\"><input>')"
        )
        found = faults(page, "light")
        assert {one.split(": ")[1] for one in found} >= {"image-alt", "label"}


@pytest.mark.parametrize(("seen", "other"), [("light", "dark"), ("dark", "light")])
def test_axe_finds_what_is_wrong_in_one_theme_only(
    place: Place, seen: Scheme, other: Scheme
) -> None:
    """Control: a text that can hardly be read in the theme that was not loaded is seen."""
    colours = {"light": "#000, #222", "dark": "#ddd, #fff"}[seen]
    with place.open(color_scheme=seen) as page:
        ready(page, "/people")
        page.evaluate(
            "colours => { const said = document.createElement('p');"
            " said.textContent = 'Hardly there'; said.style.color = `light-dark(${colours})`;"
            " document.querySelector('main').append(said) }",
            colours,
        )
        found = [one for one in faults(page, seen) if "Hardly there" in one]
        assert [one.split(": ")[:2] for one in found] == [[other, "color-contrast"]]
