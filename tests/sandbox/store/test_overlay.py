"""Copy-on-write: own versions first, then the parents', then the pinned base."""

from dataclasses import replace

from sandbox.contract.shapes import Dialect
from sandbox.store import issues, sites, workspaces
from tests.sandbox.store.world import ANNA, SITE, Store, find, issue, view


def test_a_workspace_reads_the_base_until_it_writes(store: Store) -> None:
    store.push(issue(1), issue(2))
    ws = store.open_workspace()
    store.write(ws, issue(1, summary="Mine"))
    assert store.summary(ws, "APP-1") == "Mine"
    assert store.summary(ws, "APP-2") == "Issue 2"
    assert store.summary(None, "APP-1") == "Issue 1"
    assert store.summary(store.open_workspace("other"), "APP-1") == "Issue 1"


def test_an_issue_is_found_by_id_and_by_key_in_any_case(store: Store) -> None:
    store.push(issue(1))
    assert [store.summary(None, ref) for ref in ("10001", "APP-1", "app-1", "App-1")] == [
        "Issue 1"
    ] * 4
    assert [store.summary(None, ref) for ref in ("APP-2", "10002", "", "APP-1 ", "%")] == [None] * 5
    odd = ("\0APP-1", "APP-1\0", "\ud800", "한-1", "9" * 400, "-", "１０００１")
    assert [store.summary(None, ref) for ref in odd] == [None] * 7


def test_a_pinned_revision_does_not_move_when_baselines_are_pushed(store: Store) -> None:
    store.push(issue(1, summary="Old"))
    ws = store.open_workspace()
    newest = store.push(issue(1, summary="New"), issue(2))
    assert (store.summary(ws, "APP-1"), store.summary(ws, "APP-2")) == ("Old", None)
    assert store.summary(None, "APP-1") == "New"
    with store.database.write() as conn:
        ws = workspaces.change(conn, ws.id, base_rev=newest)
    assert (store.summary(ws, "APP-1"), store.summary(ws, "APP-2")) == ("New", "Issue 2")


def test_every_past_baseline_can_be_read(store: Store) -> None:
    revisions = [store.push(issue(1, summary=f"Version {n}")) for n in range(3)]
    with store.database.read() as conn:
        found = [issues.base_at(conn, SITE, "10001", revision) for revision in (0, *revisions)]
        newest = issues.base_at(conn, SITE, "10001")
    summaries = [None if one is None else one.fields["summary"] for one in found]
    assert summaries == [None, "Version 0", "Version 1", "Version 2"]
    assert newest == found[-1]


def test_a_baseline_that_comes_late_is_ignored(store: Store) -> None:
    store.push(issue(1, summary="First"))
    store.push(issue(1, summary="Second"))
    with store.database.write() as conn:
        issues.put_base(conn, store.site, issue(1, summary="Late"), 1)
        assert issues.base_at(conn, SITE, "10001", 1) != issues.base_at(conn, SITE, "10001", 2)
    assert store.summary(None, "APP-1") == "Second"


def test_a_removed_issue_is_gone_from_the_next_revision_on(store: Store) -> None:
    store.push(issue(1))
    before = store.open_workspace()
    with store.database.write() as conn:
        issues.remove_base(conn, SITE, ["10001"], sites.next_revision(conn, SITE))
    after = store.open_workspace("late")
    assert store.summary(before, "APP-1") == "Issue 1"
    assert store.summary(after, "APP-1") is None
    assert store.summary(None, "APP-1") is None


def test_a_deleted_overlay_row_hides_the_base(store: Store) -> None:
    store.push(issue(1))
    ws = store.open_workspace()
    store.write(ws, replace(issue(1), deleted=True))
    assert store.summary(ws, "APP-1") is None
    with store.database.read() as conn:
        assert issues.text(conn, view(ws), "APP-1", Dialect.V3) is None
        assert [one.deleted for one in issues.overlay(conn, ws)] == [True]


def test_a_fork_keeps_what_its_parent_had_at_that_moment(store: Store) -> None:
    store.push(issue(1), issue(2))
    parent = store.open_workspace()
    store.write(parent, issue(1, summary="Before"))
    child = store.fork(parent, "child")
    store.write(parent, issue(1, summary="After"), issue(2, summary="Later"))
    assert [store.summary(parent, key) for key in ("APP-1", "APP-2")] == ["After", "Later"]
    assert [store.summary(child, key) for key in ("APP-1", "APP-2")] == ["Before", "Issue 2"]
    store.write(child, issue(2, summary="Child's"))
    assert store.summary(child, "APP-2") == "Child's"
    assert store.summary(parent, "APP-2") == "Later"


def test_a_fork_of_a_fork_reads_through_all_levels(store: Store) -> None:
    store.push(*(issue(n) for n in range(1, 5)))
    grand = store.open_workspace()
    store.write(grand, *(issue(n, summary=f"Grand {n}") for n in (1, 2, 3)))
    parent = store.fork(grand, "parent")
    store.write(parent, issue(2, summary="Parent 2"), issue(3, summary="Parent 3"))
    child = store.fork(parent, "child")
    store.write(child, issue(3, summary="Child 3"))
    store.write(grand, issue(4, summary="Too late"))
    keys = ("APP-1", "APP-2", "APP-3", "APP-4")
    assert [store.summary(child, key) for key in keys] == [
        "Grand 1",
        "Parent 2",
        "Child 3",
        "Issue 4",
    ]
    with store.database.read() as conn:
        whole = {one.key: one.fields["summary"] for one in issues.overlay(conn, child)}
        own = [one.key for one in issues.overlay(conn, child, own=True)]
    assert whole == {"APP-1": "Grand 1", "APP-2": "Parent 2", "APP-3": "Child 3"}
    assert own == ["APP-3"]


