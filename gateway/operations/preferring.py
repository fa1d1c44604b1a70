"""What people choose about their own pages."""

from collections.abc import Mapping

from gateway.operations.context import Gateway
from gateway.operations.noticing import MAIL
from gateway.review.preferences import Preferences, known, preferences
from gateway.review.refusals import RefusedError
from gateway.store import audit
from gateway.store import preferences as kept
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import JsonObject

_NO_MAIL = Refusal(
    "mail",
    "Mails of your own are not sent to this address.",
    "Take one of your company's domains, as the administrator named them.",
)
_UNKNOWN = Refusal("choice", "This cannot be chosen.", "Open the page again and choose there.")


def preferred(gateway: Gateway, person: str) -> Preferences:
    """Return how somebody likes their pages."""
    with gateway.database.read() as conn:
        return preferences(kept.chosen(conn, person))


def own_mail(gateway: Gateway, person: str) -> str | None:
    """Return where somebody has mails of their own sent, empty: nowhere; None: not offered."""
    notify = gateway.settings.notify
    if notify.mail is None or not notify.people_at:
        return None
    with gateway.database.read() as conn:
        return kept.chosen(conn, person).get(MAIL, "")


def set_own_mail(gateway: Gateway, person: str, address: str) -> None:
    """Have somebody's own mails sent there, empty: nowhere; raises RefusedError."""
    wanted = address.strip()
    if wanted and not gateway.settings.notify.personal(wanted):
        raise RefusedError(_NO_MAIL)
    with gateway.database.write() as conn:
        kept.choose(conn, person, {MAIL: wanted})
        body: JsonObject = {"person": person}
        kind = "own_mail" if wanted else "own_mail_ended"
        audit.append(conn, at=gateway.clock(), actor=person, kind=kind, body=body)


def prefer(gateway: Gateway, person: str, values: Mapping[str, str]) -> None:
    """Keep what somebody chose; raises RefusedError for what cannot be."""
    if not all(known(name, value) for name, value in values.items()):
        raise RefusedError(_UNKNOWN)
    with gateway.database.write() as conn:
        kept.choose(conn, person, values)
