"""A random walk through everything that people, agents, Jira and crashes can do.

Its promise: Jira changes only by approved requests, each as often as it was approved, and
by the site's own rules, which receipts name. See `tests.soak.walking` for how to take one.
"""

import contextlib
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
from sqlalchemy import text

from gateway.operations import background, intake, receiving, reviewing, undoing
from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.operations.waiting import stored_limits
from gateway.promotion.plan import KEEP, REJECT
from gateway.promotion.states import OpState
from gateway.promotion.steps import Step
from gateway.review.refusals import RefusedError, StaleError
from gateway.review.states import State
from gateway.store import audit, baselines, outbox
from gateway.upstream.errors import UpstreamError
from gateway.upstream.line import Trust
from sandbox.operations.intake import put_site
from tests.sandboxes import Inside, inside_sandbox
from tests.soak.clockwork import Clockwork
from tests.soak.counting import rows
from tests.soak.fuzz import Spoiling
from tests.soak.model import BrokenPromiseError, Model, shape_of
from tests.soak.wire import Shares, Wire
from tests.soak.wishes import Wishing
from tests.soak.within import Within
from tests.soak.world import (
    APPROVER,
    BOB,
    GATE,
    SITE_FILE,
    Place,
    Waits,
    basic_auth,
    careless,
    fill,
    gateway_at,
    metadata,
)

_ISSUES = 6
_URL = "http://upstream.test"
_CRASH_SHARE = 0.15
#: How long a step takes, and how long nothing happens while time passes.
_STEP_SECONDS = 0.5
_LONG_SECONDS = 40.0
#: What a wish writes is nowhere else.
_MARK = re.compile(r"m\d+x\d+")


class CrashedError(BaseException):
    """The gateway's process dies here."""


class NothingError(Exception):
    """There is nothing to do this with."""


_TROUBLE = (RefusedError, StaleError, UpstreamError, NothingError)


