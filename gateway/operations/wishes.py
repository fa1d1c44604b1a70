"""A person's wish for one value: still about what Jira has, of the right kind, within scope."""

from gateway.operations import grounds
from gateway.operations.context import Gateway
from gateway.operations.seeing import Sight
from gateway.operations.seeing_stored import settled_of
from gateway.promotion.plan import KEEP, REJECT
from gateway.promotion.settled import Settled, settle
from gateway.review.editing import UnfitError
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.settling import CLEAR, WISHES, Wish, mark, settled_by
from gateway.review.settling import KEEP as KEEP_JIRA
from gateway.review.values import ChangeView
from gateway.store.reviews import Decision
from sandbox.contract.scope import Refusal


def still_shown(sight: Sight, shown: str, view: ChangeView, wish: Wish) -> None:
    """Refuse a wish about a value that Jira no longer has."""
    if wish.choice not in WISHES:
        raise RefusedError(
            Refusal("verdict", "A value can be kept, taken, combined or edited.", "Choose one.")
        )
    if wish.choice != CLEAR and wish.seen != mark(view):
        name = view.field_name or str(view.change.kind)
        raise StaleError(
            sight.review.id,
            shown,
            sight.situation.digest,
            (f"Jira has another value now: {name}.",),
        )


def decision_of(gateway: Gateway, sight: Sight, who: str, view: ChangeView, wish: Wish) -> Decision:
    """Return what is stored of a wish; raises RefusedError when its value is none."""
    change, ground = view.change, sight.ground
    try:
        settled = settled_by(wish, view, ground.docs.get(change.id), ground.site, who)
    except UnfitError as error:
        raise RefusedError(error.refusal) from error
    if settled is not None:
        _within_scope(gateway, sight, change.id, settled)
    verdict = REJECT if wish.choice == KEEP_JIRA else KEEP
    return Decision(change.id, verdict, wish.words, who, gateway.clock(), settled)


def _within_scope(gateway: Gateway, sight: Sight, change_id: str, settled: Settled) -> None:
    found = {**settled_of(sight.decisions), change_id: settled}
    changed, _docs = settle(sight.review.change_set, {}, found)
    with gateway.database.read() as conn:
        refusal = grounds.authority(conn, changed)
    if refusal is not None:
        raise RefusedError(refusal)
