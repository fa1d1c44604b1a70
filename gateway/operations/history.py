"""The history that people read: the audit's rows with what their numbers stand for."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection

from gateway.operations import standing
from gateway.operations.context import Gateway
from gateway.promotion.fields import Fields
from gateway.review.people import Person, sees
from gateway.store import audit, audit_reading, people, registry, sites
from gateway.store.audit import Checkpoint
from gateway.store.audit_reading import Fact, Named, Wanted

PAGE = 50
#: Rows read at once when most of them may not be shown.
_CHUNK = 500
#: A longer chain is checked only when somebody asks: a page must not wait for it.
CHECKED_ALWAYS = 20_000


@dataclass(frozen=True, slots=True)
class History:
    """One page of the audit."""

    facts: tuple[Fact, ...]
    named: Named
    #: Everybody who ever did something; the second is a name, if it is a person's.
    actors: tuple[tuple[str, str], ...]
    #: Person, or Jira account that a token was made for, to display name.
    accounts: Mapping[str, str]
    head: Checkpoint
    #: Whether the whole chain was checked for this page.
    checked: bool
    #: The first thing that is wrong with the chain, or None.
    fault: str | None
    #: The newest row that was anchored outside the database; 0: none was.
    anchored: int
    #: Where the next, older page begins; None on the last one.
    older: int | None
    #: Field id to the site's own name of it.
    fields: Mapping[str, str] = field(default_factory=dict)


def look(
    gateway: Gateway, person: Person, wanted: Wanted, *, before: int | None, check: bool
) -> History:
    """Return one page of the audit as a person may see it, newest first.

    Whoever has a role in some projects only sees what happened to their change sets.
    """
    everything = standing.everything(gateway, person)
    own = frozenset() if everything else {one.id for one in standing.inbox(gateway, person)}
    wide = sees(person, gateway.site, ())
    with gateway.database.read() as conn:
        if everything:
            found = audit_reading.newest(conn, wanted, before=before, limit=PAGE + 1)
        else:
            found = tuple(islice(_of_sets(conn, wanted, before, own, wide=wide), PAGE + 1))
        facts = found[:PAGE]
        head = audit.head(conn)
        checked = check or head.seq <= CHECKED_ALWAYS
        names = {one.person: one.name for one in people.listed(conn)}
        accounts = names | {
            one.grant.person: one.person_name for one in registry.tokens(conn, gateway.site)
        }
        actors = audit_reading.actors(conn) if everything else audit_reading.actors_of(facts)
        return History(
            facts=facts,
            named=audit_reading.named(conn, facts),
            actors=tuple((one, names.get(one, "")) for one in actors),
            accounts=accounts,
            head=head,
            checked=checked,
            fault=audit.verify(conn, public=gateway.settings.signer.public) if checked else None,
            anchored=_anchored(conn),
            older=facts[-1].seq if len(found) > PAGE else None,
            fields=_fields(conn, gateway.site),
        )


def _fields(conn: Connection, site: str) -> dict[str, str]:
    metadata = sites.metadata(conn, site)
    known = {} if metadata is None else Fields.of(metadata).by_id
    return {name: str(one.get("name") or name) for name, one in known.items()}


def _of_sets(
    conn: Connection, wanted: Wanted, before: int | None, own: AbstractSet[int], *, wide: bool
) -> Iterator[Fact]:
    """Yield the facts about these change sets and, if ``wide``, about none, newest first."""
    while facts := audit_reading.newest(conn, wanted, before=before, limit=_CHUNK):
        yield from (fact for fact in facts if _is_theirs(fact, own, wide=wide))
        before = facts[-1].seq


def _is_theirs(fact: Fact, own: AbstractSet[int], *, wide: bool) -> bool:
    review = fact.body.get("review")
    return wide if review is None else review in own


def _anchored(conn: Connection) -> int:
    newest = audit.newest(conn, "audit_anchored")
    row = None if newest is None else newest.body.get("row")
    return row if isinstance(row, int) else 0


def export(gateway: Gateway, person: Person, wanted: Wanted) -> Iterator[Fact]:
    """Yield all facts asked for that a person may see, in the order of the chain."""
    own: frozenset[int] | None = None
    if not standing.everything(gateway, person):
        own = frozenset(one.id for one in standing.inbox(gateway, person))
    after = 0
    while True:
        with gateway.database.read() as conn:
            facts = audit_reading.chunk(conn, wanted, after=after)
        if not facts:
            return
        yield from (one for one in facts if own is None or _is_theirs(one, own, wide=True))
        after = facts[-1].seq
