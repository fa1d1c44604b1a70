"""Two ADF documents as one: what stayed, what the change removes, what it adds.

Blocks are aligned first (``adf_align.py``), then compared by word. A changed attribute
is spelled out (``panel type: info → warning``); words whose marks alone changed are
marked as formatting. Unchanged stretches fold, and say how much they hold.
"""

import json
from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup
from pydantic import JsonValue

from gateway.web.adf_align import Pair, align, align_columns
from gateway.web.adf_html import NAMED_ATTRIBUTES, AdfHtml, is_leaf
from gateway.web.adf_inline import Token, as_html, tokens
from gateway.web.adf_nodes import ATOM, Node, blocks, facts
from gateway.web.language import N_, Tongue
from gateway.web.reveal import reveal
from gateway.web.text_diff import Step, runs, words
from sandbox.contract.sameness import Same

#: A cell with one block on each side holds the same thing, however it reads now.
_CELLS = frozenset({"tableCell", "tableHeader"})
#: Marks as a reader calls them.
_MARKS = {
    "strong": N_("bold"),
    "em": N_("italic"),
    "underline": N_("underlined"),
    "strike": N_("struck through"),
    "code": N_("code"),
    "link": N_("link"),
    "textColor": N_("text colour"),
    "backgroundColor": N_("background colour"),
    "subsup": N_("raised or lowered"),
}
#: Unchanged blocks in a row from which on they fold; one stays visible on each side.
_FOLD = 4


