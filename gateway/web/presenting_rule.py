"""A draft of a setting, as its page shows it; pure."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.operations.drafting import Found
from gateway.policy.drafting import APPROVALS, ENOUGH, Draft, Tally
from gateway.web.change_rows import anchor
from gateway.web.language import N_, Tongue
from gateway.web.reveal import reveal
from gateway.web.sentences import KINDS

#: Setting and whether it gets tighter, to what the draft would mean.
_MEANS = {
    (APPROVALS, True): N_("One person more has to approve whatever is about this project."),
    (APPROVALS, False): N_(
        "One person less has to approve whatever is about this project. Elsewhere it stays."
    ),
    ("", True): N_("The person the agent works for may approve less of it, in every project."),
    ("", False): N_(
        "The person the agent works for may approve what nothing was seen of and an undo puts "
        "back, on issues of theirs, in every project."
    ),
}


@dataclass(frozen=True, slots=True)
class DraftBox:
    """One setting as it could be."""

    setting: str
    means: str
    now: str
    then: str
    tighter: bool
    #: What else of the past it would have reached.
    also: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """All that can be drafted from one change."""

    review: int
    name: str
    anchor: str
    #: What the change is, by whom, where.
    what: Markup
    counts: str
    elsewhere: str
    #: Why nothing is made looser, or why nothing more can be.
    why_not: str
    drafts: tuple[DraftBox, ...]
    #: So many sets were looked back at.
    most: int


def present_rule(found: Found, tongue: Tongue) -> RulePage:
    """Return the page of a draft."""
    made, sort = found.drafted, found.drafted.sort
    kind = tongue.gettext(KINDS[sort.kind])
    what = f"{kind}: {found.field_name}" if found.field_name else kind
    return RulePage(
        review=found.review_id,
        name=f"CS-{found.review_id}",
        anchor=anchor(found.change_id),
        what=reveal(f"{what} · {sort.agent} · {sort.project}"),
        counts=_counts(made.own, tongue),
        elsewhere=tongue.ngettext(
            "%(num)d like it in other projects would not be reached.",
            "%(num)d like it in other projects would not be reached.",
            made.elsewhere.every,
        )
        if made.elsewhere.every
        else "",
        why_not=_why_not(found, tongue),
        drafts=tuple(_box(one, tongue) for one in made.drafts),
        most=found.most,
    )


def _box(draft: Draft, tongue: Tongue) -> DraftBox:
    name = draft.setting if draft.setting == APPROVALS else ""
    return DraftBox(
        setting=draft.setting,
        means=tongue.gettext(_MEANS[name, draft.tighter]),
        now=f"{draft.setting}={draft.now}",
        then=f"{draft.setting}={draft.then}",
        tighter=draft.tighter,
        also=_counts(draft.also, tongue),
    )


def _counts(tally: Tally, tongue: Tongue) -> str:
    if not tally.every:
        return tongue.gettext("none so far")
    return tongue.gettext(
        "%(every)s decided: %(kept)s kept as wanted, %(edited)s edited, %(left)s left out",
        every=tally.every,
        kept=tally.kept,
        edited=tally.edited,
        left=tally.left_out,
    )


def _why_not(found: Found, tongue: Tongue) -> str:
    made = found.drafted
    if not made.settled:
        return tongue.gettext(
            "Nothing looser is drafted: that takes %(number)s of them, all kept as the agent "
            "wanted them.",
            number=ENOUGH,
        )
    if any(not one.tighter for one in made.drafts):
        return ""
    return tongue.gettext(
        "Nothing can be looser: one person has to approve every change set. What nothing was seen "
        "of is approved several at a time from the inbox."
    )
