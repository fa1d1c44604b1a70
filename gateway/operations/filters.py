"""What somebody likes to ask their inbox for: kept under a name, theirs alone."""

from gateway.operations.context import Gateway
from gateway.review.people import Person
from gateway.review.refusals import RefusedError
from gateway.store import saved_filters
from sandbox.contract.scope import Refusal

#: So many names fit above an inbox.
MOST = 20


def saved(gateway: Gateway, person: Person) -> dict[str, str]:
    """Return name to query of somebody's filters."""
    with gateway.database.read() as conn:
        return saved_filters.listed(conn, gateway.site, person.person)


def save(gateway: Gateway, person: Person, name: str, query: str) -> None:
    """Keep a filter under a name, in place of one of that name; raises RefusedError."""
    name = name.strip()
    if not name:
        raise RefusedError(Refusal("name", "A saved view needs a name.", "Write a word or two."))
    with gateway.database.write() as conn:
        known = saved_filters.listed(conn, gateway.site, person.person)
        if name not in known and len(known) >= MOST:
            raise RefusedError(
                Refusal("many", "There are as many saved views as there can be.", "Remove one.")
            )
        saved_filters.put(conn, gateway.site, person.person, name, query)


def remove(gateway: Gateway, person: Person, name: str) -> None:
    """Forget a filter."""
    with gateway.database.write() as conn:
        saved_filters.remove(conn, gateway.site, person.person, name)
