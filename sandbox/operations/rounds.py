"""Which lines of the journal a change set is made of.

Sets cut a workspace's journal into pieces, one behind the other. A later round takes the
piece of the set that it replaces along; a fork takes what its parent had not sealed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from sandbox.contract.compare import equal
from sandbox.contract.shapes import SETTLED, Change, ChangeKind
from sandbox.domain.issue import IssueState, is_temporary
from sandbox.domain.parts import object_of, objects_of, text_of
from sandbox.operations.deciding import SENT_BACK
from sandbox.operations.folding import slot, slot_of
from sandbox.store import change_sets, issues, journal, workspaces
from sandbox.store.change_sets import Sealed
from sandbox.store.issues import View
from sandbox.store.journal import Entry
from sandbox.store.workspaces import Workspace

#: Put before a fork's own numbers: what it inherits was written earlier.
_EARLIER = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of the journal, with when the agent had read each issue before them."""

    entries: tuple[Entry, ...] = ()
    read_at: Mapping[int, int | None] | None = None

    def then(self, later: "Rows") -> "Rows":
        """Return these lines and later ones."""
        return Rows(
            (*self.entries, *later.entries), {**(self.read_at or {}), **(later.read_at or {})}
        )


def unsealed(conn: Connection, ws: Workspace, sets: Sequence[Sealed]) -> Rows:
    """Return what was written since the last set; a fork's first set takes its legacy."""
    own = _rows(conn, ws.id, ws.sealed_seq, None)
    return own if sets else _inherited(conn, ws).then(own)


def sent_back(ws: Workspace, sets: Sequence[Sealed]) -> Sealed | None:
    """Return the newest set that was sent back and waits for its next round."""
    replaced = {one.change_set.replaces for one in sets}
    for one in reversed(sets):
        waiting = one.outcome is not None and one.outcome.state == SENT_BACK
        # What was sealed before the workspace was discarded is nobody's wish any more.
        mine = one.change_set.sealed_at >= ws.opened_at
        if waiting and mine and one.change_set.id not in replaced:
            return one
    return None


def of_set(conn: Connection, ws: Workspace, sets: Sequence[Sealed], one: Sealed) -> Rows:
    """Return the lines that a set was made of, without those that were decided since."""
    known = {each.change_set.id: each for each in sets}
    earlier = known.get(one.change_set.replaces or "")
    rows = Rows() if earlier is None else of_set(conn, ws, sets, earlier)
    before = [each for each in sets if each.position < one.position]
    if not before:
        rows = rows.then(_inherited(conn, ws))
    after = before[-1].upto_seq if before else 0
    rows = rows.then(_rows(conn, ws.id, after, one.upto_seq))
    return without(rows, _decided(one))


def without(rows: Rows, dropped: Iterable[Change], lost: Collection[str] = ()) -> Rows:
    """Return the lines that are about neither of these changes nor of these issues."""
    slots = {slot_of(one) for one in dropped}
    gone = {*lost, *(name[1] for name in slots if name[0] == ChangeKind.CREATE)}
    kept = tuple(
        one for one in rows.entries if slot(one) not in slots and not (gone & _issues(one))
    )
    return replace(rows, entries=kept)


def lost_issues(conn: Connection, ws: Workspace, rows: Rows) -> set[str]:
    """Return the new issues that lines name and that are no more: refused, or reset away."""
    view = View(ws.site, ws, ws.person, None)
    named = {one for entry in rows.entries for one in _issues(entry) if is_temporary(one)}
    return {one for one in named if issues.find_unscoped(conn, view, one) is None}


def is_shown(change: Change, shadow: IssueState | None) -> bool:
    """Return whether a shadow still shows what a change wants: a reset takes it back."""
    if shadow is None:
        return False
    after = object_of(change.after)
    match change.kind:
        case ChangeKind.EDIT if not isinstance(change.after, list):
            return equal(shadow.fields.get(str(change.field)), change.after)
        case ChangeKind.TRANSITION:
            return equal(shadow.fields.get("status"), after.get("status"))
        case ChangeKind.COMMENT:
            said = objects_of(object_of(shadow.fields.get("comment")).get("comments"))
            return text_of(after.get("id")) in {text_of(one.get("id")) for one in said}
        case _:
            return True


def _issues(entry: Entry) -> set[str]:
    """Return the ids of the issues that a line is about: a link is about both its ends."""
    if entry.kind != ChangeKind.LINK:
        return {entry.issue_id}
    after = object_of(entry.detail.get("after"))
    ends = (object_of(after.get(name)) for name in ("inwardIssue", "outwardIssue"))
    return {entry.issue_id, *(text_of(end.get("id")) for end in ends)}


def _decided(one: Sealed) -> list[Change]:
    """Return what a set's outcome already settled; nobody asks for it a second time."""
    verdicts = {} if one.outcome is None else {c.change_id: c for c in one.outcome.changes}
    return [
        change
        for change in one.change_set.changes
        if change.id in verdicts and verdicts[change.id].verdict in SETTLED
    ]


def _inherited(conn: Connection, ws: Workspace) -> Rows:
    """Return what a fork's parent had not sealed when the fork was made."""
    parent = None if ws.parent_id is None else workspaces.get(conn, ws.parent_id)
    if parent is None or ws.parent_seq is None:
        return Rows()
    sets = [
        one
        for one in change_sets.of_workspace(conn, parent.id)
        if one.change_set.sealed_at <= ws.opened_at and one.upto_seq <= ws.parent_seq
    ]
    rows = Rows() if sets else _inherited(conn, parent)
    after = sets[-1].upto_seq if sets else 0
    return _earlier(rows.then(_rows(conn, parent.id, after, ws.parent_seq)))


def _earlier(rows: Rows) -> Rows:
    entries = tuple(replace(one, seq=one.seq - _EARLIER) for one in rows.entries)
    return Rows(entries, {seq - _EARLIER: at for seq, at in (rows.read_at or {}).items()})


def _rows(conn: Connection, ws_id: str, after: int, upto: int | None) -> Rows:
    entries = journal.writes(conn, ws_id, after=after, upto=upto)
    read_at = {
        one.seq: journal.last_read(conn, ws_id, one.issue_key, before=one.seq) for one in entries
    }
    return Rows(tuple(entries), read_at)
