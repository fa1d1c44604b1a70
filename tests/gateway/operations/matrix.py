"""The 24 failure cases of promotion.md 1.4, each with every kind of operation.

A case is what is done to a whole fleet and what must be true of each kind after it. A cell
that is not run says why it cannot arise. ``test_matrix.py`` runs them on each database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from sandbox.contract.shapes import ChangeKind
from tests.gateway.operations.cases_of_jira import (
    CRASHES,
    crash,
    crashed,
    drifted,
    faulty,
    flagged,
    gone,
    gone_for_good,
    kept,
    meddled_at,
    not_now,
    overtaken,
    travelling,
    unhurt,
    untouched,
)
from tests.gateway.operations.cases_of_ours import (
    NOT_ON_NEW,
    as_it_was_meant,
    edited_since,
    full,
    moved_away,
    not_there,
    on_a_new_issue,
    on_the_new_one,
    plain,
    refused,
    skewed,
    stale,
    still_theirs,
    taken_back,
    tampered,
    two,
    undone,
    upgraded_between,
)
from tests.gateway.operations.fleet import KINDS, Fleet, Harbour, ends, once

Check = Callable[[Fleet, ChangeKind], None]
K = ChangeKind


@dataclass(frozen=True)
class Case:
    """One way in which things go wrong, for a whole fleet at once."""

    run: Callable[[Harbour], Fleet]
    check: Check = once
    #: Kinds for which it cannot arise, and why.
    cannot: Mapping[ChangeKind, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[ChangeKind, ...]:
        """The kinds that it is run with."""
        return tuple(kind for kind in KINDS if kind not in self.cannot)


def without(why: str, *kinds: ChangeKind) -> dict[ChangeKind, str]:
    """Return kinds with the reason why a case cannot arise for them."""
    return dict.fromkeys(kinds, why)


# The table: case, and how it is brought about, to what is run.
_NO_LAG = "Its probe asks the issue itself, by its id; only a new issue has to be searched for."
_NO_STEP = "Only a transition goes a way through the workflow."
_NO_TRACE = "Jira keeps no history of comments: nobody can tell afterwards what was there."
#: Kinds that touch no value which somebody else could have changed.
_VALUELESS = {
    **without(
        "It adds something new: there is no value before that somebody could have changed.",
        K.CREATE,
        K.COMMENT,
        K.WORKLOG,
        K.ATTACHMENT,
    ),
    **without(
        "It is there or not, whoever made it so: there is no other value.", K.LINK, K.WATCHER
    ),
    **without("Nobody else gives a web link our own global id.", K.REMOTE_LINK),
}
_NO_ISSUE = "There is no issue yet that anybody could have edited, moved or deleted."
CASES: dict[tuple[int, str], Case] = {
    **{
        (1, name): Case(partial(crash, steps), partial(crashed, steps))
        for name, steps in CRASHES.items()
    },
    (2, "travelling"): Case(travelling),
    (3, "lost"): Case(lambda harbour: faulty(harbour, "lost", "after lost")),
    (4, "5xx"): Case(lambda harbour: faulty(harbour, "503", "after 504")),
    (5, "429"): Case(not_now, unhurt),
    (6, "before the intent"): Case(partial(overtaken, Step.CHECKED)),
    (6, "after the answer"): Case(partial(overtaken, Step.SENT)),
    (7, "before"): Case(drifted, ends(OpState.CONFLICT), _VALUELESS),
    (7, "during"): Case(
        partial(meddled_at, Step.INTENT),
        flagged,
        _VALUELESS | without(_NO_TRACE, K.COMMENT_EDIT, K.DELETE),
    ),
    (7, "just after"): Case(
        partial(meddled_at, Step.SENT),
        once,
        _VALUELESS | without(_NO_TRACE, K.COMMENT_EDIT, K.DELETE),
    ),
    (8, "elsewhere"): Case(untouched, kept, without(_NO_ISSUE, K.CREATE)),
    **{
        (9, how): Case(partial(gone, how), gone_for_good, without(_NO_ISSUE, K.CREATE))
        for how in ("deleted", "moved", "archived")
    },
    (12, "stale"): Case(stale, not_there),
    (13, "two of two"): Case(two),
    (14, "refused, then resumed"): Case(refused),
    (15, "401"): Case(not_now, unhurt),
    (15, "403"): Case(refused),
    (16, "an hour off"): Case(skewed),
    (17, "intent"): Case(partial(full, "intent")),
    (17, "result"): Case(partial(full, "result")),
    (18, "upgraded"): Case(upgraded_between),
    (19, "taken out of Jira"): Case(refused),
    (20, "words"): Case(plain, as_it_was_meant),
    (21, "new issue"): Case(on_a_new_issue, on_the_new_one, NOT_ON_NEW),
    (22, "tampered"): Case(tampered, ends(OpState.REJECTED)),
    (23, "elsewhere"): Case(moved_away, ends(OpState.REJECTED)),
    (24, "edited since"): Case(
        edited_since,
        still_theirs,
        without("Nobody can edit it: it is there or gone.", K.LINK, K.WATCHER, K.ATTACHMENT)
        | without("What was deleted is gone for good: it says so.", K.DELETE),
    ),
    (24, "undone"): Case(
        undone, taken_back, without("What was deleted is gone for good: it says so.", K.DELETE)
    ),
}

_COMES_AGAIN = "tests.gateway.operations.test_promoting_cases:"
_ONCE = "tests.gateway.operations.test_promoting:"
#: Cells that other tests run: case to kind to their tests, and why no other kind is there.
ELSEWHERE: dict[int, tuple[dict[ChangeKind, tuple[str, ...]], str]] = {
    10: (
        {
            K.CREATE: (
                _COMES_AGAIN + "test_10_two_new_issues_alike_are_two",
                _COMES_AGAIN
                + "test_10_a_new_issue_that_is_never_found_is_for_a_person_with_the_evidence",
                _COMES_AGAIN + "test_10_a_person_decides_what_nobody_can_tell",
            )
        },
        _NO_LAG,
    ),
    11: (
        {
            K.TRANSITION: (
                _COMES_AGAIN + "test_11_a_transition_is_planned_again_by_its_target",
                _ONCE + "test_a_transition_goes_by_target_status_and_takes_every_step",
                _ONCE + "test_a_concurrent_change_is_tried_again_but_not_for_ever",
            )
        },
        _NO_STEP,
    ),
}
