"""``airlock doctor``: whether notifications arrive, as far as the database knows."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from gateway.notify_settings import is_this_machine
from gateway.operations.checking import Checked, ok, warn
from gateway.settings import Settings
from gateway.store import notices
from gateway.store.database import Database, is_there
from gateway.store.notices import ChannelState


def check_notices(settings: Settings, database: Database) -> Iterator[Checked]:
    """Yield one line for each channel; nothing is sent."""
    notify = settings.notify
    if not notify.channels:
        yield ok("notify", "No notifications are set: reviewers look at the inbox themselves.")
        return
    if is_this_machine(urlsplit(settings.public_url).hostname or ""):
        yield warn(
            "notify.link",
            f"The links of notifications lead to {settings.public_url}: to the reader's machine.",
            "Set AIRLOCK_PUBLIC_URL to where reviewers find the pages.",
        )
    for channel in notify.channels:
        yield _channel(_state(settings, database, channel), channel)


def _state(settings: Settings, database: Database, channel: str) -> ChannelState | None:
    """Return what the database knows; None when it is not there or of an older version."""
    if not is_there(settings.database_url):
        return None
    try:
        with database.read() as conn:
            return notices.state_of(conn, settings.site, channel)
    except SQLAlchemyError:
        return None


def _channel(state: ChannelState | None, channel: str) -> Checked:
    name = f"notify.{channel.split(' ', maxsplit=1)[0]}"
    if state is None or (state.arrived_at is None and not state.trouble):
        return ok(name, f"{channel}: set, nothing was sent yet.")
    if state.trouble:
        return warn(
            name,
            f"{channel}: {state.trouble} Waiting: {state.waiting}, given up: {state.given_up}.",
            "Mend it, then send a test from the page of notifications.",
        )
    return ok(name, f"{channel}: the last message arrived.")
