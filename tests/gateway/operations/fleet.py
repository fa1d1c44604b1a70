"""One change of each kind, each on an issue of its own, approved and released together.

Cases that hit every kind alike are shown with all of them at once: a fleet costs little more
than one ship.
"""

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.operations import reviewing, telling, undoing
from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.states import State
from gateway.review.values import OperationView
from gateway.store import files, outbox, sites
from gateway.store.claiming import Claimed
from gateway.store.outbox import Operation
from gateway.upstream.introduction import Account
from sandbox.contract.shapes import Change, ChangeKind
from tests.gateway.operations.conftest import House, fill
from tests.gateway.operations.kept import Kept
from tests.gateway.operations.quick import emptied, finish, reopened
from tests.gateway.promotion.world import ANN, BOB, PERSON, change, change_set, create, doc, text
from tests.invariants import Effect, assert_sound, check_again

#: Korean in the decomposed form, signs beyond the basic plane, and what looks like markup.
WORDS = "로그인 👩‍💻 <b>&amp; *x*"
CONTENT = "첨부".encode()
FILE = {
    "filename": "로그.txt",
    "size": len(CONTENT),
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "mimeType": "text/plain",
}
OLD = "777"
#: What each kind does. What is deleted is a comment that was promoted before.
_AFTER: dict[ChangeKind, Any] = {
    ChangeKind.EDIT: WORDS,
    ChangeKind.TRANSITION: {
        "status": {"id": "3", "name": "In Progress"},
        "transition": {"id": "11"},
    },
    ChangeKind.COMMENT: {"id": "9", "body": text(WORDS)},
    ChangeKind.COMMENT_EDIT: {"id": OLD, "body": text(WORDS)},
    ChangeKind.WORKLOG: {
        "id": "8",
        "timeSpentSeconds": 3600,
        "started": "2026-11-20T09:30:00.000+0000",
        "comment": text(WORDS),
    },
    ChangeKind.REMOTE_LINK: {"object": {"url": "https://docs.example/1", "title": WORDS}},
    ChangeKind.WATCHER: {"add": BOB},
    ChangeKind.SPRINT: {"id": 3},
    ChangeKind.ATTACHMENT: FILE,
    ChangeKind.DELETE: {"id": "7", "body": text("To be taken back")},
}
#: Every kind of the contract, in its order: a new one is here at once.
KINDS = tuple(ChangeKind)
_FIRST_KEY = 3


def issue_of(kind: ChangeKind) -> tuple[str, str]:
    """Return id and key of the issue that a kind is shown on."""
    number = _FIRST_KEY + KINDS.index(kind)
    return str(10_000 + number), f"AIR-{number}"


def change_of(kind: ChangeKind) -> Change:
    """Return the one change of a kind."""
    if kind is ChangeKind.CREATE:
        return create(summary=f"새 {WORDS}", labels=["web"])
    issue_id, key = issue_of(kind)
    after = _AFTER.get(kind)
    if kind is ChangeKind.LINK:
        ends = {"inwardIssue": {"id": issue_id, "key": key}}
        after = {"type": {"id": "1"}, **ends, "outwardIssue": {"id": "10002", "key": "AIR-2"}}
    meant = ChangeKind.COMMENT if kind is ChangeKind.DELETE else kind
    return change(
        meant,
        after,
        id=kind.value,
        issue_id=issue_id,
        issue_key=key,
        field="summary" if kind is ChangeKind.EDIT else None,
    )


def afloat(standing: House) -> House:
    """Empty a house and fill it with an issue for each kind; what it is like then is its own."""
    emptied(standing)
    old, jira = standing.gateway, standing.jira
    jira.account = ANN
    jira.first_key = _FIRST_KEY + len(KINDS)
    for kind in KINDS:
        issue_id, key = issue_of(kind)
        comment = {"id": OLD, "body": text("Old"), "author": ANN}
        jira.add(doc(key, issue_id, comment={"comments": [comment], "total": 1}))
    # Ann serves herself: what only its owner may write can be written.
    expected = replace(old.upstream.expected, account=frozenset({PERSON}))
    account = Account(PERSON, "Ann")
    upstream = replace(old.upstream, expected=expected, account=account, sleep=lambda _: None)
    settings = replace(old.settings, deletes=True)
    house = House(replace(old, upstream=upstream, settings=settings), jira, standing.door)
    fill(house)
    with house.gateway.database.write() as conn:
        files.put(conn, house.gateway.site, CONTENT, 1)
    return house


class Watched(Promoter):
    """A promoter of which a test can see what it holds."""

    def __init__(self, gateway: Gateway, name: str) -> None:
        """Take the gateway and a name; ``meets`` is called at each step."""
        super().__init__(gateway, name, self._meet)
        self.held: Operation | None = None
        self.meets: Callable[[Step], None] = lambda _step: None

    def _meet(self, step: Step) -> None:
        self.meets(step)

    def _next(self, conn: Connection) -> Claimed | None:
        claimed = super()._next(conn)
        self.held = None if claimed is None else claimed.operation
        return claimed


