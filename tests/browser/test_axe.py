"""axe on every page, in both themes and languages, wide and on a telephone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from starlette.testclient import TestClient

from gateway.agents_settings import OAuth
from gateway.app import create_app
from gateway.identity.people import admit, known
from gateway.operations import reviewing
from gateway.review.people import Person, ProjectRole, Role
from gateway.store import people
from tests.browser.conftest import Place, shot
from tests.browser.pages import AXE
from tests.browser.test_review_pages import ready
from tests.browser.test_sandbox_browser import first_key
from tests.gateway.web.attacked import asked_by
from tests.gateway.web.oauth_desk import RESOURCE
from tests.gateway.web.visit import Visit

LOOKS = [
    ("light", "en", ""),
    ("light", "ko", None),
    ("dark", "en", None),
    ("dark", "ko", "-ko-dark"),
]
#: Pages whose picture stands in the documentation; others have theirs elsewhere.
PICTURES = {
    "/oauth/authorize?{consent}": "consent",
    "/history": "history",
    "/agents": "agents",
    "/people": "people",
}


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


@pytest.mark.parametrize(("scheme", "lang", "name"), LOOKS)
def test_no_page_has_an_accessibility_fault(
    furnished: Furnished, scheme: str, lang: str, name: str | None
) -> None:
    with furnished.place.open(color_scheme=scheme, expected="404") as page:
        for path in AXE:
            page.set_viewport_size({"width": 1280, "height": 900})
            address = path.format(**furnished.named)
            page.goto(f"{address}{'&' if '?' in path else '?'}lang={lang}")
            if "consent" not in path:  # it has no script
                page.locator("html[data-ready]").wait_for(state="attached")
            if name is not None and path in PICTURES:
                shot(page, PICTURES[path] + name)
            for closed in page.locator("details:not(.pop) > summary").all():
                closed.evaluate("element => { element.parentElement.open = true }")
            assert page.locator("html").get_attribute("lang") == lang
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
            found = Axe().run(page)
            assert found.violations_count == 0, path + found.generate_report()
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
        assert Axe().run(page).violations_count >= 2
