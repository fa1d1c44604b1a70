"""Bringing workspaces in line with new baselines and with what people decided.

Runs inside the transaction that brought either. Every verb here takes a connection.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue
from sqlalchemy import Connection

from sandbox.contract.shapes import Change, ChangeKind, Verdict
from sandbox.domain.embedded import embedded
from sandbox.domain.issue import IssueState
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.domain.site import Site
from sandbox.operations import rebasing
from sandbox.operations.deciding import Arrived, Standing, decided, pending_of, standings
from sandbox.operations.folding import fold
from sandbox.operations.rebasing import Decided
from sandbox.store import change_sets, issues, journal, workspaces
from sandbox.store.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Settlement:
    """One workspace on its way to a new state."""

    conn: Connection
    site: Site
    ws: Workspace
    known: tuple[Standing, ...]

    @property
    def name(self) -> str:
        """The site's name."""
        return self.site.baseline.site


def settle(
    conn: Connection,
    site: Site,
    ws: Workspace,
    newest: int,
    touched: Collection[str] | None = None,
    taken_back: Sequence[Change] = (),
) -> None:
    """Rebase a workspace's shadows of the touched issues, or all, on the newest baselines.

    ``taken_back`` leaves them as what people refused does; the journal has it no more.
    """
    if not issues.overlay(conn, ws, own=True):
        return
    # Changing the row makes an agent's write that is under way wait, or us for it.
    ws = workspaces.change(conn, ws.id, state=ws.state)
    shadows = issues.overlay(conn, ws, own=True)
    wanted = [one for one in shadows if touched is None or _is_touched(one, touched)]
    gone = (Standing(one, Verdict.REJECTED) for one in taken_back)
    known = (*standings_of(conn, ws), *gone)
    ws = _advanced(conn, ws, known, newest, touched)
    settlement = Settlement(conn, site, ws, known)
    for shadow in wanted:
        if shadow.created_here:
            _settle_created(settlement, shadow)
        else:
            _settle_edited(settlement, shadow)
    _keep_sealed(conn, ws)


def standings_of(conn: Connection, ws: Workspace) -> tuple[Standing, ...]:
    """Return all changes of a workspace with what became of them."""
    sets = [(one.change_set, one.outcome) for one in change_sets.of_workspace(conn, ws.id)]
    return standings(sets, fold(journal.writes(conn, ws.id, after=ws.sealed_seq)))


def _is_touched(shadow: IssueState, touched: Collection[str]) -> bool:
    # An issue that was created here may be what arrived under another id.
    return shadow.created_here or shadow.issue_id in touched


def _advanced(
    conn: Connection,
    ws: Workspace,
    known: tuple[Standing, ...],
    newest: int,
    touched: Collection[str] | None,
) -> Workspace:
    """Unpin a workspace when something of it arrived upstream: it must see that."""
    promoted = [one for one in known if one.verdict in (Verdict.PROMOTED, Verdict.UNDONE)]
    ids = {one.change.issue_id for one in promoted} | {one.upstream_id for one in promoted}
    if not promoted or not (touched is None or ids & set(touched)):
        return ws
    return workspaces.change(conn, ws.id, base_rev=newest)


def _keep_sealed(conn: Connection, ws: Workspace) -> None:
    """Count the numbers that were used up here as sealed, if everything was."""
    if ws.seq != ws.sealed_seq:
        return
    now = workspaces.get(conn, ws.id)
    if now is not None and now.seq != now.sealed_seq:
        workspaces.change(conn, ws.id, sealed_seq=now.seq)


def _settle_edited(at: Settlement, shadow: IssueState) -> None:
    new = issues.base_at(at.conn, at.name, shadow.issue_id)
    if new is None:
        issues.drop_overlay(at.conn, at.ws.id, {shadow.issue_id})
        return
    old = issues.base_at(at.conn, at.name, shadow.issue_id, shadow.base_revision) or new
    meaning = decided(
        shadow.issue_id, at.known, _arrived(new), at.site.sprint_field, _status_of(at.site)
    )
    wanted = _wanted(at, shadow.issue_id)
    meaning = replace(meaning, rich=at.site.rich_fields)
    _keep(at, shadow, rebasing.rebased(old, shadow, new, meaning, wanted), new)


def _wanted(at: Settlement, issue_id: str) -> dict[str, list[JsonValue]]:
    """Return what this workspace wanted of each field of an issue, in order."""
    found: dict[str, list[JsonValue]] = {}
    for one in at.known:
        change = one.change
        if change.issue_id == issue_id and change.kind is ChangeKind.EDIT and change.field:
            found.setdefault(change.field, []).append(change.after)
    return found


def _settle_created(at: Settlement, shadow: IssueState) -> None:
    made = [
        one
        for one in at.known
        if one.change.kind is ChangeKind.CREATE and one.change.issue_id == shadow.issue_id
    ]
    standing = made[-1] if made else None
    if standing is None or standing.pending:
        return
    if standing.verdict is Verdict.REJECTED:
        issues.drop_overlay(at.conn, at.ws.id, {shadow.issue_id})
    elif standing.upstream_id is not None:
        _become(at, shadow, standing.upstream_id)


def _become(at: Settlement, shadow: IssueState, upstream_id: str) -> None:
    """Replace a new issue's shadow by the issue it became, once that is here."""
    new = issues.base_at(at.conn, at.name, upstream_id)
    if new is None:
        return
    was, added = pending_of(shadow.issue_id, at.known, at.site.sprint_field)
    if "status" in was:
        was["status"] = _status_of(at.site)(was["status"])
    old = rebasing.before(shadow, was, added)
    shown = replace(shadow, issue_id=new.issue_id, key=new.key, created_here=False)
    issues.drop_overlay(at.conn, at.ws.id, {shadow.issue_id})
    meaning = Decided(rich=at.site.rich_fields)
    _keep(at, shadow, rebasing.rebased(old, shown, new, meaning), new)


def _keep(at: Settlement, shadow: IssueState, result: IssueState, new: IssueState) -> None:
    """Store what became of a shadow; nothing, where the baseline shows the same."""
    pinned = at.ws.seq != at.ws.sealed_seq and at.ws.base_rev < new.base_revision
    if rebasing.same(result, new) and not pinned:
        issues.drop_overlay(at.conn, at.ws.id, {result.issue_id})
    elif result != shadow:
        seq = workspaces.next_seq(at.conn, at.ws.id)
        issues.put_overlay(at.conn, at.site, at.ws, result, seq)


def _arrived(new: IssueState) -> Arrived:
    parts = [
        *objects_of(object_of(new.fields.get("comment")).get("comments")),
        *objects_of(object_of(new.fields.get("worklog")).get("worklogs")),
        *objects_of(new.fields.get("attachment")),
    ]
    return Arrived(new.base_revision, frozenset(text_of(one.get("id")) for one in parts))


def _status_of(site: Site) -> Callable[[JsonValue], JsonValue]:
    """Return what finds the whole status that a change names by id."""

    def find(value: JsonValue) -> JsonValue:
        found = site.status(text_of(object_of(value).get("id")))
        return value if found is None else embedded("status", found)

    return find
