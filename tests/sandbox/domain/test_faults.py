"""Which requests faults strike, and what limits let through: decided on values alone."""

import pytest

from sandbox.domain.faults import (
    Asked,
    Bucket,
    Fault,
    FaultRule,
    Faults,
    On,
    matches,
    strikes,
    taken,
)

EDIT = Asked("PUT", "/rest/api/3/issue/10001")
READ = Asked("GET", "/rest/api/3/issue/AIR-1/transitions")
SEARCH = Asked("POST", "/rest/api/3/search/jql")


@pytest.mark.parametrize(
    ("on", "struck"),
    [
        (On.ALL, [EDIT, READ, SEARCH]),
        (On.WRITES, [EDIT]),
        (On.READS, [READ, SEARCH]),
        (On.SEARCHES, [SEARCH]),
    ],
)
def test_a_rule_is_about_some_requests(on: On, struck: list[Asked]) -> None:
    rule = FaultRule(fault=Fault.THROTTLE, on=on)
    assert [one for one in (EDIT, READ, SEARCH) if matches(rule, one)] == struck


def test_a_rule_can_name_a_part_of_the_address() -> None:
    rule = FaultRule(fault=Fault.PAGE, path="/transitions")
    assert [matches(rule, one) for one in (EDIT, READ)] == [False, True]
    assert (EDIT.issue, READ.issue, SEARCH.issue) == ("10001", "AIR-1", "")


def test_a_sequence_strikes_after_some_and_then_no_more() -> None:
    rule = FaultRule(fault=Fault.LATE, skip=1, times=2)
    found: list[bool] = []
    for seen in range(5):
        found.append(strikes(rule, seen=seen, struck=sum(found), draw=0.5))
    assert found == [False, True, True, False, False]


def test_a_share_is_a_probability() -> None:
    rule = FaultRule(fault=Fault.LATE, share=0.3)
    found = [strikes(rule, seen=9, struck=9, draw=draw) for draw in (0.0, 0.29, 0.3, 0.99)]
    assert found == [True, True, False, False]


def test_a_bucket_is_filled_again_by_time_alone() -> None:
    bucket: Bucket | None = None
    for _ in range(2):
        bucket = taken(bucket, 10.0, rate=4, burst=2)
        assert bucket is not None
    assert taken(bucket, 10.1, rate=4, burst=2) is None
    assert taken(bucket, 10.3, rate=4, burst=2) is not None
    assert taken(bucket, 99.0, rate=4, burst=2) == Bucket(1, 99.0)


def test_without_faults_nothing_is_wrong() -> None:
    assert not Faults().any
    assert Faults(latency_ms=1).any
