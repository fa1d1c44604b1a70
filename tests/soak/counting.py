"""What really happened, read from the upstream's own records and the gateway's database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from gateway.operations.context import Gateway
from gateway.promotion.states import SETTLED, OpState
from gateway.promotion.values import PlannedOperation, Receipt
from gateway.store import audit
from tests.soak.wishes import Wish
from tests.soak.world import GATE, ROBOT, Jira

#: Fields that our writes may move without naming them: one rule of the site, and Jira itself.
_FOLLOWING = frozenset(
    {"priority", "resolution", "timespent", "timeestimate", "WorklogId", "Link", "RemoteIssueLink"}
)
#: Changelog names of the fields that wishes write.
_WRITTEN = {"summary": "summary", "description": "description", "transition": "status"}


@dataclass(frozen=True, slots=True)
class Row:
    """One stored operation, as far as counting needs it."""

    id: int
    state: OpState
    planned: PlannedOperation
    receipt: Receipt | None
    trouble: str


@dataclass(slots=True)
class Counts:
    """What a run came to."""

    duplicates: int = 0
    missing: int = 0
    unapproved: int = 0
    unflagged: int = 0
    flagged: int = 0
    effects: int = 0
    audit: str | None = None
    states: Counter[str] = field(default_factory=Counter)
    side_effects: int = 0
    #: Sentences about everything that should not be.
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        counted = self.duplicates or self.missing or self.unapproved or self.unflagged
        return not counted and self.audit is None

    def add(self, other: "Counts") -> None:
        """Count another run in."""
        self.duplicates += other.duplicates
        self.missing += other.missing
        self.unapproved += other.unapproved
        self.unflagged += other.unflagged
        self.flagged += other.flagged
        self.effects += other.effects
        self.audit = self.audit or other.audit
        self.states += other.states
        self.side_effects += other.side_effects
        self.wrong += other.wrong

    def broken(self, sentence: str) -> None:
        """Count a promise that a walk saw broken; the sentence begins with which."""
        self.wrong.append(sentence)
        promise = sentence.partition(": ")[2]
        if promise.startswith("audit"):
            self.audit = sentence
        elif promise.startswith("duplicate"):
            self.duplicates += 1
        elif promise.startswith("unflagged"):
            self.unflagged += 1
        elif promise.startswith("unapproved"):
            self.unapproved += 1
        else:
            self.missing += 1

    def line(self) -> str:
        """Return the last line of a soak."""
        return (
            f"duplicates {self.duplicates}, missing {self.missing}, unapproved {self.unapproved}, "
            f"unflagged overwrites {self.unflagged}, "
            f"audit {'ok' if self.audit is None else 'broken: ' + self.audit}"
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """The upstream as it is in the end."""

    issues: Mapping[str, Any]
    remote_links: Mapping[str, Sequence[Any]]
    watchers: Mapping[str, Sequence[Any]]


def look(jira: Jira, wishes: Iterable[Wish]) -> Seen:
    """Read everything that wishes could have changed."""
    issues = {one["id"]: one for one in jira.issues()}
    linked = {one.change.issue_id for one in wishes if one.kind == "remote_link"}
    watched = {one.change.issue_id for one in wishes if one.kind == "watcher"}
    for one in wishes:
        if one.kind in ("comment", "worklog") and one.change.issue_id in issues:
            _in_full(jira, issues[one.change.issue_id], one.kind)
    return Seen(
        issues,
        {one: jira.get(f"issue/{one}/remotelink") for one in linked},
        {one: jira.get(f"issue/{one}/watchers")["watchers"] for one in watched},
    )


def _in_full(jira: Jira, issue: Any, kind: str) -> None:
    """Read all comments or worklogs of an issue where its JSON has not all of them."""
    held, name = issue["fields"][kind], f"{kind}s"
    if len(held[name]) < held["total"]:
        query = {"maxResults": "5000"}
        held[name] = jira.get(f"issue/{issue['id']}/{kind}", query)[name]


def rows(gateway: Gateway) -> dict[str, list[Row]]:
    """Return change id to the operations that carry it."""
    found: dict[str, list[Row]] = {}
    with gateway.database.read() as conn:
        query = text("SELECT id, state, body, receipt, trouble FROM operation ORDER BY id")
        for number, state, body, receipt, trouble in conn.execute(query):
            planned = PlannedOperation.model_validate_json(body)
            known = None if receipt is None else Receipt.model_validate_json(receipt)
            for change_id in planned.change_ids:
                row = Row(int(number), OpState(state), planned, known, trouble)
                found.setdefault(change_id, []).append(row)
    return found


def count(
    gateway: Gateway, seen: Seen, released: Sequence[Wish], withheld: Sequence[Wish]
) -> Counts:
    """Compare what happened with what was approved and released."""
    found, stored = Counts(), rows(gateway)
    for wish in released:
        _count(found, wish, seen, stored.get(wish.change.id, []))
    for wish in withheld:
        if effects_of(wish, seen):
            found.unapproved += 1
            found.wrong.append(f"{wish.mark} was never approved, and is there")
    strangers = list(unexplained(seen, released))
    found.unapproved += len(strangers)
    found.wrong += strangers
    with gateway.database.read() as conn:
        found.audit = audit.verify(conn)
    return found


def _count(found: Counts, wish: Wish, seen: Seen, rows: list[Row]) -> None:
    states = {row.state for row in rows if row.state is not OpState.SUPERSEDED}
    state = next(iter(states), None)
    found.states[state or "none"] += 1
    times = effects_of(wish, seen)
    found.effects += times
    if times > 1:
        found.duplicates += times - 1
        found.wrong.append(f"{wish.mark} ({wish.kind}) is there {times} times")
    if state is None or state not in SETTLED:
        found.missing += 1
        found.wrong.append(f"{wish.mark} ({wish.kind}) ended {state}")
    elif state is OpState.APPLIED and not times:
        found.missing += 1
        found.wrong.append(f"{wish.mark} ({wish.kind}) has a receipt and is not there")
    elif state in (OpState.CONFLICT, OpState.REJECTED, OpState.SKIPPED) and times:
        found.missing += 1
        found.wrong.append(f"{wish.mark} ({wish.kind}) is {state} and is there")
    receipt = rows[-1].receipt if rows else None
    if receipt is not None:
        found.flagged += receipt.overwrote
        found.side_effects += len(receipt.side_effects)
    if times and state is OpState.APPLIED and overwrites(wish, seen) and not _told(rows[-1]):
        found.unflagged += 1
        found.wrong.append(f"{wish.mark} ({wish.kind}) replaced what nobody was shown")


def _told(row: Row) -> bool:
    return row.receipt is not None and row.receipt.overwrote


def effects_of(wish: Wish, seen: Seen) -> int:
    """Count how often a wish came true."""
    if wish.kind == "create":
        return len(whole(wish, seen))
    issue_id = wish.change.issue_id
    issue = seen.issues.get(issue_id)
    if issue is None:
        return 0
    if wish.kind == "remote_link":
        return sum(wish.mark in str(one["object"]) for one in seen.remote_links[issue_id])
    if wish.kind == "watcher":
        return sum(one.get("accountId") == ROBOT for one in seen.watchers[issue_id])
    return len(_within(wish, issue))


def whole(wish: Wish, seen: Seen) -> list[Any]:
    """Return the new issues, or the parts of its issue, that a wish became."""
    if wish.kind == "create":
        return [one for one in seen.issues.values() if one["fields"]["summary"] == wish.mark]
    issue = seen.issues.get(wish.change.issue_id)
    return [] if issue is None else _within(wish, issue)


def _within(wish: Wish, issue: Any) -> list[Any]:
    """Return the parts of an issue that a wish became."""
    fields = issue["fields"]
    if wish.kind == "comment":
        return [one for one in fields["comment"]["comments"] if wish.mark in str(one["body"])]
    if wish.kind == "worklog":
        logged = fields["worklog"]["worklogs"]
        return [one for one in logged if wish.mark in str(one.get("comment"))]
    if wish.kind == "link":
        return [one for one in fields["issuelinks"] if wish.other in _ends(one)]
    return _written(wish, issue)


def _ends(link: Any) -> list[str]:
    return [link[name]["id"] for name in ("inwardIssue", "outwardIssue") if name in link]


def _written(wish: Wish, issue: Any) -> list[Any]:
    """Return the changelog lines that made a wish's value the issue's."""
    field_name = _WRITTEN.get(wish.kind, wish.kind)
    return [
        item
        for entry in issue["changelog"]["histories"]
        if entry["author"].get("accountId") == GATE
        for item in entry["items"]
        if item["field"] == field_name
        and (
            wish.kind == "transition"
            or (
                wish.mark in str(item["toString"]).split()
                and wish.mark not in str(item["fromString"] or "").split()
            )
        )
    ]


def overwrites(wish: Wish, seen: Seen) -> bool:
    """Return whether a write replaced something else than what was approved."""
    issue = seen.issues.get(wish.change.issue_id)
    if wish.kind not in _WRITTEN or issue is None:
        return False
    return any("bob" in str(item["fromString"]) for item in _written(wish, issue))


def unexplained(seen: Seen, released: Sequence[Wish]) -> Iterable[str]:
    """Yield what our account, or the site's automation, did without a released wish."""
    marks = {one.mark for one in released}
    kinds: dict[str, set[str]] = {}
    for wish in released:
        kinds.setdefault(wish.change.issue_id, set()).add(wish.kind)
    for issue in seen.issues.values():
        if _creator(issue) == GATE and issue["fields"]["summary"] not in marks:
            yield f"{issue['key']} was made without a wish"
        yield from _strange_lines(issue, marks, kinds.get(issue["id"], set()))
        for name in ("comment", "worklog"):
            for one in issue["fields"][name][f"{name}s"]:
                said = str(one.get("body") or one.get("comment"))
                if one["author"].get("accountId") == GATE and not _has_mark(said, marks):
                    yield f"{issue['key']}: a {name} without a wish"


def _strange_lines(issue: Any, marks: set[str], wanted: set[str]) -> Iterable[str]:
    """Yield the lines of an issue's changelog that no wish and no rule explains."""
    for entry in issue["changelog"]["histories"]:
        author = entry["author"].get("accountId")
        for item in entry["items"]:
            if author == GATE and not _explained(item, marks, wanted):
                yield f"{issue['key']}: {item['field']} became {item['toString']!r}"
            if author == ROBOT and (item["field"] != "priority" or "labels" not in wanted):
                yield f"{issue['key']}: {item['field']} changed by no rule of ours"


def _explained(item: Any, marks: set[str], wanted: set[str]) -> bool:
    name = item["field"]
    if name == "status":
        return "transition" in wanted
    if name in _FOLLOWING:
        return True
    return any(word in marks for word in str(item["toString"]).split())


def _has_mark(body: str, marks: set[str]) -> bool:
    return any(word.strip("'\"") in marks for word in body.replace(",", " ").split())


def _creator(issue: Any) -> str:
    return str((issue["fields"].get("creator") or {}).get("accountId"))
