"""The page of notifications: which channels there are, and whether messages arrive."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.notify_settings import Event, Notify
from gateway.store.notices import ChannelState
from gateway.web.language import Tongue
from gateway.web.notice_words import EVENTS, SENTENCES
from gateway.web.page_values import Chip
from gateway.web.told import in_tongue


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel."""

    name: str
    #: Where it leads, without what is secret in it.
    where: str
    state: Chip
    #: When the last message arrived, and how many wait or were given up.
    facts: tuple[str, ...]
    trouble: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event, and whether people are told of it."""

    name: str
    said: str
    told: bool


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """The page of notifications."""

    channels: tuple[ChannelLine, ...]
    events: tuple[EventLine, ...]
    #: Whether a test was asked for just now.
    tested: bool


def present_notices(
    notify: Notify,
    states: tuple[ChannelState, ...],
    tongue: Tongue,
    now: int,
    *,
    tested: bool = False,
) -> NoticesPage:
    """Return the page as an admin sees it."""
    return NoticesPage(
        channels=tuple(_line(one, notify, tongue, now) for one in states),
        events=tuple(
            EventLine(
                tongue.gettext(name),
                tongue.gettext(SENTENCES[event], name="CS-7"),
                event in notify.events,
            )
            for event, name in EVENTS.items()
            if event is not Event.TEST
        ),
        tested=tested,
    )


def _line(state: ChannelState, notify: Notify, tongue: Tongue, now: int) -> ChannelLine:
    kind, _, recipient = state.channel.partition(" ")
    name, where = {
        "webhook": (tongue.gettext("Webhook"), _host(notify.webhook)),
        "slack": ("Slack", _host(notify.slack)),
    }.get(kind, (tongue.gettext("Mail"), recipient))
    return ChannelLine(
        name=name,
        where=where,
        state=_chip(state, tongue),
        facts=tuple(_facts(state, tongue, now)),
        trouble=in_tongue(state.trouble, tongue),
    )


def _host(url: str) -> str:
    """Return the host alone: the rest of such an address is often a secret."""
    return urlsplit(url).netloc


def _chip(state: ChannelState, tongue: Tongue) -> Chip:
    if state.trouble:
        return Chip(tongue.gettext("does not arrive"), "bad")
    if state.arrived_at is None:
        return Chip(tongue.gettext("nothing sent yet"), "plain")
    return Chip(tongue.gettext("arrives"), "ok")


def _facts(state: ChannelState, tongue: Tongue, now: int) -> list[str]:
    facts = []
    if state.arrived_at is not None:
        facts.append(tongue.gettext("last one %(when)s", when=tongue.ago(state.arrived_at, now)))
    for number, text in (
        (state.waiting, tongue.ngettext("%(num)d waiting", "%(num)d waiting", state.waiting)),
        (
            state.given_up,
            tongue.ngettext("%(num)d given up", "%(num)d given up", state.given_up),
        ),
    ):
        if number:
            facts.append(text)
    return facts
