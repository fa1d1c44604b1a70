"""Approving several change sets at a time, each by the one approval there is.

The inbox shows a digest beside each set that may be ticked. It is made from what the
database knows; Jira is read before the sets are shown again, and once more at each approval.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from gateway.operations import reviewing, standing
from gateway.operations.context import Gateway
from gateway.operations.seeing import see
from gateway.review.people import Person, Role, at_least, role_in, within
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from gateway.review.rules import STALE, Act, may
from gateway.review.states import State
from gateway.review.together import MOST, Weighed, flags_of
from gateway.review.values import InboxRow, ReviewView
from gateway.store import reviews
from gateway.store.database import Database
from sandbox.contract.scope import Refusal

#: A digest in the inbox may be of an older reading of Jira's metadata; so old, in µs, at most.
_KEPT_FOR = 5 * 60 * 1_000_000
_MOST_KEPT = 5000

_CHANGED = Refusal(
    STALE,
    "It is not what the inbox showed any more.",
    "Open it and decide about it there.",
)
_GONE = Refusal("unseen", "There is no such change set.", "Open the inbox to see what is waiting.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A set that somebody ticked, as it was shown to them."""

    review_id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A set that would be approved."""

    chosen: Chosen
    view: ReviewView


@dataclass(frozen=True, slots=True)
class Skipped:
    """A set that is left as it is, and why."""

    review_id: int
    #: Empty for one that is not there for them.
    title: str
    refusal: Refusal
    #: What changed since it was shown, as sentences.
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """A set that was approved."""

    review_id: int
    title: str
    #: False: other people have to approve it too.
    wholly: bool


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an approval of the chosen sets would come to."""

    ready: tuple[Ready, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the chosen sets."""

    approved: tuple[Approved, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Kept:
    """Review and person to the edition, the time and the digest that was offered then."""

    offers: dict[tuple[int, str], tuple[int, int, str]] = field(default_factory=dict)


_KEPT: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


def offered(gateway: Gateway, person: Person, rows: Iterable[InboxRow]) -> dict[int, str]:
    """Return review to digest of those lines that somebody may tick; Jira is not asked."""
    likely = [row.id for row in rows if _likely(gateway, person, row)]
    with gateway.database.read() as conn:
        editions = reviews.editions(conn, gateway.site, likely) if likely else {}
    found = {one: _offer(gateway, person, one, edition) for one, edition in editions.items()}
    return {review_id: digest for review_id, digest in found.items() if digest}


def prospect(gateway: Gateway, person: Person, chosen: Iterable[Chosen]) -> Prospect:
    """Return what would be approved and what would not, beside Jira as it is now."""
    ready: list[Ready] = []

    def one(each: Chosen) -> None:
        view = reviewing.would_approve(gateway, person.person, each.review_id, each.digest)
        ready.append(Ready(each, view))

    skipped = _each(gateway, person, chosen, one)
    return Prospect(tuple(ready), skipped)


def approve(gateway: Gateway, person: Person, chosen: Iterable[Chosen]) -> Report:
    """Approve each set as it was shown; what cannot be is left as it is and named."""
    approved: list[Approved] = []

    def one(each: Chosen) -> None:
        reviewing.approve(gateway, person.person, each.review_id, each.digest, together=True)
        with gateway.database.read() as conn:
            review = reviews.get(conn, each.review_id)
        if review is not None:
            wholly = review.state is not State.REVIEW
            approved.append(Approved(each.review_id, review.change_set.title, wholly))

    skipped = _each(gateway, person, chosen, one)
    return Report(tuple(approved), skipped)


def _each(
    gateway: Gateway, person: Person, chosen: Iterable[Chosen], work: Callable[[Chosen], None]
) -> tuple[Skipped, ...]:
    """Do something with each set that is theirs to see; returns those that were refused."""
    skipped: list[Skipped] = []
    for each in _once(chosen):
        try:
            standing.party(gateway, person, each.review_id)
            work(each)
        except UnknownReviewError:
            skipped.append(Skipped(each.review_id, "", _GONE))
        except StaleError as error:
            title = _title(gateway, each.review_id)
            skipped.append(Skipped(each.review_id, title, _CHANGED, error.changes))
        except RefusedError as error:
            title = _title(gateway, each.review_id)
            skipped.append(Skipped(each.review_id, title, error.refusal))
    for one in skipped:
        # What was offered was not right: it is made anew.
        _kept(gateway).offers.pop((one.review_id, person.person), None)
    return tuple(skipped)


def _once(chosen: Iterable[Chosen]) -> tuple[Chosen, ...]:
    """Return each set once, as many as may be chosen at a time."""
    return tuple({one.review_id: one for one in chosen}.values())[:MOST]


def _likely(gateway: Gateway, person: Person, row: InboxRow) -> bool:
    """Return whether a line is worth the making of a plan."""
    open_now = row.state is State.REVIEW and row.round == 1
    if not open_now or flags_of(Weighed((), row.flags)):
        return False
    return at_least(role_in(person, gateway.site, row.projects), Role.APPROVER)


def _offer(gateway: Gateway, person: Person, review_id: int, edition: int) -> str:
    now, mark, kept = gateway.clock(), (review_id, person.person), _kept(gateway).offers
    known = kept.get(mark)
    if known is not None and known[0] == edition and 0 <= now - known[1] <= _KEPT_FOR:
        return known[2]
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
    if review is None:
        return ""
    sight = see(gateway, review, read_now=False, viewer=person.person)
    # Whether Jira can be read is asked when it is.
    situation = replace(sight.situation, readable=True)
    whole = within(person, review.site, situation.projects)
    refusal = may(Act.APPROVE, whole, situation, shown=situation.digest, together=True)
    if len(kept) > _MOST_KEPT:
        kept.clear()
    kept[mark] = review.edition, now, "" if refusal else situation.digest
    return kept[mark][2]


def _kept(gateway: Gateway) -> _Kept:
    return _KEPT.setdefault(gateway.database, _Kept())


def _title(gateway: Gateway, review_id: int) -> str:
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
    return "" if review is None else review.change_set.title