class Walk:
    """One stretch of a walk, in one world."""

    def __init__(self, seed: int, database_url: str, jira: Inside, clock: Clockwork) -> None:
        """Make the world of a seed; the Jira has to go by the same clock."""
        self.clock = clock
        self.draw = random.Random(seed)  # noqa: S311 - has to be repeatable
        self.model = Model()
        self.trace: list[str] = []
        self.counts: Counter[str] = Counter()
        self.jira = jira
        self.within = Within(jira.jira.app)
        self.bob = signed_in(self.within, BOB)
        self.gate = signed_in(self.within, GATE)
        self.wire = Wire(self.gate, self.model, self.draw, self._meddle, self._real)
        place = Place(database_url, _URL, Waits(quarantine=0, lease=30, timeout=5))
        self.spoiling = Spoiling(self.wire, self.draw, 0.0)
        http = httpx2.Client(transport=self.spoiling, auth=basic_auth(GATE), base_url=_URL)
        self.gateway: Gateway = gateway_at(place, http)
        self._go_by(clock)
        careless(self.gateway)
        issues = [self._make(f"issue {number}") for number in range(_ISSUES)]
        self.ids: list[str] = [one["id"] for one in issues]
        fill(self.gateway, issues)
        link_type = self.gate.get("/rest/api/3/issueLinkType").json()["issueLinkTypes"][0]["id"]
        self.wishing = Wishing(seed, issues, metadata(), link_type)
        self.sets = 0
        self.wire.shares = Shares()

    def run(self, steps: int) -> None:
        """Take so many steps, then come to rest and check everything."""
        acts = list(_ACTS)
        for _ in range(steps):
            act = self.draw.choices(acts, list(_ACTS.values()))[0]
            self._act(act)
        self.wire.shares, self.spoiling.share = None, 0.0
        self._rest()
        self._check()

    def close(self) -> None:
        """Close what was opened."""
        self.gateway.database.dispose()
        self.gateway.upstream.close()
        self.gateway.sandbox.close()
        self.within.close()

    def _go_by(self, clock: Clockwork) -> None:
        """Let the gateway know no other time than the walk's."""
        clock.rule(self.gateway.database)
        self.gateway.clock = clock.now
        self.gateway.upstream = replace(
            self.gateway.upstream,
            limits=stored_limits(self.gateway.database, self.gateway.site, clock.steady),
            trust=Trust(now=clock.steady),
            sleep=clock.go_on,
        )

    def _act(self, act: str) -> None:
        self.clock.go_on(_STEP_SECONDS)
        try:
            said: str = getattr(self, act.replace(" ", "_"))()
        except _TROUBLE as error:
            said = f"refused: {error}"
            self.counts[f"{act} refused"] += 1
        else:
            self.counts[act] += 1
        self.trace.append(f"{act}: {said}")

    # What agents and colleagues do --------------------------------------------------------

    def propose(self) -> str:
        """Let the agent hand in a set, made of what the gateway last read."""
        self.sets += 1
        self.wishing.issues = [self._known(one) for one in self.ids]
        # Every issue may be edited again: what stands in the way has to be seen.
        self.wishing.forget()
        try:
            wishes = [self.wishing.wish() for _ in range(self.draw.randint(1, 3))]
        except (TypeError, KeyError, AttributeError, IndexError) as error:
            # What was read is garbage, until it is read again: an agent can do nothing with it.
            raise NothingError from error
        task = f"walk {self.sets}"
        made = self.wishing.sealed(task, wishes)
        with self.gateway.database.write() as conn:
            number = receiving.receive(conn, self.gateway, made, ())
        return f"CS-{number} {[one.kind for one in wishes]}"

    def foreign_edit(self) -> str:
        """Let Bob edit something."""
        issue = str(self.draw.choice(self.ids))
        self._meddle(issue)
        return issue

    def refresh(self) -> str:
        """Let the gateway read some issues again."""
        some = self.draw.sample(self.ids, 2)
        return str(intake.refresh(self.gateway, some))

    def _meddle(self, issue: str) -> None:
        said = f"bob {self.draw.randrange(10**6)}"
        body: Any = {"fields": {"summary": said}}
        if self.draw.random() < 0.3:
            body = {"update": {"labels": [{"add": said.replace(" ", "-")}]}}
        self.bob.put(f"/rest/api/3/issue/{issue}", json=body)

    # What people decide -------------------------------------------------------------------

    def approve(self) -> str:
        """Approve a set as it is shown."""
        number, view = self._review(State.REVIEW)
        reviewing.approve(self.gateway, APPROVER, number, view.digest)
        return f"CS-{number}"

    def stale(self) -> str:
        """Approve or promote what was never shown; it has to be refused."""
        number, _ = self._review(State.REVIEW, State.APPROVED)
        if self.draw.random() < 0.5:
            reviewing.approve(self.gateway, APPROVER, number, "0" * 64)
        else:
            reviewing.promote(self.gateway, APPROVER, number, "0" * 64)
        raise BrokenPromiseError(f"CS-{number} was decided about by a digest that nobody saw")

    def decide(self) -> str:
        """Leave a change of a set out, or take it back in."""
        number, view = self._review(State.REVIEW)
        changes = [one.change.id for issue in view.issues for one in issue.changes]
        chosen, verdict = self.draw.choice(changes), self.draw.choice([KEEP, REJECT])
        reviewing.decide(self.gateway, APPROVER, number, chosen, verdict, "so", view.digest)
        return f"CS-{number} {chosen} {verdict}"

    def reject(self) -> str:
        """Reject a set, or send it back."""
        number, view = self._review(State.REVIEW)
        act = self.draw.choice([reviewing.reject, reviewing.send_back])
        act(self.gateway, APPROVER, number, view.digest, "no")
        return f"CS-{number}"

    def withdraw(self) -> str:
        """Take an approval back."""
        number, view = self._review(State.APPROVED)
        reviewing.withdraw_approval(self.gateway, APPROVER, number, view.digest)
        return f"CS-{number}"

    def look(self) -> str:
        """Look at what is approved; where Jira contradicts it, it is not to be had any more."""
        number, before = self._review(State.APPROVED)
        if reviewing.view(self.gateway, number).state is State.APPROVED:
            return f"CS-{number} stands"
        try:
            reviewing.promote(self.gateway, APPROVER, number, before.digest)
        except (RefusedError, StaleError):
            self.counts["lapse"] += 1
            return f"CS-{number} lapsed"
        raise BrokenPromiseError(f"CS-{number} was promoted by an approval that lapsed")

    def promote(self) -> str:
        """Release what is approved, or try again what did not go through."""
        number, view = self._review(State.APPROVED, State.PARTLY_PROMOTED, State.FAILED)
        planned = [one.planned for one in view.operations]
        reviewing.promote(self.gateway, APPROVER, number, view.digest)
        self.model.release(number, view.digest, planned)
        return f"CS-{number} {[one.kind.value for one in planned]}"

    def undo(self) -> str:
        """Ask for something promoted to be put back."""
        number, _ = self._review(State.PROMOTED, State.PARTLY_PROMOTED)
        made = undoing.propose(self.gateway, APPROVER, number)
        return f"CS-{made.review_id} undoes CS-{number}"

    # What the gateway does ----------------------------------------------------------------

    def work(self) -> str:
        """Let a promoter take an operation; it may die on the way."""
        doomed = self.draw.choice(list(Step)) if self.draw.random() < _CRASH_SHARE else None

        def die(step: Step) -> None:
            if step is doomed:
                raise CrashedError

        try:
            found = Promoter(self.gateway, "walker", die).run_once()
        except CrashedError:
            self.counts["crash"] += 1
            self._pass_time()
            return f"died at {doomed}"
        return "one" if found else "nothing to do"

    def wait(self) -> str:
        """Let time pass, and a paused site go on."""
        self._pass_time()
        background.resume(self.gateway)
        return ""

    def _pass_time(self) -> None:
        """Let leases, quarantines and waits run out by the database's own clock."""
        with self.gateway.database.write() as conn:
            conn.execute(text("UPDATE operation SET lease_until = 1 WHERE lease_until > 0"))
            conn.execute(text("UPDATE operation SET not_before = 0"))
            conn.execute(text('DELETE FROM "wait"'))
        self.clock.go_on(_LONG_SECONDS)

    # The end ------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Let everything that was released come to its end."""
        quiet = 0
        for _ in range(5_000):
            self._pass_time()
            background.resume(self.gateway)
            quiet = 0 if Promoter(self.gateway, "last").run_once() else quiet + 1
            if quiet > 2 and not self._open():
                return
        raise BrokenPromiseError(f"missing: never settled: {self._open()}")

    def _open(self) -> list[str]:
        query = "SELECT state FROM operation WHERE state IN ('ready', 'inflight', 'unknown')"
        with self.gateway.database.read() as conn:
            return [str(one) for one in conn.execute(text(query)).scalars()]

    def _check(self) -> None:
        """Hold the receipts against what Jira did, and the audit against itself."""
        answered: Counter[str] = Counter()
        claimed: Counter[str] = Counter()
        seen: set[int] = set()
        for row in (one for every in rows(self.gateway).values() for one in every):
            if row.id in seen:
                continue
            seen.add(row.id)
            shown = shape_of(row.planned.request)
            receipt = row.receipt
            told = row.state in (OpState.APPLIED, OpState.NEEDS_HUMAN)
            claimed[shown] += told
            wrote = receipt is not None and receipt.known_by == "answer"
            answered[shown] += row.state is OpState.APPLIED and wrote
            marked = _MARK.search(shown) is not None
            done = self.model.done[shown] or (not wrote and self.model.was_there(shown))
            if row.state is OpState.APPLIED and marked and not done:
                raise BrokenPromiseError(f"a false receipt: {shown} {receipt}")
            silent = receipt is None or not receipt.overwrote
            if row.state is OpState.APPLIED and shown in self.model.overwrote and silent:
                raise BrokenPromiseError(f"unflagged overwrite: {shown}")
        for shown in {*answered, *claimed, *self.model.done}:
            done = self.model.done[shown]
            if not answered[shown] <= done <= claimed[shown]:
                raise BrokenPromiseError(
                    f"missing: done {done}, receipts by answer {answered[shown]}, "
                    f"receipts or questions {claimed[shown]}: {shown}"
                )
        with self.gateway.database.read() as conn:
            broken = audit.verify(conn)
        if broken is not None:
            raise BrokenPromiseError(f"audit: {broken}")

    # Ways to look -------------------------------------------------------------------------

    def _review(self, *states: State) -> tuple[int, Any]:
        """Return a review in one of these states, as shown; refuses when there is none."""
        with self.gateway.database.read() as conn:
            asked = text("SELECT id, state FROM review ORDER BY id DESC")
            found = [row.id for row in conn.execute(asked) if row.state in states]
        if not found:
            raise NothingError
        number = self.draw.choice(found)
        return number, reviewing.view(self.gateway, number, read_now=False)

    def _known(self, issue_id: str) -> Any:
        """Return an issue as the gateway last read it."""
        with self.gateway.database.read() as conn:
            known = baselines.latest(conn, self.gateway.site, issue_id)
        if known is None:
            raise NothingError
        named = {"id": known.issue_id, "key": known.key}
        return {**known.doc, **named, "revision": known.revision}

    def _real(self) -> dict[str, str]:
        with self.gateway.database.read() as conn:
            return outbox.resolved(conn, self.gateway.site)

    def _make(self, summary: str) -> Any:
        fields: Any = {"project": {"key": "AIR"}, "issuetype": {"name": "Task"}}
        fields |= {"summary": summary, "labels": ["old"], "assignee": {"accountId": "acc-ann"}}
        made = self.bob.post("/rest/api/3/issue", json={"fields": fields}).json()
        query = {"fields": "*all", "expand": "changelog"}
        return self.bob.get(f"/rest/api/3/issue/{made['id']}", params=query).json()


#: What may happen next, each a method of the walk, and how often.
_ACTS = {
    "propose": 10,
    "foreign edit": 5,
    "refresh": 6,
    "approve": 12,
    "stale": 1,
    "decide": 3,
    "reject": 2,
    "withdraw": 1,
    "look": 6,
    "promote": 12,
    "undo": 4,
    "work": 36,
    "wait": 8,
}


def signed_in(within: Within, person: str) -> httpx2.Client:
    """Return a client of the Jira in this process that signs in as somebody."""
    return httpx2.Client(transport=within, auth=basic_auth(person), base_url=_URL)


@contextlib.contextmanager
def fresh_jira(clock: Clockwork) -> Iterator[Inside]:
    """Run a Jira in this process, its issues in memory."""
    with inside_sandbox(_URL, tomllib.loads(SITE_FILE), clock.now) as inside:
        baseline = metadata()
        put_site(inside.sandbox, baseline)
        yield inside
