"""Notifications: signed, with a link and no word of an issue, at least once, never in the way."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.notify_settings import Event, Mail, Notify, Tls
from gateway.notifying.message import Message
from gateway.notifying.sending import NotSentError, Sender
from gateway.operations import noticing, reviewing
from gateway.operations.checking import ok
from gateway.operations.checking_notices import check_notices
from gateway.operations.delivering import PAUSES, Deliverer, channel_states
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.store import audit, desk, notices
from gateway.store.audit import Entry
from gateway.web.language import Lang, Tongue
from gateway.web.notice_words import SENTENCES, deliverer_of, wording
from tests.gateway.operations.conftest import House, fill, filled_in_memory, house_on
from tests.gateway.promotion.world import change_set, edit
from tests.receivers import Posts, certificate, mail_receiver, web_receiver

SECRET = b"a key of sixteen or more"
SECOND = 1_000_000
EVERY = frozenset(Event) - {Event.TEST}


@dataclass
class Told:
    """A gateway whose time goes by when told, and what sends its notifications."""

    house: House
    now: int = 1_000

    def set(self, **notify: Any) -> Deliverer:
        """Set channels; returns what sends. What was audited before is not news."""
        gateway = self.house.gateway
        gateway.clock = lambda: self.now
        made = Notify(**{"events": EVERY, "webhook_secret": SECRET, **notify})
        gateway.settings = replace(
            gateway.settings, notify=made, public_url="https://airlock.example"
        )
        noticing.notice_news(gateway)
        return deliverer_of(gateway)


@pytest.fixture
def told() -> Iterator[Told]:
    """Lend a gateway on SQLite."""
    house = filled_in_memory()
    yield Told(house)
    house.gateway.database.dispose()


@pytest.fixture
def posts() -> Iterator[Posts]:
    with web_receiver() as found:
        yield found


@dataclass
class Refusing:
    """A way out through which nothing goes."""

    tried: list[str] = field(default_factory=list)

    def send(self, channel: str, message: Message, now: int) -> None:
        """Fail."""
        self.tried.append(f"{channel} {message.id} {now}")
        raise NotSentError("It answered 500.")


def arrive(told: Told) -> int:
    return told.house.arrive(change_set(edit("summary", "Hidden <words> of an issue")))


def test_a_webhook_is_signed_and_has_a_link_and_no_word_of_any_issue(
    told: Told, posts: Posts
) -> None:
    deliverer = told.set(webhook=f"{posts.url}/hook")
    review = arrive(told)
    assert deliverer.run_once() == 1
    ((path, headers, body),) = posts.got
    stamp = headers["X-Airlock-Timestamp"].encode()
    good = hmac.new(SECRET, stamp + b"." + body, hashlib.sha256).hexdigest()
    assert (path, headers["X-Airlock-Signature"]) == ("/hook", f"sha256={good}")
    said = json.loads(body)
    assert said.pop("id") in json.loads(body)["id"]
    assert said == {
        "event": "waiting",
        "at": "1970-01-01T00:00:00+00:00",
        "site": told.house.gateway.site,
        "change_set": f"CS-{review}",
        "link": f"https://airlock.example/cs/{review}",
        "text": f"CS-{review} waits for review.",
        "for": [],
    }


def test_a_message_names_those_whom_the_set_is_for(told: Told, posts: Posts) -> None:
    deliverer = told.set(webhook=f"{posts.url}/hook")
    gateway = told.house.gateway
    with gateway.database.write() as conn:
        for name in ("rob", "max", "nobody"):
            desk.follow(conn, gateway.site, name, ["AIR"])
    first = arrive(told)
    deliverer.run_once()
    with gateway.database.write() as conn:
        desk.assign(conn, gateway.site, first, "eve", "max", 1)
    digest = reviewing.view(gateway, first).digest
    reviewing.send_back(gateway, "eve", first, digest, "Hidden <words>")
    deliverer.run_once()
    said = [json.loads(body) for _, _, body in posts.got]
    assert [one["for"] for one in said] == [["Max", "Rob"], ["Eve"]]
    assert said[0]["text"] == f"CS-{first} waits for review. → Max, Rob"


def test_what_slack_gets_names_the_page_and_nothing_else(told: Told, posts: Posts) -> None:
    deliverer = told.set(slack=f"{posts.url}/services/T0/B0/secret")
    told.house.gateway.site = "shop & <co>"
    noticing.ask_for_test(told.house.gateway)
    deliverer.run_once()
    ((path, headers, body),) = posts.got
    assert path == "/services/T0/B0/secret"
    assert "X-Airlock-Signature" not in headers
    assert json.loads(body) == {
        "text": "[airlock shop &amp; &lt;co&gt;] This is a test: notifications arrive here. "
        "<https://airlock.example/|jira-airlock>"
    }


def test_a_mail_server_gets_one_mail_for_each_address(told: Told) -> None:
    with mail_receiver() as mails:
        mails.refused.add("gone@shop.example")
        people = ("lead@shop.example", "gone@shop.example")
        server = Mail("127.0.0.1", mails.port, Tls.NONE, "airlock@shop.example", people)
        deliverer = told.set(mail=server)
        review = arrive(told)
        assert deliverer.run_once() == 1
    (mail,) = mails.got
    assert mails.recipients == [["lead@shop.example"]]
    assert mail["Subject"] == f"[airlock {told.house.gateway.site}] CS-{review} waits for review."
    assert mail["Message-ID"].endswith("@shop.example>")
    link = f"https://airlock.example/cs/{review}"
    assert mail.get_content().split() == f"CS-{review} waits for review. {link}".split()
    states = {one.channel: one.trouble for one in channel_states(told.house.gateway)}
    assert states == {
        "mail lead@shop.example": "",
        "mail gone@shop.example": "The mail server refused it (SMTPRecipientsRefused).",
    }


def test_a_mail_goes_over_starttls_to_a_server_that_is_trusted_and_to_no_other(
    told: Told, tmp_path: Path
) -> None:
    server_tls, trust = certificate(tmp_path)
    with mail_receiver(server_tls) as mails:
        server = Mail(
            "127.0.0.1",
            mails.port,
            Tls.STARTTLS,
            "airlock@shop.example",
            ("lead@shop.example",),
            "airlock",
            "mail-secret",
        )
        told.set(mail=server)
        gateway = told.house.gateway
        say = wording(Tongue(Lang.KO))
        noticing.ask_for_test(gateway)
        strict = Deliverer(gateway, Sender(gateway.settings.notify), say)
        assert strict.run_once() == 0
        told.now += 3600 * SECOND
        assert Deliverer(gateway, Sender(gateway.settings.notify, trust), say).run_once() == 1
    assert mails.signed_in == ["airlock"]
    assert "시험" in mails.got[0]["Subject"]


def test_a_redirect_is_not_followed(told: Told, posts: Posts) -> None:
    deliverer = told.set(webhook=f"{posts.url}/hook")
    posts.answers.append(307)
    arrive(told)
    assert deliverer.run_once() == 0
    assert [path for path, _, _ in posts.got] == ["/hook"]
    (state,) = channel_states(told.house.gateway)
    assert state.trouble == "It answered 307, a redirect; none is followed."


def test_what_failed_is_sent_again_with_the_same_id_after_growing_pauses(
    told: Told, posts: Posts
) -> None:
    deliverer = told.set(webhook=posts.url)
    posts.answers += [500, 503]
    arrive(told)
    assert deliverer.run_once() == 0
    told.now += PAUSES[0] * SECOND - 1
    assert deliverer.run_once() == 0
    assert len(posts.got) == 1
    told.now += 1
    deliverer.run_once()
    told.now += PAUSES[1] * SECOND
    assert deliverer.run_once() == 1
    ids = {json.loads(body)["id"] for _, _, body in posts.got}
    assert (len(posts.got), len(ids)) == (3, 1)
    (state,) = channel_states(told.house.gateway)
    assert (state.waiting, state.trouble) == (0, "")


def test_after_about_a_day_it_is_given_up_and_admins_see_it(told: Told) -> None:
    told.set(webhook="https://nowhere.example")
    gateway = told.house.gateway
    way = Refusing()
    deliverer = Deliverer(gateway, way, wording(Tongue(Lang.EN)))
    review = arrive(told)
    for pause in (*PAUSES, 10**6, 10**6):
        deliverer.run_once()
        told.now += pause * SECOND
    assert len(way.tried) == len(PAUSES) + 1
    (state,) = channel_states(gateway)
    assert (state.given_up, state.waiting, state.trouble) == (1, 0, "It answered 500.")
    assert 20 * 3600 < sum(PAUSES) < 30 * 3600
    # The review is none the worse for it.
    digest = reviewing.view(gateway, review).digest
    reviewing.approve(gateway, "eve", review, digest)
    assert reviewing.view(gateway, review).state is State.APPROVED


def test_a_process_that_dies_while_sending_leaves_it_due_again(told: Told, posts: Posts) -> None:
    deliverer = told.set(webhook=posts.url)
    gateway = told.house.gateway

    class DiedError(Exception):
        pass

    @dataclass
    class Dying:
        inner: Sender

        def send(self, channel: str, message: Message, now: int) -> None:
            self.inner.send(channel, message, now)
            raise DiedError

    arrive(told)
    with pytest.raises(DiedError):
        Deliverer(
            gateway, Dying(Sender(gateway.settings.notify)), wording(Tongue(Lang.EN))
        ).run_once()
    assert deliverer.run_once() == 0
    told.now += 120 * SECOND
    assert deliverer.run_once() == 1
    first, second = (json.loads(body)["id"] for _, _, body in posts.got)
    assert first == second


def test_two_processes_notice_and_send_each_thing_once(house: House) -> None:
    told = Told(house)
    told.set(webhook="https://somewhere.example", slack="https://other.example")
    house.arrive(change_set(edit("summary", "New")))
    assert [noticing.notice_news(house.gateway) for _ in range(2)] == [1, 0]
    found = []
    for _ in range(3):
        with house.gateway.database.write() as conn:
            found.append(notices.claim(conn, house.gateway.site, told.now, 60 * SECOND))
    assert [one and one.channel for one in found] == ["webhook", "slack", None]


def test_nobody_is_told_of_what_happened_while_notifications_were_off(told: Told) -> None:
    arrive(told)
    told.set()
    told.set(webhook="https://somewhere.example")
    with told.house.gateway.database.write() as conn:
        assert notices.claim(conn, told.house.gateway.site, told.now, SECOND) is None
    told.now += 2 * 24 * 3600 * SECOND
    with told.house.gateway.database.write() as conn:
        audit.append(conn, at=1_000, actor="gateway", kind="set_received", body={"review": 1})
    assert noticing.notice_news(told.house.gateway) == 0


def test_a_conflict_at_promotion_and_its_end_are_told_once_each(told: Told, posts: Posts) -> None:
    deliverer = told.set(webhook=posts.url)
    house = told.house
    review = arrive(told)
    digest = reviewing.view(house.gateway, review).digest
    reviewing.approve(house.gateway, "eve", review, digest)
    reviewing.promote(house.gateway, "eve", review, digest)
    house.jira.issues["10001"]["fields"]["summary"] = "Somebody else's"
    house.promote_all()
    deliverer.run_once()
    said = [json.loads(body)["event"] for _, _, body in posts.got]
    assert said == ["waiting", "conflict", "needs_person"]


def test_sending_back_and_a_whole_promotion_are_told(told: Told, posts: Posts) -> None:
    deliverer = told.set(webhook=posts.url)
    gateway = told.house.gateway
    first, second = arrive(told), told.house.arrive(change_set(edit("labels", ["x"]), number=2))
    digest = reviewing.view(gateway, first).digest
    reviewing.send_back(gateway, "eve", first, digest, "Secret words")
    digest = reviewing.view(gateway, second).digest
    reviewing.approve(gateway, "eve", second, digest)
    reviewing.promote(gateway, "eve", second, digest)
    told.house.promote_all()
    deliverer.run_once()
    said = [(json.loads(body)["event"], json.loads(body)["change_set"]) for _, _, body in posts.got]
    assert said[2:] == [("sent_back", f"CS-{first}"), ("promoted", f"CS-{second}")]
    for _, _, body in posts.got:
        for word in ("Secret", "Hidden", "AIR-1", "robot", "Ann", "acc-", digest):
            assert word not in body.decode()


@pytest.mark.parametrize(
    ("kind", "body", "state", "event"),
    [
        ("review_approve", {}, State.REVIEW, Event.SECOND_APPROVER),
        ("review_approve", {}, State.APPROVED, None),
        ("review_settled", {"applied": 2, "of": 2}, State.PROMOTED, Event.PROMOTED),
        ("review_settled", {"applied": 1, "of": 2}, State.PARTLY_PROMOTED, Event.NEEDS_PERSON),
        ("operation_cannot_tell", {}, State.PROMOTING, Event.NEEDS_PERSON),
        ("restored", {}, None, Event.NEEDS_PERSON),
        ("signed_in", {}, None, None),
    ],
)
def test_each_audited_fact_says_what_it_is_news_of(
    kind: str, body: Any, state: State | None, event: Event | None
) -> None:
    assert noticing.event_of(Entry(1, 1, "eve", kind, body, ""), state) is event


def test_every_event_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Event)
    english, korean = (wording(Tongue(lang)) for lang in Lang)
    for event in Event:
        assert english(event, "CS-7") != korean(event, "CS-7")
    assert "CS" not in english(Event.NEEDS_PERSON, "")


def test_a_channel_that_was_taken_out_of_the_settings_is_given_up(told: Told) -> None:
    told.set(webhook="https://somewhere.example")
    arrive(told)
    noticing.notice_news(told.house.gateway)
    deliverer = told.set(slack="https://other.example")
    assert deliverer.run_once() == 0
    with told.house.gateway.database.read() as conn:
        state = notices.state_of(conn, told.house.gateway.site, "webhook")
    assert (state.waiting, state.given_up) == (0, 1)


def test_an_agents_digest_never_helps_through_a_notification(told: Told) -> None:
    """No message holds what an approval needs: the digest is on the page alone."""
    told.set(webhook="https://somewhere.example")
    review = arrive(told)
    with pytest.raises(RefusedError):
        reviewing.approve(told.house.gateway, "robot", review, "")


def test_the_doctor_says_how_each_channel_does(tmp_path: Path) -> None:
    """Nothing is sent by looking."""
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    house = house_on(url)
    house.gateway.database.migrate()
    fill(house)
    away = Told(house)
    gateway = house.gateway

    def said() -> list[str]:
        settings = replace(gateway.settings, database_url=url)
        return [str(one) for one in check_notices(settings, gateway.database)]

    assert said() == [
        str(ok("notify", "No notifications are set: reviewers look at the inbox themselves."))
    ]
    away.set(webhook="https://somewhere.example")
    assert "nothing was sent yet" in said()[0]
    arrive(away)
    Deliverer(gateway, Refusing(), wording(Tongue(Lang.EN))).run_once()
    assert said()[0].startswith("warn  notify.webhook")
    assert "webhook: It answered 500. Waiting: 1, given up: 0." in said()[0]
    gateway.settings = replace(gateway.settings, public_url="http://127.0.0.1:8642")
    assert said()[0].startswith("warn  notify.link")
    gateway.database.dispose()
