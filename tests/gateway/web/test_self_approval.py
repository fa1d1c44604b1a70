"""The person an agent worked for approves what is harmless; of the rest the page says why not."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.identity import admitting
from gateway.identity.people import admit
from gateway.people_settings import JiraSays, PeopleRules
from gateway.policy.self_approval import SelfApproval
from gateway.review.jira_rights import BROWSE
from gateway.review.people import Person, Role
from gateway.review.states import State
from gateway.settings import Settings, SettingsError
from gateway.store import baselines, reviews, sites
from gateway.upstream.introduction import Account
from sandbox.contract.shapes import Change, ChangeKind, Dialect, IssueBaseline
from tests.gateway.promotion.world import (
    ANN,
    BOB,
    PERSON,
    SITE,
    change,
    change_set,
    doc,
    edit,
    text,
)
from tests.gateway.web.conftest import Visit


def state(visit: Visit, review: int) -> State:
    with visit.house.gateway.database.read() as conn:
        found = reviews.get(conn, review)
    assert found is not None
    return found.state


def approve(visit: Visit, review: int) -> str:
    """Approve what the page shows; returns the answer's text."""
    return visit.post(f"/cs/{review}/approve", digest=visit.digest(review)).text


def read_anew(visit: Visit, wanted: Change, fields: dict[str, Any]) -> Change:
    """Have the issue be another one, read again; returns the change of that reading."""
    issue = doc(**fields)
    visit.house.jira.add(issue)
    with visit.house.gateway.database.write() as conn:
        revision = sites.next_revision(conn, SITE)
        reading = IssueBaseline(
            site=SITE,
            issue_id=wanted.issue_id,
            key=wanted.issue_key,
            revision=revision,
            fetched_at=1,
            dialect=Dialect.V3,
            doc=issue,
        )
        baselines.put(conn, reading)
    return wanted.model_copy(update={"base_revision": revision})


def rule(visit: Visit, policy: SelfApproval) -> None:
    gateway = visit.house.gateway
    ours = replace(gateway.settings.people, self_approval=policy)
    gateway.settings = replace(gateway.settings, people=ours)


@pytest.fixture
def ann(visit: Visit) -> Visit:
    """Sign in as the person that the agent worked for."""
    visit.sign_in("ann")
    return visit


def test_a_harmless_set_is_theirs_to_approve(ann: Visit) -> None:
    review = ann.house.arrive(change_set(edit("labels", ["web", "x"])))
    assert "somebody else approves it" not in ann.get(f"/cs/{review}").text
    approve(ann, review)
    assert state(ann, review) is State.APPROVED


@pytest.mark.parametrize(
    ("fields", "wanted", "said", "korean"),
    [
        (
            {"assignee": BOB, "reporter": ANN},
            edit("labels", ["x"]),
            "is not yours",
            "내 이슈가 아니어서",
        ),
        (
            {"description": text("A long text of somebody. " * 20)},
            edit("description", text("Gone.")),
            "something was seen in this set",
            "확인할 것이 있어",
        ),
        (
            {},
            change(ChangeKind.COMMENT, {"body": text("Done.")}),
            "would not put all of this set back",
            "되돌려도 모두 돌아오지 않아",
        ),
    ],
)
def test_for_the_rest_the_page_says_why_somebody_else_has_to(
    ann: Visit, fields: dict[str, Any], wanted: Change, said: str, korean: str
) -> None:
    review = ann.house.arrive(change_set(read_anew(ann, wanted, fields)))
    assert said in ann.get(f"/cs/{review}?lang=en").text
    assert korean in ann.get(f"/cs/{review}?lang=ko").text
    assert (
        said
        in ann.http.post(
            f"/cs/{review}/approve?lang=en",
            data={"digest": ann.digest(review)},
            headers={"Origin": "http://airlock.test", "Sec-Fetch-Site": "same-origin"},
        ).text
    )
    assert state(ann, review) is State.REVIEW
    rule(ann, SelfApproval.YES)
    assert said not in ann.get(f"/cs/{review}?lang=en").text
    approve(ann, review)
    assert state(ann, review) is State.APPROVED


def test_whoever_stands_for_the_gateways_account_is_judged_by_it(visit: Visit) -> None:
    gateway = visit.house.gateway
    gateway.upstream = replace(gateway.upstream, account=Account(id=PERSON, name="Ann"))
    gateway.settings = replace(
        gateway.settings, people=PeopleRules(jira=JiraSays.REQUIRE, self_approval=SelfApproval.NO)
    )
    admit(gateway, Person(person="lone", name="Lone", role=Role.ADMIN), by="test")
    for name in ("eve", "max", "rob", "ann"):
        admitting.disable(gateway, name, by="test")
    visit.house.jira.allowed = {"": {BROWSE: {"10001"}, "EDIT_ISSUES": {"10001"}}}
    review = visit.house.arrive(change_set(edit("labels", ["x"])))
    visit.sign_in("lone")
    assert "wants another pair of eyes" in visit.get(f"/cs/{review}?lang=en").text
    rule(visit, SelfApproval.YES)
    assert "wants another pair of eyes" not in visit.get(f"/cs/{review}?lang=en").text
    rule(visit, SelfApproval.NO)
    approve(visit, review)
    assert state(visit, review) is State.REVIEW


@pytest.mark.parametrize(
    ("given", "found"),
    [("", "harmless"), ("harmless", "harmless"), ("yes", "yes"), ("true", "yes"), ("no", "no")],
)
def test_the_setting_is_read(given: str, found: str) -> None:
    env = {"AIRLOCK_DATABASE_URL": "sqlite://"}
    env |= {"AIRLOCK_SELF_APPROVAL": given} if given else {}
    assert Settings.from_env(env).people.self_approval == found


def test_what_is_no_answer_is_refused() -> None:
    env = {"AIRLOCK_DATABASE_URL": "sqlite://", "AIRLOCK_SELF_APPROVAL": "sometimes"}
    with pytest.raises(SettingsError, match="harmless"):
        Settings.from_env(env)
