"""Sends notifications to the addresses of the administrator's settings, and nowhere else.

Beside those it is people's own mail addresses, at domains that stand in the settings too.
No redirect is followed and no answer is read: an address that answers anything but 2xx
gets the message again later. Knows nothing of Jira.
"""

import smtplib
import ssl
from dataclasses import dataclass, field

import httpx2

from gateway.notify_settings import Mail, Notify, Tls
from gateway.notifying.message import (
    SIGNATURE,
    TIMESTAMP,
    Message,
    mail,
    signature,
    slack_body,
    webhook_body,
)

_TIMEOUT_S = 10.0
_MAIL = "mail "


class NotSentError(Exception):
    """A message was not taken; its text is a sentence without any secret."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Every way out that is set."""

    notify: Notify
    #: Whom certificates are trusted from.
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def send(self, channel: str, message: Message, now: int) -> None:
        """Send one message through one channel; raises NotSentError."""
        own = channel.startswith(_MAIL) and self.notify.personal(channel.removeprefix(_MAIL))
        if channel not in self.notify.channels and not own:
            raise NotSentError("This channel is no longer in the settings.")
        if channel == "webhook":
            self._webhook(message, str(now // 1_000_000))
        elif channel == "slack":
            self._post(self.notify.slack, slack_body(message), {})
        elif self.notify.mail is not None:
            self._mail(self.notify.mail, message, channel.removeprefix(_MAIL))

    def _webhook(self, message: Message, timestamp: str) -> None:
        body = webhook_body(message)
        signed = signature(self.notify.webhook_secret, timestamp, body)
        self._post(self.notify.webhook, body, {TIMESTAMP: timestamp, SIGNATURE: signed})

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        headers = {"Content-Type": "application/json", **headers}
        try:
            with (
                httpx2.Client(
                    timeout=_TIMEOUT_S, follow_redirects=False, verify=self.trust
                ) as client,
                client.stream("POST", url, content=body, headers=headers) as answer,
            ):
                status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise NotSentError(f"It cannot be reached ({type(error).__name__}).") from error
        if 300 <= status < 400:
            raise NotSentError(f"It answered {status}, a redirect; none is followed.")
        if not 200 <= status < 300:
            raise NotSentError(f"It answered {status}.")

    def _mail(self, server: Mail, message: Message, recipient: str) -> None:
        try:
            with _connection(server, self.trust) as smtp:
                if server.tls is Tls.STARTTLS:
                    smtp.starttls(context=self.trust)
                if server.user:
                    smtp.login(server.user, server.password)
                smtp.send_message(mail(message, server.sender, recipient))
        except smtplib.SMTPResponseException as error:
            raise NotSentError(f"The mail server answered {error.smtp_code}.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"The mail server refused it ({type(error).__name__}).") from error


def _connection(server: Mail, trust: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls is Tls.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT_S, context=trust)
    return smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S)
