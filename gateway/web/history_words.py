"""What the history says about each kind of audited fact: a table.

Who did it stands in its own column, so that a sentence begins with what was done.
"""

from dataclasses import dataclass
from enum import StrEnum

from gateway.promotion.states import OpEvent
from gateway.web.language import N_


class Group(StrEnum):
    """What the filter offers: kinds that belong together."""

    ARRIVALS = "arrivals"
    DECISIONS = "decisions"
    WRITES = "writes"
    AGENTS = "agents"
    PEOPLE = "people"
    OTHER = "other"


GROUPS: dict[Group, str] = {
    Group.ARRIVALS: N_("Arrivals"),
    Group.DECISIONS: N_("Decisions"),
    Group.WRITES: N_("Writing to Jira"),
    Group.AGENTS: N_("Agents and tokens"),
    Group.PEOPLE: N_("People"),
    Group.OTHER: N_("Everything else"),
}


@dataclass(frozen=True, slots=True)
class Saying:
    """One kind's group, sentence and look; ``%(…)s`` are values of the fact."""

    group: Group
    text: str
    look: str = "plain"


_KEEP, _LEFT_OUT = "review_decide keep", "review_decide reject"
_QUIET, _MAILS = "review_quiet quiet", "review_quiet mails"

#: Kind (a decision also by its verdict) to what is said.
SAYINGS: dict[str, Saying] = {
    "set_received": Saying(Group.ARRIVALS, N_("A change set arrived"), "info"),
    "set_refused": Saying(Group.ARRIVALS, N_("A change set was refused on arrival"), "bad"),
    "set_replaced": Saying(Group.ARRIVALS, N_("Replaced by a later round, CS-%(by)s")),
    _KEEP: Saying(Group.DECISIONS, N_("Kept a change: %(change)s")),
    _LEFT_OUT: Saying(Group.DECISIONS, N_("Left a change out: %(change)s"), "warn"),
    "review_decide take": Saying(
        Group.DECISIONS, N_("Picked the agent's value over Jira's: %(change)s"), "info"
    ),
    "review_decide combine": Saying(
        Group.DECISIONS, N_("Combined Jira's value and the agent's: %(change)s"), "info"
    ),
    "review_decide blocks": Saying(
        Group.DECISIONS, N_("Kept only some blocks: %(change)s"), "info"
    ),
    "review_decide edit": Saying(
        Group.DECISIONS, N_("Wrote another value than the agent's: %(change)s"), "warn"
    ),
    "review_decide clear": Saying(
        Group.DECISIONS, N_("Went back to the agent's value: %(change)s")
    ),
    "review_undecide": Saying(Group.DECISIONS, N_("Took a decision back: %(change)s")),
    _QUIET: Saying(Group.DECISIONS, N_("Chose that Jira sends no mails"), "warn"),
    _MAILS: Saying(Group.DECISIONS, N_("Chose that Jira sends its mails")),
    "review_keep_several": Saying(Group.DECISIONS, N_("Kept several changes: %(count)s")),
    "review_keep_safe": Saying(Group.DECISIONS, N_("Kept what nothing was seen in: %(count)s")),
    "review_leave_several": Saying(
        Group.DECISIONS, N_("Left several changes out: %(count)s"), "warn"
    ),
    "review_remark": Saying(Group.DECISIONS, N_("Said something about %(change)s")),
    "agent_answered": Saying(Group.ARRIVALS, N_("The agent answered about %(change)s")),
    "review_approve": Saying(Group.DECISIONS, N_("Approved, requests: %(operations)s"), "ok"),
    "review_withdraw": Saying(Group.DECISIONS, N_("Took the approval back"), "warn"),
    "approval_lapsed": Saying(
        Group.DECISIONS, N_("The approval ended, as Jira was changed: %(moved)s"), "warn"
    ),
    "review_reject": Saying(Group.DECISIONS, N_("Rejected the whole set"), "bad"),
    "review_send_back": Saying(Group.DECISIONS, N_("Sent it back to the agent"), "warn"),
    "review_promote": Saying(Group.DECISIONS, N_("Released it for writing"), "info"),
    "review_promote later": Saying(
        Group.DECISIONS, N_("Released it for writing, not before a chosen time"), "info"
    ),
    "review_stop": Saying(Group.DECISIONS, N_("Stopped the writing, or called it back"), "warn"),
    "freeze_made": Saying(
        Group.WRITES, N_("Made a freeze window, %(from)s to %(to)s %(zone)s: %(reason)s"), "warn"
    ),
    "freeze_ended": Saying(Group.WRITES, N_("Ended the freeze window %(window)s"), "info"),
    "review_assigned": Saying(Group.DECISIONS, N_("To be looked after by %(person)s"), "info"),
    "review_let_go": Saying(Group.DECISIONS, N_("No longer looked after by %(person)s")),
    "follow_up": Saying(Group.DECISIONS, N_("Noted what is still to be done"), "warn"),
    "follow_up_done": Saying(Group.DECISIONS, N_("Nothing is left to follow up")),
    "review_settled": Saying(
        Group.WRITES, N_("Finished: %(applied)s of %(of)s requests went through"), "info"
    ),
    "demo_played": Saying(
        Group.OTHER, N_("Changed %(issue)s in the demo's Jira as somebody else"), "warn"
    ),
    "agent registered": Saying(Group.AGENTS, N_("Registered the agent %(agent)s")),
    "token issued": Saying(Group.AGENTS, N_("Made a token: %(agent)s for %(person)s"), "info"),
    "token revoked": Saying(Group.AGENTS, N_("Revoked the token %(token_id)s"), "warn"),
    "oauth_consent": Saying(
        Group.AGENTS, N_("Allowed a program to work for them: %(agent)s"), "info"
    ),
    "oauth_revoked": Saying(Group.AGENTS, N_("Took a program's access back: %(agent)s"), "warn"),
    "oauth_code_reused": Saying(
        Group.AGENTS, N_("A code came twice, so its access was ended: %(agent)s"), "bad"
    ),
    "oauth_refresh_reused": Saying(
        Group.AGENTS, N_("A refresh token came twice, so its access was ended: %(agent)s"), "bad"
    ),
    "audit_anchored": Saying(
        Group.PEOPLE, N_("Anchored the history outside the database, up to row %(row)s"), "ok"
    ),
    "restored": Saying(Group.WRITES, N_("Came out of a backup: paused, all tokens void"), "bad"),
    "restore_resumed": Saying(Group.WRITES, N_("Went on after a backup was restored"), "info"),
    "personal_token": Saying(
        Group.PEOPLE, N_("Made a token for the API: %(person)s, %(scopes)s"), "info"
    ),
    "personal_token_revoked": Saying(
        Group.PEOPLE, N_("Revoked the API token %(token_id)s"), "warn"
    ),
    "signed_in": Saying(Group.PEOPLE, N_("Signed in")),
    "jira_connected": Saying(Group.PEOPLE, N_("Connected the Jira account %(account)s"), "info"),
    "jira_revoked": Saying(Group.PEOPLE, N_("Took back the Jira account %(account)s"), "warn"),
    "person": Saying(Group.PEOPLE, N_("Let somebody in: %(person)s as %(role)s")),
    "own_mail": Saying(Group.PEOPLE, N_("Wants mails of their own"), "info"),
    "own_mail_ended": Saying(Group.PEOPLE, N_("Wants no mails of their own any more")),
    "follows_set": Saying(
        Group.PEOPLE, N_("Had somebody follow projects: %(person)s, %(projects)s"), "info"
    ),
    "person_account": Saying(
        Group.PEOPLE, N_("Named a Jira account: %(person)s is %(account)s"), "info"
    ),
    "password_set": Saying(Group.PEOPLE, N_("Set a password of their own"), "info"),
    "person_disabled": Saying(Group.PEOPLE, N_("Took somebody out: %(person)s"), "warn"),
    "sessions_ended": Saying(
        Group.PEOPLE, N_("Signed somebody out everywhere: %(person)s"), "warn"
    ),
    "person_enabled": Saying(Group.PEOPLE, N_("Let somebody in again: %(person)s")),
}

