"""The newer forms in a browser: the inbox's filter, the page of notifications; axe, telephone."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from gateway.notify_settings import Event, Mail, Notify, Tls
from gateway.notifying.message import Message
from gateway.notifying.sending import NotSentError
from gateway.operations import noticing
from gateway.operations.delivering import Deliverer
from gateway.web.language import Lang, Tongue
from gateway.web.notice_words import wording
from tests.browser.conftest import Place, shot
from tests.browser.test_review_pages import ready

PICTURES = (("/notifications", "notifications"), ("/?turn=reviewer&sort=risk", "inbox-narrowed"))
LOOKS = [("light", "en", ""), ("dark", "ko", "-ko-dark")]


class Half:
    """A way out through which mails do not go."""

    def send(self, channel: str, _message: Message, _now: int) -> None:
        """Take what is no mail."""
        if channel.startswith("mail"):
            raise NotSentError("The mail server answered 550.")


@pytest.fixture
def telling(place: Place) -> Iterator[Place]:
    """Lend the pages of a gateway that sends notifications, not all of which arrive."""
    gateway = place.house.gateway
    before = gateway.settings
    mail = Mail(
        "mail.shop.example", 587, Tls.STARTTLS, "airlock@shop.example", ("lead@shop.example",)
    )
    events = frozenset(Event) - {Event.TEST, Event.PROMOTED}
    hook, slack = "https://hooks.shop.example/airlock", "https://slack.example/services/T0/B0/x"
    gateway.settings = replace(before, notify=Notify(events, hook, b"x" * 16, slack, mail))
    noticing.notice_news(gateway)
    noticing.ask_for_test(gateway)
    Deliverer(gateway, Half(), wording(Tongue(Lang.EN))).run_once()
    yield place
    gateway.settings = before


@pytest.mark.parametrize(("scheme", "lang", "name"), LOOKS)
def test_notifications_and_the_filter_have_no_accessibility_fault(
    telling: Place, waiting: int, scheme: str, lang: str, name: str
) -> None:
    with telling.open(color_scheme=scheme) as page:
        for path, picture in PICTURES:
            page.set_viewport_size({"width": 1280, "height": 900})
            ready(page, f"{path}{'&' if '?' in path else '?'}lang={lang}")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            shot(page, picture + name)
            page.set_viewport_size({"width": 375, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, path
            shot(page, f"telephone-{picture}-{lang}")
