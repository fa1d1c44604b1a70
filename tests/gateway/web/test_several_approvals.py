"""``AIRLOCK_APPROVALS``: how many people must approve, everywhere and in single projects."""

from dataclasses import replace

import pytest

from gateway.operations import reviewing
from gateway.policy.policy import Policy
from gateway.review.refusals import RefusedError
from gateway.review.states import State
from gateway.settings import Settings, SettingsError
from tests.gateway.web.conftest import Visit


def of(text: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    rules = Settings.from_env(
        {"AIRLOCK_DATABASE_URL": "sqlite://", "AIRLOCK_APPROVALS": text}
    ).people
    return rules.approvals, rules.approvals_in


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("1", (1, ())),
        ("2", (2, ())),
        ("1, 2@PAY, 3@WEB", (1, (("PAY", 2), ("WEB", 3)))),
        ("2@PAY", (1, (("PAY", 2),))),
    ],
)
def test_numbers_are_read(text: str, rules: tuple[int, tuple[tuple[str, int], ...]]) -> None:
    assert of(text) == rules


@pytest.mark.parametrize("text", ["0", "10", "two", "2@", "1,2", "2@PAY,3@PAY", "@PAY"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="AIRLOCK_APPROVALS has"):
        of(text)


def test_of_several_projects_the_most_counts_and_the_version_says_so() -> None:
    policy = Policy(approvals_in=(("PAY", 2), ("WEB", 3)))
    wanted = [policy.approvals_for(keys) for keys in ((), ("ELSE",), ("PAY",), ("PAY", "WEB"))]
    assert wanted == [1, 1, 2, 3]
    assert policy.version != Policy().version


def rule(visit: Visit, text: str) -> None:
    gateway = visit.house.gateway
    approvals, single = of(text)
    people = replace(gateway.settings.people, approvals=approvals, approvals_in=single)
    gateway.settings = replace(gateway.settings, people=people)


def test_a_project_of_two_takes_two_people_and_the_page_says_who(visit: Visit) -> None:
    rule(visit, "1,2@AIR")
    review, gateway = visit.arrive(), visit.house.gateway
    visit.sign_in("eve")
    assert "2 more people have to approve it." in visit.get(f"/cs/{review}").text
    digest = visit.digest(review)
    visit.post(f"/cs/{review}/approve", digest=digest)
    assert "Approved by Eve. 1 more person has to approve it." in visit.get(f"/cs/{review}").text
    assert "Eve" in visit.get(f"/cs/{review}?lang=ko").text
    with pytest.raises(RefusedError, match="You have approved this already"):
        reviewing.approve(gateway, "eve", review, digest)
    with pytest.raises(RefusedError):
        reviewing.promote(gateway, "eve", review, digest)
    reviewing.approve(gateway, "max", review, digest)
    view = reviewing.view(gateway, review, read_now=False)
    assert (view.state, view.approved_by) == (State.APPROVED, ("Eve", "Max"))


def test_another_project_takes_one(visit: Visit) -> None:
    rule(visit, "1,2@ELSE")
    review = visit.arrive()
    reviewing.approve(visit.house.gateway, "eve", review, visit.digest(review))
    state = reviewing.view(visit.house.gateway, review, read_now=False).state
    assert state is State.APPROVED


def test_a_stricter_rule_holds_what_one_had_approved(visit: Visit) -> None:
    review, gateway = visit.arrive(), visit.house.gateway
    digest = visit.digest(review)
    reviewing.approve(gateway, "eve", review, digest)
    rule(visit, "2")
    with pytest.raises(RefusedError) as caught:
        reviewing.promote(gateway, "eve", review, digest)
    assert caught.value.refusal.code == "approvals"