def test_dropping_shadows_leaves_what_forks_see(store: Store) -> None:
    store.push(issue(1), issue(2))
    parent = store.open_workspace()
    store.write(parent, issue(1, summary="Kept"), issue(2, summary="Also"))
    child = store.fork(parent, "child")
    with store.database.write() as conn:
        issues.drop_overlay(conn, parent.id, ["10001"])
    late = store.fork(parent, "late")
    assert [store.summary(ws, "APP-1") for ws in (parent, child, late)] == [
        "Issue 1",
        "Kept",
        "Issue 1",
    ]
    assert [store.summary(ws, "APP-2") for ws in (parent, child, late)] == ["Also"] * 3


def test_dropping_shadows_without_forks_deletes_their_rows(store: Store) -> None:
    store.push(issue(1))
    ws = store.open_workspace()
    store.write(ws, issue(1, summary="One"))
    store.write(ws, issue(1, summary="Two"))
    with store.database.write() as conn:
        issues.drop_overlay(conn, ws.id, None)
        rows = conn.exec_driver_sql("SELECT count(*) FROM issue_version WHERE ws <> ''")
        assert rows.scalar_one() == 0
        words = "SELECT count(*) FROM issue_value v WHERE v.txt = 'two'"
        assert conn.exec_driver_sql(words).scalar_one() == 0


def test_a_discarded_workspace_opens_again_empty_and_counts_on(store: Store) -> None:
    store.push(issue(1))
    ws = store.open_workspace()
    seq = store.write(ws, issue(1, summary="Gone"))
    child = store.fork(ws, "child")
    with store.database.write() as conn:
        workspaces.discard(conn, ws.id)
        assert [one.id for one in workspaces.listed(conn, SITE)] == [child.id]
    again = store.open_workspace()
    assert (again.id, again.state, again.seq > seq) == (ws.id, "open", True)
    assert again.sealed_seq == again.seq
    assert store.summary(again, "APP-1") == "Issue 1"
    assert store.summary(child, "APP-1") == "Gone"


def test_two_steps_of_one_write_leave_one_version(store: Store) -> None:
    store.push(issue(1))
    ws = store.open_workspace()
    with store.database.write() as conn:
        seq = workspaces.next_seq(conn, ws.id)
        issues.put_overlay(conn, store.site, ws, issue(1, summary="First"), seq)
        issues.put_overlay(conn, store.site, ws, issue(1, summary="Second"), seq)
        assert [one.fields["summary"] for one in issues.overlay(conn, ws)] == ["Second"]


def test_a_temporary_key_leads_to_the_real_issue_once_it_has_an_alias(store: Store) -> None:
    ws = store.open_workspace()
    temporary = replace(issue(1), issue_id="9000000001", key="APP-9000000001", created_here=True)
    store.write(ws, temporary)
    assert store.summary(ws, "app-9000000001") == "Issue 1"
    revision = store.push(issue(7, summary="Real"))
    with store.database.write() as conn:
        issues.drop_overlay(conn, ws.id, ["9000000001"])
        issues.add_alias(conn, SITE, "APP-9000000001", "10007")
        issues.add_alias(conn, SITE, "9000000001", "10007")
        ws = workspaces.change(conn, ws.id, base_rev=revision)
    refs = ("APP-9000000001", "app-9000000001", "9000000001")
    assert [store.summary(ws, ref) for ref in refs] == ["Real"] * 3


def test_a_moved_issue_is_found_by_both_keys_also_under_an_overlay(store: Store) -> None:
    store.push(issue(1))
    ws = store.open_workspace()
    store.write(ws, issue(1, summary="Mine"))
    moved = replace(issue(1), key="OPS-5")
    revision = store.push(moved)
    assert [store.summary(None, key) for key in ("APP-1", "OPS-5")] == ["Issue 1"] * 2
    with store.database.write() as conn:
        ws = workspaces.change(conn, ws.id, base_rev=revision)
    assert [store.summary(ws, key) for key in ("APP-1", "OPS-5")] == ["Mine"] * 2


def test_everything_of_an_issue_comes_back_as_it_was_put(store: Store) -> None:
    odd = replace(
        issue(1, summary="한국어 \0 \ud800 🙂", customfield_10016=12345678901234567890123),
        histories=({"id": "1", "items": []}, {"id": "2", "items": [{"field": "status"}]}),
        extra={"watchers": [{"accountId": ANNA}], "properties": {"a": {"b": [1, None]}}},
        base_revision=7,
    )
    ws = store.open_workspace()
    store.write(ws, odd)
    with store.database.read() as conn:
        assert find(conn, ws, "APP-1") == odd


def test_keys_come_only_of_issues_that_the_view_sees(store: Store) -> None:
    store.push(issue(1), issue(2))
    ws = store.open_workspace()
    store.write(ws, replace(issue(2), deleted=True))
    with store.database.read() as conn:
        assert issues.keys_of(conn, view(ws), ["10001", "10002", "10003"]) == {"10001": "APP-1"}


def test_the_next_key_follows_the_highest_ever_given(store: Store) -> None:
    with store.database.write() as conn:
        assert issues.next_key(conn, SITE, "APP") == ("APP-1", "10001")
    store.push(issue(1), issue(12), issue(3, project="OPS"))
    with store.database.write() as conn:
        issues.remove_base(conn, SITE, ["10012"], 2)
    with store.database.write() as conn:
        assert issues.next_key(conn, SITE, "APP") == ("APP-13", "10013")
        assert issues.next_key(conn, SITE, "OPS") == ("OPS-4", "10013")
        assert issues.next_key(conn, SITE, "NEW") == ("NEW-1", "10013")
