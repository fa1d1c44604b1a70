"""``airlock intake``: read the issues in scope from Jira now."""

import argparse
import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.cli.telling import say, with_gateway
from gateway.operations import intake, vanishing
from gateway.operations.context import Gateway
from gateway.operations.sweeping import Progress
from gateway.operations.vanishing import Answer

#: Readings shorter than this say nothing on their way.
_QUIET_SECONDS = 2.0
#: Without a terminal, a line no more often than this.
_LINE_SECONDS = 10.0
_BAR = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--jql", help="which issues (default: AIRLOCK_INTAKE_JQL or all projects)")
    parser.add_argument(
        "--vanished",
        choices=[one.value for one in Answer],
        help="answer whether the many issues that Jira no longer shows are removed here",
    )


def run(args: argparse.Namespace) -> int:
    """Take in and say what came, or answer the question about vanished issues."""
    if args.vanished is not None:
        return with_gateway(lambda gateway: _answer(gateway, Answer(args.vanished)))
    return with_gateway(lambda gateway: _take_in(gateway, args.jql))


def _take_in(gateway: Gateway, jql: str | None) -> int:
    shown = ProgressLine(sys.stderr.write, terminal=sys.stderr.isatty())
    report = intake.take_in(gateway, jql, on_progress=shown.show)
    shown.end()
    say(
        f"{report.issues} issues read in {report.seconds:.1f} s: "
        f"{report.new} new, {report.changed} changed, {report.gone} gone."
    )
    for sentence in report.inferred:
        say(f"  assumed: {sentence}")
    for sentence in report.warnings:
        say(f"  LOOK: {sentence}")
    return 0


def _answer(gateway: Gateway, said: Answer) -> int:
    gone = vanishing.answer(gateway, said, f"{getpass.getuser()} (command line)")
    say(f"{len(gone)} issues removed." if said is Answer.REMOVE else "Nothing was removed.")
    return 0


@dataclass(slots=True)
class ProgressLine:
    """Shows how far a long reading is: one line that changes, or a line now and then."""

    write: Callable[[str], object]
    terminal: bool
    #: Seconds at which the last line was written.
    shown_at: float = field(default=0.0)
    #: Whether a line stands that the next one replaces.
    open: bool = field(default=False)

    def show(self, at: Progress) -> None:
        """Show one step."""
        if at.seconds < _QUIET_SECONDS:
            return
        if self.terminal:
            self.write(f"\r\x1b[K{_bar(at)}{progress_text(at)}")
            self.open = True
        elif at.seconds - self.shown_at >= _LINE_SECONDS:
            self.write(f"{progress_text(at)}\n")
            self.shown_at = at.seconds

    def end(self) -> None:
        """Leave the last line standing."""
        if self.open:
            self.write("\n")


def progress_text(at: Progress) -> str:
    """Return how far it is, how fast, and how long it still takes, in words."""
    rate = at.now_read / at.seconds if at.seconds > 0 else 0.0
    known = f"{at.read} issues" if at.total is None else f"{at.read} of about {at.total} issues"
    text = f"{known}, {rate:.1f}/s"
    if at.total is None or rate <= 0 or at.total <= at.read:
        return text
    return f"{text}, about {_duration((at.total - at.read) / rate)} left"


def _bar(at: Progress) -> str:
    if not at.total:
        return ""
    full = min(_BAR, _BAR * at.read // at.total)
    return f"[{'#' * full}{'.' * (_BAR - full)}] "


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
