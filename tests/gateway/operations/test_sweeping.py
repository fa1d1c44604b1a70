"""Whole readings: pages by key, resumed where they were left, and what is missing behind them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.operations import sweeping, vanishing
from gateway.operations.intake import refresh, take_changes, take_in
from gateway.operations.scoping import changed_since, from_place, with_keys
from gateway.operations.sweeping import PAGE, next_page, sweep
from gateway.operations.vanishing import Answer
from gateway.review.refusals import RefusedError
from gateway.store import baselines, questions, reading, sites
from gateway.store.reading import Place, Sweep
from gateway.upstream.errors import OurFaultError
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import SITE, doc

MINUTE = 60 * 1_000_000


@pytest.mark.parametrize(
    ("jql", "place", "wanted"),
    [
        ('project in ("A")', Place(), 'project in ("A") ORDER BY key ASC'),
        (
            "a = 1 OR b = 2 Order  By rank",
            Place(("A", "B")),
            '(a = 1 OR b = 2) AND project not in ("A", "B") ORDER BY key ASC',
        ),
        (
            "a = 1",
            Place(("A",), "B", "B-7"),
            '(a = 1) AND project = "B" AND key > "B-7" ORDER BY key ASC',
        ),
        ("ORDER BY key", Place(), "ORDER BY key ASC"),
    ],
)
def test_the_place_is_put_around_any_scope(jql: str, place: Place, wanted: str) -> None:
    assert from_place(jql, place) == wanted


def test_the_window_is_put_around_any_scope() -> None:
    moment = 1_700_000_000_000
    assert changed_since("a = 1 OR b = 2", moment) == f"(a = 1 OR b = 2) AND updated >= {moment}"
    assert changed_since("ORDER BY key", moment) == f"updated >= {moment}"
    assert with_keys("a = 1", ['B-"1']) == '(a = 1) AND key in ("B-\\"1")'


class ByKey:
    """An upstream of nothing but keys, which come and go between two pages."""

    def __init__(self, keys: list[str]) -> None:
        """Take keys in any order."""
        self.keys = set(keys)
        self.asked: list[str] = []

    def search(self, jql: str) -> Any:
        """Yield what a query of `from_place` finds, in Jira's order."""
        self.asked.append(jql)
        for key in sorted(self.keys, key=_order):
            project = key.rpartition("-")[0]
            if "key > " in jql:
                last = jql.split('key > "')[1].split('"', maxsplit=1)[0]
                found = project == last.rpartition("-")[0] and _order(key) > _order(last)
            else:
                found = f'"{project}"' not in jql
            if found:
                yield {"id": key, "key": key}


def _order(key: str) -> tuple[str, int]:
    project, _, number = key.rpartition("-")
    return project, int(number)


@settings(max_examples=30)
@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 3 * PAGE // 2), max_size=4),
    st.sets(st.integers(0, 3)),
)
def test_every_issue_is_read_once_however_others_come_and_go(
    sizes: dict[str, int], deletes: set[int]
) -> None:
    upstream: Any = ByKey([f"{name}-{n}" for name, size in sizes.items() for n in range(1, size)])
    stays = set(upstream.keys)
    found: list[str] = []
    place, pages = Place(), 0
    while not place.finished:
        docs, place = next_page(upstream, "", place)
        found += [str(one["key"]) for one in docs]
        if pages in deletes and found:
            upstream.keys.discard(found[0])  # moves every later issue up by one
        pages += 1
    assert sorted(found) == sorted(stays)
    assert pages <= sum(size // PAGE + 2 for size in sizes.values()) + 1


def many(house: House, count: int) -> list[str]:
    """Put more issues into Jira; returns all ids."""
    for number in range(10, 10 + count):
        house.jira.add(doc(f"AIR-{number}", str(50_000 + number)))
    return sorted(house.jira.issues)


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch, house: House) -> House:
    """Lend a house whose Jira pages by key, two issues a page, and tells its metadata."""
    monkeypatch.setattr(sweeping, "PAGE", 2)
    monkeypatch.setattr(sweeping, "site_metadata", lambda *_, **__: _stored_metadata(house))
    clock = iter(range(10**9, 10**15, 1_000))
    house.gateway.clock = lambda: next(clock)
    house.gateway.settings = replace(house.gateway.settings, lease_seconds=0.0)
    house.jira.by_key = True
    return house


