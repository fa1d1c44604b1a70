"""A small house of either flavour, with a service project and a colleague of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.identity import links
from gateway.operations import intake, reviewing
from gateway.promotion.states import OpState
from gateway.review.values import ReviewView
from tests.house import House, empty_house
from tests.journeys.staging import MINA, Task, paragraph, retake, start, upstream

SITE_TEXT = """
[[users]]
name = "jiwoo"
key = "JIRAUSER10100"
account_id = "712020:jiwoo"
display_name = "김지우"
email = "jiwoo@shop.example"
tokens = ["jiwoo-token"]

[[users]]
name = "bora"
key = "JIRAUSER10200"
account_id = "712020:bora"
display_name = "이보라"
email = "bora@shop.example"
password = "bora-secret"
tokens = ["bora-secret"]
admin = true
groups = ["deployers", "testers", "writers"]

[[users]]
name = "hana"
key = "JIRAUSER10300"
account_id = "712020:hana"
display_name = "최하나"

[[projects]]
key = "OPS"
name = "운영"
lead = "jiwoo"
components = ["Deploy", "Monitor"]
versions = ["1.0", "2.0"]

[[projects]]
key = "DESK"
name = "고객지원"
lead = "jiwoo"
type = "service_desk"
"""
FLAVOURS = ("cloud", "server")


@dataclass(frozen=True, slots=True)
class Site:
    """A house of one flavour, and how its text and people are written."""

    house: House
    flavour: str

    @property
    def api(self) -> str:
        """The REST root of the flavour."""
        return "/rest/api/3" if self.flavour == "cloud" else "/rest/api/2"

    @property
    def person(self) -> str:
        """The account that agents work for."""
        return "712020:jiwoo" if self.flavour == "cloud" else "JIRAUSER10100"

    def user(self, name: str) -> dict[str, Any]:
        """Return how a write names a user."""
        return {"accountId": f"712020:{name}"} if self.flavour == "cloud" else {"name": name}

    def text(self, words: str) -> Any:
        """Return rich text as this flavour writes it."""
        return paragraph(words) if self.flavour == "cloud" else words

    def task(self, name: str) -> Task:
        """Open a task for an agent that may touch everything here."""
        return start(self.house, name, self.person, projects=("OPS", "DESK"))

    def fresh(self, project: str = "OPS", **fields: Any) -> str:
        """Have an issue made upstream and taken in; returns its key."""
        given = {"project": {"key": project}, "issuetype": {"name": "Task"}, "summary": "새 일"}
        made = upstream(self.house, "POST", "issue", {"fields": {**given, **fields}})
        intake.refresh(self.house.gateway, [made["id"]])
        return str(made["key"])

    def retake(self, key: str) -> None:
        """Take one issue in again, as after a colleague's edit."""
        retake(self.house, key)

    def issue(self, key: str) -> Any:
        """Return one issue of Jira, whole."""
        return upstream(self.house, "GET", f"issue/{key}?fields=*all&expand=changelog")

    def there(self, key: str) -> bool:
        """Return whether Jira has an issue."""
        with self.house.jira() as http:
            return http.get(f"{self.api}/issue/{key}").status_code == 200

    def bora(self, method: str, path: str, body: Any = None) -> Any:
        """Do something in Jira as a colleague with an account of her own."""
        client = self.house._client(
            self.house.upstream.url, auth=("bora@shop.example", "bora-secret")
        )
        if self.flavour == "server":
            client.auth = ("bora", "bora-secret")
        answer = client.request(method, f"{self.api}/{path}", json=body).raise_for_status()
        return answer.json() if answer.content else None


@contextmanager
def flavour_house(folder: Path, flavour: str, **env: str) -> Iterator[Site]:
    """Build a house of one flavour; ``env`` are further settings of the gateway."""
    with empty_house(
        folder, flavour=flavour, site="ops", more=SITE_TEXT, projects="OPS,DESK"
    ) as built:
        built.env.update(env)
        built.open()
        built.take_in()
        # Time is logged by whoever spent it, so the person served has connected.
        built.connect("jiwoo-token")
        links.new_link(built.gateway, MINA)
        yield Site(built, flavour)


def carry(site: Site, review: int, *confirmed: str) -> ReviewView:
    """Approve, with what is confirmed, and promote a review; returns how it ended."""
    gateway = site.house.gateway
    view = reviewing.view(gateway, review)
    assert not view.obstacles, view.obstacles
    reviewing.approve(gateway, MINA, review, view.digest, confirmed)
    reviewing.promote(gateway, MINA, review, view.digest)
    site.house.promote_all()
    return reviewing.view(gateway, review, read_now=False)


def told(view: ReviewView) -> str:
    """Return what did not go through, for a failing test to show."""
    lost = (one for one in view.operations if one.state is not OpState.APPLIED)
    return "; ".join(f"{one.planned.request} {one.state}: {one.trouble}" for one in lost)