class AdfDiff:
    """Compares documents, and plain texts in the same style."""

    def __init__(self, tongue: Tongue) -> None:
        """Remember the reader's language."""
        self.tongue = tongue
        self.html = AdfHtml(tongue)

    def documents(self, before: JsonValue, after: JsonValue) -> Markup:
        """Return the visual difference of two documents."""
        return _documents(self.tongue, Same(before), Same(after))

    def fresh(self, before: JsonValue, after: JsonValue) -> Markup:
        """Return the same, worked out anew."""
        pairs = align(blocks(before), blocks(after))
        return Markup('<div class="adf">{}</div>').format(self._folded(pairs))

    def texts(self, before: str, after: str) -> Markup:
        """Return the difference of two plain texts, line breaks kept."""
        one = [Token((word, b""), word) for word in words(before)]
        other = [Token((word, b""), word) for word in words(after)]
        return Markup('<div class="plain">{}</div>').format(self._tokens(one, other))

    def _folded(self, pairs: list[Pair]) -> Markup:
        pieces: list[Markup] = []
        at = 0
        while at < len(pairs):
            end = _end_of_unchanged(pairs, at)
            if end - at >= _FOLD:
                pieces.append(self._fold(pairs, at, end))
                at = end
            else:
                pieces.append(self._pair(pairs[at]))
                at += 1
        return Markup("").join(pieces)

    def _fold(self, pairs: list[Pair], start: int, end: int) -> Markup:
        first = start + (1 if start > 0 else 0)
        last = end - (1 if end < len(pairs) else 0)
        label = self.tongue.ngettext(
            "%(num)d unchanged block", "%(num)d unchanged blocks", last - first
        )
        folded = Markup('<details class="fold"><summary>⋯ {} ⋯</summary>{}</details>').format(
            label, self._pairs(pairs[first:last])
        )
        return self._pairs(pairs[start:first]) + folded + self._pairs(pairs[last:end])

    def _pairs(self, pairs: Iterable[Pair]) -> Markup:
        return Markup("").join(self._pair(pair) for pair in pairs)

    def _pair(self, pair: Pair) -> Markup:
        before, after = pair
        if before is None:
            return self.html.node(after, "ins") if after else Markup("")
        if after is None:
            return self.html.node(before, "del")
        return self.node(before, after)

    def node(self, before: Node, after: Node) -> Markup:
        """Return one block that stands for both."""
        if before.signature == after.signature:
            return self.html.node(after)
        note = self._attributes(before, after)
        if is_leaf(before) or is_leaf(after):
            return note + self.html.node(before, "del") + self.html.node(after, "ins")
        if after.type == "table":
            return note + self.html.wrap(after, self._rows(before, after))
        inner = self._inside(before, after)
        if after.type in ("bulletList", "orderedList", "taskList", "decisionList", "tableRow"):
            return note + self.html.wrap(after, inner)
        return self.html.wrap(after, note + inner)

    def _inside(self, before: Node, after: Node) -> Markup:
        if before.holds_inline and after.holds_inline:
            return self._tokens(tokens(before.content), tokens(after.content))
        if _one_block_each(before, after):
            return self._pair((before.content[0], after.content[0]))
        return self._pairs(align(before.content, after.content))

    def _rows(self, before: Node, after: Node) -> Markup:
        columns = align_columns(before.content, after.content)
        return Markup("").join(
            self._row(one, other, columns) if one and other else self._pair((one, other))
            for one, other in align(before.content, after.content)
        )

    def _row(
        self, before: Node, after: Node, columns: list[tuple[int | None, int | None]]
    ) -> Markup:
        cells = [(_cell(before, i), _cell(after, j)) for i, j in columns]
        note = self._attributes(before, after)
        if note:
            note = Markup('<tr><td colspan="{}">{}</td></tr>').format(len(columns), note)
        return note + self.html.wrap(after, self._pairs(cells))

    def _attributes(self, before: Node, after: Node) -> Markup:
        one, other = facts(before), facts(after)
        names = [name for name in dict.fromkeys([*one, *other]) if one.get(name) != other.get(name)]
        notes = [
            Markup('<span class="attrnote">{}: <del>{}</del> → <ins>{}</ins></span>').format(
                reveal(self.tongue.gettext(NAMED_ATTRIBUTES.get(name, name))),
                _attribute(one.get(name)),
                _attribute(other.get(name)),
            )
            for name in names
        ]
        return Markup("").join(notes)

    def _tokens(self, before: list[Token], after: list[Token]) -> Markup:
        found = runs(
            [one.key for one in before],
            [one.key for one in after],
            [one.text for one in before],
        )
        return Markup("").join(
            as_html(after[run.b])
            if run.step is Step.EQUAL
            else self._replaced(before[run.a], after[run.b])
            for run in found
        )

    def _replaced(self, gone: list[Token], come: list[Token]) -> Markup:
        texts = [one.text for one in gone]
        if texts == [one.text for one in come] and ATOM not in texts:
            return self._formatted(gone, come)
        return self._side("del", self.tongue.gettext("removed"), gone) + self._side(
            "ins", self.tongue.gettext("added"), come
        )

    def _side(self, tag: str, label: str, found: list[Token]) -> Markup:
        if not found:
            return Markup("")
        blank = all(one.text.isspace() for one in found)
        return Markup(
            '<{0}{3}><span class="vh">[{1}: </span>{2}<span class="vh">]</span></{0}>'
        ).format(tag, label, as_html(found), Markup(' class="sp"') if blank else "")

    def _formatted(self, gone: list[Token], come: list[Token]) -> Markup:
        lost = self._mark_names(gone) - self._mark_names(come)
        won = self._mark_names(come) - self._mark_names(gone)
        notes = [*(f"+{name}" for name in sorted(won)), *(f"−{name}" for name in sorted(lost))]
        return Markup(
            '<span class="fmt"><span class="vh">[{}: </span>{}<small>{}</small>'
            '<span class="vh">]</span></span>'
        ).format(
            self.tongue.gettext("formatting only"), as_html(come), reveal(" ".join(notes) or "±")
        )

    def _mark_names(self, found: list[Token]) -> set[str]:
        names = {mark.type for one in found for mark in one.marks}
        return {self.tongue.gettext(_MARKS.get(name, name)) for name in names}


@lru_cache(maxsize=2048)
def _documents(tongue: Tongue, before: Same, after: Same) -> Markup:
    """Return the difference of two documents: a page is looked at many times."""
    return AdfDiff(tongue).fresh(before.value, after.value)


def _one_block_each(before: Node, after: Node) -> bool:
    if after.type not in _CELLS or not len(before.content) == len(after.content) == 1:
        return False
    return before.content[0].type == after.content[0].type


def _end_of_unchanged(pairs: list[Pair], at: int) -> int:
    while at < len(pairs) and _unchanged(pairs[at]):
        at += 1
    return at


def _unchanged(pair: Pair) -> bool:
    before, after = pair
    return before is not None and after is not None and before.signature == after.signature


def _cell(row: Node, at: int | None) -> Node | None:
    return row.content[at] if at is not None and at < len(row.content) else None


def _attribute(value: JsonValue) -> Markup:
    if value is None:
        return Markup("∅")
    return reveal(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
