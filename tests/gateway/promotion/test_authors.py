"""As whom operations are written, decided from the policy and who has connected."""

from dataclasses import replace

import pytest

from gateway.promotion.authors import Author, AuthorKind, NoAuthorError, Writers, author_of
from gateway.promotion.drafts import UnplannableError
from gateway.promotion.plan import make_plan
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import change, change_set, edit, ground

BOT = Author(account="acc-bot", name="Airlock")
ANN = Author(kind=AuthorKind.REQUESTER, account="acc-ann", name="Ann")
EVE = Author(kind=AuthorKind.APPROVER, account="acc-eve", name="Eve")
EVERYBODY = Writers(service=BOT, requester=ANN, approver=EVE, served="acc-ann", served_name="Ann")
NOBODY = Writers(service=BOT, served="acc-ann", served_name="Ann")


@pytest.mark.parametrize(
    ("policy", "author"),
    [(AuthorKind.SERVICE, BOT), (AuthorKind.REQUESTER, ANN), (AuthorKind.APPROVER, EVE)],
)
def test_the_policy_picks_the_author(policy: AuthorKind, author: Author) -> None:
    assert author_of(ChangeKind.EDIT, replace(EVERYBODY, policy=policy)) == author


@pytest.mark.parametrize("policy", AuthorKind)
def test_time_is_logged_by_its_owner_whatever_the_policy(policy: AuthorKind) -> None:
    assert author_of(ChangeKind.WORKLOG, replace(EVERYBODY, policy=policy)) == ANN
    with pytest.raises(NoAuthorError, match="Ann, who has connected no Jira account"):
        author_of(ChangeKind.WORKLOG, replace(NOBODY, policy=policy))
    # On a one-person installation the gateway's account is the person's.
    alone = replace(NOBODY, service=Author(account="acc-ann"), policy=policy)
    assert author_of(ChangeKind.WORKLOG, alone).account == "acc-ann"


@pytest.mark.parametrize(
    ("writers", "words"),
    [
        (replace(NOBODY, policy=AuthorKind.REQUESTER), "Ann has connected no Jira account"),
        (replace(NOBODY, policy=AuthorKind.APPROVER), "you have connected no Jira account"),
        (replace(EVERYBODY, policy=AuthorKind.APPROVER, approvals=2), "more than one has to"),
    ],
)
def test_without_the_wanted_author_there_is_no_plan_but_a_sentence(
    writers: Writers, words: str
) -> None:
    one = edit("summary", "New")
    with pytest.raises(UnplannableError, match=words):
        make_plan(change_set(one), {}, replace(ground(one), writers=writers))


def test_the_author_is_part_of_what_is_approved() -> None:
    one = edit("summary", "New")
    plans = [
        make_plan(change_set(one), {}, replace(ground(one), writers=writers))
        for writers in (
            EVERYBODY,
            replace(EVERYBODY, service=Author(account="acc-other")),
            replace(EVERYBODY, policy=AuthorKind.REQUESTER),
        )
    ]
    assert len({plan.digest() for plan in plans}) == 3


def test_a_set_with_time_in_it_has_two_authors() -> None:
    both = (edit("summary", "New"), change(ChangeKind.WORKLOG, {"timeSpentSeconds": 60}, id="c2"))
    plan = make_plan(change_set(*both), {}, replace(ground(*both), writers=EVERYBODY))
    assert {one.kind: one.author for one in plan.operations} == {
        ChangeKind.EDIT: BOT,
        ChangeKind.WORKLOG: ANN,
    }
    # Without the owner only the rest can be approved.
    alone = replace(ground(*both), writers=NOBODY)
    with pytest.raises(UnplannableError):
        make_plan(change_set(*both), {}, alone)
    assert len(make_plan(change_set(*both), {"c2": "reject"}, alone).operations) == 1
