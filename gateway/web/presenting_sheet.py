"""From an approved review and its dry run to the sheet before promotion; pure."""

from markupsafe import Markup

from gateway.promotion.preflight import OperationReport, Preflight, Remark, Verdict
from gateway.review.large import TWICE_ABOVE, TYPED_ABOVE, issues_in
from gateway.review.people import Person
from gateway.review.values import OperationView, ReviewView
from gateway.web.flag_lines import flag_lines
from gateway.web.language import N_, Tongue
from gateway.web.new_names import NewNames
from gateway.web.page_values import Chip
from gateway.web.presenting import present
from gateway.web.request_blocks import RequestBlocks
from gateway.web.sheet_values import OrderLine, Said, Sheet
from gateway.web.told import in_tongue

_LOOKS = {Verdict.OK: "ok", Verdict.WARNING: "warn", Verdict.BLOCKED: "bad"}
_VERDICTS = {
    Verdict.OK: N_("Jira would take all of it now"),
    Verdict.WARNING: N_("Jira would take it, with remarks"),
    Verdict.BLOCKED: N_("Part of it would not be written now"),
}


def present_sheet(
    view: ReviewView, found: Preflight, person: Person, tongue: Tongue, now: int
) -> Sheet:
    """Return the sheet for one person."""
    blocks = RequestBlocks(tongue, NewNames(view.issues), view.field_names)
    reports = {one.position: one for one in found.operations}
    issues = issues_in(one.planned for one in view.operations)
    told = flag_lines([one for one in view.flags if one.id == "notifies"], tongue)
    return Sheet(
        page=present(view, person, tongue, now),
        authors=_authors(view, found, blocks),
        notifies=told[0].sentence if told else Markup(""),
        order=tuple(_line(one, reports, blocks) for one in view.operations),
        verdict=Chip(tongue.gettext(_VERDICTS[found.verdict]), _LOOKS[found.verdict]),
        checked=tongue.second_of(found.checked_at),
        remarks=tuple(_said(one, tongue) for one in found.remarks),
        blocked=found.verdict is Verdict.BLOCKED,
        issues=issues,
        typed=issues > TYPED_ABOVE,
        twice=TWICE_ABOVE < issues <= TYPED_ABOVE,
    )


def _authors(view: ReviewView, found: Preflight, blocks: RequestBlocks) -> tuple[str, ...]:
    """Return each author once; the account that answered stands for one without a name."""
    authors = dict.fromkeys(one.planned.author for one in view.operations)
    named = [
        one if one.name not in ("", one.account) else one.model_copy(update={"name": found.author})
        for one in authors
    ]
    return tuple(dict.fromkeys(blocks.author(one) for one in named))


def _line(
    view: OperationView, reports: dict[int, OperationReport], blocks: RequestBlocks
) -> OrderLine:
    block = blocks.block(view)
    report = reports.get(view.planned.position)
    worth = () if report is None else report.remarks
    return OrderLine(
        issue=block.issue,
        kind=block.kind,
        line=block.line,
        look=_LOOKS[Verdict.OK if report is None else report.verdict],
        remarks=tuple(_said(one, blocks.tongue) for one in worth if one.verdict is not Verdict.OK),
    )


def _said(remark: Remark, tongue: Tongue) -> Said:
    parts = (remark.sentence, remark.next_step)
    text = " ".join(in_tongue(one, tongue) for one in parts if one)
    return Said(_LOOKS[remark.verdict], text)
