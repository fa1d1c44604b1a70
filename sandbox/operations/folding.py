"""Journal → changes: what a reviewer should see of all that an agent wrote. Pure.

Writes of the same thing come to one change with the first value before and the last one
after; what came back to where it began is dropped. Edits of an issue that is new in this
very set become part of its creation. Nothing here reads a database or a clock.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from sandbox.contract.compare import equal
from sandbox.contract.digest import canonical
from sandbox.contract.shapes import Change, ChangeKind, JsonObject
from sandbox.domain.issue import user_id
from sandbox.store.journal import Entry

#: Identifies the thing that several writes are about.
Slot = tuple[str, ...]
#: Whether a field may be given when an issue is created: issue id, field id.
OnCreateScreen = Callable[[str, str], bool]

#: Texts in which an issue's key is a mention, not a reference.
_PROSE = frozenset({"summary", "description", "environment", "body", "comment", "title"})


@dataclass(frozen=True, slots=True)
class Folded:
    """Writes of one thing, come to one."""

    first: Entry
    last: Entry
    before: JsonValue
    after: JsonValue

    @property
    def kind(self) -> ChangeKind:
        """What it does."""
        return ChangeKind(self.first.kind)

    @property
    def place(self) -> int:
        """Where it stands in the set: a later write may need what was made between."""
        stays = self.kind in (ChangeKind.CREATE, ChangeKind.COMMENT)
        return self.first.seq if stays else self.last.seq


def fold(
    entries: Sequence[Entry],
    read_at: Mapping[int, int | None] | None = None,
    on_create_screen: OnCreateScreen = lambda _issue, _field: True,
) -> tuple[Change, ...]:
    """Return the changes that some writes come to, in order, with ids ``c1``, ``c2``, and so on.

    ``read_at`` tells by a write's number when the agent had read that issue before it.
    """
    groups: dict[Slot, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(slot(entry), []).append(entry)
    folded = [one for one in (_come_to(group) for group in groups.values()) if one is not None]
    folded = sorted(_into_creates(folded, on_create_screen), key=lambda one: one.place)
    return tuple(_numbered(folded, read_at or {}))


def slot(entry: Entry) -> Slot:
    """Return what a write is about: writes of the same slot fold."""
    after = entry.detail.get("after")
    return _slot(entry.kind, entry.issue_id, entry.field, after, str(entry.seq))


def slot_of(change: Change) -> Slot:
    """Return what a change is about, in the same terms as `slot`."""
    return _slot(change.kind, change.issue_id, change.field, change.after, change.id)


def _slot(kind: str, issue_id: str, field: str | None, after: JsonValue, other: str) -> Slot:
    thing = _object(after)
    match ChangeKind(kind):
        case ChangeKind.EDIT:
            name = str(field)
        case ChangeKind.CREATE | ChangeKind.TRANSITION | ChangeKind.SPRINT:
            name = ""
        case ChangeKind.WATCHER:
            name = _watcher(thing)
        case ChangeKind.REMOTE_LINK:
            name = str(thing.get("globalId") or other)
        case ChangeKind.LINK:
            ends = {part: thing.get(part) for part in ("type", "inwardIssue", "outwardIssue")}
            issue_id, name = "", canonical(ends).decode()
        case _:
            name = str(thing.get("id") or other)
    # An edited comment is still the same comment.
    return ("comment" if kind == ChangeKind.COMMENT_EDIT else str(kind), issue_id, name)


def _watcher(after: JsonObject) -> str:
    return user_id(after.get("add")) or user_id(after.get("remove")) or ""


def _come_to(group: Sequence[Entry]) -> Folded | None:
    """Return what writes of one slot come to, or None for nothing at all."""
    first, last = group[0], group[-1]
    before, after = first.detail.get("before"), last.detail.get("after")
    match ChangeKind(first.kind):
        case ChangeKind.EDIT | ChangeKind.SPRINT:
            done = equal(before, after)
        case ChangeKind.TRANSITION:
            done = equal(_status(before), _status(after))
            after = _with_all_fields(group)
        case ChangeKind.COMMENT:
            done, after = False, {**_object(first.detail.get("after")), **_object(after)}
        case ChangeKind.COMMENT_EDIT:
            # Not `equal` on the whole: two comments with one id count as the same.
            done = all(
                equal(_object(before).get(name), _object(after).get(name))
                for name in ("body", "visibility")
            )
        case ChangeKind.WATCHER:
            done = len(group) % 2 == 0
        case _:
            done = False
    return None if done else Folded(first, last, before, after)


def _with_all_fields(group: Sequence[Entry]) -> JsonObject:
    """Return the last transition with the fields of all of them."""
    fields: JsonObject = {}
    for entry in group:
        fields |= _object(_object(entry.detail.get("after")).get("fields"))
    return {**_object(group[-1].detail.get("after")), "fields": fields}


def _status(value: JsonValue) -> JsonValue:
    return _object(value).get("status")


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _into_creates(folded: Sequence[Folded], on_create_screen: OnCreateScreen) -> Iterator[Folded]:
    """Yield everything with edits of new issues moved into their creation."""
    creates = {one.first.issue_id: one for one in folded if one.kind is ChangeKind.CREATE}
    for one in folded:
        made = creates.get(one.first.issue_id)
        if one.kind is ChangeKind.CREATE:
            continue
        if made is not None and _joins(one, made, creates, on_create_screen):
            creates[one.first.issue_id] = _with_field(made, one)
        else:
            yield one
    yield from creates.values()


def _joins(
    edit: Folded, made: Folded, creates: Mapping[str, Folded], on_create_screen: OnCreateScreen
) -> bool:
    """Return whether an edit can be given at once when its issue is created."""
    if edit.kind is not ChangeKind.EDIT or edit.first.field is None:
        return False
    if not on_create_screen(made.first.issue_id, edit.first.field):
        return False
    # What was created later cannot be named in the creation itself.
    named = set(_references({edit.first.field: edit.after}))
    return all(
        made.place > other.place
        for other in creates.values()
        if other.first.issue_id != made.first.issue_id
        and named & {other.first.issue_id, other.first.issue_key}
    )


def _with_field(made: Folded, edit: Folded) -> Folded:
    after = _object(made.after)
    fields = {**_object(after.get("fields")), str(edit.first.field): edit.after}
    last = edit.last if edit.last.seq > made.last.seq else made.last
    return replace(made, after={**after, "fields": fields}, last=last)


def _numbered(folded: Sequence[Folded], read_at: Mapping[int, int | None]) -> Iterator[Change]:
    ids: dict[str, str] = {}
    for number, one in enumerate(folded, start=1):
        if one.kind is ChangeKind.CREATE:
            ids[one.first.issue_id] = ids[one.first.issue_key] = f"c{number}"
    for number, one in enumerate(folded, start=1):
        yield _change(one, f"c{number}", ids, read_at)


def _change(
    one: Folded, change_id: str, creates: Mapping[str, str], read_at: Mapping[int, int | None]
) -> Change:
    named = [one.first.issue_id, *_references({one.first.field or "": one.after})]
    needed = dict.fromkeys(creates[name] for name in named if name in creates)
    revision = one.first.detail.get("base_revision")
    return Change(
        id=change_id,
        kind=one.kind,
        issue_id=one.first.issue_id,
        issue_key=one.first.issue_key,
        field=one.first.field,
        before=one.before,
        after=one.after,
        base_revision=revision if isinstance(revision, int) else 0,
        depends_on=tuple(found for found in needed if found != change_id),
        written_at=one.last.at,
        read_at=read_at.get(one.last.seq),
        door=one.last.door,
    )


def _references(value: JsonValue) -> Iterator[str]:
    """Yield the texts in a value that may name an issue; prose does not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict) and value.get("type") != "doc":
        for name, one in value.items():
            if name not in _PROSE:
                yield from _references(one)
