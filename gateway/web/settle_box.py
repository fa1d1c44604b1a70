"""What stands below a change so that a person can settle its value: picks, blocks, own words."""

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup
from pydantic import JsonValue

from gateway.promotion.settled import Pick
from gateway.review.editing import Editable
from gateway.review.hunks import Hunk, differing, shown_as
from gateway.review.settling import KEEP, can_combine, can_settle, mark
from gateway.review.values import ChangeView
from gateway.web.adf_diff import AdfDiff
from gateway.web.adf_nodes import is_document
from gateway.web.language import Tongue
from sandbox.contract.compare import Three
from sandbox.contract.sameness import Same
from sandbox.contract.shapes import ChangeKind


@dataclass(frozen=True, slots=True)
class Option:
    """One way to settle a conflict, as a button."""

    choice: str
    label: str
    key: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a changed text, with its tick."""

    number: int
    html: Markup
    label: str


@dataclass(frozen=True, slots=True)
class SettleBox:
    """All ways to settle one value."""

    seen: str
    #: Buttons of a conflict; empty without one.
    options: tuple[Option, ...]
    blocks: tuple[Block, ...]
    editable: Editable | None
    #: Whether somebody settled it already.
    settled: bool


class SettleBoxes:
    """Makes boxes in the reader's language."""

    def __init__(self, tongue: Tongue, diff: AdfDiff) -> None:
        """Take the language and the differ of rich text."""
        self.gettext = tongue.gettext
        self.diff = diff

    def box(self, view: ChangeView) -> SettleBox | None:
        """Return the box of a change; None where nothing can be settled."""
        if not can_settle(view):
            return None
        found = SettleBox(
            seen=mark(view),
            options=self._options(view),
            blocks=self._blocks(view),
            editable=view.editable,
            settled=bool(view.pick),
        )
        return found if found.options or found.blocks or found.editable or found.settled else None

    def _options(self, view: ChangeView) -> tuple[Option, ...]:
        if view.three is not Three.CONFLICT and view.pick not in (Pick.TAKE, Pick.COMBINE):
            return ()
        kept = view.verdict == "keep"
        ways = [
            Option(KEEP, self.gettext("Keep Jira's"), "1", not kept),
            Option(
                str(Pick.TAKE),
                self.gettext("Take the agent's"),
                "2",
                kept and view.pick == Pick.TAKE,
            ),
        ]
        if can_combine(view):
            ways.append(
                Option(
                    str(Pick.COMBINE),
                    self.gettext("Combine both"),
                    "3",
                    kept and view.pick == Pick.COMBINE,
                )
            )
        return tuple(ways)

    def _blocks(self, view: ChangeView) -> tuple[Block, ...]:
        if not can_combine(view) or view.three is Three.CONFLICT:
            return ()
        before, after = view.now, view.agent_wants
        if view.change.kind is ChangeKind.COMMENT_EDIT:
            before, after = _body(before), _body(after)
        return _pieces(self.diff.tongue, Same(before), Same(after))

    def pieces(self, before: JsonValue, after: JsonValue) -> tuple[Block, ...]:
        """Return what can be ticked of a changed text, worked out anew."""
        found = differing(before, after)
        if len(found) < 2:
            return ()
        return tuple(
            Block(number, self._piece(one, after), self._label(number))
            for number, one in enumerate(found)
        )

    def _piece(self, hunk: Hunk, whole: JsonValue) -> Markup:
        old, new = (shown_as(side, whole) for side in (hunk.old, hunk.new))
        if is_document(old) and is_document(new):
            return self.diff.documents(old, new)
        return self.diff.texts(str(old), str(new))

    def _label(self, number: int) -> str:
        return self.gettext("Block %(number)s", number=number + 1)


def _body(value: JsonValue) -> JsonValue:
    return value.get("body") if isinstance(value, dict) else None


@lru_cache(maxsize=512)
def _pieces(tongue: Tongue, before: Same, after: Same) -> tuple[Block, ...]:
    """Return the blocks of two texts: a page is looked at many times."""
    return SettleBoxes(tongue, AdfDiff(tongue)).pieces(before.value, after.value)
