"""What a person's wish for one value comes to: a pick, blocks, own words. Pure.

Three versions take part: what the agent started from, what Jira has now, what the agent
wants. What comes out is a ``Settled`` value over Jira's, or nothing where Jira's stays.
"""

import hashlib
from dataclasses import dataclass

from pydantic import JsonValue

from gateway.promotion.fields import part
from gateway.promotion.settled import SETTLES, Pick, Settled
from gateway.review.editing import UnfitError, written
from gateway.review.hunks import with_only
from gateway.review.values import ChangeView
from sandbox.contract.compare import Three, equal, mark_of
from sandbox.contract.merging import Choice, Merge, Shape, merge
from sandbox.contract.shapes import ChangeKind, JsonObject, SiteBaseline

#: Jira's own value stays: the change is left out.
KEEP = "keep"
#: The agent's value as it came; the change is as nobody had settled it.
CLEAR = "clear"
#: All that can be wished for.
WISHES = (KEEP, CLEAR, *(str(one) for one in Pick))


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants one value to be."""

    choice: str
    #: Names the value in Jira that the person was shown (``mark``).
    seen: str
    text: str = ""
    #: Numbers of the blocks that stay, for ``blocks``.
    kept: tuple[int, ...] = ()
    words: str = ""


def mark(view: ChangeView) -> str:
    """Return a short name of what Jira has now."""
    if not view.now_known:
        return "unread"
    return hashlib.sha256(mark_of(view.now)).hexdigest()[:16]


def three_versions(view: ChangeView, shape: Shape) -> Merge:
    """Return the three versions of a change as a merge."""
    return merge(
        _text(view, view.agent_base), _text(view, view.agent_wants), _text(view, view.now), shape
    )


def can_combine(view: ChangeView) -> bool:
    """Return whether Jira's and the agent's value can stand together."""
    return view.rich or view.change.kind is ChangeKind.COMMENT_EDIT


def can_settle(view: ChangeView) -> bool:
    """Return whether a person may put another value in place of the agent's."""
    return view.change.kind in SETTLES and view.now_known


def settled_by(
    wish: Wish, view: ChangeView, doc: JsonObject | None, site: SiteBaseline, person: str
) -> Settled | None:
    """Return the settled value, None for Jira's or the agent's own; raises UnfitError."""
    if wish.choice in (KEEP, CLEAR):
        return None
    if not can_settle(view):
        raise UnfitError(
            "This kind of value cannot be edited here.", "Leave the change out or send it back."
        )
    pick = Pick(wish.choice)
    value = _value(pick, wish, view, doc, site)
    return Settled(pick=pick, value=value, over=view.now, by=person)


def _value(
    pick: Pick, wish: Wish, view: ChangeView, doc: JsonObject | None, site: SiteBaseline
) -> JsonValue:
    if pick is Pick.EDIT:
        return written(wish.text, view.change, doc, site)
    if pick is Pick.TAKE:
        return view.agent_wants
    if not can_combine(view):
        raise UnfitError("Such a value has one version only.", "Keep, take or edit it.")
    if pick is Pick.COMBINE:
        text = three_versions(view, Shape.RICH).settled(Choice.COMBINE)
    else:
        before = _text(view, view.now)
        text = with_only(before, _text(view, view.agent_wants), wish.kept)
        if equal(text, before):
            raise UnfitError("Nothing of the text would change.", "Leave the change out instead.")
    return _with_text(view, text)


def _text(view: ChangeView, value: JsonValue) -> JsonValue:
    """Return what of a value is compared: a comment's body, else all of it."""
    return part(value, "body") if view.change.kind is ChangeKind.COMMENT_EDIT else value


def _with_text(view: ChangeView, text: JsonValue) -> JsonValue:
    if view.change.kind is not ChangeKind.COMMENT_EDIT or not isinstance(view.agent_wants, dict):
        return text
    return {**view.agent_wants, "body": text}


def is_open_conflict(view: ChangeView) -> bool:
    """Return whether somebody still has to pick."""
    return view.three is Three.CONFLICT and view.verdict == "keep"
