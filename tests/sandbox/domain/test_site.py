import pytest

from sandbox.contract.shapes import Flavour, SiteBaseline
from sandbox.domain.site import Site
from tests.sandbox.domain.world import CLOUD, JUN, MINA, SERVER, cf


def test_fields_are_found_by_id_and_name_whatever_the_case() -> None:
    assert (CLOUD.field("summary") or {})["id"] == "summary"
    assert (CLOUD.field("STORY points") or {})["id"] == CLOUD.story_points_field
    assert CLOUD.field("nothing") is None


def test_special_fields_are_known_by_their_type() -> None:
    assert (CLOUD.sprint_field, CLOUD.epic_link_field, CLOUD.epic_name_field) == (
        "customfield_10020", "customfield_10014", "customfield_10011",
    )  # fmt: skip


def test_text_areas_are_rich() -> None:
    assert CLOUD.rich_fields == {"description", "environment", cf(102)}
    assert (CLOUD.is_rich("description"), CLOUD.is_rich("summary")) == (True, False)


@pytest.mark.parametrize("ref", ["AIR", "air", "10000", "Airlock"])
def test_a_project_is_found_by_key_id_or_name(ref: str) -> None:
    assert (CLOUD.project(ref) or {})["key"] == "AIR"


def test_parts_belong_to_their_project() -> None:
    assert (CLOUD.version("AIR", "1.0") or {})["name"] == "1.0"
    assert (CLOUD.component("AIR", "결제") or {})["name"] == "결제"
    assert CLOUD.version("OPS", "1.0") is None
    assert CLOUD.component("NOPE", "web") is None
    assert (CLOUD.issue_type("Bug", "AIR") or {})["name"] == "Bug"
    assert CLOUD.issue_type("Bug", "NOPE") is None


def test_users_are_found_by_every_identity() -> None:
    assert CLOUD.user(JUN) == CLOUD.user({"accountId": JUN}) == CLOUD.user(f"{JUN}@example.com")
    assert SERVER.user(JUN) == SERVER.user(f"JIRAUSER-{JUN}") == SERVER.user({"name": JUN})
    assert (CLOUD.user("nobody"), CLOUD.user({})) == (None, None)


def test_users_are_searched_by_any_part_of_their_name() -> None:
    assert [one["accountId"] for one in CLOUD.find_users("미나")] == [MINA]
    decomposed = "\u1106\u1175\u1102\u1161"
    assert [one["accountId"] for one in CLOUD.find_users(decomposed)] == [MINA]
    assert len(CLOUD.find_users("")) == 3


def test_priorities_have_ranks_highest_first() -> None:
    assert [CLOUD.priority_rank(one) for one in ("1", "5", "x")] == [0, 4, None]
    assert (CLOUD.priority("high") or {})["id"] == "2"


def test_link_types_are_found_by_either_direction() -> None:
    assert CLOUD.link_type("is blocked by") == CLOUD.link_type("Blocks")


def test_an_empty_site_answers_every_question_with_nothing() -> None:
    site = Site.of(SiteBaseline(site="empty", flavour=Flavour.SERVER, fetched_at=0))
    assert (site.field("x"), site.user("x"), site.sprint("1"), site.status("1")) == (None,) * 4
    assert (site.create_meta("1", "2"), site.transitions("1", "2", "3")) == (None, [])
    assert site.rich_fields == {"description", "environment"}


def test_a_project_whose_types_nobody_observed_has_those_of_the_site() -> None:
    projects = [{**one, "issueTypes": []} for one in CLOUD.baseline.projects]
    site = Site.of(CLOUD.baseline.model_copy(update={"projects": projects}))
    assert (site.issue_type("Bug", "AIR") or {})["name"] == "Bug"
