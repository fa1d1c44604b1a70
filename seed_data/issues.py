"""The demo's issues, as raw Jira Cloud JSON: epics, stories, bugs, tasks, sub-tasks."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from seed_data import documents as adf
from seed_data import metadata as meta
from seed_data import words
from seed_data.people import SITE, Person

#: The site's time zone; Jira writes times in it.
SEOUL = timezone(timedelta(hours=9))

_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


@dataclass(slots=True)
class Backlog:
    """What is known while the issues of one project are made."""

    project: str
    people: list[Person]
    rng: random.Random
    #: The newest moment in the demo.
    now: datetime
    made: list[dict[str, Any]] = field(default_factory=list)

    @property
    def korean(self) -> bool:
        """Return whether this project writes Korean."""
        return self.project == "PAY"

    @property
    def team(self) -> list[Person]:
        """Return the people of this project."""
        return [one for one in self.people if one.team == self.project]


def jira_time(moment: datetime) -> str:
    """Return a time as Jira writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0900"


def make_backlog(
    project: str, people: list[Person], rng: random.Random, now: datetime, size: int
) -> list[dict[str, Any]]:
    """Return a project's issues in the order of their keys; epics come first."""
    backlog = Backlog(project, people, rng, now)
    epics = words.EPICS_KO if backlog.korean else words.EPICS_EN
    for title in epics:
        _add(backlog, title, "Epic", parent=None)
    while len(backlog.made) < size:
        _add_one(backlog)
    return backlog.made


def _add_one(backlog: Backlog) -> None:
    rng = backlog.rng
    topic = rng.choice(words.PAY_TOPICS if backlog.korean else words.WEB_TOPICS)
    kind = rng.choices(["Bug", "Story", "Task", "Sub-task"], [40, 30, 20, 10])[0]
    if kind == "Sub-task":
        parents = [one for one in backlog.made if _type(one) in ("Story", "Task")]
        if parents:
            _add(backlog, _title(backlog, topic, kind), kind, rng.choice(parents), topic)
        return
    epic = rng.choice([*backlog.made[:3], None])
    _add(backlog, _title(backlog, topic, kind), kind, epic, topic)


def _title(backlog: Backlog, topic: words.Topic, kind: str) -> str:
    rng = backlog.rng
    if kind in ("Story", "Task", "Sub-task"):
        return rng.choice(topic.wishes)
    symptom = rng.choice(topic.symptoms)
    if backlog.korean:
        return f"{topic.subject}: {symptom}"
    return f"{topic.subject.capitalize()} {symptom} ({rng.choice(words.BROWSERS)})"


def _type(issue: dict[str, Any]) -> str:
    return str(issue["fields"]["issuetype"]["name"])


def _add(
    backlog: Backlog,
    title: str,
    kind: str,
    parent: dict[str, Any] | None,
    topic: words.Topic | None = None,
) -> None:
    number = len(backlog.made) + 1
    key = f"{backlog.project}-{number}"
    issue_id = str((20000 if backlog.project == "WEB" else 30000) + number)
    rng = backlog.rng
    created = backlog.now - timedelta(days=rng.randint(20, 200), minutes=rng.randint(0, 1400))
    updated = created + (backlog.now - created) * rng.random()
    fields = _fields(backlog, title, kind, topic, created, updated)
    if parent is not None:
        fields["parent"] = _parent_ref(parent)
        if kind == "Sub-task":
            parent["fields"]["subtasks"].append(_short_ref(issue_id, key, fields))
    backlog.made.append(
        {
            "expand": _EXPAND,
            "id": issue_id,
            "self": f"{SITE}/rest/api/3/issue/{issue_id}",
            "key": key,
            "fields": fields,
        }
    )


