"""The settings of notifications; ``gateway.settings`` adds them to its table.

Nothing is sent unless a channel is named here, and nowhere else can one be named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from gateway.jira_settings import PartSettingsError, Setting

NOTIFY: tuple[Setting, ...] = (
    Setting(
        "AIRLOCK_NOTIFY_EVENTS",
        "waiting, second_approver, conflict, promoted, needs_person, sent_back, mentioned",
        "what people are told of, comma-separated; each message is a sentence with a link, "
        "never a word of an issue",
    ),
    Setting(
        "AIRLOCK_NOTIFY_WEBHOOK_URL",
        "",
        "https address that gets each notification as signed JSON; empty: none",
    ),
    Setting(
        "AIRLOCK_NOTIFY_WEBHOOK_SECRET",
        "",
        "key of the signature in X-Airlock-Signature (at least 16 characters)",
        secret=True,
    ),
    Setting(
        "AIRLOCK_NOTIFY_SLACK_URL",
        "",
        "https address of a Slack incoming webhook, or of whatever takes the same; empty: none",
        secret=True,
    ),
    Setting(
        "AIRLOCK_NOTIFY_SMTP",
        "",
        "host:port of the mail server that takes notifications; empty: no mails",
    ),
    Setting(
        "AIRLOCK_NOTIFY_SMTP_TLS",
        "starttls",
        "starttls, tls, or none; none only where the mail server is this machine",
    ),
    Setting("AIRLOCK_NOTIFY_SMTP_USER", "", "account at the mail server; empty: none is needed"),
    Setting("AIRLOCK_NOTIFY_SMTP_PASSWORD", "", "its password", secret=True),
    Setting("AIRLOCK_NOTIFY_MAIL_FROM", "", "address that mails come from"),
    Setting("AIRLOCK_NOTIFY_MAIL_TO", "", "addresses that get mails, comma-separated"),
    Setting(
        "AIRLOCK_NOTIFY_PEOPLE_AT",
        "",
        "mail domains, comma-separated, at which people may have mails of their own sent: of what "
        "they follow, look after or are called in; empty: none",
    ),
)

_SHORTEST_SECRET = 16
_LONGEST_ADDRESS = 254


class Event(StrEnum):
    """What people are told of."""

    WAITING = "waiting"
    SECOND_APPROVER = "second_approver"
    CONFLICT = "conflict"
    PROMOTED = "promoted"
    NEEDS_PERSON = "needs_person"
    SENT_BACK = "sent_back"
    #: Somebody called a colleague by name in a remark.
    MENTIONED = "mentioned"
    #: Asked for by an admin, to see whether messages arrive.
    TEST = "test"


class Tls(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server and who gets mails."""

    host: str
    port: int
    tls: Tls
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Notify:
    """All channels that are set."""

    events: frozenset[Event] = frozenset()
    webhook: str = ""
    webhook_secret: bytes = field(default=b"", repr=False)
    #: A secret itself: who knows it can post there.
    slack: str = field(default="", repr=False)
    mail: Mail | None = None
    #: Domains at which people may have mails of their own sent.
    people_at: frozenset[str] = frozenset()

    @property
    def sends(self) -> bool:
        """Whether anything can be sent at all."""
        return bool(self.channels or (self.mail and self.people_at))

    def personal(self, address: str) -> bool:
        """Return whether somebody may have mails of their own sent to an address."""
        plain = is_mailbox(address) and len(address) <= _LONGEST_ADDRESS
        return bool(self.mail) and plain and address.rpartition("@")[2].lower() in self.people_at

    @property
    def channels(self) -> tuple[str, ...]:
        """The name of each channel: ``webhook``, ``slack``, and ``mail ADDRESS`` for each."""
        recipients = () if self.mail is None else self.mail.recipients
        named = (("webhook", self.webhook), ("slack", self.slack))
        mails = (f"mail {one}" for one in recipients)
        return (*(name for name, url in named if url), *mails)


class NotifySettingsError(PartSettingsError):
    """A setting of the notifications cannot be used; has its name and what is wrong."""


