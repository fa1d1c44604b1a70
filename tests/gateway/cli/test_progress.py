"""How far a long reading is: a bar with rate and time left, or a line now and then."""

import pytest

from gateway.cli.intake import ProgressLine, progress_text
from gateway.operations.sweeping import Progress


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (Progress(50, 200, 50, 10.0), "50 of about 200 issues, 5.0/s, about 30 s left"),
        # What an earlier reading had read already says nothing of the rate.
        (Progress(150, 1000, 50, 10.0), "150 of about 1000 issues, 5.0/s, about 2 min 50 s left"),
        (
            Progress(10, 100_000, 10, 10.0),
            "10 of about 100000 issues, 1.0/s, about 27 h 46 min left",
        ),
        (Progress(7, None, 7, 10.0), "7 issues, 0.7/s"),
        (Progress(200, 200, 200, 10.0), "200 of about 200 issues, 20.0/s"),
        (Progress(0, 200, 0, 0.0), "0 of about 200 issues, 0.0/s"),
    ],
)
def test_rate_and_time_left_are_told(at: Progress, words: str) -> None:
    assert progress_text(at) == words


def test_a_terminal_has_a_bar_that_changes_in_its_place() -> None:
    written: list[str] = []
    line = ProgressLine(written.append, terminal=True)
    line.show(Progress(50, 100, 50, 60.0))
    line.show(Progress(100, 100, 100, 120.0))
    line.end()
    half, whole, end = written
    assert half.startswith("\r")
    assert half.count("#") * 2 == whole.count("#")
    assert half.count(".") > whole.count(".")
    assert end == "\n"


def test_a_file_gets_a_line_now_and_then_and_a_short_reading_none() -> None:
    written: list[str] = []
    line = ProgressLine(written.append, terminal=False)
    for second in range(200):
        line.show(Progress(second, 200, second, float(second)))
    line.end()
    assert 1 <= len(written) <= 20
    assert all(one.endswith("left\n") for one in written)
    before = len(written)
    ProgressLine(written.append, terminal=False).show(Progress(1, 2, 1, 0.1))
    assert len(written) == before