class SunkError(Exception):
    """Stands for a process that died."""


@dataclass
class Fleet:
    """What was released, and what became of it."""

    house: House
    #: The set with all kinds but deleting, and the undo that deletes.
    reviews: list[int] = field(default_factory=list)
    #: So many effects in Jira are older than the fleet.
    before: int = 0
    #: Kind to the steps at which its promoter died.
    died: dict[ChangeKind, set[Step]] = field(default_factory=dict)
    #: Review to the digest that its page showed.
    shown: dict[int, str] = field(default_factory=dict)
    #: Kind to how often it was sent.
    tries: dict[ChangeKind, int] = field(default_factory=dict)
    #: Kind to what Jira showed of its issue before everything.
    pictures: dict[ChangeKind, Any] = field(default_factory=dict)
    #: The same after everything.
    now: dict[ChangeKind, Any] = field(default_factory=dict)
    #: What was written, once everything is over.
    written: list[Effect] | None = None
    #: Id of an issue to the operation that took something back there.
    back: dict[str, OperationView] = field(default_factory=dict)
    #: Kind to its operation, once everything is over.
    over: dict[ChangeKind, OperationView] = field(default_factory=dict)

    def effects(self, kind: ChangeKind) -> list[Effect]:
        """Return what was really written of a kind."""
        every = self.house.jira.journal[self.before :] if self.written is None else self.written
        return [one for one in every if one.kind is kind]

    def place(self, kind: ChangeKind) -> str:
        """Return the id of the issue on which a kind was written."""
        done = self.operation(kind)
        made = done.receipt.upstream_id if done.receipt is not None else None
        return str(made) if kind is ChangeKind.CREATE else issue_of(kind)[0]

    def end(self) -> None:
        """Keep what it has come to: the house is about to be used again."""
        self.over, self.now = self.look(), self.pictured()
        self.written = [*self.house.jira.journal[self.before :]]

    def pictured(self) -> dict[ChangeKind, Any]:
        """Return all that Jira shows where each kind is at work."""
        return {kind: copy.deepcopy(self.picture(kind)) for kind in KINDS}

    def operation(self, kind: ChangeKind) -> OperationView:
        """Return the one operation of a kind, as it is in the end."""
        return (self.over or self.look())[kind]

    def look(self) -> dict[ChangeKind, OperationView]:
        """Return every kind's operation as it is now."""
        return {one.planned.kind: one for one in self.operations()}

    def operations(self) -> list[OperationView]:
        """Return all operations as they are now."""
        gateway = self.house.gateway
        every = (reviewing.view(gateway, one, read_now=False) for one in self.reviews)
        return [one for view in every for one in view.operations]

    def picture(self, kind: ChangeKind) -> Any:
        """Return all that Jira shows where one kind is at work."""
        jira = self.house.jira
        if kind is ChangeKind.CREATE:
            return sorted(jira.issues)
        issue_id = issue_of(kind)[0]
        if issue_id not in jira.issues:
            return None
        fields = dict(jira.issues[issue_id]["fields"])
        for part in ("comment", "worklog"):
            fields[part] = [
                one["body" if part == "comment" else "started"]
                for one in fields.get(part, {}).get(f"{part}s", [])
            ]
        beside = [list(jira.beside(issue_id, name)) for name in ("watchers", "remotelink")]
        empty: tuple[Any, ...] = (None, [], "")
        return {name: one for name, one in fields.items() if one not in empty}, beside

    def attempts(self) -> dict[ChangeKind, int]:
        """Return how often each kind was really sent."""
        with self.house.gateway.database.read() as conn:
            every = [
                one
                for review_id in self.reviews
                for one in outbox.of_review(conn, review_id, self.shown[review_id])
            ]
        return {one.planned.kind: one.attempts for one in every}

    def states(self) -> set[State]:
        """Return what the reviews have come to."""
        gateway = self.house.gateway
        return {reviewing.view(gateway, one, read_now=False).state for one in self.reviews}

    def digest(self, review_id: int) -> str:
        """Return the digest that the page showed when it was first looked at."""
        if review_id not in self.shown:
            self.shown[review_id] = reviewing.view(self.house.gateway, review_id).digest
        return self.shown[review_id]

    def approve(self, *people: str) -> None:
        """Let people (else one) approve everything."""
        for one in self.reviews:
            for person in people or ("eve",):
                digest = self.digest(one)
                reviewing.approve(self.house.gateway, person, one, digest, ["delete"])

    def promote(self) -> None:
        """Release everything; what fails stops only what depends on it."""
        for one in self.reviews:
            reviewing.promote(self.house.gateway, "eve", one, self.digest(one), carry_on=True)

    def sound(self) -> None:
        """Hold everything that happened against the seven promises."""
        assert_sound(self.house.gateway.database, self.house.jira.journal)
        check_again(self.house.gateway, lambda: self.house.jira.journal)

    def fail(self, *faults: str) -> None:
        """Let the next writes of every kind go wrong, in turn."""
        names = ["new", *(issue_of(kind)[0] for kind in KINDS)]
        self.house.jira.faults_of = {name: list(faults) for name in names}

    def doomed(self, gateway: Gateway, *steps: Step) -> Watched:
        """Return a promoter that dies once at each of these steps of each operation."""
        promoter = Watched(gateway, "doomed")
        promoter.meets = lambda now: self._die(promoter, steps, now)
        return promoter

    def sink(self, *steps: Step) -> None:
        """Let the promoter of each operation die once at each of these steps, and restart."""
        promoter = self.doomed(self.house.gateway, *steps)
        deaths = -1
        while deaths != (deaths := sum(map(len, self.died.values()))):
            self.drain(promoter)
            reopened(self.house)
        finish(self.house)

    def drain(self, promoter: Promoter) -> None:
        """Let a promoter work until it finds nothing, however often it dies."""
        for _ in range(20 * len(KINDS)):
            try:
                if not promoter.run_once():
                    return
            except (SunkError, DBAPIError):
                continue
        raise AssertionError("the promoter finds work for ever")

    def _die(self, promoter: Watched, steps: tuple[Step, ...], now: Step) -> None:
        if promoter.held is None or now not in steps:
            return
        died = self.died.setdefault(promoter.held.planned.kind, set())
        if now not in died:
            died.add(now)
            raise SunkError(now)

    def restart(self) -> None:
        """Open the database again and finish what is left."""
        reopened(self.house)
        finish(self.house)

    def resume(self) -> None:
        """Work until nothing is left, also when the whole site paused in between."""
        gateway = self.house.gateway
        for _ in range(3 * len(KINDS)):
            finish(self.house)
            with gateway.database.write() as conn:
                if not sites.paused(conn, gateway.site):
                    return
                sites.pause(conn, gateway.site, None)
        raise AssertionError("it pauses for ever")


