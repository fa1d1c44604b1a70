"""Remarks: what people said about an agent's changes, and what it answers.

Words alone: no shadow and no decision depends on them.
"""

from collections.abc import Sequence

from sandbox.contract.shapes import Answer, Change, Told
from sandbox.domain.errors import InvalidError, MissingError
from sandbox.operations.access import reading
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.talk import Spoken
from sandbox.store import change_sets, json_text, remarks

#: Characters of an answer.
LONGEST = 2000
#: Answers to one change that are enough.
MOST = 50


def take(sandbox: Sandbox, set_id: str, thread: Sequence[Told]) -> None:
    """Keep what the gateway tells of a set's thread."""
    with sandbox.database.write() as conn:
        if change_sets.get(conn, sandbox.site, set_id) is None:
            raise MissingError(f"There is no change set '{set_id}' here.")
        remarks.put(conn, set_id, thread)


def answers_after(sandbox: Sandbox, position: int) -> list[Answer]:
    """Return what agents answered, behind a position."""
    with sandbox.database.read() as conn:
        return remarks.after(conn, sandbox.site, position)


def threads(sandbox: Sandbox, caller: Caller) -> list[Spoken]:
    """Return the caller's changes that were spoken of: set, change and what was said."""
    with reading(sandbox, caller) as work:
        if work.ws is None or not work.ws.sets:
            return []
        said = remarks.of_workspace(work.conn, work.ws.id)
        sets = change_sets.of_workspace(work.conn, work.ws.id) if said else []
    found: list[Spoken] = []
    for one in sets:
        for change in one.change_set.changes:
            thread = tuple(
                each for each in said.get(one.change_set.id, ()) if each.change == change.id
            )
            if thread:
                found.append((one.change_set.id, change, thread))
    return found


def answer(sandbox: Sandbox, caller: Caller, change: str, text: str) -> Change | None:
    """Keep the caller's answer to what was said last about a change, and return that change.

    ``change`` is a change's id, or an issue's key; empty: what was spoken of last. None when
    nobody has said anything about it. Raises InvalidError after too many answers.
    """
    spoken = [
        one for one in threads(sandbox, caller) if change in ("", one[1].id, one[1].issue_key)
    ]
    if not spoken:
        return None
    set_id, of, _ = max(spoken, key=lambda one: one[2][-1].at)
    if sum(one.agent for _, _, thread in spoken for one in thread) >= MOST:
        raise InvalidError(("You have answered often enough here. Wait for the people.",))
    said = json_text.storable(text).strip()[:LONGEST]
    with sandbox.database.write() as conn:
        remarks.answer(conn, sandbox.site, set_id, of.id, said, sandbox.clock())
    return of


def about(sandbox: Sandbox, caller: Caller, ref: str) -> list[Spoken]:
    """Return what was said about the caller's changes of one issue, by key or id."""
    return [
        one
        for one in threads(sandbox, caller)
        if ref.upper() in (one[1].issue_id, one[1].issue_key.upper())
    ]
