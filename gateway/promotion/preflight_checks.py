"""The checks of a dry run: one operation and what Jira said, to remarks. Pure."""

from collections.abc import Callable, Iterator, Mapping

from pydantic import JsonValue

from gateway.promotion.deleting import going_before
from gateway.promotion.drift import Now, compare
from gateway.promotion.fields import fields_of, listed, part
from gateway.promotion.permissions import FIELD_NEEDS, needs_of_kind
from gateway.promotion.preflight import Remark, blocked, ok, warning
from gateway.promotion.preflight_evidence import (
    ATTACHING,
    FIELDS,
    LINK_TYPES,
    Evidence,
    Question,
    agent_question,
    create_question,
    edit_question,
    named_users,
    other_ends,
    place_question,
    sprint_question,
    transitions_question,
    written,
)
from gateway.promotion.references import is_temporary_id
from gateway.promotion.screens import COMMENT, as_screen, lacks, takes
from gateway.promotion.service import AGENT
from gateway.promotion.values import PlannedOperation
from sandbox.contract.compare import equal
from sandbox.contract.shapes import ChangeKind, JsonObject

#: Fields that a create screen calls required, and that Jira fills in by itself.
_FILLED_IN = frozenset({"project", "issuetype", "reporter"})
#: What tells one allowed value from another.
_IDENTITY = ("id", "key", "value", "name", "accountId")
_ASK = "Ask a Jira administrator for it, or leave the change out."
_LOOK = "Look at it in Jira before you promote."


