"""What the pages say about flags, states, kinds and fields: texts as tables.

English stands here, Korean in ``locale/ko``. A flag says what was seen, never that
something is "suspicious"; its values come from the flag's evidence.
"""

from gateway.promotion.settled import Pick
from gateway.promotion.states import OpState
from gateway.review.rounds import Since
from gateway.review.states import State, Turn
from gateway.web.language import N_, ngettext
from sandbox.contract.shapes import ChangeKind

#: Flag id to its sentence. Values in %(…)s are the flag's evidence.
FLAGS: dict[str, str] = {
    "unread_write": N_("The agent never read %(key)s before writing to it."),
    "unread_source": N_(
        "The agent says that this comes from %(elsewhere)s, and nothing shows that it read that."
    ),
    "stale_read": N_("Jira changed after the agent read it (%(when)s)."),
    "conflict": N_("Someone else changed the same field in Jira."),
    "file_missing": N_("The gateway does not hold the file %(name)s, or it is too large."),
    "deletes": N_("Deletes %(what)s in Jira for good."),
    "delete_off": N_("Deletes %(what)s, but deleting is switched off here."),
    "not_assignee": N_("%(key)s is not assigned to the person who asked (%(name)s)."),
    "not_watcher_team": N_("%(name)s has no activity in %(project)s."),
    "out_of_scope": N_("The agent may not write to %(project)s."),
    "not_asked": N_("%(key)s was not mentioned in the request."),
    "rich_loss": N_("Parts of the text would vanish: %(lost)s."),
    "big_rewrite": N_("Replaces %(percent)s %% of the text."),
    "shrink": N_("The text becomes %(percent)s %% shorter."),
    "bulk": N_("Touches %(count)s issues at once."),
    "notifies": N_("Jira may notify %(count)s or more of its users: %(people)s."),
    "external_visible": N_("Customers will see this comment."),
    "irreversible": N_("This cannot be undone automatically."),
    "transition_done": N_("Moves the issue to %(status)s, a status that counts as done."),
    "archived": N_("%(key)s was archived in Jira, so it cannot be written."),
    "security_changed": N_(
        "The security level of %(key)s was changed in Jira since it was read, so others can see "
        "it now. Send it back, so that it is looked at anew."
    ),
    "screen_required": N_(
        "Jira asks for %(found)s on the way to %(status)s, and the change does not fill it in. "
        "Send it back, so that the agent does, or leave it out."
    ),
    "screen_asks": N_(
        "Jira may ask for %(found)s on the way to %(status)s; the change does not fill it in."
    ),
    "closed_ticket": N_("%(key)s is already resolved."),
    "active_sprint": N_("Changes the scope of a running sprint."),
    "secret": N_("Looks like a secret: %(found)s."),
    "personal_data": N_("Contains personal details."),
    "odd_chars": N_("Contains invisible characters: %(found)s."),
    "link_host": N_("Links to a host that was not linked here before."),
    "injection_read": N_("The agent read %(elsewhere)s first, and its text speaks to agents."),
    "injection": N_("Text in %(key)s may have steered the agent."),
    "repeat": N_("Repeat of %(set)s, where people refused the very same change."),
    "twice": N_("The set adds the very same before: it would be there twice."),
    "duplicate": N_("%(key)s has a comment with the same text already."),
    "self": N_("The person this was made for cannot approve it."),
    "tainted": N_("Part of the record of what the agent read is missing."),
    "unknown_flag": N_("Something else was seen: %(id)s."),
}