_OPERATION_WORDS: dict[OpEvent, tuple[str, str]] = {
    OpEvent.RELEASE: (N_("Released"), "info"),
    OpEvent.CLAIM: (N_("Taken up"), "info"),
    OpEvent.WITHDRAW: (N_("Withdrawn"), "plain"),
    OpEvent.ANSWERED: (N_("Written to Jira and read back"), "ok"),
    OpEvent.PUT_BACK: (N_("Not written yet; it will be tried again"), "warn"),
    OpEvent.NO_ANSWER: (N_("Jira's answer did not arrive; it is being looked up"), "warn"),
    OpEvent.FOUND: (N_("Looked up: it had been written"), "ok"),
    OpEvent.NOT_FOUND: (N_("Looked up: it had not been written"), "warn"),
    OpEvent.CANNOT_TELL: (N_("Outcome unclear; a person has to look in Jira"), "bad"),
    OpEvent.DRIFTED: (N_("Not written: Jira changed meanwhile"), "bad"),
    OpEvent.REFUSED: (N_("Not written: Jira refused it"), "bad"),
    OpEvent.DEPENDENCY_FAILED: (N_("Not written: it needed another one first"), "warn"),
    OpEvent.RETRY: (N_("Tried again"), "info"),
}

SAYINGS |= {
    f"operation_{event.replace(' ', '_')}": Saying(Group.WRITES, text, look)
    for event, (text, look) in _OPERATION_WORDS.items()
}

#: Said of a kind that is not listed: its own name, and its values below.
UNLISTED = Saying(Group.OTHER, "%(kind)s")

#: Who acts when it is not a person.
ACTORS = {
    "gateway": N_("the gateway"),
    "promoter": N_("the promoter"),
    "command line": N_("the command line"),
}


def saying(kind: str, verdict: object) -> Saying:
    """Return what is said of a kind of fact; a decision is said by its verdict."""
    return SAYINGS.get(f"{kind} {verdict}") or SAYINGS.get(kind, UNLISTED)


def kinds_of(group: Group) -> tuple[str, ...]:
    """Return the kinds that belong to a group; none for everything else."""
    found = (name for name, saying in SAYINGS.items() if saying.group is group)
    return tuple(sorted({_kind(name) for name in found}))


def every_kind() -> tuple[str, ...]:
    """Return all kinds that have a sentence of their own."""
    return tuple(kind for group in Group for kind in kinds_of(group))


def _kind(name: str) -> str:
    decision = name.startswith(("review_decide ", "review_quiet ", "review_promote "))
    return name.split(" ", maxsplit=1)[0] if decision else name
