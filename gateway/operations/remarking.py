"""Remarks on the changes of a set: people talk with each other and with the agent.

They are words and nothing else: they decide nothing, and nothing of them is ever written to
Jira. The sandbox is told of them so that the agent reads them with its next call; what it
answers is a claim about who said what, and belongs to the set's own agent.
"""

import logging

from pydantic import JsonValue

from gateway.operations.context import Gateway
from gateway.review.called import called_in
from gateway.review.people import Person, Role, at_least
from gateway.review.refusals import RefusedError, UnknownReviewError
from gateway.review.values import Remark, ReviewView
from gateway.sandbox_link import NotThereError
from gateway.store import audit, people, remarks, reviews
from gateway.store.remarks import Said
from sandbox.contract.scope import Refusal
from sandbox.contract.shapes import Answer, Told

LOG = logging.getLogger(__name__)

#: Characters of one remark.
LONGEST = 2000
_ROLE = Refusal("role", "Your role may look, but not do this.", "Ask somebody who may review.")
_EMPTY = Refusal("words", "Nothing was written.", "Write what you want to say.")
#: Stands for the gateway in the audit.
_GATEWAY = "gateway"


def say(gateway: Gateway, person: Person, review_id: int, change_id: str, text: str) -> None:
    """Keep what somebody says about a change; raises RefusedError, UnknownReviewError."""
    said = _kept(text)
    if not at_least(person.role, Role.REVIEWER):
        raise RefusedError(_ROLE)
    if not said:
        raise RefusedError(_EMPTY)
    with gateway.database.write() as conn:
        review = reviews.get(conn, review_id)
        if review is None or review.site != gateway.site:
            raise UnknownReviewError(review_id)
        if change_id not in {one.id for one in review.change_set.changes}:
            raise UnknownReviewError(review_id, change_id)
        now = gateway.clock()
        one = Said(0, change_id, person.person, by_agent=False, text=said, at=now)
        remarks.add(conn, gateway.site, review_id, one)
        body: dict[str, JsonValue] = {"review": review_id, "change": change_id, "words": said}
        audit.append(conn, at=now, actor=person.person, kind="review_remark", body=body)


def _kept(text: str) -> str:
    """Return words as every database takes them."""
    whole = text.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST]
    return whole.encode("utf-8", "replace").decode()


def threads(gateway: Gateway, view: ReviewView) -> ReviewView:
    """Return a view with what was said about its changes."""
    with gateway.database.read() as conn:
        said = remarks.of_review(conn, view.id)
        names = {one.person: one.name for one in people.listed(conn)} if said else {}
    return view.model_copy(update={"remarks": tuple(_remark(one, names) for one in said)})


def _remark(said: Said, names: dict[str, str]) -> Remark:
    known = {name: who for who, name in names.items()} | {who: who for who in names}
    called = tuple(one for one in called_in(said.text) if one in known)
    return Remark(
        change=said.change,
        by=said.author if said.by_agent else names.get(said.author, said.author),
        agent=said.by_agent,
        text=said.text,
        at=said.at,
        called=called,
    )


def carry(gateway: Gateway) -> None:
    """Carry words both ways between people here and agents there."""
    tell(gateway)
    fetch(gateway)


def tell(gateway: Gateway) -> int:
    """Tell the sandbox what is new in each thread; returns in how many sets."""
    with gateway.database.read() as conn:
        waiting = remarks.untold(conn, gateway.site)
    for review_id, numbers in waiting.items():
        _tell_one(gateway, review_id)
        with gateway.database.write() as conn:
            remarks.mark_told(conn, numbers)
    return len(waiting)


def _tell_one(gateway: Gateway, review_id: int) -> None:
    with gateway.database.read() as conn:
        review = reviews.get(conn, review_id)
        said = remarks.of_review(conn, review_id)
        names = {one.person: one.name for one in people.listed(conn)}
    if review is None:
        return
    told = tuple(
        Told(
            change=one.change,
            by=one.author if one.by_agent else names.get(one.author, one.author),
            agent=one.by_agent,
            text=one.text,
            at=one.at,
        )
        for one in said
    )
    try:
        gateway.sandbox.put_remarks(review.change_set.id, told)
    except NotThereError:
        LOG.warning("remarks_not_known_there review=%s", review_id)


def fetch(gateway: Gateway) -> int:
    """Fetch what agents answered; returns how many answers are new."""
    with gateway.database.read() as conn:
        after = remarks.last_answer(conn, gateway.site)
    found = gateway.sandbox.answers(after)
    return sum(_take(gateway, one) for one in found if one.position > after)


def _take(gateway: Gateway, answer: Answer) -> bool:
    with gateway.database.write() as conn:
        review = reviews.by_change_set(conn, answer.change_set)
        known = () if review is None else {one.id for one in review.change_set.changes}
        if review is None or answer.change not in known:
            LOG.warning("answer_to_nothing position=%s", answer.position)
            return False
        now = gateway.clock()
        text = _kept(answer.text)
        agent = review.change_set.agent
        said = Said(0, answer.change, agent, by_agent=True, text=text, at=now)
        remarks.add_answer(conn, gateway.site, review.id, said, answer.position)
        body: dict[str, JsonValue] = {"review": review.id, "change": answer.change}
        body |= {"agent": agent, "words": text}
        audit.append(conn, at=now, actor=_GATEWAY, kind="agent_answered", body=body)
    return True
