"""One pure function: a seed in, a believable team's Jira out."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seed_data import documents as adf
from seed_data import metadata as meta
from seed_data.issues import SEOUL, jira_time, make_backlog
from seed_data.people import Person, make_people

#: The moment at which the demo's world stands still, unless another one is asked for.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=SEOUL)


@dataclass(frozen=True, slots=True)
class Cast:
    """The issues that the demo's scripted agent works on, by what they show."""

    #: Whom the agent works for.
    person: Person
    #: A colleague who edits in Jira while the agent works.
    colleague: Person
    clean: str
    conflict: str
    rich: str
    #: Belongs to somebody else: the agent's edit is refused.
    foreign: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything a fresh upstream needs: raw Jira JSON of the site and its issues."""

    site: str
    people: tuple[Person, ...]
    metadata: dict[str, Any]
    issues: tuple[dict[str, Any], ...]
    cast: Cast

    def baselines(self) -> list[dict[str, Any]]:
        """Return the issues as the control door takes them."""
        at = self.metadata["fetched_at"]
        return [
            {
                "site": self.site,
                "issue_id": one["id"],
                "key": one["key"],
                "revision": 1,
                "fetched_at": at,
                "dialect": "3",
                "doc": one,
                "extra": {"watchers": [], "remote_links": [], "properties": {}},
            }
            for one in self.issues
        ]


def make_world(seed: int, *, site: str = "shop", size: int = 60, now: datetime = NOW) -> World:
    """Return the same world for the same seed: two projects, ``size`` issues each."""
    people = make_people(seed)
    rng = random.Random(seed)  # noqa: S311  a seed, not a secret
    issues = [one for key in meta.PROJECT_IDS for one in make_backlog(key, people, rng, now, size)]
    cast = _cast(issues, people, now)
    at = int(now.timestamp() * 1_000_000)
    return World(site, tuple(people), meta.site_metadata(people, site, at), tuple(issues), cast)


def _cast(issues: list[dict[str, Any]], people: list[Person], now: datetime) -> Cast:
    """Choose four issues and put them into the state that the demo tells about."""
    web = [one for one in people if one.team == "WEB"]
    person, colleague = web[0], web[1]
    bugs = [
        one
        for one in issues
        if one["key"].startswith("WEB-") and one["fields"]["issuetype"]["name"] == "Bug"
    ]
    if len(bugs) < 4:
        raise ValueError("The demo needs four bugs in WEB: ask for a larger size.")
    clean, conflict, rich, foreign = bugs[:4]
    stories = (
        (clean, "Login fails on Safari 18 after a password change", person),
        (conflict, "Voucher total is wrong when two vouchers are combined", person),
        (rich, "Checkout stays blank on Safari 18", person),
        (foreign, "Sold-out products rank first in the product search", colleague),
    )
    for number, (issue, title, owner) in enumerate(stories):
        issue["fields"] |= _opening(title, owner, now, number)
    rich["fields"]["description"] = _rich_description(colleague)
    return Cast(person, colleague, clean["key"], conflict["key"], rich["key"], foreign["key"])


def _opening(title: str, owner: Person, now: datetime, number: int) -> dict[str, Any]:
    when = jira_time(now.replace(hour=8, minute=number))
    return {
        "summary": title,
        "status": meta.status("10000"),
        "resolution": None,
        "resolutiondate": None,
        "priority": meta.priority("Medium"),
        "assignee": owner.cloud(),
        "reporter": owner.cloud(),
        "labels": ["customer-report"],
        "updated": when,
        "statuscategorychangedate": when,
    }


def _rich_description(colleague: Person) -> dict[str, Any]:
    return adf.doc(
        adf.heading("Checkout stays blank on Safari 18"),
        adf.paragraph(
            "Customers who open ",
            adf.text("/checkout", "code"),
            " on Safari 18 see a blank page. Ask ",
            adf.mention(colleague.account_id, colleague.name),
            " for the recordings.",
        ),
        adf.panel("warning", "Workaround: use Chrome, or reload the page once."),
        adf.heading("Steps"),
        adf.steps(["Open Safari", "Put anything into the basket", "Press Checkout"]),
        adf.table(("Browser", "Result"), (("Safari 18", "FAIL"), ("Chrome 140", "OK"))),
        adf.code("TypeError: undefined is not an object (evaluating 'total.amount')"),
    )