#: What a text may lose, and kinds of secrets: as ``gateway.policy.texts`` names them.
PARTS = {
    "mention": N_("mention"),
    "panel": N_("panel"),
    "media": N_("media"),
    "card": N_("card"),
    "macro": N_("macro"),
    "table": N_("table"),
    "expand": N_("expand"),
    "task": N_("task"),
    "decision": N_("decision"),
    "status": N_("status lozenge"),
    "date": N_("date"),
    "code": N_("code block"),
    "layout": N_("layout"),
    "synced block": N_("synced block"),
    "placeholder": N_("placeholder"),
    "colour": N_("colour"),
    "inline comment": N_("inline comment"),
    "private key": N_("private key"),
    "AWS key": N_("AWS key"),
    "Atlassian token": N_("Atlassian token"),
    "GitHub token": N_("GitHub token"),
    "Slack token": N_("Slack token"),
    "web token": N_("web token"),
    "password": N_("password"),
}

#: Severity to its word.
SEVERITIES = {"block": N_("Blocked"), "warn": N_("Check"), "info": N_("Note")}

#: Evidence name to its word, for what the sentence itself does not say.
EVIDENCE = {
    "count": N_("number"),
    "people": N_("people"),
    "name": N_("name"),
    "key": N_("issue"),
    "keys": N_("issues"),
    "project": N_("project"),
    "field": N_("field"),
    "elsewhere": N_("other issues"),
    "asked": N_("mentioned"),
    "what": N_("what"),
    "where": N_("where"),
    "host": N_("host"),
    "hosts": N_("hosts"),
    "lost": N_("lost"),
    "percent": N_("percent"),
    "when": N_("when"),
    "status": N_("status"),
    "found": N_("found"),
    "by": N_("by"),
}

STATES: dict[State, str] = {
    State.REVIEW: N_("Needs review"),
    State.CHANGES_REQUESTED: N_("Sent back"),
    State.APPROVED: N_("Approved"),
    State.PROMOTING: N_("Promoting"),
    State.PROMOTED: N_("Promoted"),
    State.PARTLY_PROMOTED: N_("Partly promoted"),
    State.FAILED: N_("Not promoted"),
    State.REJECTED: N_("Rejected"),
    State.REPLACED: N_("Replaced by a later round"),
    State.REFUSED: N_("Refused on arrival"),
}

#: State to the look of its chip.
STATE_LOOKS: dict[State, str] = {
    State.REVIEW: "warn",
    State.CHANGES_REQUESTED: "info",
    State.APPROVED: "ok",
    State.PROMOTING: "info",
    State.PROMOTED: "ok",
    State.PARTLY_PROMOTED: "bad",
    State.FAILED: "bad",
    State.REJECTED: "plain",
    State.REPLACED: "plain",
    State.REFUSED: "bad",
}

TURNS: dict[Turn, str] = {
    Turn.REVIEWER: N_("Your turn"),
    Turn.AGENT: N_("Waiting for an agent"),
    Turn.GATEWAY: N_("Being promoted"),
    Turn.NOBODY: N_("Done"),
}

KINDS: dict[ChangeKind, str] = {
    ChangeKind.CREATE: N_("New issue"),
    ChangeKind.EDIT: N_("Edit"),
    ChangeKind.TRANSITION: N_("Status"),
    ChangeKind.COMMENT: N_("Comment"),
    ChangeKind.COMMENT_EDIT: N_("Comment edit"),
    ChangeKind.WORKLOG: N_("Work log"),
    ChangeKind.LINK: N_("Issue link"),
    ChangeKind.REMOTE_LINK: N_("Web link"),
    ChangeKind.WATCHER: N_("Watcher"),
    ChangeKind.SPRINT: N_("Sprint"),
    ChangeKind.ATTACHMENT: N_("Attachment"),
    ChangeKind.DELETE: N_("Deletion"),
}