def notify_of(names: Mapping[str, str]) -> Notify:
    """Return the channels that are set; raises NotifySettingsError."""
    webhook = _address(names, "AIRLOCK_NOTIFY_WEBHOOK_URL")
    secret = names["AIRLOCK_NOTIFY_WEBHOOK_SECRET"].encode()
    if webhook and len(secret) < _SHORTEST_SECRET:
        raise NotifySettingsError(
            "AIRLOCK_NOTIFY_WEBHOOK_SECRET",
            f"has to have at least {_SHORTEST_SECRET} characters: messages are signed with it.",
        )
    return Notify(
        events=_events(names["AIRLOCK_NOTIFY_EVENTS"]),
        webhook=webhook,
        webhook_secret=secret,
        slack=_address(names, "AIRLOCK_NOTIFY_SLACK_URL"),
        mail=_mail(names),
        people_at=_domains(names),
    )


def is_this_machine(host: str) -> bool:
    """Return whether a host name or address is this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _address(names: Mapping[str, str], name: str) -> str:
    """Return an https address; a secret one is not repeated in the complaint."""
    url = names[name]
    if not url:
        return ""
    parts = urlsplit(url)
    local = parts.scheme == "http" and is_this_machine(parts.hostname or "")
    if not parts.hostname or (parts.scheme != "https" and not local):
        raise NotifySettingsError(name, "has to be an https address.")
    if parts.username or parts.password:
        raise NotifySettingsError(name, "has a name or password in it; leave them out.")
    return url


def _events(text: str) -> frozenset[Event]:
    words = [one.strip() for one in text.split(",") if one.strip()]
    known = [one for one in Event if one is not Event.TEST]
    for one in words:
        if one not in known:
            raise NotifySettingsError(
                "AIRLOCK_NOTIFY_EVENTS", f"has '{one}'; it may have {', '.join(known)}."
            )
    return frozenset(Event(one) for one in words)


def _domains(names: Mapping[str, str]) -> frozenset[str]:
    name = "AIRLOCK_NOTIFY_PEOPLE_AT"
    found = [one.strip().lower() for one in names[name].split(",") if one.strip()]
    for one in found:
        if not is_mailbox(f"x@{one}"):
            raise NotifySettingsError(name, f"has '{one}', which is not a mail domain.")
    if found and not names["AIRLOCK_NOTIFY_SMTP"]:
        raise NotifySettingsError(name, "needs a mail server: set AIRLOCK_NOTIFY_SMTP too.")
    return frozenset(found)


def _mail(names: Mapping[str, str]) -> Mail | None:
    server = names["AIRLOCK_NOTIFY_SMTP"]
    if not server:
        return None
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise NotifySettingsError("AIRLOCK_NOTIFY_SMTP", f"is '{server}'; it has to be host:port.")
    found = Mail(
        host=host.strip("[]"),
        port=int(port),
        tls=_tls(names["AIRLOCK_NOTIFY_SMTP_TLS"]),
        sender=_mailbox("AIRLOCK_NOTIFY_MAIL_FROM", names["AIRLOCK_NOTIFY_MAIL_FROM"]),
        recipients=_recipients(names),
        user=names["AIRLOCK_NOTIFY_SMTP_USER"],
        password=names["AIRLOCK_NOTIFY_SMTP_PASSWORD"],
    )
    if found.tls is Tls.NONE and not is_this_machine(found.host):
        raise NotifySettingsError(
            "AIRLOCK_NOTIFY_SMTP_TLS",
            f"is none, but {found.host} is not this machine: set it to starttls or tls.",
        )
    return found


def _tls(text: str) -> Tls:
    if text not in list(Tls):
        raise NotifySettingsError(
            "AIRLOCK_NOTIFY_SMTP_TLS", f"is '{text}'; it may be {', '.join(Tls)}."
        )
    return Tls(text)


def _recipients(names: Mapping[str, str]) -> tuple[str, ...]:
    text = names["AIRLOCK_NOTIFY_MAIL_TO"]
    found = dict.fromkeys(one.strip() for one in text.split(",") if one.strip())
    if not found and not names["AIRLOCK_NOTIFY_PEOPLE_AT"]:
        raise NotifySettingsError(
            "AIRLOCK_NOTIFY_MAIL_TO", "must be set with AIRLOCK_NOTIFY_SMTP: nobody would get any."
        )
    return tuple(_mailbox("AIRLOCK_NOTIFY_MAIL_TO", one) for one in found)


def _mailbox(name: str, text: str) -> str:
    if not is_mailbox(text):
        raise NotifySettingsError(name, f"has '{text}', which is not a mail address.")
    return text


def is_mailbox(text: str) -> bool:
    """Return whether it is one plain mail address: no display name, no end of a header."""
    plain = parseaddr(text)[1] == text and text.isprintable() and " " not in text
    local, at, domain = text.rpartition("@")
    return bool(plain and at and local and domain)