def _stored_metadata(house: House) -> Any:
    with house.gateway.database.read() as conn:
        return sites.metadata(conn, SITE)


def left(house: House) -> Sweep | None:
    with house.gateway.database.read() as conn:
        return reading.get(conn, SITE).sweep


def test_a_reading_that_was_cut_off_goes_on_behind_its_last_page(pages_of_two: House) -> None:
    house = pages_of_two
    every = many(house, 5)
    steps: list[int] = []

    def cut(at: sweeping.Progress) -> None:
        steps.append(at.read)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(house.gateway, on_progress=cut)
    stood = left(house)
    assert stood is not None
    assert (stood.place.project, stood.place.key, stood.new) == ("AIR", "AIR-11", 2)
    asked = len(house.jira.asked)
    report = take_in(house.gateway, on_progress=lambda at: steps.append(at.now_read))
    assert steps == [2, 4, 2, 3, 3]
    assert (report.issues, report.new, report.gone) == (7, 5, 0)
    assert not any("AIR-10" in path for path in house.jira.asked[asked:])
    assert left(house) is None
    with house.gateway.database.read() as conn:
        assert sorted(baselines.digests(conn, SITE)) == every
        assert {len(_revisions(conn, one)) for one in every} == {1}, "nothing is stored twice"


def _revisions(conn: Any, issue_id: str) -> list[Any]:
    table = baselines._BASELINE
    return list(conn.execute(table.select().where(table.c.issue_id == issue_id)))


def test_two_processes_never_read_everything_at_once(pages_of_two: House) -> None:
    house = pages_of_two
    many(house, 5)

    def second(at: sweeping.Progress) -> None:
        if at.read == 4:
            assert take_in(house.gateway).issues == 7

    with pytest.raises(RefusedError, match="Another process goes on"):
        take_in(house.gateway, on_progress=second)
    assert left(house) is None


def test_a_place_that_jira_no_longer_knows_begins_anew(pages_of_two: House) -> None:
    house = pages_of_two
    every = many(house, 5)
    house.jira.unknown.add("AIR-11")
    assert take_in(house.gateway).issues == len(every)
    assert sum('"AIR-11"' in jql for jql in house.jira.queries) == 2
    house.jira.unknown.add("AIR-1")
    with pytest.raises(OurFaultError):
        sweep(house.gateway, house.gateway.upstream, 'key = "AIR-1"')


def test_the_polls_go_on_by_jira_s_clock_from_where_the_reading_began(
    pages_of_two: House,
) -> None:
    house = pages_of_two
    house.jira.edit("10001", "Ann", updated="2026-11-02T10:00:00.500+0900")
    take_in(house.gateway)
    asked = len(house.jira.queries)
    take_changes(house.gateway, 180)
    since = 1_793_581_200_500 - 180_000
    assert house.jira.queries[asked].startswith(f'(project in ("AIR")) AND updated >= {since}')
    house.jira.edit("10002", "Ann", updated="2026-11-02T01:05:00.000+0000")
    take_changes(house.gateway, 180)
    take_changes(house.gateway, 0)
    assert f"updated >= {1_793_581_500_000}" in house.jira.queries[-1]


def test_a_poll_of_many_goes_by_key_and_misses_none_while_others_go(pages_of_two: House) -> None:
    house = pages_of_two
    every = many(house, 7)
    take_in(house.gateway)
    for issue_id in every:
        house.jira.edit(issue_id, "Ann", summary="Changed")
    asked = len(house.jira.queries)

    seen: list[str] = []
    found = sweeping.pages(house.gateway.upstream, 'project in ("AIR")')
    for docs in found:
        seen += [str(one["id"]) for one in docs]
        house.jira.issues.pop(seen[0], None)  # by number, the next page would skip one
    assert set(seen) >= set(every)
    assert len(seen) == len(set(seen))
    assert take_changes(house.gateway, 180) is not None
    assert [one for one in house.jira.queries[asked:] if "ORDER BY key ASC" not in one] == []