def remarks(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    """Yield what a dry run finds about one operation."""
    yield from _permissions(planned, evidence)
    yield from _internal(planned, evidence)
    yield from _fields_exist(planned, evidence)
    yield from _users(planned, evidence)
    if planned.kind is ChangeKind.ATTACHMENT:
        yield from _attachment(planned, evidence)
    if planned.kind is ChangeKind.CREATE:
        yield from _create(planned, evidence)
    elif is_temporary_id(planned.issue_id):
        yield ok("later", "The rest can be checked when the new issue exists.")
    else:
        yield from _on_issue(planned, evidence)


def _on_issue(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    now = evidence.now(planned)
    if now is None:
        yield blocked(
            "unread",
            f"{planned.issue_key} could not be read in Jira just now, so nothing can be checked.",
            "Try again; if it stays so, run 'airlock doctor --jira'.",
        )
        return
    drift = compare(planned, now, evidence.fields, going_before(planned, evidence.plan))
    if drift.lost:
        yield blocked("lost", drift.lost)
        return
    if drift.conflicts and not follows(planned):
        names = ", ".join(evidence.fields.name(name) for name in drift.conflicts)
        yield blocked("drift", f"Somebody changed it in Jira since: {names}.")
    elif drift.already_there:
        yield ok("there", "Jira has it already; nothing would be written.")
        return
    check = _BY_KIND.get(planned.kind)
    if check is not None:
        yield from check(planned, now, evidence)


def follows(planned: PlannedOperation) -> bool:
    """Return whether an earlier request of the set changes what this one starts from."""
    return planned.kind is ChangeKind.TRANSITION and bool(planned.depends_on)


def _permissions(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    needs = [*needs_of_kind(planned.kind, planned.wants)]
    needs += [] if planned.said is None else needs_of_kind(ChangeKind.COMMENT, planned.said)
    needs += [(FIELD_NEEDS[name],) for name in written(planned) if name in FIELD_NEEDS]
    given = part(evidence.json(place_question(planned)), "permissions")
    known = given if isinstance(given, dict) else {}
    who, where = evidence.author or "The account", _place(planned)
    for group in needs:
        told = [part(known.get(name), "havePermission") for name in group]
        if True in told:
            continue
        if None in told:
            yield warning(
                "permission_unknown",
                f"Jira did not tell whether {who} may do this in {where} ({group[0]}).",
                "If it may not, Jira will refuse the request and change nothing.",
            )
        else:
            yield blocked("permission", f"{who} may not do this in {where} ({group[0]}).", _ASK)


def _internal(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    question = agent_question(planned)
    if question is None:
        return
    told = part(evidence.json(question), "permissions", AGENT, "havePermission")
    if told is False:
        yield blocked(
            "internal",
            "The account that writes is no agent of the service project, so its comment could "
            "only be public.",
            "Leave the comment out, or have a Jira administrator make the account an agent.",
        )


def _place(planned: PlannedOperation) -> str:
    return planned.project_key if planned.kind is ChangeKind.CREATE else planned.issue_key


def _fields_exist(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    every = evidence.listed(FIELDS)
    if every is None:
        return
    known = {str(one.get("id")) for one in every} | {str(one.get("key")) for one in every}
    for name in written(planned):
        # Jira's own fields cannot be removed, and its list leaves some of them out.
        if name.startswith("customfield_") and name not in known:
            shown = evidence.fields.name(name)
            yield blocked("field_gone", f"The field {shown} does not exist in this Jira any more.")


def _users(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    for name, question in named_users(planned, evidence.fields):
        if question not in evidence.answers:
            continue
        shown, account = evidence.fields.name(name), question.ids[1]
        user = evidence.json(question)
        if user is None:
            yield blocked("user_gone", f"{shown}: the account {account} does not exist in Jira.")
        elif user.get("active") is False:
            called = str(user.get("displayName") or account)
            yield blocked("user_inactive", f"{shown}: the account of {called} is deactivated.")


def _attachment(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    told = evidence.json(ATTACHING)
    if told is None:
        yield warning("attaching_unknown", "Jira did not tell whether it takes attachments.", _LOOK)
        return
    if told.get("enabled") is False:
        yield blocked("attaching", "This Jira takes no attachments.")
    size, limit = planned.wants.get("size"), told.get("uploadLimit")
    if isinstance(size, int) and isinstance(limit, int) and size > limit:
        yield blocked(
            "attachment_size", f"The file has {size} bytes, and Jira takes {limit} at most."
        )


def _create(planned: PlannedOperation, evidence: Evidence) -> Iterator[Remark]:
    question = create_question(planned)
    screen = as_screen(evidence.json(question))
    if question in evidence.answers and not screen:
        yield blocked(
            "type", f"Issues of this type cannot be created in project {planned.project_key}."
        )
        return
    if screen is None:
        yield warning(
            "screen_unknown",
            f"Jira did not tell which fields a new issue has in {planned.project_key}.",
            _LOOK,
        )
        return
    yield from _on_screen(planned, screen, evidence)
    yield from _required(screen, {**dict.fromkeys(_FILLED_IN, True), **_sets(planned)}, evidence)


def _edit(planned: PlannedOperation, _now: Now, evidence: Evidence) -> Iterator[Remark]:
    screen = as_screen(evidence.json(edit_question(planned)))
    if screen is None:
        yield warning(
            "screen_unknown",
            f"Jira did not tell which fields can be set on {planned.issue_key}.",
            _LOOK,
        )
        return
    yield from _on_screen(planned, screen, evidence)


def _transition(planned: PlannedOperation, now: Now, evidence: Evidence) -> Iterator[Remark]:
    if follows(planned):
        yield ok("later", "It can be checked when the requests before it have gone through.")
        return
    offered = evidence.listed(transitions_question(planned))
    wanted = planned.wants.get("status")
    status = str(part(wanted, "name") or part(wanted, "id") or "?")
    if offered is None:
        yield warning(
            "transitions_unknown", "Jira did not tell which transitions it offers.", _LOOK
        )
        return
    fitting = [one for one in offered if _leads_to(one, wanted)]
    if not fitting:
        yield blocked("transition", f"Jira offers no transition from here to {status} now.")
        return
    asked = part(planned.request.body, "transition", "id")
    chosen = next((one for one in fitting if str(one.get("id")) == str(asked)), fitting[0])
    screen = as_screen(part(chosen, "fields"))
    if screen is None:
        if written(planned):
            sentence = f"Jira did not tell which fields can be set on {planned.issue_key}."
            yield warning("screen_unknown", sentence, _LOOK)
        return
    yield from _on_screen(planned, screen, evidence)
    filled = {**fields_of(now.doc), **evidence.set_before(planned), **_sets(planned)}
    yield from _required(screen, filled, evidence)


def _leads_to(transition: JsonObject, status: JsonValue) -> bool:
    found = transition.get("to")
    pairs = ((part(status, name), part(found, name)) for name in ("id", "name"))
    told = next(((wanted, there) for wanted, there in pairs if wanted is not None), None)
    return told is not None and equal(*told)


def _link(planned: PlannedOperation, _now: Now, evidence: Evidence) -> Iterator[Remark]:
    types = evidence.listed(LINK_TYPES)
    wanted = part(planned.request.body, "type")
    if types is not None and not any(_same(one, wanted) for one in types):
        yield blocked("link_type", "Jira does not have this type of link any more.")
    for one in other_ends(planned):
        found = evidence.answers.get(Question("now", (one,)))
        if not isinstance(found, Now) or found.doc is None:
            yield blocked(
                "other_end", "The other issue does not exist in Jira, or is hidden from us."
            )


def _sprint(planned: PlannedOperation, _now: Now, evidence: Evidence) -> Iterator[Remark]:
    question = sprint_question(planned)
    if question is None or question not in evidence.answers:
        return
    sprint = evidence.json(question)
    if sprint is None:
        yield blocked("sprint", "The sprint does not exist in Jira any more.")
    elif sprint.get("state") == "closed":
        yield blocked("sprint", "The sprint is closed.")


_BY_KIND: dict[ChangeKind, Callable[[PlannedOperation, Now, Evidence], Iterator[Remark]]] = {
    ChangeKind.EDIT: _edit,
    ChangeKind.TRANSITION: _transition,
    ChangeKind.LINK: _link,
    ChangeKind.SPRINT: _sprint,
}


def _on_screen(
    planned: PlannedOperation, screen: Mapping[str, JsonObject], evidence: Evidence
) -> Iterator[Remark]:
    """Yield what is wrong with the fields that a request sets on a screen."""
    if planned.said is not None and not takes(screen, COMMENT, ("add",)):
        yield blocked(
            "comment_screen",
            "Jira takes no comment together with this any more.",
            "Leave the comment out, or send the change set back.",
        )
    for name, values in written(planned).items():
        shown = evidence.fields.name(name)
        meta = screen.get(name)
        if meta is None:
            yield blocked("field_screen", f"The field {shown} cannot be set there in Jira.")
            continue
        allowed = meta.get("allowedValues")
        if not isinstance(allowed, list):
            continue
        for value in values:
            if value is not None and not any(_same(one, value) for one in listed(allowed)):
                yield blocked(
                    "option", f"{shown}: Jira does not offer {_called(value)} there any more."
                )


def _sets(planned: PlannedOperation) -> dict[str, JsonValue]:
    """Return what a request itself puts into fields; an emptied one is None."""
    return {
        name: next((one for one in values if one is not None), None)
        for name, values in written(planned).items()
        if values
    }


def _required(
    screen: Mapping[str, JsonObject], filled: Mapping[str, JsonValue], evidence: Evidence
) -> Iterator[Remark]:
    for one in lacks(screen, filled):
        shown = one.name if one.name != one.field else evidence.fields.name(one.field)
        sentence = f"Jira asks for {shown} there, and the change does not fill it in."
        step = "Send the change set back, so that the agent fills it in."
        if one.certain:
            yield blocked("field_required", sentence, step)
        else:
            yield warning("field_asked", sentence, step)


def _same(one: JsonObject, value: JsonValue) -> bool:
    """Return whether an allowed value is the one that a request names."""
    if not isinstance(value, dict):
        return any(str(one.get(name)) == str(value) for name in _IDENTITY if name in one)
    shared = [name for name in _IDENTITY if name in value]
    return bool(shared) and all(
        str(value[name]).casefold() == str(one.get(name)).casefold() for name in shared
    )


def _called(value: JsonValue) -> str:
    for name in ("name", "value", "key", "id"):
        found = part(value, name)
        if found is not None:
            return f"“{found}”"
    return f"“{value}”"