def _fields(
    backlog: Backlog,
    title: str,
    kind: str,
    topic: words.Topic | None,
    created: datetime,
    updated: datetime,
) -> dict[str, Any]:
    rng, project = backlog.rng, backlog.project
    step = rng.choices([0, 1, 2, 3], [40, 20, 10, 30])[0]
    assignee = rng.choice([*backlog.team, None]) if step == 0 else rng.choice(backlog.team)
    reporter = rng.choice(backlog.people)
    labels = words.LABELS_KO if backlog.korean else words.LABELS_EN
    versions = meta.VERSIONS[project]
    done = step == 3
    return {
        "summary": title,
        "description": describe(backlog, kind, topic),
        "environment": None,
        "issuetype": meta.issue_type(kind),
        "project": meta.project_ref(project),
        "status": meta.status(meta.STATUS_IDS[project][step]),
        "statuscategorychangedate": jira_time(updated),
        "priority": meta.priority(rng.choices(_PRIORITIES, [5, 20, 50, 20, 5])[0]),
        "assignee": assignee.cloud() if assignee else None,
        "reporter": reporter.cloud(),
        "creator": reporter.cloud(),
        "labels": sorted(rng.sample(labels, rng.randint(0, 2))),
        "components": [meta.component(project, topic.component)] if topic else [],
        "fixVersions": [meta.version(project, rng.choice(versions))] if rng.random() < 0.5 else [],
        "versions": [],
        "duedate": _due(backlog) if rng.random() < 0.3 else None,
        "resolution": meta.resolution() if done else None,
        "resolutiondate": jira_time(updated) if done else None,
        "created": jira_time(created),
        "updated": jira_time(updated),
        "issuelinks": [],
        "subtasks": [],
        "attachment": [],
        "comment": _comments(backlog, created, updated),
        "worklog": {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
        "watches": {"watchCount": 0, "isWatching": False},
        "votes": {"votes": 0, "hasVoted": False},
        meta.STORY_POINTS: rng.choice([1.0, 2.0, 3.0, 5.0, 8.0]) if kind == "Story" else None,
        meta.START_DATE: None,
        meta.RELEASE_NOTE: None,
        meta.SPRINT: _sprint(backlog, kind, step),
        meta.RANK: f"0|i{len(backlog.made):05d}:",
    }


_PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")


def _due(backlog: Backlog) -> str:
    return (backlog.now + timedelta(days=backlog.rng.randint(-10, 40))).date().isoformat()


def _sprint(backlog: Backlog, kind: str, step: int) -> list[dict[str, Any]] | None:
    if kind in ("Epic", "Sub-task") or (step == 0 and backlog.rng.random() < 0.6):
        return None
    state, number = meta.SPRINT_STATES[1 if step == 3 else 2]
    return [meta.sprint(number, backlog.project, state)]


def _comments(backlog: Backlog, created: datetime, updated: datetime) -> dict[str, Any]:
    rng = backlog.rng
    texts = words.COMMENTS_KO if backlog.korean else words.COMMENTS_EN
    chosen = rng.sample(texts, rng.choice([0, 0, 1, 1, 2, 3]))
    comments = []
    for number, one in enumerate(chosen):
        author = rng.choice(backlog.team).cloud()
        when = jira_time(created + (updated - created) * ((number + 1) / (len(chosen) + 1)))
        comment_id = f"{40000 + (0 if backlog.project == 'WEB' else 5000) + rng.getrandbits(40)}"
        comments.append(
            {
                "self": f"{SITE}/rest/api/3/issue/comment/{comment_id}",
                "id": comment_id,
                "author": author,
                "body": adf.doc(adf.paragraph(one)),
                "updateAuthor": author,
                "created": when,
                "updated": when,
                "jsdPublic": True,
            }
        )
    total = len(comments)
    return {"comments": comments, "maxResults": total, "total": total, "startAt": 0}


def describe(backlog: Backlog, kind: str, topic: words.Topic | None) -> dict[str, Any] | None:
    """Return a description with the parts that are easily lost: mention, panel, table, code."""
    rng, ko = backlog.rng, backlog.korean
    if topic is None or rng.random() < 0.1:
        return None
    colleague = rng.choice(backlog.team)
    first = adf.paragraph(
        f"{topic.subject} 관련 문의가 이번 주에 늘었습니다. 담당: "
        if ko
        else f"We get more reports about {topic.subject} this week. Ask ",
        adf.mention(colleague.account_id, colleague.name),
        "." if ko else " for the recordings.",
    )
    if kind != "Bug":
        wanted = ["화면 흐름 확인", "문구 확정", "측정 항목 추가"] if ko else [
            "Sketch the flow", "Agree on the words", "Measure before and after"
        ]  # fmt: skip
        return adf.doc(first, adf.heading("할 일" if ko else "What it takes"), adf.bullets(wanted))
    how = ["상품을 담는다", "결제를 누른다", "뒤로 갔다가 다시 온다"] if ko else [
        "Put anything into the basket", "Open the page", "Go back and forward once"
    ]  # fmt: skip
    head = ("환경", "결과") if ko else ("Browser", "Result")
    rows = [
        (rng.choice(words.BROWSERS), "실패" if ko else "FAIL"),
        ("Chrome 140", "정상" if ko else "OK"),
    ]
    return adf.doc(
        first,
        adf.panel("warning", "우회: 새로 고침." if ko else "Workaround: reload the page."),
        adf.heading("재현 순서" if ko else "Steps"),
        adf.steps(how),
        adf.table(head, rows),
        adf.code(rng.choice(words.CODE)),
    )


def _parent_ref(parent: dict[str, Any]) -> dict[str, Any]:
    return _short_ref(parent["id"], parent["key"], parent["fields"])


def _short_ref(issue_id: str, key: str, fields: dict[str, Any]) -> dict[str, Any]:
    names = ("summary", "status", "priority", "issuetype")
    return {
        "id": issue_id,
        "key": key,
        "self": f"{SITE}/rest/api/3/issue/{issue_id}",
        "fields": {name: fields[name] for name in names},
    }
