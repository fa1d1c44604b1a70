"""The sandbox browser: what Jira has, what agents have, what would be; and playing a person."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.identity.people import admit
from gateway.operations import reviewing
from gateway.people_settings import JiraSays, PeopleRules
from gateway.review.jira_rights import BROWSE
from gateway.review.people import Person, ProjectRole, Role
from gateway.settings import Settings, SettingsError
from gateway.store import audit, people, sites
from sandbox.contract.addresses import PLACEHOLDER
from sandbox.contract.shapes import ChangeKind, Shadow
from tests.gateway.promotion.world import (
    BOB,
    DOING,
    SITE,
    change,
    change_set,
    create,
    doc,
    edit,
    site,
    text,
)
from tests.gateway.web.conftest import Visit

HIDDEN = "Nobody of AIR may read this"


@pytest.fixture
def browser(visit: Visit) -> Visit:
    """Lend a house whose site has two projects, with Eve signed in."""
    gateway = visit.house.gateway
    with gateway.database.write() as conn:
        projects: list[Any] = [{"key": "AIR", "name": "Airlock"}, {"key": "OPS", "name": "운영"}]
        metadata = site().model_copy(
            update={
                "projects": projects,
                "users": [BOB],
                "priorities": [{"id": "1", "name": "Highest"}],
            }
        )
        sites.put_metadata(conn, metadata)
    visit.sign_in("eve")
    return visit


def shadow(issue: dict[str, Any] | None = None, **given: Any) -> Shadow:
    whole = issue or doc(summary="Login is slow, says the robot", description=text("안녕하세요"))
    fields = {
        "workspace": "ws-1", "agent": "robot", "task": "", "issue_id": "10001", "key": "AIR-1",
        "doc": whole, **given,
    }  # fmt: skip
    return Shadow.model_validate(fields)


def play(browser: Visit) -> None:
    """Make a demo of the house."""
    gateway = browser.house.gateway
    gateway.settings = replace(gateway.settings, demo=True)
    gateway.demo, gateway.stage = True, gateway.sandbox


def test_a_board_has_a_column_for_each_status_and_marks_what_waits(browser: Visit) -> None:
    browser.house.door.shadows = [shadow()]
    browser.arrive()
    found = browser.get("/sandbox").text
    assert 'id="k-AIR-1"' in found
    assert 'id="k-AIR-2"' in found
    assert "To Do" in found
    assert 'href="/cs/1">CS-1<' in found
    assert "robot" in found
    assert browser.get("/sandbox?project=OPS").text.count('class="ticket') == 0
    assert browser.get("/sandbox?key=air-2").headers["location"] == "/sandbox/AIR-2"


def test_an_issue_is_seen_three_ways(browser: Visit) -> None:
    browser.house.door.shadows = [shadow()]
    browser.house.arrive(
        change_set(
            edit("labels", ["web", "checked"]),
            change(ChangeKind.TRANSITION, {"status": DOING, "transition": {"id": "11"}}, id="c2"),
            change(ChangeKind.COMMENT, {"id": "c", "body": text("I looked")}, id="c3"),
        )
    )
    now = browser.get("/sandbox/AIR-1").text
    assert "Login is slow" in now
    assert "checked" not in now
    seen = browser.get("/sandbox/AIR-1?view=shadow").text
    assert "Login is slow, says the robot" in seen
    assert "<ins>안녕하세요</ins>" in seen.replace("\n", "") or "안녕하세요" in seen
    assert "the sandbox&#39;s word" in seen or "the sandbox's word" in seen
    after = browser.get("/sandbox/AIR-1?view=after").text
    for word in ("checked", "In Progress", "I looked", "/cs/1"):
        assert word in after
    # What is left out would not be.
    reviewing.decide(browser.house.gateway, "eve", 1, "c1", "reject", "", browser.digest(1))
    assert "checked" not in browser.get("/sandbox/AIR-1?view=after").text


def test_an_issue_that_only_a_shadow_has_is_shown_as_that(browser: Visit) -> None:
    new = create()
    made = doc(new.issue_key, new.issue_id, summary="새 이슈")
    browser.house.door.shadows = [
        shadow(made, issue_id=new.issue_id, key=new.issue_key, created_here=True)
    ]
    browser.house.arrive(change_set(new))
    assert "only in a shadow" in browser.get("/sandbox").text
    page = browser.get(f"/sandbox/{new.issue_key}").text
    assert "새 이슈" in page
    assert "Jira does not know this issue" in browser.get(f"/sandbox/{new.issue_key}?view=now").text
    assert "Cache the login page" in browser.get(f"/sandbox/{new.issue_key}?view=after").text


def test_a_change_set_leads_to_its_issues_as_they_would_be_after_it(browser: Visit) -> None:
    browser.house.arrive(change_set(edit("labels", ["web", "checked"]), create()))
    browser.house.arrive(change_set(edit("summary", "What another wants"), number=2))
    new = create().issue_key
    page = browser.get("/cs/1").text
    for key, words in (("AIR-1", "checked"), (new, "Cache the login page")):
        address = f"/sandbox/{key}?view=after&amp;set=1"
        assert f'href="{address}"' in page
        # A new issue is known from its set, whatever became of the agent's shadow.
        shown = browser.get(address.replace("&amp;", "&")).text
        assert words in shown
        assert "what is kept in CS-1 is promoted" in shown
        assert "What another wants" not in shown.replace("CS-2 What another wants", "")
    alone = browser.get("/sandbox/AIR-1?view=after&set=1").text
    assert 'href="?view=after"' in alone
    assert "What another wants" in browser.get("/sandbox/AIR-1?view=after").text
    # Of another set, or of none: all that waits.
    for odd in ("77", "0", "x", "²", "9" * 100):
        assert "everything that is kept" in browser.get(f"/sandbox/AIR-1?view=after&set={odd}").text
    assert (
        'class="card issue-card is-narrow"'
        in browser.get("/sandbox/AIR-1?view=after&set=1&width=narrow").text
    )


def test_what_came_to_nothing_is_no_preview(browser: Visit) -> None:
    browser.house.arrive(change_set(edit("labels", ["web"]), create()))
    browser.post("/cs/1/reject", digest=browser.digest(1), words="no")
    page = browser.get("/cs/1").text
    assert 'href="/sandbox/AIR-1"' in page
    assert f'"/sandbox/{create().issue_key}' not in page
    assert browser.get(f"/sandbox/{create().issue_key}").status_code == 404


def test_two_sides_that_changed_the_same_field_are_a_conflict(browser: Visit) -> None:
    browser.house.arrive(change_set(edit("summary", "The robot's words")))
    browser.house.jira.issues["10001"]["fields"]["summary"] = "Somebody's words"
    browser.house.jira.issues["10001"]["fields"]["updated"] = "2026-11-02T10:00:00.000+0000"
    play(browser)
    answer = browser.post("/sandbox/AIR-1/play", as_whom="acc-bob", summary="Somebody's words")
    assert answer.status_code == 303
    after = browser.get("/sandbox/AIR-1?view=after").text
    assert "conflict" in after
    assert "Somebody&#39;s words" in after
    assert "The robot&#39;s words" not in after


def test_addresses_in_a_shadow_are_turned_back_and_nothing_of_it_runs(browser: Visit) -> None:
    words = f"see {PLACEHOLDER}/browse/AIR-2 <script>alert(1)</script>"
    browser.house.door.shadows = [shadow(doc(summary=words))]
    page = browser.get("/sandbox/AIR-1?view=shadow").text
    assert "airlock.invalid" not in page
    assert "<script>alert" not in page


def test_a_sandbox_that_is_away_leaves_jiras_side(browser: Visit) -> None:
    browser.house.door.away = True
    assert 'id="k-AIR-1"' in browser.get("/sandbox").text
    page = browser.get("/sandbox/AIR-1").text
    assert "The sandbox does not answer" in page
    assert "Login is slow" in page


def test_who_has_no_role_there_is_told_that_there_is_no_such_issue(browser: Visit) -> None:
    gateway = browser.house.gateway
    only = (ProjectRole(site=SITE, project="OPS", role=Role.ADMIN),)
    admit(gateway, Person(person="ops", name="Ops", role=Role.NONE, roles=only), by="test")
    browser.house.door.shadows = [shadow()]
    browser.sign_in("ops")
    board = browser.get("/sandbox").text
    assert 'value="OPS"' in board
    assert 'value="AIR"' not in board
    assert "AIR-" not in browser.get("/sandbox?project=AIR").text
    theirs, absent = browser.get("/sandbox/AIR-1"), browser.get("/sandbox/AIR-77")
    assert theirs.status_code == absent.status_code == 404
    assert theirs.text.replace("AIR-1", "AIR-77") == absent.text


def test_what_jira_does_not_show_somebody_is_not_on_their_board(browser: Visit) -> None:
    gateway = browser.house.gateway
    gateway.settings = replace(gateway.settings, people=PeopleRules(jira=JiraSays.ASK))
    with gateway.database.write() as conn:
        people.set_account(conn, "eve", "acc-eve")
    browser.house.jira.allowed = {"acc-eve": {BROWSE: {"10002"}}}
    board = browser.get("/sandbox").text
    assert 'id="k-AIR-2"' in board
    assert "k-AIR-1" not in board
    assert browser.get("/sandbox/AIR-1").status_code == 404


def test_other_projects_issues_and_comments_for_some_are_left_out(browser: Visit) -> None:
    gateway = browser.house.gateway
    only = (ProjectRole(site=SITE, project="AIR", role=Role.VIEWER),)
    admit(gateway, Person(person="air", name="Air", role=Role.NONE, roles=only), by="test")
    link: Any = {
        "type": {"name": "Blocks"},
        "outwardIssue": {"key": "OPS-1", "fields": {"summary": HIDDEN}},
    }
    admins = {"type": "role", "value": "Admins"}
    held: Any = [
        {"id": "1", "body": text(HIDDEN), "visibility": admins},
        {"id": "2", "body": text(HIDDEN), "jsdPublic": False},
        {"id": "3", "body": text("For all")},
    ]
    parts: Any = {"issuelinks": [link], "parent": {"key": "OPS-2", "fields": {"summary": HIDDEN}}}
    browser.house.door.shadows = [shadow(doc(**parts, comment={"comments": held}))]
    browser.sign_in("air")
    page = browser.get("/sandbox/AIR-1?view=shadow").text
    assert HIDDEN not in page
    assert "OPS-" not in page
    assert "For all" in page
    assert "2 comments that only some may read are not shown here." in page
    assert "Issues of projects that are not yours are left out." in page


def test_a_person_is_played_through_the_control_door_and_audited(browser: Visit) -> None:
    play(browser)
    page = browser.get("/sandbox/AIR-1").text
    assert 'action="/sandbox/AIR-1/play"' in page
    empty = browser.post("/sandbox/AIR-1/play", as_whom="acc-bob")
    assert (empty.status_code, "Nothing was filled in" in empty.text) == (409, True)
    stranger = browser.post("/sandbox/AIR-1/play", as_whom="acc-mallory", summary="x")
    assert stranger.status_code == 409
    assert browser.house.door.played == []
    done = browser.post("/sandbox/AIR-1/play", as_whom="acc-bob", priority="1", comment="급합니다")
    assert done.headers["location"] == "/sandbox/AIR-1"
    assert browser.house.door.played == [
        {
            "person": "acc-bob",
            "issue_id": "10001",
            "fields": {"priority": {"id": "1"}},
            "comment": "급합니다",
        }
    ]
    assert browser.house.jira.effects == []
    with browser.house.gateway.database.read() as conn:
        [row] = [one for one in audit.entries(conn) if one.kind == "demo_played"]
    assert row.body == {"as": "acc-bob", "issue": "AIR-1"}


def test_outside_the_demo_nobody_can_be_played(browser: Visit, tmp_path: Path) -> None:
    gateway = browser.house.gateway
    for demo, told in ((False, False), (True, False), (False, True)):
        # Even with a door at hand: only a gateway that is a demo and was told so has the page.
        gateway.demo, gateway.stage = demo, gateway.sandbox
        gateway.settings = replace(gateway.settings, demo=told)
        assert "/play" not in browser.get("/sandbox/AIR-1").text
        answer = browser.post("/sandbox/AIR-1/play", as_whom="acc-bob", summary="x")
        assert answer.status_code == 404
    assert browser.house.door.played == []
    env = {"AIRLOCK_DEMO_CONTROL": "127.0.0.1:1", "AIRLOCK_DATABASE_URL": "sqlite://"}
    with pytest.raises(SettingsError, match="is for the demo alone"):
        Settings.from_env(env)
    with pytest.raises(SettingsError, match="must be set with AIRLOCK_DEMO_CONTROL"):
        Settings.from_env({**env, "AIRLOCK_DEMO": "yes"})
    # A file that travels with a project cannot open it.
    assert Settings.from_env({"AIRLOCK_DATABASE_URL": "sqlite://"}, env).stage is None
