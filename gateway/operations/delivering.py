"""Sends what is due, keeps what failed to be tried again, gives up after a day or so."""

import logging
from collections.abc import Callable
from typing import Protocol

from gateway.notify_settings import Event
from gateway.notifying.message import Message
from gateway.notifying.sending import NotSentError
from gateway.operations import desk, standing
from gateway.operations.context import Gateway
from gateway.operations.noticing import MAIL, PERSON, notice_news
from gateway.store import notices, people, preferences
from gateway.store.notices import ChannelState, Delivery, Notice

LOG = logging.getLogger(__name__)

SECOND = 1_000_000
#: How long one try may take before another process may make the next.
_LEASE = 120 * SECOND
#: Seconds between one try and the next; after the last one it is given up.
PAUSES = (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
#: Says an event of a change set, by its name (``CS-7``), in the installation's language.
Wording = Callable[[Event, str], str]


class Way(Protocol):
    """What sends: the real one is ``gateway.notifying.sending.Sender``."""

    def send(self, channel: str, message: Message, now: int) -> None:
        """Send one message; raises NotSentError."""


class Deliverer:
    """Carries notices from the database to the channels."""

    def __init__(self, gateway: Gateway, way: Way, say: Wording) -> None:
        """Take what sends and what says."""
        self._gateway = gateway
        self._way = way
        self._say = say

    def run_once(self) -> int:
        """Notice what is new and send what is due; returns how many messages arrived."""
        notice_news(self._gateway)
        arrived = 0
        while (delivery := self._claim()) is not None:
            arrived += self._deliver(delivery)
        return arrived

    def _claim(self) -> Delivery | None:
        gateway = self._gateway
        if not gateway.settings.notify.sends:
            return None
        now = gateway.clock()
        with gateway.database.read() as conn:
            if not notices.is_due(conn, gateway.site, now):
                return None
        with gateway.database.write() as conn:
            return notices.claim(conn, gateway.site, now, _LEASE)

    def _deliver(self, delivery: Delivery) -> bool:
        gateway = self._gateway
        channel = self._channel(delivery)
        if channel is None:
            with gateway.database.write() as conn:
                notices.given_up(conn, delivery, gateway.clock(), "")
            return False
        message = self._message(delivery.notice)
        try:
            self._way.send(channel, message, gateway.clock())
        except NotSentError as error:
            self._failed(delivery, str(error))
            return False
        with gateway.database.write() as conn:
            notices.arrived(conn, delivery, gateway.clock())
        return True

    def _channel(self, delivery: Delivery) -> str | None:
        """Return the channel to send through; None: nobody may or wants to hear it any more."""
        kind, _, name = delivery.channel.partition(" ")
        notice = delivery.notice
        if kind != PERSON:
            named = self._named(notice) if notice.people else ("",)
            return delivery.channel if named else None
        with self._gateway.database.read() as conn:
            person = people.get(conn, name)
            address = preferences.chosen(conn, name).get(MAIL, "")
        if person is None or notice.review_id is None:
            return None
        sees = standing.may_see(self._gateway, person, notice.review_id)
        allowed = self._gateway.settings.notify.personal(address)
        return f"mail {address}" if sees and allowed else None

    def _named(self, notice: Notice) -> tuple[str, ...]:
        """Return the names of those whom a notice is for, as far as they may see the set."""
        if notice.review_id is None:
            return ()
        if not notice.people:
            return desk.names_for(self._gateway, notice.review_id)
        with self._gateway.database.read() as conn:
            known = [people.get(conn, one) for one in notice.people]
        return tuple(
            one.name
            for one in known
            if one is not None and standing.may_see(self._gateway, one, notice.review_id)
        )

    def _failed(self, delivery: Delivery, trouble: str) -> None:
        gateway = self._gateway
        now = gateway.clock()
        LOG.warning("notice_not_sent notice=%s", delivery.notice.notice)
        own = delivery.channel.startswith(f"{PERSON} ")
        known = own or delivery.channel in gateway.settings.notify.channels
        with gateway.database.write() as conn:
            if delivery.attempts > len(PAUSES) or not known:
                notices.given_up(conn, delivery, now, trouble)
            else:
                until = now + PAUSES[delivery.attempts - 1] * SECOND
                notices.put_off(conn, delivery, until, trouble)

    def _message(self, notice: Notice) -> Message:
        gateway = self._gateway
        name = "" if notice.review_id is None else f"CS-{notice.review_id}"
        place = "/" if notice.review_id is None else f"/cs/{notice.review_id}"
        event = Event(notice.event)
        return Message(
            id=notice.notice,
            event=event,
            site=gateway.site,
            review=notice.review_id,
            link=gateway.settings.public_url + place,
            sentence=self._say(event, name),
            at=notice.at,
            people=self._named(notice),
        )


def channel_states(gateway: Gateway) -> tuple[ChannelState, ...]:
    """Return how each channel of the settings does."""
    with gateway.database.read() as conn:
        return tuple(
            notices.state_of(conn, gateway.site, channel)
            for channel in gateway.settings.notify.channels
        )