def test_a_poll_whose_place_jira_no_longer_knows_begins_anew(pages_of_two: House) -> None:
    house = pages_of_two
    many(house, 5)
    take_in(house.gateway)
    house.jira.unknown.add("AIR-11")
    report = take_changes(house.gateway, 180)
    assert report is not None
    house.jira.unknown.add("AIR-1")
    with pytest.raises(OurFaultError):
        list(sweeping.pages(house.gateway.upstream, 'key = "AIR-1"'))


# What is missing


def test_one_missing_issue_is_asked_for_by_its_id_before_it_is_removed(
    pages_of_two: House,
) -> None:
    house = pages_of_two
    many(house, 5)
    take_in(house.gateway)
    house.jira.hidden.add("50010")  # only the index lost it
    assert take_in(house.gateway).gone == 0
    house.jira.hidden.clear()
    del house.jira.issues["50010"]
    assert take_in(house.gateway).gone == 1


def test_many_missing_issues_wait_for_a_person(pages_of_two: House) -> None:
    house = pages_of_two
    many(house, 5)
    take_in(house.gateway)
    back = house.jira.issues.pop("50010")
    del house.jira.issues["50011"]
    report = take_in(house.gateway)
    assert report.gone == 0
    assert "2 of 7 issues" in report.warnings[0]
    assert "airlock intake --vanished" in report.warnings[0]
    question = vanishing.open_question(house.gateway)
    assert question is not None
    assert (question.issue_ids, question.known) == (("50010", "50011"), 7)
    house.jira.add(back)
    assert vanishing.answer(house.gateway, Answer.REMOVE, "eve") == ("50011",)
    with pytest.raises(RefusedError, match="Nobody has asked"):
        vanishing.answer(house.gateway, Answer.REMOVE, "eve")
    with house.gateway.database.read() as conn:
        assert "50010" in baselines.digests(conn, SITE)
        assert "50011" not in baselines.digests(conn, SITE)


def test_keep_removes_nothing_and_the_next_reading_asks_again(pages_of_two: House) -> None:
    house = pages_of_two
    many(house, 5)
    take_in(house.gateway)
    for issue_id in ("50010", "50011"):
        del house.jira.issues[issue_id]
    take_in(house.gateway)
    assert vanishing.answer(house.gateway, Answer.KEEP, "eve") == ()
    take_in(house.gateway)
    assert vanishing.open_question(house.gateway) is not None


def test_a_refresh_never_removes_many_at_once_either(pages_of_two: House) -> None:
    house = pages_of_two
    every = many(house, 5)
    take_in(house.gateway)
    house.jira.issues.clear()
    assert refresh(house.gateway, every) == ()
    with house.gateway.database.read() as conn:
        assert sorted(baselines.digests(conn, SITE)) == every
    question = vanishing.open_question(house.gateway)
    assert question is not None
    assert list(question.issue_ids) == every


def test_issues_that_vanish_one_by_one_ask_after_a_handful(pages_of_two: House) -> None:
    house = pages_of_two
    every = many(house, 8)
    take_in(house.gateway)
    removed = 0
    for issue_id in every:
        del house.jira.issues[issue_id]
        removed += len(refresh(house.gateway, [issue_id]))
    assert removed == 5
    assert vanishing.open_question(house.gateway) is not None


def test_an_answer_is_given_once(pages_of_two: House) -> None:
    with pages_of_two.gateway.database.write() as conn:
        asked = questions.ask(conn, SITE, questions.Kind.VANISHED, ("1", "2"), 7, 1)
        assert questions.ask(conn, SITE, questions.Kind.VANISHED, ("3",), 7, 2) == asked
        found = questions.open_one(conn, SITE, questions.Kind.VANISHED)
        assert found is not None
        assert found.issue_ids == ("3",)
        assert questions.answer(conn, asked, "keep", "eve", 3)
        assert not questions.answer(conn, asked, "remove", "max", 4)
        assert questions.open_one(conn, SITE, questions.Kind.VANISHED) is None
