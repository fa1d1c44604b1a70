"""Issues that Jira no longer shows: removed one by one when that is sure, else a question.

A search that leaves issues out may be a deletion, a lost permission, a slow index or a
broken answer. Each missing issue is asked for by its id; many at once ask a person.
"""

import logging
from collections.abc import Collection, Iterable
from enum import StrEnum

from pydantic import JsonValue

from gateway.operations import keeping
from gateway.operations.context import Gateway
from gateway.operations.keeping import Compared
from gateway.operations.scoping import scope_jql, with_keys
from gateway.review.refusals import RefusedError
from gateway.store import audit, baselines, questions
from gateway.store.questions import Kind, Question
from gateway.upstream.client import Upstream
from sandbox.contract.scope import Refusal

LOG = logging.getLogger(__name__)

#: More issues than this share of a site vanishing at once asks a person (and so does any
#: at all on a tiny site, but for one).
_MOST_GONE = 0.01
#: However slowly they vanish: this many within an hour ask a person on a small site.
_MOST_GONE_IN_AN_HOUR = 5
_HOUR = 3600 * 1_000_000
#: Keys in one search.
_KEYS = 50


class Answer(StrEnum):
    """What a person says of issues that vanished."""

    REMOVE = "remove"
    KEEP = "keep"


def settle(
    gateway: Gateway, upstream: Upstream, missing: Collection[str], jql: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the missing issues that are gone for sure, and warnings where a person must look."""
    if not missing:
        return (), ()
    if too_many(gateway, len(missing)):
        return (), (ask(gateway, missing),)
    return sure(upstream, missing, jql), ()


def too_many(gateway: Gateway, missing: int) -> bool:
    """Return whether so many issues may not be removed without a person."""
    with gateway.database.read() as conn:
        known = len(baselines.digests(conn, gateway.site))
        lately = baselines.count_gone_since(conn, gateway.site, gateway.clock() - _HOUR)
    share = _MOST_GONE * (known + lately)
    return missing > max(1, share) or missing + lately > max(_MOST_GONE_IN_AN_HOUR, share)


def ask(gateway: Gateway, missing: Collection[str]) -> str:
    """Put the question to people; returns it as a sentence."""
    with gateway.database.write() as conn:
        known = len(baselines.digests(conn, gateway.site))
        number = questions.ask(
            conn, gateway.site, Kind.VANISHED, tuple(sorted(missing)), known, gateway.clock()
        )
    LOG.warning("issues_vanished question=%s missing=%s known=%s", number, len(missing), known)
    return sentence(len(missing), known)


def sentence(missing: int, known: int) -> str:
    """Return the question as people read it."""
    return (
        f"{missing} of {known} issues were not in Jira's answer. Nothing was removed: check "
        f"the scope and what the account may see, then say `airlock intake --vanished remove` "
        f"or `airlock intake --vanished keep`."
    )


def sure(upstream: Upstream, issue_ids: Iterable[str], jql: str) -> tuple[str, ...]:
    """Return those of some issues that Jira says are not there, or not in the scope."""
    gone: list[str] = []
    there: dict[str, str] = {}
    for issue_id in issue_ids:
        doc = upstream.issue(issue_id)
        if doc is None:
            gone.append(issue_id)
        else:
            there[issue_id] = str(doc.get("key"))
    inside = _inside(upstream, jql, list(there.values()))
    return (*gone, *(issue_id for issue_id in there if issue_id not in inside))


def _inside(upstream: Upstream, jql: str, keys: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _KEYS):
        query = with_keys(jql, keys[start : start + _KEYS])
        found |= {str(doc.get("id")) for doc in upstream.search(query)}
    return found


def open_question(gateway: Gateway) -> Question | None:
    """Return the question about vanished issues that nobody has answered yet."""
    with gateway.database.read() as conn:
        return questions.open_one(conn, gateway.site, Kind.VANISHED)


def answer(gateway: Gateway, said: Answer, by: str) -> tuple[str, ...]:
    """Take a person's answer; returns the issues that were removed.

    Also with *remove* each issue is asked for again first: what is back stays.
    """
    question = open_question(gateway)
    if question is None:
        raise RefusedError(
            Refusal("no_question", "Nobody has asked about vanished issues.", "Nothing to do.")
        )
    gone: tuple[str, ...] = ()
    if said is Answer.REMOVE:
        gone = sure(gateway.upstream.patient(), question.issue_ids, scope_jql(gateway))
    body: dict[str, JsonValue] = {
        "question": question.id,
        "answer": said.value,
        "asked": len(question.issue_ids),
        "removed": len(gone),
    }
    with gateway.database.write() as conn:
        if not questions.answer(conn, question.id, said.value, by, gateway.clock()):
            raise RefusedError(
                Refusal("answered", "Somebody else has answered already.", "Look again.")
            )
        keeping.store(conn, gateway, Compared(gone=gone))
        audit.append(conn, at=gateway.clock(), actor=by, kind="vanished_answered", body=body)
    keeping.push(gateway)
    return gone
