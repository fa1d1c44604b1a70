"""May this agent touch this issue? One function, asked at both doors and in the gateway.

Ownership is judged on the *baseline*: an agent's own edits never widen its scope.
"""

from dataclasses import dataclass

from sandbox.contract.shapes import ChangeKind, Scope

#: Always readable: without them no client can show an issue at all.
ALWAYS_READABLE = frozenset({"project", "issuetype", "status"})


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the scope needs to know of an issue, taken from its baseline."""

    project_key: str
    type_id: str
    type_name: str
    #: User ids of assignee, reporter and watchers in the baseline.
    people: frozenset[str]
    #: True for an issue that was created in this very workspace.
    created_here: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done, and what to do next."""

    code: str
    sentence: str
    next_step: str

    def __str__(self) -> str:
        """Return the sentence and the next step as one text."""
        return f"{self.sentence} {self.next_step}"


#: Absent, out of scope and not here yet must answer identically: one refusal for all.
NOT_VISIBLE = Refusal(
    "not_visible",
    "Issue does not exist or you do not have permission to see it.",
    "Use a search to see the issues that you may work on.",
)


def may_see(scope: Scope, person: str, issue: IssueFacts) -> Refusal | None:
    """Return why the issue is out of sight, or None."""
    if issue.project_key not in scope.projects:
        return NOT_VISIBLE
    if not _type_allowed(scope, issue.type_id, issue.type_name):
        return NOT_VISIBLE
    if scope.mine_only and not issue.created_here and person not in issue.people:
        return NOT_VISIBLE
    return None


def may_change(
    scope: Scope, person: str, issue: IssueFacts, kind: ChangeKind, fields: tuple[str, ...] = ()
) -> Refusal | None:
    """Return why this kind of change to this issue is refused, or None."""
    unseen = may_see(scope, person, issue)
    if unseen is not None:
        return unseen
    # Whatever a scope says: nothing that an agent asks for deletes.
    if kind is ChangeKind.DELETE or kind not in scope.kinds:
        return _kind_refused(scope, kind)
    return _fields_refused(scope, fields)


def may_create(
    scope: Scope, project_key: str, type_id: str, type_name: str, fields: tuple[str, ...]
) -> Refusal | None:
    """Return why an issue of this kind may not be created, or None."""
    if project_key not in scope.projects:
        return Refusal(
            "project",
            f"Project '{project_key}' is not one that this token may create issues in.",
            f"It may use: {', '.join(scope.projects) or 'no project'}.",
        )
    if not _type_allowed(scope, type_id, type_name):
        return Refusal(
            "issue_type",
            f"Issue type '{type_name}' is not one that this token may create.",
            f"It may use: {', '.join(scope.issue_types or ())}.",
        )
    if ChangeKind.CREATE not in scope.kinds:
        return _kind_refused(scope, ChangeKind.CREATE)
    return _fields_refused(scope, fields)


def readable(scope: Scope, field: str) -> bool:
    """Return whether a field's value may be shown, searched and sorted by."""
    return scope.fields is None or field in scope.fields or field in ALWAYS_READABLE


def _type_allowed(scope: Scope, type_id: str, type_name: str) -> bool:
    return (
        scope.issue_types is None or type_id in scope.issue_types or type_name in scope.issue_types
    )


def _kind_refused(scope: Scope, kind: ChangeKind) -> Refusal:
    return Refusal(
        "kind",
        f"This token may not stage a change of kind '{kind}'.",
        f"It may stage: {', '.join(scope.kinds) or 'nothing; it only reads'}.",
    )


def _fields_refused(scope: Scope, fields: tuple[str, ...]) -> Refusal | None:
    if scope.fields is None:
        return None
    foreign = [name for name in fields if name not in scope.fields and name not in ALWAYS_READABLE]
    if not foreign:
        return None
    return Refusal(
        "field",
        f"This token may not change: {', '.join(foreign)}.",
        f"It may change: {', '.join(scope.fields) or 'no field'}.",
    )
