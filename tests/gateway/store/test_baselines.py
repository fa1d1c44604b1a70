import pytest

from gateway.promotion.values import SiteIdentity
from gateway.store import baselines, sites
from gateway.store.database import Database
from gateway.store.sites import OtherUpstreamError
from sandbox.contract.shapes import Dialect, Flavour, IssueBaseline, JsonObject, SiteBaseline
from tests.gateway.databases import database_url, migrated, postgres

__all__ = ["database_url", "migrated", "postgres"]

IDENTITY = SiteIdentity(site="s", base_url="https://jira.example.com", flavour=Flavour.CLOUD)


@pytest.fixture
def database(migrated: Database) -> Database:
    return migrated


def issue(issue_id: str, revision: int, *, key: str = "", summary: str = "") -> IssueBaseline:
    doc: JsonObject = {"expand": f"{revision}", "fields": {"summary": summary}}
    return IssueBaseline(
        site="s",
        issue_id=issue_id,
        key=key or f"A-{issue_id}",
        revision=revision,
        fetched_at=revision,
        dialect=Dialect.V3,
        doc=doc,
    )


def test_every_revision_stays_and_is_found_by_the_sites_revision(database: Database) -> None:
    first, third = issue("1", 1, summary="a"), issue("1", 3, summary="b")
    with database.write() as conn:
        for one in (first, third, issue("2", 2)):
            baselines.put(conn, one)
        found = [baselines.at(conn, "s", "1", revision) for revision in range(5)]
        assert found == [None, first, first, third, third]
        assert baselines.latest(conn, "s", "1") == third
        assert baselines.latest(conn, "other", "1") is None
        assert [one.issue_id for one in baselines.newer(conn, "s", 1)] == ["1", "2"]
        assert [one.issue_id for one in baselines.newer(conn, "s", 2)] == ["1"]


def test_an_issue_that_is_gone_has_no_baseline_until_it_comes_back(database: Database) -> None:
    with database.write() as conn:
        baselines.put(conn, issue("1", 1))
        baselines.mark_gone(conn, "s", ["1"], 2, now=5)
        assert baselines.latest(conn, "s", "1") is None
        assert baselines.at(conn, "s", "1", 1) is not None
        assert baselines.by_key(conn, "s", "A-1") is None
        assert baselines.digests(conn, "s") == {}
        assert baselines.gone_after(conn, "s", 1) == ["1"]
        assert baselines.gone_after(conn, "s", 2) == []
        baselines.put(conn, issue("1", 3))
        assert baselines.gone_after(conn, "s", 1) == []
        assert list(baselines.digests(conn, "s")) == ["1"]


def test_a_key_means_the_issue_that_has_it_now(database: Database) -> None:
    with database.write() as conn:
        baselines.put(conn, issue("1", 1, key="A-1"))
        baselines.put(conn, issue("1", 2, key="B-7"))
        baselines.put(conn, issue("2", 3, key="A-1"))
        found = {key: baselines.by_key(conn, "s", key) for key in ("A-1", "B-7", "C-1")}
    assert {key: one and one.issue_id for key, one in found.items()} == {
        "A-1": "2",
        "B-7": "1",
        "C-1": None,
    }


def test_the_digest_is_of_what_was_read_not_of_when_or_how() -> None:
    digest = baselines.content_digest
    assert digest(issue("1", 1, summary="a")) == digest(issue("1", 9, summary="a"))
    assert digest(issue("1", 1, summary="a")) != digest(issue("1", 1, summary="b"))


def test_a_database_belongs_to_one_upstream(database: Database) -> None:
    with database.write() as conn:
        sites.register(conn, IDENTITY)
        sites.register(conn, IDENTITY)
        with pytest.raises(OtherUpstreamError):
            sites.register(conn, IDENTITY.model_copy(update={"base_url": "https://x.example"}))
        with pytest.raises(OtherUpstreamError):
            sites.register(conn, IDENTITY.model_copy(update={"flavour": Flavour.SERVER}))


def test_a_sites_counters_only_grow(database: Database) -> None:
    baseline = SiteBaseline(site="s", flavour=Flavour.CLOUD, fetched_at=1, inferred=["x"])
    with database.write() as conn:
        assert sites.get(conn, "s") is None
        sites.register(conn, IDENTITY)
        assert sites.metadata(conn, "s") is None
        sites.put_metadata(conn, baseline)
        assert [sites.next_revision(conn, "s") for _ in range(3)] == [1, 2, 3]
        sites.set_pushed(conn, "s", 2)
        sites.set_pushed(conn, "s", 1)
        sites.set_fetched(conn, "s", 4)
        sites.pause(conn, "s", "Jira asked for it.")
        found = sites.get(conn, "s")
    assert found == sites.StoredSite(
        IDENTITY, baseline, 3, 2, 4, "Jira asked for it.", sites.IDENTITY
    )
