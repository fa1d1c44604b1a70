"""A channel that cannot work, or would give something away, is refused at the start."""

import pytest

from gateway.notify_settings import Event, Tls
from gateway.settings import Settings, SettingsError

MEMORY = {"AIRLOCK_DATABASE_URL": "sqlite://"}
MAIL = {
    "AIRLOCK_NOTIFY_SMTP": "mail.example:587",
    "AIRLOCK_NOTIFY_MAIL_FROM": "airlock@shop.example",
    "AIRLOCK_NOTIFY_MAIL_TO": "a@shop.example, b@shop.example, a@shop.example",
}


def test_nothing_is_sent_by_default() -> None:
    assert Settings.from_env(MEMORY).notify.channels == ()


def test_channels_are_named_as_they_are_set() -> None:
    found = Settings.from_env(
        {
            **MEMORY,
            **MAIL,
            "AIRLOCK_NOTIFY_WEBHOOK_URL": "https://hooks.example/x",
            "AIRLOCK_NOTIFY_WEBHOOK_SECRET": "0123456789abcdef",
            "AIRLOCK_NOTIFY_SLACK_URL": "https://slack.example/services/T/B/secret",
            "AIRLOCK_NOTIFY_SMTP_USER": "airlock",
            "AIRLOCK_NOTIFY_SMTP_PASSWORD": "mail-secret",
            "AIRLOCK_NOTIFY_EVENTS": "waiting,conflict",
        }
    ).notify
    assert found.channels == ("webhook", "slack", "mail a@shop.example", "mail b@shop.example")
    assert found.events == {Event.WAITING, Event.CONFLICT}
    assert found.mail is not None
    assert (found.mail.port, found.mail.tls) == (587, Tls.STARTTLS)
    for secret in ("mail-secret", "0123456789abcdef", "services"):
        assert secret not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRLOCK_NOTIFY_WEBHOOK_URL", "http://hooks.example/"),
        ("AIRLOCK_NOTIFY_WEBHOOK_URL", "file:///etc/passwd"),
        ("AIRLOCK_NOTIFY_SLACK_URL", "https://me:word@slack.example/"),
        ("AIRLOCK_NOTIFY_WEBHOOK_SECRET", "short"),
        ("AIRLOCK_NOTIFY_EVENTS", "waiting,everything"),
        ("AIRLOCK_NOTIFY_SMTP", "mail.example"),
        ("AIRLOCK_NOTIFY_SMTP_TLS", "none"),
        ("AIRLOCK_NOTIFY_SMTP_TLS", "maybe"),
        ("AIRLOCK_NOTIFY_MAIL_TO", ""),
        ("AIRLOCK_NOTIFY_MAIL_TO", "Lead <a@shop.example>"),
        ("AIRLOCK_NOTIFY_MAIL_TO", "a@shop.example\nBcc: all@shop.example"),
        ("AIRLOCK_NOTIFY_MAIL_FROM", "nobody"),
        ("AIRLOCK_NOTIFY_PEOPLE_AT", "shop.example, a b"),
        ("AIRLOCK_NOTIFY_PEOPLE_AT", "me@shop.example"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    env = {
        **MEMORY,
        **MAIL,
        "AIRLOCK_NOTIFY_WEBHOOK_URL": "https://hooks.example/x",
        "AIRLOCK_NOTIFY_WEBHOOK_SECRET": "0123456789abcdef",
    }
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({**env, name: value})
    assert str(caught.value).startswith(name)
    assert "word" not in str(caught.value).replace("password", "")


def test_people_have_mails_of_their_own_sent_at_the_named_domains_alone() -> None:
    env = {**MEMORY, **MAIL, "AIRLOCK_NOTIFY_PEOPLE_AT": "shop.example, Sub.Shop.example"}
    found = Settings.from_env({**env, "AIRLOCK_NOTIFY_MAIL_TO": ""}).notify
    assert (found.channels, found.sends) == ((), True)
    assert found.personal("kim@shop.example")
    assert found.personal("kim@SUB.shop.example")
    for address in (
        "kim@evil.example",
        "kim@shop.example.evil.example",
        "shop.example",
        "Kim <kim@shop.example>",
        "kim@evil.example, x@shop.example",
        "kim@shop.example\nBcc: all@evil.example",
        "a" * 300 + "@shop.example",
    ):
        assert not found.personal(address), address
    with pytest.raises(SettingsError, match="AIRLOCK_NOTIFY_PEOPLE_AT"):
        Settings.from_env({**MEMORY, "AIRLOCK_NOTIFY_PEOPLE_AT": "shop.example"})
