"""Which of Jira's permissions each kind of operation takes. Pure.

Each need is a group of permissions of which one is enough.
"""

from pydantic import JsonValue

from gateway.promotion.deleting import Thing, thing_of
from sandbox.contract.shapes import ChangeKind

Needs = tuple[tuple[str, ...], ...]

#: What a kind takes where it writes; deleting takes what its thing does.
_KIND_NEEDS: dict[ChangeKind, Needs] = {
    ChangeKind.CREATE: (("CREATE_ISSUES",),),
    ChangeKind.EDIT: (("EDIT_ISSUES",),),
    ChangeKind.TRANSITION: (("TRANSITION_ISSUES",),),
    ChangeKind.COMMENT: (("ADD_COMMENTS",),),
    ChangeKind.COMMENT_EDIT: (("EDIT_OWN_COMMENTS", "EDIT_ALL_COMMENTS"),),
    ChangeKind.WORKLOG: (("WORK_ON_ISSUES",),),
    ChangeKind.LINK: (("LINK_ISSUES",),),
    ChangeKind.REMOTE_LINK: (("LINK_ISSUES",),),
    ChangeKind.WATCHER: (("MANAGE_WATCHERS",),),
    ChangeKind.SPRINT: (("SCHEDULE_ISSUES",),),
    ChangeKind.ATTACHMENT: (("CREATE_ATTACHMENTS",),),
}
#: What deleting takes, by what goes. Links are taken out by whoever may make them.
DELETE_NEEDS: dict[Thing, Needs] = {
    Thing.ISSUE: (("DELETE_ISSUES",),),
    Thing.COMMENT: (("DELETE_OWN_COMMENTS", "DELETE_ALL_COMMENTS"),),
    Thing.WORKLOG: (("DELETE_OWN_WORKLOGS", "DELETE_ALL_WORKLOGS"),),
    Thing.LINK: (("LINK_ISSUES",),),
    Thing.REMOTE_LINK: (("LINK_ISSUES",),),
    Thing.ATTACHMENT: (("DELETE_OWN_ATTACHMENTS", "DELETE_ALL_ATTACHMENTS"),),
}
#: Permissions that single fields take besides.
FIELD_NEEDS = {
    "assignee": "ASSIGN_ISSUES",
    "duedate": "SCHEDULE_ISSUES",
    "reporter": "MODIFY_REPORTER",
    "security": "SET_ISSUE_SECURITY",
}
_EVERY = (*_KIND_NEEDS.values(), *DELETE_NEEDS.values())
#: All that is ever asked for.
PERMISSIONS = tuple(
    sorted(
        {name for groups in _EVERY for group in groups for name in group}
        | {*FIELD_NEEDS.values(), "BROWSE_PROJECTS"}
    )
)


def needs_of_kind(kind: ChangeKind, wanted: JsonValue) -> Needs:
    """Return what a kind takes; ``wanted`` says what is deleted (nothing: an issue)."""
    if kind is ChangeKind.DELETE:
        return DELETE_NEEDS[thing_of(wanted) or Thing.ISSUE]
    return _KIND_NEEDS[kind]
