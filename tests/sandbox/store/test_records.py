"""Sites, grants, workspaces, journal, change sets and files: put in and read back."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from sandbox.contract.shapes import (
    ChangeSet,
    Flavour,
    Grant,
    JsonObject,
    Outcome,
    Registry,
    Scope,
)
from sandbox.store import attachments, change_sets, grants, journal, sites, workspaces
from sandbox.store.database import Database
from sandbox.store.journal import Entry
from sandbox.store.workspaces import workspace_id
from tests.sandbox.store.world import ANNA, SITE, Store, baseline


def test_a_sites_metadata_is_replaced_and_its_revision_kept(database: Database) -> None:
    with database.write() as conn:
        assert sites.get(conn, SITE) is None
        sites.put(conn, baseline())
        assert sites.next_revision(conn, SITE) == 1
        sites.put(conn, baseline(flavour=Flavour.SERVER))
        sites.set_revision(conn, SITE, 9)
        sites.set_revision(conn, SITE, 4)
    with database.read() as conn:
        found = sites.get(conn, SITE)
    assert found == sites.StoredSite(baseline(flavour=Flavour.SERVER), 9, 0, 0)


def test_a_registry_replaces_all_grants_and_an_older_one_is_ignored(store: Store) -> None:
    with store.database.write() as conn:
        grants.replace_all(conn, _registry(20, "a", "b"))
        grants.replace_all(conn, _registry(30, "b", "c"))
        grants.replace_all(conn, _registry(25, "a"))
        known = [one for one in "abc" if grants.by_hash(conn, SITE, one) is not None]
        assert known == ["b", "c"]
        assert grants.by_hash(conn, SITE, "b") == _grant("b")
        assert grants.by_hash(conn, "other", "b") is None
        found = sites.get(conn, SITE)
    assert found is not None
    assert (found.registry_pushed_at, found.registry_valid_until) == (30, 90)


def test_an_empty_registry_revokes_everything(store: Store) -> None:
    with store.database.write() as conn:
        grants.replace_all(conn, _registry(20, "a"))
        grants.replace_all(conn, _registry(21))
        assert grants.by_hash(conn, SITE, "a") is None


def test_a_task_always_has_the_same_workspace(store: Store) -> None:
    first = store.open_workspace("one")
    assert store.open_workspace("one") == first
    assert first.id == workspace_id(SITE, "robot", ANNA, "one")
    assert store.open_workspace("two").id != first.id
    assert store.open_workspace("one", person="other").id != first.id


def test_parts_of_a_workspaces_name_cannot_run_into_each_other() -> None:
    assert workspace_id("s", "a", "b", "c") != workspace_id("s", "ab", "", "c")
    assert workspace_id("s", "a", "b", "c") != workspace_id("s", "a", "bc", "")


def test_journal_numbers_grow_by_one(store: Store) -> None:
    ws = store.open_workspace()
    with store.database.write() as conn:
        assert [workspaces.next_seq(conn, ws.id) for _ in range(3)] == [1, 2, 3]
        changed = workspaces.change(conn, ws.id, sealed_seq=2, sets=1, tainted=True)
    assert changed == replace(ws, seq=3, sealed_seq=2, sets=1, tainted=True)


def test_a_number_of_a_write_that_is_rolled_back_is_given_again(store: Store) -> None:
    ws = store.open_workspace()
    with pytest.raises(RuntimeError):
        _count_and_fail(store, ws.id)
    with store.database.write() as conn:
        assert workspaces.next_seq(conn, ws.id) == 1


def test_writes_are_read_back_in_order_and_by_span(store: Store) -> None:
    written = [_entry(seq, {"before": None, "after": ["한", 1.5]}) for seq in (1, 2, 2, 3)]
    with store.database.write() as conn:
        for entry in written:
            journal.add(conn, entry)
        journal.add(conn, _entry(2, {}, ws="ws-other"))
        assert journal.writes(conn, "ws-1") == written
        assert journal.writes(conn, "ws-1", after=1, upto=2) == written[1:3]
        journal.forget_writes(conn, "ws-1", after=2)
        assert journal.writes(conn, "ws-1") == written[:3]
        assert len(journal.writes(conn, "ws-other")) == 1


def test_the_last_read_is_the_one_before_the_write(store: Store) -> None:
    with store.database.write() as conn:
        for seq, at in ((0, 10), (1, 20), (3, 30)):
            journal.add(conn, replace(_entry(seq, {}), act="read", kind="issue", at=at))
        assert journal.last_read(conn, "ws-1", "APP-1", 1) == 10
        assert journal.last_read(conn, "ws-1", "APP-1", 3) == 20
        assert journal.last_read(conn, "ws-1", "APP-1", 4) == 30
        assert journal.last_read(conn, "ws-1", "APP-2", 4) is None
        assert [one.at for one in journal.reads(conn, "ws-1", after_seq=1, upto_seq=2)] == [20]


def test_change_sets_are_fetched_in_the_order_they_were_sealed(store: Store) -> None:
    with store.database.write() as conn:
        first = change_sets.put(conn, _set("ws-1", 1), 0, 4)
        second = change_sets.put(conn, _set("ws-2", 1), 0, 2)
        third = change_sets.put(conn, _set("ws-1", 2), 4, 5)
        assert change_sets.after(conn, SITE, 0) == [first, second, third]
        assert change_sets.after(conn, SITE, first.position) == [second, third]
        assert change_sets.after(conn, "other", 0) == []
        assert change_sets.of_workspace(conn, "ws-1") == [first, third]
        assert change_sets.get(conn, SITE, "ws-1.2") == third
        assert change_sets.get(conn, "other", "ws-1.2") is None


def test_an_outcome_is_kept_with_its_change_set(store: Store) -> None:
    outcome = Outcome(change_set="ws-1.1", state="rejected", decided_by="Kim", decided_at=3)
    with store.database.write() as conn:
        sealed = change_sets.put(conn, _set("ws-1", 1), 0, 4)
        change_sets.set_outcome(conn, "ws-1.1", outcome)
        assert change_sets.get(conn, SITE, "ws-1.1") == replace(sealed, outcome=outcome)


def test_a_change_set_cannot_be_stored_twice(store: Store) -> None:
    with store.database.write() as conn:
        change_sets.put(conn, _set("ws-1", 1), 0, 4)
    with pytest.raises(IntegrityError), store.database.write() as conn:
        change_sets.put(conn, _set("ws-1", 1), 0, 4)


def test_a_files_bytes_come_back_and_belong_to_one_site(store: Store) -> None:
    content = bytes(range(256))
    with store.database.write() as conn:
        attachments.put(conn, SITE, "", "10001", "7", "image/png", b"old")
        attachments.put(conn, SITE, "", "10001", "7", "image/png", content)
        attachments.put(conn, "other", "", "10001", "7", "text/plain", b"x")
        assert attachments.get(conn, SITE, "7") == ("image/png", content)
        attachments.drop(conn, SITE, "7")
        assert attachments.get(conn, SITE, "7") is None
        assert attachments.get(conn, "other", "7") == ("text/plain", b"x")


def _count_and_fail(store: Store, ws_id: str) -> None:
    with store.database.write() as conn:
        workspaces.next_seq(conn, ws_id)
        raise RuntimeError


def _grant(token_hash: str) -> Grant:
    return Grant(
        token_id=token_hash,
        token_hash=token_hash,
        site=SITE,
        agent="robot",
        person=ANNA,
        scope=Scope(projects=("APP",)),
        expires_at=99,
    )


def _registry(pushed_at: int, *hashes: str) -> Registry:
    granted = [_grant(one) for one in hashes]
    return Registry(site=SITE, pushed_at=pushed_at, valid_until=pushed_at * 3, grants=granted)


def _entry(seq: int, detail: JsonObject, ws: str = "ws-1") -> Entry:
    common: dict[str, Any] = {"door": "rest3", "client": "curl", "issue_id": "10001"}
    return Entry(
        SITE, ws, seq, 5, "write", "edit", issue_key="APP-1", field="x", detail=detail, **common
    )


def _set(ws: str, number: int) -> ChangeSet:
    return ChangeSet(
        id=f"{ws}.{number}",
        site=SITE,
        agent="robot",
        person=ANNA,
        workspace=ws,
        task="t",
        number=number,
        title="T",
        reason="R",
        sealed_at=1,
        changes=(),
    )
