"""Who is called by name is told, with a link and no word of the remark, if they may see the set."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from gateway.notify_settings import Event, Mail, Notify, Tls
from gateway.operations import desk, noticing, preferring, remarking
from gateway.operations.delivering import Deliverer
from gateway.review.people import Person, ProjectRole, Role
from gateway.review.refusals import RefusedError
from gateway.store import audit, people
from gateway.web.notice_words import deliverer_of
from tests.gateway.operations.conftest import House, filled_in_memory
from tests.gateway.promotion.world import SITE, change_set, edit
from tests.receivers import Mails, Posts, mail_receiver, web_receiver

EVERY = frozenset(Event) - {Event.TEST}


@pytest.fixture
def house() -> Iterator[House]:
    """Lend a gateway on SQLite, with somebody who has a role in another project alone."""
    found = filled_in_memory()
    only = (ProjectRole(site=SITE, project="WEB", role=Role.APPROVER),)
    with found.gateway.database.write() as conn:
        people.add(conn, Person(person="web", name="Web", role=Role.NONE, roles=only), now=1)
    yield found
    found.gateway.database.dispose()


def channels(house: House, **given: Any) -> Deliverer:
    """Set the channels; what was audited before is not news."""
    gateway = house.gateway
    made = Notify(**{"events": EVERY, "webhook_secret": b"sixteen letters or more", **given})
    gateway.settings = replace(gateway.settings, notify=made, public_url="https://airlock.example")
    noticing.notice_news(gateway)
    return deliverer_of(gateway)


@contextmanager
def mailing(house: House, *recipients: str) -> Iterator[tuple[Deliverer, Mails]]:
    with mail_receiver() as mails:
        server = Mail("127.0.0.1", mails.port, Tls.NONE, "airlock@shop.example", recipients)
        yield channels(house, mail=server, people_at=frozenset({"shop.example"})), mails


@pytest.fixture
def posts() -> Iterator[Posts]:
    with web_receiver() as found:
        yield found


def person(house: House, name: str) -> Person:
    with house.gateway.database.read() as conn:
        found = people.get(conn, name)
    assert found is not None
    return found


def arrive(house: House, number: int = 1) -> int:
    return house.arrive(change_set(edit("summary", "Secret"), number=number))


def say(house: House, review: int, words: str, by: str = "eve") -> None:
    remarking.say(house.gateway, person(house, by), review, "c1", words)


def test_a_call_is_told_to_the_channels_with_the_name_and_no_word_of_it(
    house: House, posts: Posts
) -> None:
    review = arrive(house)
    deliverer = channels(house, webhook=posts.url)
    say(house, review, "@Rob what about the Secret? @eve @nobody")
    assert deliverer.run_once() == 1
    [(_, _, body)] = posts.got
    told = json.loads(body)
    assert (told["event"], told["for"]) == ("mentioned", ["Rob"])
    assert told["text"] == f"Somebody calls you in CS-{review}. → Rob"
    assert told["link"] == f"https://airlock.example/cs/{review}"
    assert b"Secret" not in body
    # Words that call nobody are no news; the same call again within a minute neither.
    say(house, review, "just words")
    say(house, review, "@rob again")
    assert deliverer.run_once() == 0
    # Somebody else is called: that is.
    say(house, review, "@max")
    assert deliverer.run_once() == 1


def test_whoever_may_not_see_the_set_is_told_nothing(house: House, posts: Posts) -> None:
    review = arrive(house)
    deliverer = channels(house, webhook=posts.url)
    say(house, review, "@web please look")
    assert deliverer.run_once() == 0
    assert posts.got == []
    say(house, review, "@web and @max please look")
    assert deliverer.run_once() == 1
    assert json.loads(posts.got[-1][2])["for"] == ["Max"]


def test_people_get_mails_of_their_own_of_what_is_for_them(house: House) -> None:
    gateway = house.gateway
    with mailing(house, "team@shop.example") as (deliverer, mails):
        preferring.set_own_mail(gateway, "rob", "rob@shop.example")
        preferring.set_own_mail(gateway, "web", "web@shop.example")
        review = arrive(house)
        # Nobody follows the project: the set is for everybody, and only the team is told.
        assert deliverer.run_once() == 1
        desk.follow(gateway, person(house, "rob"), ["AIR"])
        desk.follow(gateway, person(house, "web"), ["WEB"])
        arrive(house, 2)
        deliverer.run_once()
        say(house, review, "@rob @web look")
        deliverer.run_once()
        preferring.set_own_mail(gateway, "rob", "")
        arrive(house, 3)
        deliverer.run_once()
    team, own = ["team@shop.example"], ["rob@shop.example"]
    assert sorted(mails.recipients) == sorted([team, team, own, team, own, team])
    assert all("Secret" not in mail.as_string() for mail in mails.got)
    with gateway.database.read() as conn:
        kinds = [one.kind for one in audit.entries(conn, after=0) if one.kind.startswith("own_")]
    assert kinds == ["own_mail", "own_mail", "own_mail_ended"]


def test_an_address_that_may_not_be_is_refused_and_one_that_may_no_longer_gets_nothing(
    house: House,
) -> None:
    gateway = house.gateway
    assert preferring.own_mail(gateway, "rob") is None
    with mailing(house) as (deliverer, mails):
        assert preferring.own_mail(gateway, "rob") == ""
        with pytest.raises(RefusedError, match="not sent to this address"):
            preferring.set_own_mail(gateway, "rob", "rob@evil.example")
        preferring.set_own_mail(gateway, "rob", "rob@shop.example")
        review = arrive(house)
        say(house, review, "@rob")
        notify = replace(gateway.settings.notify, people_at=frozenset({"other.example"}))
        gateway.settings = replace(gateway.settings, notify=notify)
        deliverer.run_once()
    assert mails.recipients == []
