"""What the soak's agent wants: every wish can be told from all others by its mark."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.contract.shapes import Change, ChangeKind, ChangeSet, JsonObject, SiteBaseline
from tests.gateway.promotion.world import change, change_set, text
from tests.soak.world import ROBOT

STARTED = "2026-11-20T09:30:00.000+0000"
_FIRST_TEMPORARY = 9_000_000_000
#: Kinds of wishes, and how often each is wished for.
WEIGHTS = {
    "summary": 5,
    "description": 3,
    "labels": 4,
    "transition": 4,
    "comment": 6,
    "worklog": 3,
    "create": 5,
    "link": 2,
    "remote_link": 2,
    "watcher": 1,
}
#: Only one of these per issue: a second would find the value that the first wrote.
_ONCE = frozenset({"summary", "description", "transition", "watcher"})
#: Every so many label edits set off the automation of the site.
_HOT = 4
_LARGEST_SET = 9


@dataclass(frozen=True, slots=True)
class Wish:
    """One effect that is wanted once."""

    kind: str
    mark: str
    change: Change
    #: The other end of a link.
    other: str = ""


@dataclass(slots=True)
class Wishing:
    """Wishes for the issues of a site, drawn from a seed."""

    seed: int
    issues: Sequence[Any]
    site: SiteBaseline
    link_type: str
    count: int = 0
    draw: random.Random = field(init=False)
    _used: set[tuple[str, str]] = field(default_factory=set)
    #: Issues whose labels the set that is being made edits: a second edit would replace the
    #: first, as a person's second thought does.
    _labelled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to draw."""
        self.draw = random.Random(self.seed)  # noqa: S311 - has to be repeatable

    def sets(self, wishes: int) -> Iterator[tuple[ChangeSet, list[Wish]]]:
        """Yield sealed sets until there are so many wishes in all."""
        number = 0
        while self.count < wishes:
            number += 1
            self._labelled.clear()
            size = min(self.draw.randint(1, _LARGEST_SET), wishes - self.count)
            members = [self.wish() for _ in range(size)]
            task = f"seed {self.seed} task {number}"
            yield self.sealed(task, members), members

    def forget(self) -> None:
        """Allow each wish that an issue can have only once to be had again."""
        self._used.clear()
        self._labelled.clear()

    @staticmethod
    def sealed(task: str, members: Sequence[Wish]) -> ChangeSet:
        """Return a set of these wishes, of a workspace of its own."""
        return change_set(*(one.change for one in members), task=task, title=task)

    def wish(self) -> Wish:
        """Return one more wish."""
        self.count += 1
        mark = f"m{self.seed}x{self.count:06d}"
        kind = self.draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        issue = self.draw.choice(self.issues)
        if kind in _ONCE:
            if (kind, issue["id"]) in self._used:
                kind = "comment"
            self._used.add((kind, issue["id"]))
        if kind == "labels":
            kind = "comment" if issue["id"] in self._labelled else kind
            self._labelled.add(issue["id"])
        return self._made(kind, mark, issue)

    def _made(self, kind: str, mark: str, issue: Any) -> Wish:
        here = {"id": f"c-{mark}", "issue_id": issue["id"], "issue_key": issue["key"]}
        here["base_revision"] = issue.get("revision", 1)
        if kind == "create":
            number = _FIRST_TEMPORARY + self.seed * 1_000_000 + self.count
            here |= {"issue_id": str(number), "issue_key": f"AIR-{number}", "base_revision": 0}
            named = ("project", "issuetype")
            fields = {name: issue["fields"][name] for name in named} | {"summary": mark}
            return Wish(kind, mark, change(ChangeKind.CREATE, {"fields": fields}, **here))
        if kind == "link":
            return self._link(mark, issue, here)
        after, chosen, name = self._after(kind, mark, issue)
        return Wish(kind, mark, change(chosen, after, field=name, **here))

    def _link(self, mark: str, issue: Any, here: JsonObject) -> Wish:
        others = [
            one
            for one in self.issues
            if one["id"] != issue["id"] and ("link", _pair(one, issue)) not in self._used
        ]
        if not others:
            return self._made("comment", mark, issue)
        other = self.draw.choice(others)
        self._used.add(("link", _pair(other, issue)))
        ends: Any = {
            "inwardIssue": {name: issue[name] for name in ("id", "key")},
            "outwardIssue": {name: other[name] for name in ("id", "key")},
        }
        after = {"type": {"id": self.link_type}, **ends}
        return Wish("link", mark, change(ChangeKind.LINK, after, **here), other["id"])

    def _after(self, kind: str, mark: str, issue: Any) -> tuple[Any, ChangeKind, str | None]:
        if kind == "comment":
            return {"id": "9", "body": text(mark)}, ChangeKind.COMMENT, None
        if kind == "worklog":
            spent = {"id": "9", "timeSpentSeconds": 900, "started": STARTED, "comment": text(mark)}
            return spent, ChangeKind.WORKLOG, None
        if kind == "remote_link":
            url = f"https://example.com/{mark}"
            return {"object": {"url": url, "title": mark}}, ChangeKind.REMOTE_LINK, None
        if kind == "watcher":
            return {"add": {"accountId": ROBOT}}, ChangeKind.WATCHER, None
        if kind == "transition":
            return self._moved(issue), ChangeKind.TRANSITION, None
        return self._value(kind, mark, issue), ChangeKind.EDIT, kind

    def _value(self, kind: str, mark: str, issue: Any) -> Any:
        if kind == "labels":
            hot = ["hot"] if self.count % _HOT == 0 else []
            return [*issue["fields"]["labels"], mark, *hot]
        return text(mark) if kind == "description" else mark

    def _moved(self, issue: Any) -> JsonObject:
        fields = issue["fields"]
        place = (fields["project"]["id"], fields["issuetype"]["id"], fields["status"]["id"])
        offered = self.site.transitions
        here: list[Any] = [
            one.transition
            for one in offered
            if (one.project_id, one.type_id, one.status_id) == place
            and one.transition["to"]["id"] != fields["status"]["id"]  # type: ignore[index,call-overload]  # Jira's shape
        ]
        taken = self.draw.choice(here)
        status = {name: taken["to"][name] for name in ("id", "name")}
        return {"status": status, "transition": {"id": taken["id"]}}


def _pair(one: Any, other: Any) -> str:
    return "-".join(sorted((one["id"], other["id"])))
