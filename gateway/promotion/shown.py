"""Does Jira show what it took? Asked of what was read back after an answer."""

from gateway.promotion.drift import Now, missing
from gateway.promotion.fields import Fields
from gateway.promotion.kinds import KINDS, ReadBack
from gateway.promotion.probing import files_of
from gateway.promotion.values import PlannedOperation
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind


def shows_otherwise(
    planned: PlannedOperation, after: Now, fields: Fields, new_id: str | None
) -> str:
    """Return a sentence when Jira took the request but shows something else; else nothing.

    ``new_id`` is the id of what was made: the file, or the comment that travelled along.
    """
    if planned.kind is ChangeKind.ATTACHMENT:
        return _file_otherwise(planned, after, new_id)
    if planned.kind not in _READ_BACK:
        return ""
    strange = missing(planned, after, fields)
    if not strange:
        return "" if planned.said is None or new_id is not None else NO_COMMENT
    names = ", ".join(fields.name(name) for name in strange)
    return f"Jira took the request, but shows another value now for: {names}."


NO_COMMENT = "Jira took the request, but does not show the comment that came with it."


def _file_otherwise(planned: PlannedOperation, after: Now, new_id: str | None) -> str:
    found = next((one for one in files_of(after) if str(one.get("id")) == new_id), None)
    if found is None:
        return "Jira took the file, but does not show it at the issue."
    if all(equal(planned.wants.get(name), found.get(name)) for name in ("filename", "size")):
        return ""
    return "Jira took the file, but shows it with another name or size."


#: Kinds whose wants are fields of what can be read back.
_READ_BACK = frozenset(kind for kind, row in KINDS.items() if row.read_back is ReadBack.FIELDS)
_READ_BACK |= {ChangeKind.COMMENT_EDIT}
