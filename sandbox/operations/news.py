"""What became of an agent's changes, one sentence each: what its next call is told.

Kept in memory per workspace, because it goes with every answer about an issue.
"""

from urllib.parse import quote

from sandbox.contract.shapes import Change, ChangeOutcome, ChangeSet, Outcome
from sandbox.operations.context import Caller, Sandbox
from sandbox.operations.remembered import Group, remembered
from sandbox.store import change_sets, workspaces

#: Goes with a REST answer about an issue that people decided about; percent-encoded UTF-8.
HEADER = "X-Airlock-Decision"
_DECIDED = "{what}: {verdict} by {who}{words}."
#: Characters of a header; servers refuse longer ones.
_LONGEST = 2_000


def sentence(change: Change, outcome: Outcome, decided: ChangeOutcome) -> str:
    """Return one line: what was decided about a change, by whom and in which words."""
    what = f"{change.issue_key} {change.field or change.kind.value}"
    if decided.upstream_key:
        what += f" (now {decided.upstream_key})"
    return _DECIDED.format(
        what=what,
        verdict=decided.verdict.value.replace("_", " "),
        who=decided.by or outcome.decided_by,
        words=f" (“{decided.words}”)" if decided.words else "",
    )


def header(sandbox: Sandbox, caller: Caller, ref: str) -> str:
    """Return the header's value for an issue by key or id; empty when nothing was decided."""
    if caller.agent is None:
        return ""
    ws_id = workspaces.workspace_id(sandbox.site, caller.agent, caller.person, caller.task)
    known = remembered(sandbox, Group.WORKSPACES, f"news {ws_id}", lambda: _load(sandbox, ws_id))
    return known.get(ref.upper(), "")


def _load(sandbox: Sandbox, ws_id: str) -> dict[str, str]:
    with sandbox.database.read() as conn:
        sets = change_sets.of_workspace(conn, ws_id)
    found: dict[str, str] = {}
    for one in sets:
        if one.outcome is not None:
            found |= _by_name(one.change_set, one.outcome)
    return {name: _encoded(text) for name, text in found.items()}


def _by_name(change_set: ChangeSet, outcome: Outcome) -> dict[str, str]:
    """Return every name of an issue with the sentences about it."""
    decided = {one.change_id: one for one in outcome.changes}
    lines: dict[str, list[str]] = {}
    for change in change_set.changes:
        one = decided.get(change.id)
        if one is not None:
            names = {change.issue_id, change.issue_key, one.upstream_key or change.issue_key}
            for name in names:
                lines.setdefault(name, []).append(sentence(change, outcome, one))
    return {name: " ".join(said) for name, said in lines.items()}


def _encoded(text: str) -> str:
    found = quote(text, safe=" ,.:;()/'")
    if len(found) <= _LONGEST:
        return found
    # Not in the middle of an encoded character.
    return quote(text[: _LONGEST // 9], safe=" ,.:;()/'") + "..."