def launched(standing: House) -> Fleet:
    """Have the fleet arrive: one set of all kinds, and an undo that deletes."""
    house = afloat(standing)
    fleet = Fleet(house)
    doomed = house.arrive(change_set(change_of(ChangeKind.DELETE)))
    fleet.reviews = [doomed]
    fleet.approve()
    fleet.promote()
    finish(house)
    fleet.shown.clear()
    telling.tell(house.gateway)
    others = [kind for kind in KINDS if kind is not ChangeKind.DELETE]
    main = house.arrive(change_set(*map(change_of, others), number=2))
    undo = undoing.propose(house.gateway, "rob", doomed).review_id
    fleet.reviews = [main, undo]
    fleet.before = len(house.jira.journal)
    fleet.pictures = fleet.pictured()
    return fleet


def released(house: House) -> Fleet:
    """Have the fleet arrive, be approved and released."""
    fleet = launched(house)
    fleet.approve()
    fleet.promote()
    return fleet


class Harbour:
    """A house in which fleets start from where the first one did."""

    def __init__(self, standing: House) -> None:
        """Take a house that nobody else uses."""
        self.standing = standing
        self._kept: dict[Callable[[House], Fleet], tuple[Kept, Fleet]] = {}

    def __call__(self, how: Callable[[House], Fleet]) -> Fleet:
        """Return a fleet that was ``launched`` or ``released``."""
        if how not in self._kept:
            first = how(self.standing)
            self._kept[how] = Kept.of(first.house), replace(first)
        kept, first = self._kept[how]
        kept.back(self.standing)
        gateway = replace(first.house.gateway, settings=first.house.gateway.settings)
        house = House(gateway, self.standing.jira, self.standing.door)
        return Fleet(
            house,
            reviews=[*first.reviews],
            before=first.before,
            shown={**first.shown},
            pictures=first.pictures,
        )


def once(fleet: Fleet, kind: ChangeKind) -> None:
    """Hold that a kind was written once, and says so."""
    done = fleet.operation(kind)
    assert done.state is OpState.APPLIED, done.trouble
    assert len(fleet.effects(kind)) == 1


def never(fleet: Fleet, kind: ChangeKind) -> None:
    """Hold that nothing of a kind was written."""
    assert fleet.effects(kind) == []


def ends(*states: OpState) -> Callable[[Fleet, ChangeKind], None]:
    """Return the check that nothing was written, and that it says so."""

    def check(fleet: Fleet, kind: ChangeKind) -> None:
        never(fleet, kind)
        done = fleet.operation(kind)
        assert done.state in states, (done.state, done.trouble)
        assert done.trouble

    return check
