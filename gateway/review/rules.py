"""Who may do what to a review, and when: one function, whatever the door.

Sentences here are whole texts without values, so that the pages can translate them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.policy.policy import Policy
from gateway.promotion.confirming import CUSTOMER_REPLY, DELETE, missing
from gateway.promotion.values import Confirmation
from gateway.review.jira_rights import Rights
from gateway.review.large import not_typed
from gateway.review.people import Person, Role, at_least, role_in
from gateway.review.served import needs_another
from gateway.review.states import TRANSITIONS, Event, State
from gateway.review.together import Weighed, own_look
from gateway.review.values import ChangeView, Flag
from sandbox.contract.compare import Three
from sandbox.contract.scope import Refusal

STALE = "stale"
#: Refusal of somebody who must not even know that there is such a change set.
UNSEEN = "unseen"
#: Promotion takes a sign-in that is no older: a browser left open must not write.
FRESH_S = 30 * 60
#: What a gateway without the right to write answers to promote.
READ_ONLY = "This gateway only reads Jira, so it promotes nothing."


class Act(StrEnum):
    """What somebody wants to do to a review."""

    DECIDE = "decide"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    REJECT = "reject"
    SEND_BACK = "send_back"
    PROMOTE = "promote"
    STOP = "stop"


#: The least role that an act takes.
_ROLES = {
    Act.DECIDE: Role.REVIEWER,
    Act.APPROVE: Role.APPROVER,
    Act.WITHDRAW: Role.REVIEWER,
    Act.REJECT: Role.REVIEWER,
    Act.SEND_BACK: Role.REVIEWER,
    Act.PROMOTE: Role.APPROVER,
    Act.STOP: Role.REVIEWER,
}
#: What an act does to the review's state; the first one that its state knows.
_EVENTS = {
    Act.APPROVE: (Event.APPROVE,),
    Act.WITHDRAW: (Event.WITHDRAW_APPROVAL,),
    Act.REJECT: (Event.REJECT,),
    Act.SEND_BACK: (Event.SEND_BACK,),
    Act.PROMOTE: (Event.PROMOTE, Event.RETRY),
    Act.STOP: (Event.CALL_BACK,),
}
#: Acts that take a written reason.
_WORDED = frozenset({Act.REJECT, Act.SEND_BACK})


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision is judged by, as it is now."""

    state: State
    #: The digest of what would be done; empty when there is nothing to approve.
    digest: str
    changes: tuple[ChangeView, ...]
    flags: tuple[Flag, ...]
    #: Jira account of the person the agent worked for.
    person_served: str
    policy: Policy
    #: False when Jira could not be read just now.
    readable: bool = True
    #: Sentences about why there is no plan, or no authority for it.
    troubles: tuple[str, ...] = ()
    #: What takes a second confirmation.
    confirmations: tuple[Confirmation, ...] = ()
    #: Who approved this digest already.
    approved_by: frozenset[str] = field(default_factory=frozenset)
    #: True when this gateway never writes to Jira.
    read_only: bool = False
    #: Why a dry run of this digest stops promotion now, or None.
    dry_run: Refusal | None = None
    site: str = ""
    #: What Jira itself allows whoever asks.
    rights: Rights = field(default_factory=Rights)
    #: Keys of the projects that the set is about: a role is needed in each.
    projects: frozenset[str] = field(default_factory=frozenset)
    #: Codes of what an undo would leave.
    stays: frozenset[str] = field(default_factory=frozenset)
    round: int = 1
    #: How many issues would be written to.
    issues: int = 0

    @property
    def weighed(self) -> Weighed:
        """What decides whether it needs a look of its own."""
        apart = bool(self.confirmations)
        return Weighed(self.changes, self.flags, self.stays, apart, self.round)


def may(
    act: Act,
    person: Person | None,
    situation: Situation,
    *,
    shown: str,
    words: str = "",
    confirmed: Collection[str] = (),
    together: bool = False,
    typed: str = "",
) -> Refusal | None:
    """Return why ``person`` may not do it, or None.

    ``together``: several sets at a time, so it must be one that needs no look of its own.
    ``typed``: the number of issues, which a promotion to many takes.
    """
    return (
        wrong_person(act, person, situation)
        or _read_only(act, situation)
        or _wrong_state(act, situation)
        or _stale(act, situation, shown)
        or (situation.dry_run if act is Act.PROMOTE else None)
        or (_no_number(situation, typed) if act is Act.PROMOTE else None)
        or _no_words(act, words)
        or (own_look(situation.weighed) if together else None)
        or (_not_approvable(person, situation) if act is Act.APPROVE else None)
        or (_unconfirmed(situation, confirmed) if act is Act.APPROVE else None)
    )


def not_fresh(signed_in_at: int | None, now: int) -> Refusal | None:
    """Return why somebody who signed in then (µs) may not promote now, or None."""
    if signed_in_at is not None and 0 <= now - signed_in_at <= FRESH_S * 1_000_000:
        return None
    return Refusal(
        "sign_in",
        "Promotion writes to Jira, and your sign-in is older than 30 minutes.",
        "Sign in again the way you did before, by password, by your organisation's sign-in or by "
        "a new link from the command 'airlock login'. Your approval is kept.",
    )


