"""What a set's changes stand in besides the issues they touch. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gateway.review.sources import Cited, without
from gateway.review.values import ChangeView, Flag, IssueView, ReviewView

#: Evidence that names other issues than the set touches, with commas between.
ELSEWHERE = "elsewhere"
#: Evidence that quotes them.
_QUOTED = "found"


@dataclass(frozen=True, slots=True)
class Steering:
    """An issue elsewhere whose text speaks to agents."""

    key: str
    #: The words, cut short.
    found: str
    #: When the agent read it first.
    read_at: int


@dataclass(frozen=True, slots=True)
class Around:
    """What was looked up beyond the touched issues."""

    #: Change id to what the agent says that it comes from.
    cited: Mapping[str, tuple[Cited, ...]] = field(default_factory=dict)
    #: Issues that the agent read, and whose text speaks to agents.
    steering: tuple[Steering, ...] = ()
    #: Keys of the projects in which the person served never had a part in anything.
    strange: frozenset[str] = frozenset()


def elsewhere(view: ReviewView) -> frozenset[str]:
    """Return the keys of issues that a view names without touching them."""
    changes = [change for issue in view.issues for change in issue.changes]
    flags = (*view.flags, *(flag for one in changes for flag in one.flags))
    return frozenset(
        one
        for given in (
            *(flag.evidence.get(ELSEWHERE, "").split(", ") for flag in flags),
            *([cited.issue_key for cited in one.sources] for one in changes),
        )
        for one in given
        if one
    )


def seen_with(view: ReviewView, known: Collection[str]) -> ReviewView:
    """Return a view for somebody who may know of these issues elsewhere, and of no others."""
    if elsewhere(view) <= {*known}:
        return view
    return view.model_copy(
        update={
            "flags": tuple(_flag(one, known) for one in view.flags),
            "issues": tuple(_issue(one, known) for one in view.issues),
        }
    )


def _issue(issue: IssueView, known: Collection[str]) -> IssueView:
    changes = tuple(_change(one, known) for one in issue.changes)
    return issue.model_copy(update={"changes": changes})


def _change(view: ChangeView, known: Collection[str]) -> ChangeView:
    flags = tuple(_flag(one, known) for one in view.flags)
    return view.model_copy(update={"flags": flags, "sources": without(view.sources, known)})


def _flag(flag: Flag, known: Collection[str]) -> Flag:
    """Return a flag that names and quotes no issue that somebody may not know of."""
    named = flag.evidence.get(ELSEWHERE, "").split(", ")
    shown = [one for one in named if one in known]
    if ELSEWHERE not in flag.evidence or shown == named:
        return flag
    evidence = {name: one for name, one in flag.evidence.items() if name != _QUOTED}
    return flag.model_copy(update={"evidence": {**evidence, ELSEWHERE: ", ".join([*shown, "…"])}})
