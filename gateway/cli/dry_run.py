"""A dry run as lines in a terminal. Pure."""

from collections.abc import Iterable, Iterator

from gateway.promotion.preflight import OperationReport, Preflight, Remark

_INDENT = "   "


def dry_run_lines(report: Preflight) -> Iterator[str]:
    """Yield the lines of a dry run: the set, then each request as it would be sent."""
    who = report.author or "an account that Jira did not name"
    yield f"CS-{report.review}: {report.verdict}. Nothing was written."
    yield f"{_INDENT}checked in {report.site_url} as {who}"
    yield from _remarks(report.remarks)
    for one in report.operations:
        yield ""
        yield from _operation(one)


def _operation(report: OperationReport) -> Iterator[str]:
    request = report.request
    who = f" as {report.author}" if report.author else ""
    yield f"{report.position}. {report.kind} {report.issue_key}{who}: {report.verdict}"
    yield f"{_INDENT}{request.method} {request.url}"
    if request.body:
        yield f"{_INDENT}{request.body}"
    for later in request.later:
        yield f"{_INDENT}filled in later: {later.shown} becomes {later.becomes}"
    yield from _remarks(report.remarks)


def _remarks(remarks: Iterable[Remark]) -> Iterator[str]:
    for one in remarks:
        yield f"{_INDENT}{one.verdict}: {one.sentence} {one.next_step}".rstrip()
