"""Which projects a set is about: by our own baselines, and by all that it says itself."""

from gateway.policy.projects import issues_of, projects_of
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change, change_set, create, edit


def test_an_issue_counts_where_we_know_it_to_be_and_where_the_set_says_it_is() -> None:
    one = change_set(edit("summary", "x"))
    assert projects_of(one, {}) == {"AIR"}
    # A wrong key can only ask for more roles, never for fewer.
    assert projects_of(one, {"10001": "SECRET"}) == {"AIR", "SECRET"}
    assert issues_of(one) == {"10001"}


def test_both_ends_of_a_link_and_a_parent_count() -> None:
    link = change(
        ChangeKind.LINK,
        {
            "type": {"name": "Blocks"},
            "inwardIssue": {"id": "10001", "key": "AIR-1"},
            "outwardIssue": {"id": "20001", "key": "PAY-1"},
        },
    )
    assert projects_of(change_set(link), {}) == {"AIR", "PAY"}
    assert projects_of(change_set(link), {"20001": "BANK"}) == {"AIR", "PAY", "BANK"}
    parent = edit("parent", {"id": "30001", "key": "OPS-1"}, id="c2")
    assert projects_of(change_set(parent), {}) == {"AIR", "OPS"}


def test_a_new_issue_counts_in_its_project_and_in_its_parents() -> None:
    made = create(project={"key": "NEW"}, parent={"key": "OPS-7"})
    assert projects_of(change_set(made), {}) == {"AIR", "NEW", "OPS"}


def test_a_key_that_is_none_belongs_to_no_project_that_anybody_has_a_role_in() -> None:
    assert projects_of(change_set(edit("summary", "x", issue_key="nonsense")), {}) == {""}
