"""Everything that is known of an operation that went wrong, before its databases are gone."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from gateway.operations.context import Gateway
from tests.soak.counting import Counts, Seen, rows, whole
from tests.soak.wishes import Wish

_SECOND = 1_000_000
#: Wishes of a run that are looked into.
_MOST = 5
#: Microseconds around a wish's own moments in which kills are told.
_AROUND = 15 * _SECOND
_OPERATION = (
    "SELECT id, review_id, issue_key, state, fence, attempts, intent_at, probe_from, wary, "
    "recheck_at, trouble, receipt, evidence, marker FROM operation WHERE id = :id"
)
_AUDIT = "SELECT at, actor, kind, body FROM audit WHERE kind LIKE 'operation%' ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to a process."""

    at: int
    what: str


def evidence(
    gateway: Gateway,
    seen: Seen,
    wishes: Iterable[Wish],
    counts: Counts,
    told: tuple[Sequence[Event], Path],
) -> Iterator[str]:
    """Yield lines about the wishes of which something is said to be wrong.

    ``told``: what was killed when, and the log of the promoters.
    """
    marks = {sentence.split()[0] for sentence in counts.wrong}
    wrong = [one for one in wishes if one.mark in marks][:_MOST]
    if not wrong:
        return
    stored = rows(gateway)
    with gateway.database.read() as conn:
        audited = [
            (int(at), actor, kind, body) for at, actor, kind, body in conn.execute(text(_AUDIT))
        ]
    for wish in wrong:
        yield f"evidence: {wish.mark} ({wish.kind})"
        moments: list[int] = []
        for row in stored.get(wish.change.id, []):
            with gateway.database.read() as conn:
                found = dict(conn.execute(text(_OPERATION), {"id": row.id}).mappings().one())
            if found["intent_at"]:
                moments.append(int(found["intent_at"]))
            yield f"  {json.dumps(found, ensure_ascii=False, default=str)}"
            for at, actor, kind, body in audited:
                if json.loads(body).get("operation") == row.id:
                    moments.append(at)
                    yield f"  {moment(at)} {actor} {kind} {body}"
            yield from _logged(told[1], row.id)
        for name, at in _there(wish, seen):
            moments.append(at)
            yield f"  in Jira {moment(at)}: {name}"
        yield from _around(told[0], moments)


def moment(at: int) -> str:
    """Return microseconds since 1970 as a time of day."""
    return datetime.fromtimestamp(at / _SECOND, UTC).strftime("%H:%M:%S.%f")


def _there(wish: Wish, seen: Seen) -> Iterator[tuple[str, int]]:
    """Yield what a wish became in Jira, and when it was made there."""
    for one in whole(wish, seen):
        made = one.get("fields", one).get("created")
        if made:
            since = datetime.strptime(str(made), "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
            yield str(one.get("key") or one.get("id")), round(since * _SECOND)


def _around(events: Sequence[Event], moments: Sequence[int]) -> Iterator[str]:
    if not moments:
        return
    first, last = min(moments) - _AROUND, max(moments) + _AROUND
    for event in events:
        if first <= event.at <= last:
            yield f"  {moment(event.at)} {event.what}"


def _logged(log: Path, operation: int) -> Iterator[str]:
    """Yield what promoters logged of an operation."""
    wanted = f"id={operation}"
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else ():
        if wanted in line.split():
            yield f"  log: {line}"
