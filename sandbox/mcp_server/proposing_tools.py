"""Tools of our own: hand in for review, read the outcome, show what is staged."""

from pydantic import JsonValue

from sandbox.contract.addresses import from_placeholder
from sandbox.contract.shapes import Change, ChangeSet, JsonObject, Outcome
from sandbox.mcp_server import wording
from sandbox.mcp_server.answers import UNTRUSTED, Look, answer, cut, decision, rendered
from sandbox.mcp_server.diffing import diff
from sandbox.mcp_server.tool import (
    LIST,
    NUMBER,
    READ,
    STAGE,
    TEXT,
    Call,
    Tool,
    ToolAnswer,
    ToolRefusal,
    anything,
    integer,
    string,
)
from sandbox.operations import proposing, reading, remarks
from sandbox.operations.talk import line, lines

#: Tokens of a diff; a longer one can be read on.
_DIFF_TOKENS = 1_500


def _submit(call: Call) -> ToolAnswer:
    said = proposing.Said(
        title=call.text("title"),
        reason=call.text("reason"),
        request=call.text("request"),
        sources=call.object("sources"),
    )
    sealed = proposing.seal(call.sandbox, call.caller, said)
    head = wording.SUBMITTED.format(count=len(sealed.changes), id=sealed.id)
    changes: list[JsonValue] = [_line(change) for change in sealed.changes]
    shown: JsonObject = {"changeSet": sealed.id, "round": sealed.round, "changes": changes}
    return answer(rendered(call, shown), head)


def _line(change: Change) -> JsonObject:
    return {"issue": change.issue_key, "kind": change.kind.value, "field": change.field}


def _outcome(call: Call) -> ToolAnswer:
    known = proposing.outcomes(call.sandbox, call.caller)
    wanted = call.text("changeSet")
    if not known:
        return answer({"submissions": []}, wording.NO_SUBMISSION)
    shown = [pair for pair in known if not wanted or pair[0].id == wanted]
    if not shown:
        ids = ", ".join(change_set.id for change_set, _ in known)
        raise ToolRefusal(wording.NOT_YOURS.format(id=wanted, known=ids))
    said = remarks.threads(call.sandbox, call.caller)
    sets: list[JsonValue] = [
        {**_set(change_set, outcome), "remarks": lines(said, change_set.id)}
        for change_set, outcome in shown
    ]
    spoken = [line(*one) for one in said if not wanted or one[0] == wanted]
    text = "\n".join([*(_words(*pair) for pair in shown), *spoken])
    return answer(
        rendered(call, {"submissions": sets}), from_placeholder(text, call.sandbox.address)
    )


def _set(change_set: ChangeSet, outcome: Outcome | None) -> JsonObject:
    found: JsonObject = {
        "changeSet": change_set.id,
        "title": change_set.title,
        "state": outcome.state if outcome else wording.WAITING,
    }
    if outcome is not None:
        found["decidedBy"] = outcome.decided_by
        found["words"] = outcome.words
        found["changes"] = [one.model_dump(mode="json") for one in outcome.changes]
    return found


def _words(change_set: ChangeSet, outcome: Outcome | None) -> str:
    if outcome is None:
        return f"{change_set.id} “{change_set.title}”: {wording.WAITING}."
    said = f" They wrote: {outcome.words}" if outcome.words else ""
    head = (
        f"{change_set.id} “{change_set.title}”: {outcome.state}, "
        f"decided by {outcome.decided_by}.{said}"
    )
    changes = {one.id: one for one in change_set.changes}
    decided = [
        f"- {decision(changes[one.change_id], outcome, one)}"
        for one in outcome.changes
        if one.change_id in changes
    ]
    return "\n".join([head, *decided])


def _answer(call: Call) -> ToolAnswer:
    change = remarks.answer(call.sandbox, call.caller, call.text("change"), call.text("text"))
    if change is None:
        return answer({"answered": ""}, wording.NOTHING_SAID)
    about = f"{change.issue_key} {change.field or change.kind.value}"
    return answer({"answered": about}, wording.ANSWERED.format(about=about))


def _pending(call: Call) -> ToolAnswer:
    changes = proposing.pending(call.sandbox, call.caller)
    if not changes:
        return answer({"changes": [], "diff": ""}, wording.NOTHING_PENDING)
    shown: list[JsonValue] = [_line(change) for change in changes]
    whole = from_placeholder(diff(reading.site(call.sandbox), changes), call.sandbox.address)
    look = Look(start=call.number("textFrom", 0), text_tokens=_DIFF_TOKENS, more=wording.CUT_DIFF)
    lines = cut(whole, look)
    said = answer(rendered(call, {"changes": shown, "diff": lines}))
    return ToolAnswer(f"{wording.NOT_SUBMITTED}\n{UNTRUSTED}\n{lines}", said.structured)


PROPOSING_TOOLS: tuple[Tool, ...] = (
    Tool(
        "submitForReview",
        "Submit for review",
        wording.SUBMIT,
        {
            "reason": string("Why, for the reviewer.", minLength=1, maxLength=4000),
            "title": string("One line that names it.", maxLength=200),
            "request": string("What you were asked, quoted word for word.", maxLength=4000),
            "sources": anything(
                "{KEY or KEY.field: [KEY or KEY#comment id it rests on: words of it]}."
            ),
        },
        ("reason",),
        STAGE,
        _submit,
        gives={"changeSet": TEXT, "round": NUMBER, "changes": LIST},
    ),
    Tool(
        "getReviewOutcome",
        "Read the review's outcome",
        wording.OUTCOME,
        {"changeSet": string("Only this submission.")},
        (),
        READ,
        _outcome,
        gives={"submissions": LIST},
    ),
    Tool(
        "answerReviewer",
        "Answer",
        wording.ANSWER,
        {
            "text": string("Your answer.", minLength=1),
            "change": string("Issue key or change id."),
        },
        ("text",),
        STAGE,
        _answer,
        gives={"answered": TEXT},
    ),
    Tool(
        "showMyPendingChanges",
        "Show staged changes",
        wording.PENDING,
        {"textFrom": integer("Show the diff from this character on.", minimum=0)},
        (),
        READ,
        _pending,
        gives={"changes": LIST, "diff": TEXT},
    ),
)
