"""Approving binds to what was shown; races have one winner; nothing is half-stored."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import insert, update

from gateway.operations import reviewing, vouching
from gateway.policy.self_approval import SelfApproval
from gateway.promotion.states import OpState
from gateway.review.refusals import RefusedError, StaleError, UnknownReviewError
from gateway.review.states import State
from gateway.store import audit, outbox, reviews
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import ChangeKind
from tests.gateway.operations.conftest import House
from tests.gateway.promotion.world import change, change_set, edit, text

TABLES = GatewayTable.metadata.tables


def arrived(house: House) -> tuple[int, str]:
    """Have a set of two edits arrive; returns review and digest."""
    review_id = house.arrive(
        change_set(edit("summary", "New"), edit("labels", ["web", "x"], id="c2"))
    )
    return review_id, reviewing.view(house.gateway, review_id).digest


def test_an_approval_stores_held_operations_and_an_audit_row(house: House) -> None:
    review_id, digest = arrived(house)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    with house.gateway.database.read() as conn:
        assert vouching.approvers(conn, house.gateway, review_id, digest) == ("eve",)
        assert [one.state for one in outbox.of_review(conn, review_id, digest)] == [OpState.HELD]
        assert audit.has(conn, "review_approve", review=review_id, digest=digest)
        assert audit.verify(conn) is None
    assert house.jira.effects == []


def test_a_digest_that_was_not_shown_approves_nothing(house: House) -> None:
    review_id, digest = arrived(house)
    with pytest.raises(StaleError) as error:
        reviewing.approve(house.gateway, "eve", review_id, "0" * 64)
    assert error.value.now == digest
    assert reviewing.view(house.gateway, review_id).state is State.REVIEW


def test_leaving_a_change_out_makes_another_digest_and_the_old_one_stale(house: House) -> None:
    review_id, digest = arrived(house)
    reviewing.decide(house.gateway, "rob", review_id, "c2", "reject", "not this", digest)
    view = reviewing.view(house.gateway, review_id)
    assert [one.verdict for one in view.issues[0].changes] == ["keep", "reject"]
    assert view.digest != digest
    with pytest.raises(StaleError) as error:
        reviewing.approve(house.gateway, "eve", review_id, digest)
    assert "Rob left out: AIR-1 Labels." in error.value.changes
    reviewing.decide(house.gateway, "rob", review_id, "c2", "keep", "", view.digest)
    assert reviewing.view(house.gateway, review_id).digest == digest


def test_a_field_that_moved_in_jira_cannot_be_approved(house: House) -> None:
    review_id, digest = arrived(house)
    house.jira.edit("10001", "Bob", summary="Bob's")
    with pytest.raises(RefusedError, match="same field"):
        reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.decide(house.gateway, "rob", review_id, "c1", "reject", "Bob did it", digest)
    now = reviewing.view(house.gateway, review_id)
    assert now.obstacles == ()
    reviewing.approve(house.gateway, "eve", review_id, now.digest)


def test_without_jira_nothing_is_approved_but_it_can_be_rejected(house: House) -> None:
    review_id, digest = arrived(house)
    house.jira.reads = "500"
    view = reviewing.view(house.gateway, review_id)
    assert view.checked_at is None
    assert view.obstacles
    with pytest.raises(RefusedError, match="could not be read"):
        reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.reject(house.gateway, "rob", review_id, digest, "Not now.")
    assert reviewing.view(house.gateway, review_id, read_now=False).words == "Not now."


@pytest.mark.parametrize(
    ("who", "words"), [("rob", "role"), ("robot", "agents"), ("nobody", "agents"), ("ann", "you")]
)
def test_who_may_not_approve_does_not(house: House, who: str, words: str) -> None:
    gateway = house.gateway
    people = replace(gateway.settings.people, self_approval=SelfApproval.NO)
    gateway.settings = replace(gateway.settings, people=people)
    review_id, digest = arrived(house)
    with pytest.raises(RefusedError, match=words):
        reviewing.approve(house.gateway, who, review_id, digest)
    assert reviewing.view(house.gateway, review_id).state is State.REVIEW


def test_a_withdrawn_approval_can_be_given_again_but_not_promoted(house: House) -> None:
    review_id, digest = arrived(house)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.withdraw_approval(house.gateway, "eve", review_id, digest)
    with pytest.raises(RefusedError):
        reviewing.promote(house.gateway, "eve", review_id, digest)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    assert len(house.jira.effects) == 1


def test_promote_needs_the_approved_digest(house: House) -> None:
    review_id, digest = arrived(house)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    with pytest.raises(StaleError):
        reviewing.promote(house.gateway, "eve", review_id, "0" * 64)
    house.promote_all()
    assert house.jira.effects == []


def test_promote_is_refused_when_the_audit_does_not_know_the_approval(house: House) -> None:
    review_id, digest = arrived(house)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql("UPDATE audit SET actor = 'mallory' WHERE seq = 1")
    with pytest.raises(RefusedError, match="altered"):
        reviewing.promote(house.gateway, "eve", review_id, digest)
    assert reviewing.view(house.gateway, review_id).state is State.APPROVED


FORGED = (
    "INSERT INTO approval (review_id, digest, person, at, signature) "
    "VALUES ({review}, '{digest}', 'max', 1, '{signature}')"
)


@pytest.mark.parametrize("stolen", [False, True])
def test_an_approval_that_was_put_into_the_database_by_hand_does_not_count(
    house: House, stolen: bool
) -> None:
    review_id, digest = arrived(house)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    with house.gateway.database.write() as conn:
        genuine = conn.exec_driver_sql("SELECT signature FROM approval").scalar()
        conn.exec_driver_sql("DELETE FROM approval")
        signature = genuine if stolen else ""
        forged = FORGED.format(review=review_id, digest=digest, signature=signature)
        conn.exec_driver_sql(forged)
    with pytest.raises(RefusedError, match="approval of this digest is missing"):
        reviewing.promote(house.gateway, "eve", review_id, digest)
    # Even with the whole review moved by hand, the write itself is refused.
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql(f"UPDATE review SET state = 'promoting' WHERE id = {review_id}")
        conn.exec_driver_sql("UPDATE operation SET state = 'ready'")
    house.promote_all()
    assert house.jira.effects == []
    [operation] = reviewing.view(house.gateway, review_id).operations
    assert "not what was approved" in operation.trouble


def test_a_forged_row_does_not_keep_that_person_from_approving(house: House) -> None:
    review_id, digest = arrived(house)
    with house.gateway.database.write() as conn:
        conn.exec_driver_sql(FORGED.format(review=review_id, digest=digest, signature="x.y"))
    assert reviewing.view(house.gateway, review_id).state is State.REVIEW
    reviewing.approve(house.gateway, "max", review_id, digest)
    reviewing.promote(house.gateway, "max", review_id, digest)
    house.promote_all()
    assert len(house.jira.effects) == 1


def test_an_approval_that_was_taken_back_does_not_come_back(house: House) -> None:
    review_id, digest = arrived(house)
    reviewing.approve(house.gateway, "eve", review_id, digest)
    with house.gateway.database.read() as conn:
        [row] = conn.exec_driver_sql("SELECT * FROM approval").mappings().all()
        [old] = conn.exec_driver_sql("SELECT * FROM review").mappings().all()
    reviewing.withdraw_approval(house.gateway, "eve", review_id, digest)
    # Somebody puts both rows back as they were, signature and all.
    with house.gateway.database.write() as conn:
        conn.execute(insert(TABLES["approval"]).values(**row))
        conn.execute(update(TABLES["review"]).values(**old))
        conn.exec_driver_sql("UPDATE operation SET state = 'held'")
    with pytest.raises(RefusedError, match="taken back"):
        reviewing.promote(house.gateway, "eve", review_id, digest)
    house.promote_all()
    assert house.jira.effects == []


def test_unknown_reviews_and_changes_say_so(house: House) -> None:
    with pytest.raises(UnknownReviewError, match="no CS-99"):
        reviewing.view(house.gateway, 99)
    review_id, digest = arrived(house)
    with pytest.raises(UnknownReviewError, match="change c9"):
        reviewing.decide(house.gateway, "rob", review_id, "c9", "reject", "", digest)


def test_approving_while_somebody_decides_has_one_winner(house: House) -> None:
    review_id, digest = arrived(house)
    results: list[str] = []
    gate = threading.Barrier(3)

    def run(name: str) -> None:
        gate.wait()
        try:
            if name == "decide":
                reviewing.decide(house.gateway, "rob", review_id, "c2", "reject", "no", digest)
            else:
                reviewing.approve(house.gateway, name, review_id, digest)
        except (StaleError, RefusedError):
            results.append("refused")
        else:
            results.append(name)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("eve", "max", "decide")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        assert review is not None
        given = vouching.approvers(conn, house.gateway, review_id, digest)
        held = outbox.of_review(conn, review_id, digest)
        assert audit.verify(conn) is None
    winners = [one for one in results if one != "refused"]
    assert len(winners) == 1
    if review.state is State.APPROVED:
        assert review.approved_digest == digest
        assert list(given) == winners
        assert len(held) == 1
    else:
        assert (winners, given, held) == (["decide"], (), ())


def test_what_a_set_adds_twice_is_flagged_until_one_of_them_is_left_out(house: House) -> None:
    again = [
        change(ChangeKind.COMMENT, {"id": f"9{n}", "body": text("같은 말")}, id=f"c{n}")
        for n in (1, 2)
    ]
    review = house.arrive(change_set(*again))

    def flagged() -> list[str]:
        view = reviewing.view(house.gateway, review)
        every = [(one.change.id, flag.id) for one in view.issues[0].changes for flag in one.flags]
        return [change_id for change_id, flag in every if flag == "twice"]

    assert flagged() == ["c2"]
    digest = reviewing.view(house.gateway, review).digest
    reviewing.decide(house.gateway, "eve", review, "c1", "reject", "once is enough", digest)
    assert flagged() == []