def event_of(act: Act, state: State) -> Event:
    """Return what an act is for a review in this state; raises KeyError if nothing."""
    for event in _EVENTS[act]:
        if event in TRANSITIONS[state]:
            return event
    raise KeyError(act)


def obstacles(situation: Situation) -> tuple[str, ...]:
    """Return why nobody can approve this now, as sentences."""
    found = list(situation.troubles)
    kept = [one for one in situation.changes if one.verdict == "keep"]
    if not situation.readable:
        found.append("Jira could not be read just now, so nothing can be compared with it.")
    if any(one.three is Three.CONFLICT for one in kept):
        found.append(
            "Somebody changed the same field in Jira. Keep Jira's value, take the agent's, "
            "edit it, leave the change out or send it back."
        )
    blocks = [
        flag
        for flag in (*situation.flags, *(flag for one in kept for flag in one.flags))
        if flag.severity == "block" and flag.id != "conflict"
    ]
    if blocks:
        found.append("A change is blocked by a rule. Edit it, leave it out or send it back.")
    if not situation.digest and not found:
        found.append("Nothing would change in Jira.")
    return tuple(found)


_UNSEEN = Refusal(UNSEEN, "There is no such change set.", "Open the inbox to see what is waiting.")


def wrong_person(act: Act, person: Person | None, situation: Situation) -> Refusal | None:
    """Return why this is nothing for them, whatever the state, or None."""
    if person is None:
        return Refusal(
            "nobody",
            "Only a person who signed in can decide; agents never do.",
            "Sign in first, with a password, your organisation's sign-in or a link.",
        )
    role = role_in(person, situation.site, situation.projects)
    if role is Role.NONE or not situation.rights.sees:
        return Refusal(
            UNSEEN, "There is no such change set.", "Open the inbox to see what is waiting."
        )
    if not at_least(role, _ROLES[act]):
        return Refusal(
            "role",
            "Your role may look, but not do this.",
            "Ask somebody who may approve, or an admin for another role.",
        )
    return None


def _read_only(act: Act, situation: Situation) -> Refusal | None:
    if act is not Act.PROMOTE or not situation.read_only:
        return None
    return Refusal(
        "read_only",
        READ_ONLY,
        "Ask whoever runs it for credentials that may write, or make the change in Jira by hand.",
    )


def _wrong_state(act: Act, situation: Situation) -> Refusal | None:
    if act is Act.DECIDE:
        allowed = situation.state is State.REVIEW
    else:
        allowed = any(event in TRANSITIONS[situation.state] for event in _EVENTS[act])
    if allowed:
        return None
    return Refusal(
        "state",
        "This change set is not in a state in which that can be done.",
        "Open it again to see where it stands.",
    )


def _stale(act: Act, situation: Situation, shown: str) -> Refusal | None:
    # Rejecting and sending back write nothing, but even they answer what was seen.
    if shown == situation.digest and (shown or act in _WORDED or act is Act.DECIDE):
        return None
    return Refusal(
        STALE,
        "This is not what you were shown any more.",
        "Look at the change set again, then decide.",
    )


def _no_number(situation: Situation, typed: str) -> Refusal | None:
    """Whoever tries the rest again typed it when the promotion began."""
    return not_typed(situation.issues, typed) if situation.state is State.APPROVED else None


def _no_words(act: Act, words: str) -> Refusal | None:
    if act not in _WORDED or words.strip():
        return None
    return Refusal(
        "words",
        "The agent needs a reason to learn from.",
        "Write in a sentence what is wrong.",
    )


def _unconfirmed(situation: Situation, confirmed: Collection[str]) -> Refusal | None:
    """Return the refusal of an approval without its second confirmation."""
    for code in missing(situation.confirmations, confirmed):
        return Refusal(f"confirm_{code}", *_UNCONFIRMED[code])
    return None


_UNCONFIRMED = {
    DELETE: (
        "It deletes something in Jira for good, and that takes a second confirmation.",
        "Tick the box beside the approval if you mean it.",
    ),
    CUSTOMER_REPLY: (
        "Customers will read it, and that takes a second confirmation.",
        "Tick the box beside the approval if you mean it.",
    ),
}


def cannot_in_jira(lack: str) -> Refusal:
    """Return why somebody may not approve what Jira would not let them do themselves."""
    return Refusal(
        "jira_permission",
        f"In Jira you could not do this yourself ({lack}).",
        "Ask somebody whom Jira allows it, or leave the change out.",
    )


def _not_approvable(person: Person | None, situation: Situation) -> Refusal | None:
    if person is not None and person.person in situation.approved_by:
        return Refusal(
            "twice", "You have approved this already.", "Somebody else has to approve it too."
        )
    if situation.rights.lacks:
        return cannot_in_jira(situation.rights.lacks[0])
    found = obstacles(situation)
    if found:
        return Refusal("obstacle", found[0], "Open the change set to see what stands in the way.")
    return None if person is None else for_another(person, situation)


def for_another(person: Person, situation: Situation) -> Refusal | None:
    """Return why somebody else has to approve what an agent did for this person, or None."""
    if person.jira_account != situation.person_served:
        return None
    return needs_another(situation.weighed, situation.policy.person_served_may_approve)
