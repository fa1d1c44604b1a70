"""What is sent, as bytes: made of an event, a change set's number and a link, nothing else.

No word of any issue, of an agent or of a reviewer, no token, and nothing that decides by
being opened: the link leads to the page, where somebody signs in.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from gateway.notify_settings import Event

SIGNATURE = "X-Airlock-Signature"
TIMESTAMP = "X-Airlock-Timestamp"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """One notification, ready for any channel."""

    #: The same in every channel and at every try.
    id: str
    event: Event
    #: Short name of the site, as the administrator set it.
    site: str
    #: None: not about one change set.
    review: int | None
    link: str
    #: One sentence, in the installation's language.
    sentence: str
    #: Microseconds since 1970, UTC.
    at: int
    #: Names of the people it is for; none: for whoever may decide.
    people: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The sentence with the people it is for."""
        return f"{self.sentence} → {', '.join(self.people)}" if self.people else self.sentence

    @property
    def subject(self) -> str:
        """The sentence with where it comes from and whom it is for."""
        return f"[airlock {self.site}] {self.said}"

    @property
    def when(self) -> datetime:
        """When it happened."""
        return _EPOCH + timedelta(microseconds=self.at)


def webhook_body(message: Message) -> bytes:
    """Return the JSON that our own webhook gets."""
    return json.dumps(
        {
            "id": message.id,
            "event": message.event,
            "at": message.when.isoformat(timespec="seconds"),
            "site": message.site,
            "change_set": None if message.review is None else f"CS-{message.review}",
            "link": message.link,
            "text": message.said,
            "for": list(message.people),
        },
        ensure_ascii=False,
    ).encode()


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return ``sha256=`` and the HMAC of timestamp, a full stop, and the body, in hex."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()


def slack_body(message: Message) -> bytes:
    """Return what a Slack incoming webhook takes."""
    said = f"{_slack(message.subject)} <{_slack(message.link)}|{_slack(_name(message))}>"
    return json.dumps({"text": said}, ensure_ascii=False).encode()


def mail(message: Message, sender: str, recipient: str) -> EmailMessage:
    """Return the mail to one recipient; every try has the same id, so that doubles are known."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = recipient
    made["Subject"] = message.subject
    made["Date"] = format_datetime(message.when)
    made["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(f"{message.said}\n\n{message.link}\n")
    return made


def _name(message: Message) -> str:
    return "jira-airlock" if message.review is None else f"CS-{message.review}"


def _slack(text: str) -> str:
    """Return text with Slack's three signs escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
