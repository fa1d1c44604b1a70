import re
from collections.abc import Iterator

import pytest

from gateway.operations.context import Gateway
from gateway.operations.intake import take_changes, take_in
from gateway.operations.polling import SWEEP_EVERY, Poller
from tests.gateway.operations.test_intake import airlock, edit
from tests.recorded import BY_NAME, load
from tests.sandboxes import Inside


@pytest.fixture
def jirametrics() -> Iterator[tuple[Gateway, Inside, Inside]]:
    with airlock(load(BY_NAME["jirametrics"])) as found:
        yield found


#: Paths of endpoints that only an administrator of Jira may ask.
ADMINS = re.compile(
    r"/(workflow(s|scheme)?|screens?|fieldconfiguration|issuetypescheme|issuesecurityschemes"
    r"|permissionscheme|users|user/bulk|group|groups|auditing|configuration|settings|webhook)\b"
)


def test_no_endpoint_of_administrators_is_asked(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, upstream, _ = jirametrics
    asked: list[str] = []
    upstream.jira.event_hooks = {"request": [lambda request: asked.append(request.url.path)]}
    take_in(gateway)
    Poller(gateway).run_once()
    assert len(asked) > 10
    assert [path for path in asked if ADMINS.search(path)] == []


def test_only_the_first_poll_reads_everything(jirametrics: tuple[Gateway, Inside, Inside]) -> None:
    gateway, upstream, _ = jirametrics
    poller = Poller(gateway)
    first = poller.run_once()
    assert (first.issues, first.new) == (4, 4)
    edit(upstream, "10017", {"summary": "Changed upstream"})
    second = poller.run_once()
    # The window begins before the newest change that was read, so that one is read again.
    assert (second.issues, second.new, second.changed) == (2, 0, 1)


def test_everything_is_read_again_after_a_day(jirametrics: tuple[Gateway, Inside, Inside]) -> None:
    gateway, _, _ = jirametrics
    poller = Poller(gateway)
    poller.run_once()
    now = gateway.clock
    gateway.clock = lambda: now() + SWEEP_EVERY + 1
    assert poller.run_once().issues == 4


def test_nothing_can_have_changed_before_the_first_intake(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    assert take_changes(jirametrics[0], 180) is None
