"""One run of the soak: promoters, a fake Jira and a database, all of them killed at random."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.operations import background, receiving, reviewing
from gateway.operations.context import Gateway
from gateway.promotion.states import SETTLED, OpState
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from gateway.store import reviews
from gateway.upstream.errors import UpstreamError
from sandbox.contract.shapes import ChangeSet, JsonObject
from tests.databases import Postgres
from tests.forking import CONTEXT
from tests.soak.counting import Counts, count, effects_of, look
from tests.soak.evidence import Event, evidence
from tests.soak.promoter import promote
from tests.soak.wishes import Wish, Wishing
from tests.soak.world import APPROVER, Jira, Place, Waits, fill, gateway_at, metadata

PROMOTERS = 2
#: Operations that each carries at a time: starting them again is most of what a run does.
_THREADS = 5
#: Operations on their way before more sets are approved.
_QUEUE = 100
#: Tries before a set is left unapproved: an edit of Bob's may stand in its way for good.
_TRIES = 4
#: One set of so many is rejected, and one is never decided about.
_WITHHELD = 12
#: Operations that come to their end between two kills, from and to: a machine that is slow
#: would otherwise do little else than start again what was killed.
_CALM = (8, 40)
#: Seconds after which something is killed all the same.
_STILL = 20.0
#: Seconds between two looks at how far everything is.
_LOOK = 0.2
#: Milliseconds that the control's writes come late, from and to.
_VERY_LATE = (2000, 5000)
_TALLY = "SELECT state, count(*) FROM operation GROUP BY state"
_UNDER_WAY = (OpState.READY, OpState.INFLIGHT, OpState.UNKNOWN)
TROUBLE = (SQLAlchemyError, UpstreamError, RefusedError, StaleError, httpx2.HTTPError)


def all_faults(seed: int) -> JsonObject:
    """Return how the fake Jira misbehaves during a run."""

    def rule(fault: str, share: float, **more: Any) -> JsonObject:
        return {"fault": fault, "share": share, **more}

    late: Any = [100, 700]
    rules: Any = [
        rule("throttle", 0.01, on="all", retry_after="0"),
        rule("throttle", 0.01, on="writes", retry_after="date+1"),
        rule("throttle", 0.002, on="writes"),
        rule("fail_before", 0.02, on="writes", status=503),
        rule("fail_before", 0.01, on="reads", status=500),
        rule("fail_after", 0.03, on="writes", status=500),
        rule("fail_after", 0.02, on="writes", status=504),
        rule("lose_reply", 0.05, on="writes"),
        rule("half_body", 0.02, on="writes"),
        rule("half_body", 0.005, on="reads"),
        rule("late", 0.08, on="writes", late_ms=late),
        rule("page", 0.003, on="all"),
        rule("anonymous", 0.003, on="all"),
    ]
    return {"seed": seed, "rules": rules, "search_lag_ms": 250, "issue_writes_per_second": 20}


def late_writes(seed: int) -> JsonObject:
    """Return the one fault that only the quarantine is proof against."""
    late: Any = {"fault": "late", "share": 0.5, "on": "writes", "late_ms": _VERY_LATE}
    return {"seed": seed, "rules": [late]}


def _wake(process: ForkServerProcess) -> None:
    with contextlib.suppress(ProcessLookupError, ValueError):
        os.kill(process.pid or 0, signal.SIGCONT)


@dataclass(slots=True)
class Run:
    """One run."""

    folder: Path
    seed: int
    engine: str
    operations: int
    waits: Waits
    postgres: Postgres | None = None
    #: With the control only writes come late, and nothing is killed.
    is_control: bool = False
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    struck: dict[str, int] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    draw: random.Random = field(init=False)
    jira: Jira = field(init=False)
    place: Place = field(init=False)
    gateway: Gateway = field(init=False)
    issues: list[Any] = field(default_factory=list)
    waiting: list[tuple[ChangeSet, list[Wish]]] = field(default_factory=list)
    released: list[Wish] = field(default_factory=list)
    withheld: list[Wish] = field(default_factory=list)
    processes: list[ForkServerProcess] = field(default_factory=list)
    #: What was done to processes, and when.
    events: list[Event] = field(default_factory=list)
    #: What is known of the wishes that went wrong.
    evidence: tuple[str, ...] = ()
    _tries: Counter[str] = field(default_factory=Counter)
    _spawned: int = 0
    #: Operations that came to their end, as last counted.
    _ended: int = 0
    #: Something is killed when so many have, or at that time.
    _next_kill: tuple[int, float] = (0, 0.0)

    def __post_init__(self) -> None:
        """Begin to draw."""
        self.draw = random.Random(self.seed * 7919 + len(self.engine))  # noqa: S311 - has to be repeatable

    def go(self) -> Counts:
        """Do everything, and return what it came to."""
        began = time.monotonic()
        self._open()
        try:
            self._chaos()
            self._calm()
            seen = look(self.jira, [*self.released, *self.withheld])
            self.counts = count(self.gateway, seen, self.released, self.withheld)
            if not self.is_control:
                told = self.events, self._log
                self.evidence = tuple(
                    evidence(self.gateway, seen, self.released, self.counts, told)
                )
        finally:
            self._close()
        self.seconds = time.monotonic() - began
        return self.counts

    @property
    def _log(self) -> Path:
        return self.folder / "promoters.log"

    def _open(self) -> None:
        self.jira = Jira(self.folder)
        self.jira.start()
        many = max(8, self.operations // 6)
        self.issues = [self.jira.make(f"issue {number}") for number in range(many)]
        if self.postgres is None:
            url = f"sqlite:///{self.folder / 'gateway.db'}"
        else:
            url = self.postgres.create()
        self.place = Place(url, self.jira.url, self.waits, _THREADS)
        self.gateway = gateway_at(self.place)
        fill(self.gateway, self.issues)
        link_type = self.jira.get("issueLinkType")["issueLinkTypes"][0]["id"]
        wishing = Wishing(self.seed, self.issues, metadata(), link_type)
        self.waiting = list(wishing.sets(self.operations))
        self.waiting.reverse()
        # What is there from the start would be counted as our doing.
        every = [wish for _, members in self.waiting for wish in members]
        seen = look(self.jira, every)
        assert not [wish for wish in every if effects_of(wish, seen)]

    def _close(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()
        if self.jira.child is not None:
            self.jira.kill()
        self.struck = self.jira.struck
        self.gateway.database.dispose()
        self.gateway.upstream.close()
        self.gateway.sandbox.close()

    # The storm ------------------------------------------------------------------------

    def _chaos(self) -> None:
        faults = late_writes(self.seed) if self.is_control else all_faults(self.seed)
        self.jira.misbehave(faults)
        for _ in range(PROMOTERS):
            self._spawn()
        until = time.monotonic() + 60 + self.operations * 2
        self._pause()
        while time.monotonic() < until:
            self._try(self._feed)
            self._try(lambda: background.resume(self.gateway))
            self._try(self._foreign_edit)
            if not self.waiting and self._settled():
                return
            if self._is_time_to_kill() and not self.is_control:
                self._kill_something()
                self._pause()
            time.sleep(_LOOK)

    def _calm(self) -> None:
        """Let what is left come to its end without any faults."""
        self.jira.misbehave({})
        # What was never approved until now never will be.
        self.withheld += [wish for _, members in self.waiting for wish in members]
        self.waiting = []
        until = time.monotonic() + 60 + self.waits.quarantine * 20
        while time.monotonic() < until and not self._settled():
            self._try(lambda: background.resume(self.gateway))
            time.sleep(0.2)
        # A request may still travel: what it does has to be seen.
        time.sleep(_VERY_LATE[1] / 1000 if self.is_control else 0.6)

    def _pause(self) -> None:
        """Leave everything alive for a while."""
        self._next_kill = (self._ended + self.draw.randint(*_CALM), time.monotonic() + _STILL)

    def _is_time_to_kill(self) -> bool:
        ended, at = self._next_kill
        return self._ended >= ended or time.monotonic() >= at

    def _try(self, what: Callable[[], object]) -> None:
        try:
            what()
        except (*TROUBLE, OSError) as error:
            self.kills[f"harness met {type(error).__name__}"] += 1

    def _spawn(self) -> None:
        self._spawned += 1
        process = CONTEXT.Process(
            target=promote,
            name=f"p{self._spawned}",
            args=(self.place, f"p{self._spawned}", str(self._log)),
            daemon=True,
        )
        process.start()
        self.processes.append(process)

    def _kill_something(self) -> None:
        draw = self.draw.random()
        if draw < 0.2:
            self._note("upstream")
            self.jira.kill()
            time.sleep(self.draw.uniform(0, 0.3))
            self.jira.start()
            self._note("upstream", "back")
        elif draw < 0.35 and self.postgres is not None:
            self._note("database")
            self.postgres.crash()
            self._note("database", "back")
        elif draw < 0.5:
            self._freeze()
        else:
            process = self.processes.pop(self.draw.randrange(len(self.processes)))
            self._note("promoter", process.name)
            process.kill()
            process.join()
            self._spawn()

    def _note(self, what: str, more: str = "") -> None:
        if more != "back":
            self.kills[what] += 1
        self.events.append(Event(time.time_ns() // 1000, f"{what} {more}".strip()))

    def _freeze(self) -> None:
        """Let a promoter sleep for longer than its lease, and wake up believing it still has it."""
        process = self.draw.choice(self.processes)
        self._note("freeze", process.name)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        # Everything else goes on meanwhile; it may even be killed in its sleep.
        waking = threading.Timer(self.waits.lease * 1.2, _wake, (process,))
        waking.daemon = True
        waking.start()

    def _foreign_edit(self) -> None:
        if self.draw.random() > 0.3:
            return
        issue = self.draw.choice(self.issues)
        said = f"bob {self.draw.randrange(10**6)}"
        body: Any = {"fields": {"summary": said}}
        if self.draw.random() < 0.5:
            body = {"update": {"labels": [{"add": said.replace(" ", "-")}]}}
        self.jira.send("PUT", f"issue/{issue['id']}", body)

    # The people -----------------------------------------------------------------------

    def _feed(self) -> None:
        while self.waiting and self._on_the_way() < _QUEUE:
            change_set, members = self.waiting[-1]
            if not self._decided(change_set, members):
                return
            self.waiting.pop()

    def _decided(self, change_set: ChangeSet, members: list[Wish]) -> bool:
        """Do the next things about a set that a person would; True when that was all."""
        if int(members[0].mark[-6:]) % _WITHHELD in (0, 1):
            self._leave(change_set, members)
            return True
        try:
            done = self._promoted(change_set)
        except TROUBLE:
            self._tries[change_set.id] += 1
            if self._tries[change_set.id] < _TRIES:
                raise
            if self._promoting(change_set):
                self.released += members
            else:
                self.withheld += members
            return True
        if done:
            self.released += members
        return done

    def _leave(self, change_set: ChangeSet, members: list[Wish]) -> None:
        """Reject a set, or leave it undecided."""
        number = self._received(change_set)
        if members[0].mark[-1] in "02468":
            digest = reviewing.view(self.gateway, number, read_now=False).digest
            reviewing.reject(self.gateway, APPROVER, number, digest, "No.")
        self.withheld += members

    def _received(self, change_set: ChangeSet) -> int:
        with self.gateway.database.write() as conn:
            known = reviews.by_change_set(conn, change_set.id)
            if known is not None:
                return known.id
            made = receiving.receive(conn, self.gateway, change_set, ())
        assert made is not None
        return made

    def _promoted(self, change_set: ChangeSet) -> bool:
        number = self._received(change_set)
        view = reviewing.view(self.gateway, number, read_now=False)
        assert view.state is not State.REFUSED, view.obstacles
        if view.state is State.REVIEW:
            reviewing.approve(self.gateway, APPROVER, number, view.digest)
        if view.state in (State.REVIEW, State.APPROVED):
            reviewing.promote(self.gateway, APPROVER, number, view.digest)
        return True

    def _promoting(self, change_set: ChangeSet) -> bool:
        """Return whether a set got as far as being released after all."""
        with self.gateway.database.read() as conn:
            known = reviews.by_change_set(conn, change_set.id)
        return known is not None and known.state not in (
            State.REVIEW,
            State.APPROVED,
            State.REJECTED,
        )

    def _on_the_way(self) -> int:
        """Count the operations that are not done yet, and note how many are."""
        with self.gateway.database.read() as conn:
            counted = conn.execute(text(_TALLY)).all()
        states = {OpState(state): int(number) for state, number in counted}
        self._ended = sum(states.get(one, 0) for one in SETTLED)
        return sum(states.get(one, 0) for one in _UNDER_WAY)

    def _settled(self) -> bool:
        try:
            return self._on_the_way() == 0
        except SQLAlchemyError:
            return False