#: Change kind to its counted text, one and many.
COUNTED: dict[ChangeKind, tuple[str, str]] = {
    ChangeKind.CREATE: ngettext("%(num)d new issue", "%(num)d new issues"),
    ChangeKind.EDIT: ngettext("%(num)d field edit", "%(num)d field edits"),
    ChangeKind.TRANSITION: ngettext("%(num)d status change", "%(num)d status changes"),
    ChangeKind.COMMENT: ngettext("%(num)d new comment", "%(num)d new comments"),
    ChangeKind.COMMENT_EDIT: ngettext("%(num)d comment edit", "%(num)d comment edits"),
    ChangeKind.WORKLOG: ngettext("%(num)d work log", "%(num)d work logs"),
    ChangeKind.LINK: ngettext("%(num)d issue link", "%(num)d issue links"),
    ChangeKind.REMOTE_LINK: ngettext("%(num)d web link", "%(num)d web links"),
    ChangeKind.WATCHER: ngettext("%(num)d watcher", "%(num)d watchers"),
    ChangeKind.SPRINT: ngettext("%(num)d sprint change", "%(num)d sprint changes"),
    ChangeKind.ATTACHMENT: ngettext("%(num)d attachment", "%(num)d attachments"),
    ChangeKind.DELETE: ngettext("%(num)d deletion", "%(num)d deletions"),
}

#: What has to be confirmed beside the approval, by its code.
CONFIRMATIONS: dict[str, str] = {
    "delete": N_("I confirm that this deletes something in Jira for good: %(issues)s."),
    "customer_reply": N_("I confirm that customers will read this: %(issues)s."),
}

#: What became of a change since the round before, where it is worth a word.
SINCE: dict[Since, str] = {
    Since.NEW: N_("new in this round"),
    Since.CHANGED: N_("changed since the last round"),
}

#: How a person settled a value to the label of what it becomes.
PICKED: dict[str, str] = {
    Pick.TAKE: N_("After promotion: the agent's value, picked by %(name)s"),
    Pick.COMBINE: N_("After promotion: both, combined by %(name)s"),
    Pick.BLOCKS: N_("After promotion: the blocks that %(name)s kept"),
    Pick.EDIT: N_("After promotion: as %(name)s wrote it"),
}

OPERATION_STATES: dict[OpState, str] = {
    OpState.HELD: N_("waits for promotion"),
    OpState.READY: N_("next in line"),
    OpState.INFLIGHT: N_("being written"),
    OpState.UNKNOWN: N_("outcome unknown, being looked up"),
    OpState.APPLIED: N_("written and read back"),
    OpState.CONFLICT: N_("not written: Jira changed meanwhile"),
    OpState.REJECTED: N_("not written: Jira refused it"),
    OpState.SKIPPED: N_("not written: it needed another one first"),
    OpState.NEEDS_HUMAN: N_("a person has to look in Jira"),
    OpState.LEFT: N_("not written: a person let it be"),
    OpState.SUPERSEDED: N_("withdrawn"),
}

OPERATION_LOOKS: dict[OpState, str] = {
    OpState.HELD: "plain",
    OpState.READY: "info",
    OpState.INFLIGHT: "info",
    OpState.UNKNOWN: "warn",
    OpState.APPLIED: "ok",
    OpState.CONFLICT: "bad",
    OpState.REJECTED: "bad",
    OpState.SKIPPED: "warn",
    OpState.NEEDS_HUMAN: "bad",
    OpState.LEFT: "warn",
    OpState.SUPERSEDED: "plain",
}

#: Jira's own fields, for previews of new issues; other fields show their id.
FIELDS = {
    "project": N_("Project"),
    "issuetype": N_("Issue type"),
    "summary": N_("Summary"),
    "description": N_("Description"),
    "environment": N_("Environment"),
    "priority": N_("Priority"),
    "assignee": N_("Assignee"),
    "reporter": N_("Reporter"),
    "labels": N_("Labels"),
    "components": N_("Components"),
    "versions": N_("Affects versions"),
    "fixVersions": N_("Fix versions"),
    "duedate": N_("Due date"),
    "parent": N_("Parent"),
    "status": N_("Status"),
    "resolution": N_("Resolution"),
    "security": N_("Security level"),
    "timetracking": N_("Time tracking"),
}

ROLES = {
    "none": N_("in some projects"),
    "viewer": N_("viewer"),
    "reviewer": N_("reviewer"),
    "approver": N_("approver"),
    "admin": N_("admin"),
}
