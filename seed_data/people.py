"""The people of the demo: seven in two teams, made by Faker from the seed."""

import random
from dataclasses import dataclass
from typing import Any

from faker import Faker

#: Where documents of the demo say they live; the loader never calls it.
SITE = "https://u0.airlock.invalid"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a Jira account."""

    account_id: str
    name: str
    email: str
    #: ``WEB`` or ``PAY``.
    team: str

    def cloud(self) -> dict[str, Any]:
        """Return the user JSON of Jira Cloud."""
        return {
            "self": f"{SITE}/rest/api/3/user?accountId={self.account_id}",
            "accountId": self.account_id,
            "emailAddress": self.email,
            "avatarUrls": {"48x48": f"{SITE}/secure/useravatar?ownerId={self.account_id}"},
            "displayName": self.name,
            "active": True,
            "timeZone": "Asia/Seoul",
            "accountType": "atlassian",
        }


def make_people(seed: int) -> list[Person]:
    """Return the same seven people for the same seed: four Korean, three English names."""
    korean, english = Faker("ko_KR"), Faker("en_US")
    korean.seed_instance(seed)
    english.seed_instance(seed)
    rng = random.Random(seed)  # noqa: S311  a seed, not a secret
    people = [_person(korean.unique.name(), rng, n, "PAY") for n in range(4)]
    names = [f"{english.unique.first_name()} {english.unique.last_name()}" for _ in range(3)]
    return people + [_person(name, rng, n + 4, "WEB") for n, name in enumerate(names)]


def _person(name: str, rng: random.Random, number: int, team: str) -> Person:
    account = f"712020:{rng.getrandbits(64):016x}"
    # Addresses carry a number, not the name: Korean names have no one romanisation.
    return Person(account, name, f"person{number + 1}@shop.example", team)
