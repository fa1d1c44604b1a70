"""An agent's task at the REST door: stage, hand in, approve, promote, compare upstream."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

import httpx2

from gateway.operations import intake, reviewing
from gateway.promotion.plan import REJECT
from gateway.review.states import State
from gateway.review.values import ReviewView
from sandbox.contract.shapes import ChangeKind
from tests.house import House, as_json
from tests.journeys.agents import Agent, work

MINA = "mina"
#: Fields that Jira changes by itself whenever an issue changes.
CLOCKS = frozenset({"updated", "statuscategorychangedate", "lastViewed"})


@dataclass(frozen=True, slots=True)
class Task:
    """One agent at work on one task."""

    built: House
    name: str
    token: str
    http: httpx2.Client
    api: str = "/rest/api/3"

    def read(self, path: str) -> Any:
        """Read something of the shadow."""
        return self._answer(self.http.get(f"{self.api}/{path}"))

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Write to the shadow; the path is relative to the REST root, or begins with ``/``."""
        target = path if path.startswith("/") else f"{self.api}/{path}"
        return self._answer(self.http.request(method, target, json=body))

    def use(self, job: Callable[[Agent], Awaitable[Any]]) -> Any:
        """Let the same agent work at the MCP door, on the same task."""
        return work(self.built.shadow.url, self.token, job, task=self.name)

    def submit(self) -> int:
        """Hand in what is staged; returns the number of the review."""
        self.use(lambda agent: agent.must("submitForReview", reason="asked for", title=self.name))
        [review] = self.built.fetch()
        return review

    def promote(self) -> ReviewView:
        """Hand in, approve and promote; everything must go through."""
        return self.carry(self.submit())

    def carry(self, review: int, without: Collection[ChangeKind] = ()) -> ReviewView:
        """Approve and promote a set, leaving changes of some kinds out."""
        shown = reviewing.view(self.built.gateway, review)
        for change in (one.change for issue in shown.issues for one in issue.changes):
            if change.kind in without:
                digest = reviewing.view(self.built.gateway, review).digest
                reviewing.decide(
                    self.built.gateway, MINA, review, change.id, REJECT, "not this", digest
                )
        view = approve_and_promote(self.built, review)
        told = [(one.state, one.trouble, one.planned.request) for one in view.operations]
        assert view.state is State.PROMOTED, told
        return view

    @staticmethod
    def _answer(answer: httpx2.Response) -> Any:
        assert answer.is_success, f"{answer.request.url} {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


def start(built: House, name: str, person: str = "", **scope: Any) -> Task:
    """Register an agent and open a task for it."""
    if not person:
        assert built.world is not None
        person = built.world.cast.person.account_id
    token = built.token(f"agent-{name}", person, **{"mine_only": False, **scope})
    api = f"/rest/api/{built.gateway.identity.dialect.value}"
    return Task(built, name, token, built.agent(token, name), api)


def approve_and_promote(built: House, review: int) -> ReviewView:
    """Approve what is shown, promote it, and return how it ended."""
    view = reviewing.view(built.gateway, review)
    assert not view.obstacles, view.obstacles
    reviewing.approve(built.gateway, MINA, review, view.digest)
    reviewing.promote(built.gateway, MINA, review, view.digest)
    built.promote_all()
    return reviewing.view(built.gateway, review, read_now=False)


def fresh(built: House, project: str = "WEB", **fields: Any) -> str:
    """Have a colleague make an issue in Jira that no other journey uses, and take it in."""
    given = {"project": {"key": project}, "issuetype": {"name": "Task"}, "summary": "새 일"}
    made = upstream(built, "POST", "issue", {"fields": {**given, **fields}})
    intake.refresh(built.gateway, [made["id"]])
    return str(made["key"])


def retake(built: House, key: str) -> None:
    """Take one issue in again, as after a colleague's edit."""
    intake.refresh(built.gateway, [upstream(built, "GET", f"issue/{key}")["id"]])


def upstream(built: House, method: str, path: str, body: Any = None) -> Any:
    """Do something in Jira as a colleague would; the path is relative to the REST root."""
    api = f"/rest/api/{built.gateway.identity.dialect.value}"
    target = path if path.startswith("/") else f"{api}/{path}"
    with built.jira() as http:
        answer = http.request(method, target, json=body).raise_for_status()
        return answer.json() if answer.content else None


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[str]]:
    """Return which fields of which issues differ; new issues as ``{"+"}``, lost as ``{"-"}``."""
    found: dict[str, set[str]] = {key: {"-"} for key in before if key not in after}
    for key, issue in after.items():
        if key not in before:
            found[key] = {"+"}
            continue
        old, new = before[key]["fields"], issue["fields"]
        names = {name for name in {*old, *new} if as_json(old.get(name)) != as_json(new.get(name))}
        if names - CLOCKS:
            found[key] = names - CLOCKS
    return found


def paragraph(text: str) -> dict[str, Any]:
    """Return an ADF document of one paragraph."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]
    return {"type": "doc", "version": 1, "content": content}
