"""From several chosen change sets to the page that asks once more, and to the report; pure."""

from dataclasses import dataclass

from markupsafe import Markup

from gateway.operations.together import Prospect, Ready, Report, Skipped
from gateway.review.together import MOST
from gateway.review.values import ReviewView
from gateway.web.change_rows import ChangeRows
from gateway.web.flag_lines import flag_lines
from gateway.web.language import Tongue
from gateway.web.new_names import NewNames
from gateway.web.page_values import Chip, IssueCard
from gateway.web.presenting import plan_line
from gateway.web.reveal import reveal
from gateway.web.told import in_tongue


@dataclass(frozen=True, slots=True)
class ReadySet:
    """A set that would be approved, with all that it changes."""

    id: int
    name: str
    title: Markup
    agent: Markup
    person: Markup
    plan: tuple[Chip, ...]
    #: Whom Jira would tell of it; empty: nobody is known.
    notifies: Markup
    issues: tuple[IssueCard, ...]
    #: Number and digest, as the form sends them.
    pick: str


@dataclass(frozen=True, slots=True)
class SkippedSet:
    """A set that is left as it is, and why."""

    id: int
    name: str
    title: Markup
    why: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProspectPage:
    """What would be approved."""

    title: str
    ready: tuple[ReadySet, ...]
    skipped: tuple[SkippedSet, ...]
    #: How many were chosen beyond what is looked at, in a sentence; empty: none.
    beyond: str


@dataclass(frozen=True, slots=True)
class ApprovedSet:
    """A set that was approved."""

    id: int
    name: str
    title: Markup
    wholly: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """What became of the chosen sets."""

    title: str
    approved: tuple[ApprovedSet, ...]
    skipped: tuple[SkippedSet, ...]


def present_prospect(found: Prospect, tongue: Tongue, *, beyond: int = 0) -> ProspectPage:
    """Return the page that lists exactly what would be approved."""
    number = len(found.ready)
    return ProspectPage(
        title=tongue.ngettext("Approve %(num)d change set", "Approve %(num)d change sets", number)
        if number
        else tongue.gettext("None of these can be approved together"),
        ready=tuple(_ready(one, tongue) for one in found.ready),
        skipped=_skipped(found.skipped, tongue),
        beyond=tongue.ngettext(
            "%(num)d more was chosen: at most %(most)s are looked at together.",
            "%(num)d more were chosen: at most %(most)s are looked at together.",
            beyond,
            most=MOST,
        )
        if beyond
        else "",
    )


def present_report(found: Report, tongue: Tongue) -> ReportPage:
    """Return the report."""
    approved = tuple(
        ApprovedSet(one.review_id, f"CS-{one.review_id}", reveal(one.title), one.wholly)
        for one in found.approved
    )
    title = tongue.gettext(
        "%(approved)s approved, %(skipped)s skipped",
        approved=len(approved),
        skipped=len(found.skipped),
    )
    return ReportPage(title, approved, _skipped(found.skipped, tongue))


def _ready(one: Ready, tongue: Tongue) -> ReadySet:
    view, chosen = one.view, one.chosen
    rows = ChangeRows(tongue, view)
    rows.names = names = NewNames(view.issues)
    return ReadySet(
        id=view.id,
        name=f"CS-{view.id}",
        title=names.html(reveal(view.title)),
        agent=reveal(view.agent),
        person=reveal(view.person_name or view.person),
        plan=plan_line(view, tongue),
        notifies=_notifies(view, tongue),
        issues=tuple(rows.card(issue) for issue in view.issues),
        pick=f"{chosen.review_id}:{chosen.digest}",
    )


def _notifies(view: ReviewView, tongue: Tongue) -> Markup:
    lines = flag_lines((one for one in view.flags if one.id == "notifies"), tongue)
    return lines[0].sentence if lines else Markup("")


def _skipped(found: tuple[Skipped, ...], tongue: Tongue) -> tuple[SkippedSet, ...]:
    return tuple(
        SkippedSet(
            id=one.review_id,
            name=f"CS-{one.review_id}",
            title=reveal(one.title),
            why=in_tongue(one.refusal.sentence, tongue),
            changes=tuple(in_tongue(text, tongue) for text in one.changes),
        )
        for one in found
    )
