"""What each flag looks at, and what clears it: for people who wonder why it is there."""

from gateway.web.language import N_

#: Flag id to what was looked at and what can be done; in the order of the page.
WHY: dict[str, str] = {
    "conflict": N_(
        "Jira's value is another one now than when the agent read it, and the agent wants a "
        "third. It goes when you keep one, combine them, write another or leave the change out."
    ),
    "secret": N_(
        "The text has the form of a key, a token or a password that the issue did not have. It "
        "goes when you edit the value, leave the change out or send the set back."
    ),
    "file_missing": N_(
        "The bytes of the file are not here, so nobody can approve them. Leave the change out, "
        "or send it back so that it is attached again."
    ),
    "delete_off": N_(
        "An undo would delete something, and AIRLOCK_DELETES is off. Leave it out, or ask an admin."
    ),
    "deletes": N_("An undo deletes something for good; approving it takes a second confirmation."),
    "archived": N_("Jira writes nothing into archived issues. Leave the change out."),
    "security_changed": N_(
        "Others may read the issue now than when the agent did, so what it wrote may be for "
        "other eyes. Only a new round of the agent clears it."
    ),
    "screen_required": N_(
        "The screen of this transition requires a field that is empty. It goes when the agent "
        "fills it in, or when the change is left out."
    ),
    "screen_asks": N_(
        "The screen of this transition may require a field; Jira did not tell surely."
    ),
    "unread_write": N_(
        "No reading of the issue stands in the sandbox's record before the write. The agent may "
        "have guessed what was there; compare the value with Jira's."
    ),
    "unread_source": N_(
        "The agent names an issue or a comment as the source of a change, and its record has no "
        "reading of it before the change, or the comment is not there. Look at the source."
    ),
    "tainted": N_(
        "Readings were lost in this task, so nobody can say what the agent knew. It stays with "
        "the person's tasks."
    ),
    "stale_read": N_(
        "Somebody changed the issue after the agent read it, though not this field. Look "
        "whether the change still makes sense."
    ),
    "not_assignee": N_(
        "The issue is assigned to somebody else than the person the agent works for, who may "
        "want to know."
    ),
    "not_asked": N_(
        "The request that the agent quotes names other issues, and this one is not linked with "
        "any of them. Look whether a person wanted it; a request that names no issue is compared "
        "with nothing."
    ),
    "not_watcher_team": N_(
        "In all that was read of the project nothing is theirs: no issue, comment or logged work."
    ),
    "rich_loss": N_(
        "Parts that Markdown cannot say are in the text now and not in the new one: compare "
        "both, or keep the blocks that have them."
    ),
    "big_rewrite": N_("Most words of a text that people wrote would be others."),
    "shrink": N_("A text would lose more than half of its length, or all of it."),
    "bulk": N_("The set is larger than what one look is good for."),
    "notifies": N_(
        "Assignee, reporter, watchers and who is mentioned, as far as we know them; whom Jira "
        "really tells is its own scheme's business."
    ),
    "external_visible": N_(
        "The comment is for the customer of a service project; approving it takes a second "
        "confirmation."
    ),
    "irreversible": N_(
        "Logged work and new issues stay when the set is undone, unless deleting is switched on."
    ),
    "transition_done": N_("The status belongs to the category that Jira counts as done."),
    "closed_ticket": N_("The issue has a resolution, so most people look at it no more."),
    "active_sprint": N_("The issue would come into a running sprint or leave one."),
    "personal_data": N_("The text has the form of a resident registration number."),
    "odd_chars": N_(
        "Characters that nobody sees, or that pass for others, come in; they are shown by their "
        "numbers."
    ),
    "link_host": N_("The text links to a host to which nothing in the issue linked before."),
    "injection": N_(
        "The issue's own text tells whoever reads along what to do, and an agent reads along. "
        "Look whether the change is what a person asked for."
    ),
    "injection_read": N_(
        "An issue that the agent read, and does not change, tells whoever reads along what to do. "
        "What was written after that reading may follow it. Look at the issue."
    ),
    "repeat": N_("In the same task people refused this very change, and the agent wants it again."),
    "twice": N_(
        "Two changes of the set add the very same: a comment, a new issue or a work log. Agents "
        "do this when they try again what had gone well. Leave one of them out."
    ),
    "duplicate": N_("A comment with the same text stands in the issue already."),
}
