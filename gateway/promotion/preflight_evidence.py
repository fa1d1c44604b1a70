"""What a dry run asks Jira about an operation, and what Jira said. Pure values.

A question that Jira did not answer is missing among the answers; the checks then say
that nobody could tell.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from gateway.promotion.drift import Now
from gateway.promotion.fields import Fields, part
from gateway.promotion.references import is_temporary_id
from gateway.promotion.service import INTERNAL
from gateway.promotion.values import RIDER, PlannedOperation
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Kinds for which more than the issue itself is read.
_MORE = frozenset({ChangeKind.COMMENT_EDIT, ChangeKind.WATCHER, ChangeKind.REMOTE_LINK})


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask Jira: what of, and about which id (or ids)."""

    about: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a dry run judges by."""

    #: Display name of the account that would write.
    author: str
    fields: Fields
    answers: Mapping[Question, object] = field(default_factory=dict)
    #: Why a question has no answer, as sentences, where Jira could not be reached at all.
    troubles: Mapping[Question, str] = field(default_factory=dict)
    #: All requests of the set.
    plan: tuple[PlannedOperation, ...] = ()

    def json(self, question: Question) -> JsonObject | None:
        """Return an answer that is an object; None when there is none."""
        found = self.answers.get(question)
        return found if isinstance(found, dict) else None

    def listed(self, question: Question) -> list[JsonObject] | None:
        """Return an answer that is a list; None when there is none."""
        found = self.answers.get(question)
        return found if isinstance(found, list) else None

    def set_before(self, planned: PlannedOperation) -> dict[str, JsonValue]:
        """Return what earlier requests of the set put into fields of the same issue."""
        return {
            name: value
            for one in self.plan
            if one.issue_id == planned.issue_id and one.position < planned.position
            if one.kind is ChangeKind.EDIT
            for name, value in one.values.items()
        }

    def now(self, planned: PlannedOperation) -> Now | None:
        """Return the operation's issue as it is; None when it could not be read."""
        found = self.answers.get(now_question(planned))
        return found if isinstance(found, Now) else None


FIELDS = Question("fields")
LINK_TYPES = Question("link_types")
ATTACHING = Question("attaching")


def now_question(planned: PlannedOperation) -> Question:
    """Return what asks for an operation's issue as it is now."""
    more = (str(planned.kind),) if planned.kind in _MORE else ()
    return Question("now", (planned.issue_id, *more))


def place_question(planned: PlannedOperation) -> Question:
    """Return what asks for the account's permissions where an operation writes."""
    if planned.kind is ChangeKind.CREATE or is_temporary_id(planned.issue_id):
        return Question("allowed", ("projectKey", planned.project_key))
    return Question("allowed", ("issueId", planned.issue_id))


def create_question(planned: PlannedOperation) -> Question:
    """Return what asks for the create screen of a new issue."""
    project = part(planned.wants, "project", "id") or part(planned.wants, "project", "key")
    kind = part(planned.wants, "issuetype", "id") or part(planned.wants, "issuetype", "name")
    return Question("create", (str(project or ""), str(kind or "")))


def edit_question(planned: PlannedOperation) -> Question:
    """Return what asks for an issue's edit screen."""
    return Question("edit", (planned.issue_id,))


def agent_question(planned: PlannedOperation) -> Question | None:
    """Return what asks whether the account can say something internally; None if it need not."""
    if INTERNAL not in planned.wants:
        return None
    return Question("agent", place_question(planned).ids)


def transitions_question(planned: PlannedOperation) -> Question:
    """Return what asks for the transitions that Jira offers an issue."""
    return Question("transitions", (planned.issue_id,))


def user_question(user: JsonValue) -> Question | None:
    """Return what asks whether an account exists; None for what names no account."""
    for name in ("accountId", "name", "key"):
        found = part(user, name)
        if isinstance(found, str) and found:
            return Question("user", (name, found))
    return None


def sprint_question(planned: PlannedOperation) -> Question | None:
    """Return what asks for the sprint that issues are put into; None for the backlog."""
    wanted = planned.wants.get("sprint") if planned.kind is ChangeKind.SPRINT else None
    return None if wanted is None else Question("sprint", (str(wanted),))


def questions(planned: PlannedOperation, fields: Fields) -> Iterator[Question]:
    """Yield everything to ask about one operation."""
    yield place_question(planned)
    yield from (question for _, question in named_users(planned, fields))
    if written(planned):
        yield FIELDS
    if planned.kind is ChangeKind.ATTACHMENT:
        yield ATTACHING
    agent = agent_question(planned)
    if agent is not None:
        yield agent
    if planned.kind is ChangeKind.CREATE:
        yield create_question(planned)
    if planned.kind is ChangeKind.CREATE or is_temporary_id(planned.issue_id):
        return
    yield now_question(planned)
    if planned.kind is ChangeKind.EDIT:
        yield edit_question(planned)
    if planned.kind is ChangeKind.TRANSITION:
        yield transitions_question(planned)
    if planned.kind is ChangeKind.LINK:
        yield LINK_TYPES
        yield from (Question("now", (one,)) for one in other_ends(planned))
    sprint = sprint_question(planned)
    if sprint is not None:
        yield sprint


def written(planned: PlannedOperation) -> dict[str, tuple[JsonValue, ...]]:
    """Return field id to the values that a request sets, adds or takes out there."""
    body = planned.request.body
    fields, update = part(body, "fields"), part(body, "update")
    found: dict[str, tuple[JsonValue, ...]] = {}
    for name, value in (fields if isinstance(fields, dict) else {}).items():
        found[name] = tuple(value) if isinstance(value, list) else (value,)
    for name, verbs in (update if isinstance(update, dict) else {}).items():
        every = verbs if isinstance(verbs, list) else []
        # What is taken out need not be on offer any more.
        found[name] = tuple(
            value
            for verb in every
            if isinstance(verb, dict)
            for which, value in verb.items()
            if which != "remove"
        )
    if planned.said is not None:
        found.pop(RIDER, None)
    return found


def named_users(planned: PlannedOperation, fields: Fields) -> Iterator[tuple[str, Question]]:
    """Yield the accounts that a request names, each with the field it is named in."""
    if planned.kind is ChangeKind.WATCHER:
        added = planned.wants.get("add")
        question = user_question(added) if added is not None else None
        if question is not None:
            yield "watches", question
        return
    for name, values in written(planned).items():
        schema = fields.schema(name)
        if "user" not in (schema.get("type"), schema.get("items")):
            continue
        for question in map(user_question, values):
            if question is not None:
                yield name, question


def other_ends(planned: PlannedOperation) -> Iterable[str]:
    """Return the ids of the other issues that a link names and that exist already."""
    ends = {str(part(planned.wants, name, "id") or "") for name in ("inwardIssue", "outwardIssue")}
    return sorted(one for one in ends - {"", planned.issue_id} if not is_temporary_id(one))
