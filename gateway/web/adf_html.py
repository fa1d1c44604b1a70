"""ADF blocks as HTML: every node is shown, an unknown one as ⟦type⟧ with its JSON.

Nothing here compares (see ``adf_diff.py``) and nothing here writes HTML but through
``Markup.format``, which escapes.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from markupsafe import Markup
from pydantic import JsonValue

from gateway.web.adf_inline import as_html, atom, marked, tokens, unknown
from gateway.web.adf_nodes import INLINE, Mark, Node, blocks
from gateway.web.language import N_, Tongue
from gateway.web.links import link
from gateway.web.reveal import reveal
from sandbox.contract.sameness import Same

_PANELS = frozenset({"info", "note", "warning", "error", "success", "tip", "custom"})
_ALIGNMENTS = frozenset({"center", "end", "right"})
#: The page itself owns the first three heading levels. Texts skip levels as they like;
#: on the page all their headings are one level below, so that its outline stays whole.
_HEADING_LEVEL = 4

Build = Callable[["AdfHtml", Node, Markup, str], Markup]


class AdfHtml:
    """Renders documents; the few words it adds are in the reader's language."""

    def __init__(self, tongue: Tongue) -> None:
        """Remember the reader's language."""
        self.tongue = tongue
        self.gettext = tongue.gettext

    def document(self, value: JsonValue) -> Markup:
        """Return a whole document."""
        return _document(self.tongue, Same(value))

    def fresh(self, value: JsonValue) -> Markup:
        """Return the same, made anew."""
        return Markup('<div class="adf">{}</div>').format(self.all(blocks(value)))

    def all(self, nodes: Iterable[Node]) -> Markup:
        """Return nodes one after the other."""
        return Markup("").join(self.node(node) for node in nodes)

    def node(self, node: Node, css: str = "") -> Markup:
        """Return one node; ``css`` marks it as inserted or deleted."""
        if node.type == "text":
            return as_html(tokens([node]))
        if node.type in INLINE:
            return atom(node)
        if node.type in LEAVES:
            return _classed(LEAVES[node.type](self, node), css)
        return self.wrap(node, self.inside(node), css)

    def inside(self, node: Node) -> Markup:
        """Return a node's content without the node itself."""
        if node.holds_inline:
            return as_html(tokens(node.content))
        return self.all(node.content)

    def wrap(self, node: Node, inner: Markup, css: str = "") -> Markup:
        """Return content inside its node's own tag."""
        build = BUILDERS.get(node.type, _unknown_block)
        return build(self, node, inner, " ".join(filter(None, (css, *_layout(node.marks)))))


def is_leaf(node: Node) -> bool:
    """Return whether a node is shown as one piece, its content not looked into."""
    return node.type in LEAVES or (node.type not in BUILDERS and not node.content)


def _layout(marks: tuple[Mark, ...]) -> Iterable[str]:
    for mark in marks:
        side = mark.attrs.get("align")
        if mark.type == "alignment" and side in _ALIGNMENTS:
            yield f"adf-align-{side}"
        if mark.type == "indentation":
            yield "adf-indent"


def _classed(inner: Markup, css: str) -> Markup:
    return Markup('<div class="{}">{}</div>').format(css, inner) if css else inner


def _tag(tag: str, name: str = "") -> Build:
    def build(_: AdfHtml, __: Node, inner: Markup, css: str) -> Markup:
        return Markup('<{0} class="{1} {2}">{3}</{0}>').format(tag, name, css, inner)

    return build


def _div(name: str) -> Build:
    def build(_: AdfHtml, __: Node, inner: Markup, css: str) -> Markup:
        return Markup('<div class="{} {}">{}</div>').format(name, css, inner)

    return build


def _heading(_: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    level = min(6, max(1, node.number("level", 1)))
    return Markup('<div role="heading" aria-level="{}" class="adf-h{} {}">{}</div>').format(
        _HEADING_LEVEL, level, css, inner
    )


def _ordered(_: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    return Markup('<ol class="{}" start="{}">{}</ol>').format(css, node.number("order", 1), inner)


def _code(html: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    language = node.word("language")
    label = Markup('<span class="adf-lang">{}</span>').format(reveal(language)) if language else ""
    return Markup(
        '<div class="adf-code {}">{}<pre tabindex="0" role="group" aria-label="{}">'
        "<code>{}</code></pre></div>"
    ).format(css, label, html.gettext("Code"), inner)


def _panel(_: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    kind = node.word("panelType")
    kind = kind if kind in _PANELS else "info"
    return Markup('<div role="note" class="adf-panel adf-panel-{} {}">{}</div>').format(
        kind, css, inner
    )


def _table(html: AdfHtml, _: Node, inner: Markup, css: str) -> Markup:
    return Markup(
        '<div class="tablewrap {}" tabindex="0" role="group" aria-label="{}">'
        "<table><tbody>{}</tbody></table></div>"
    ).format(css, html.gettext("Table"), inner)


def _cell(tag: str) -> Build:
    def build(_: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
        return Markup('<{0} class="{1}" colspan="{2}" rowspan="{3}">{4}</{0}>').format(
            tag, css, _span(node, "colspan"), _span(node, "rowspan"), inner
        )

    return build


def _span(node: Node, name: str) -> int:
    return max(1, node.number(name, 1))


def _task(html: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    done = node.word("state") == "DONE"
    label = html.gettext("done") if done else html.gettext("to do")
    return Markup(
        '<li class="{}"><span class="box" role="img" aria-label="{}">{}</span> {}</li>'
    ).format(css, label, "☑" if done else "☐", inner)


def _decision(_: AdfHtml, __: Node, inner: Markup, css: str) -> Markup:
    return Markup('<li class="{}"><span aria-hidden="true">◇</span> {}</li>').format(css, inner)


def _expand(html: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    title = node.word("title") or html.gettext("Expand")
    return Markup('<details open class="adf-expand {}"><summary>{}</summary>{}</details>').format(
        css, reveal(title), inner
    )


def _macro(_: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    """Show an extension that has a body: its key, its parameters, its body."""
    head = Node(node.type, raw=dict(node.attrs))
    return Markup('<div class="adf-macro {}">{}{}</div>').format(css, unknown(head), inner)


def _unknown_block(_: AdfHtml, node: Node, inner: Markup, css: str) -> Markup:
    if not node.content:
        return _classed(unknown(node), f"adf-macro {css}")
    return _macro(_, node, inner, css)


def _rule(_: AdfHtml, __: Node) -> Markup:
    return Markup("<hr>")


def _media(_: AdfHtml, node: Node) -> Markup:
    name = node.word("alt") or node.word("id") or node.word("url")
    size = Markup("")
    if node.attrs.get("width"):
        size = Markup("<small>{}×{}</small>").format(
            reveal(node.word("width")), reveal(node.word("height", "?"))
        )
    shown = Markup('<span class="adf-media">🖼 {} {}</span>').format(reveal(name), size)
    url = node.word("url")
    return marked(link(url, shown) if url else shown, node.marks)


def _card(_: AdfHtml, node: Node) -> Markup:
    url = node.word("url")
    if not url:
        return unknown(node)
    return Markup("<p>{}</p>").format(link(url, Markup("🔗 {}").format(reveal(url)), "adf-card"))


LEAVES: dict[str, Callable[[AdfHtml, Node], Markup]] = {
    "rule": _rule,
    "media": _media,
    "blockCard": _card,
    "embedCard": _card,
}

BUILDERS: dict[str, Build] = {
    "doc": _div("adf-doc"),
    "paragraph": _tag("p"),
    "heading": _heading,
    "bulletList": _tag("ul"),
    "orderedList": _ordered,
    "listItem": _tag("li"),
    "blockquote": _tag("blockquote"),
    "codeBlock": _code,
    "panel": _panel,
    "table": _table,
    "tableRow": _tag("tr"),
    "tableHeader": _cell("th"),
    "tableCell": _cell("td"),
    "taskList": _tag("ul", "adf-tasks"),
    "taskItem": _task,
    "blockTaskItem": _task,
    "decisionList": _tag("ul", "adf-tasks"),
    "decisionItem": _decision,
    "expand": _expand,
    "nestedExpand": _expand,
    "mediaSingle": _tag("figure"),
    "mediaGroup": _tag("figure"),
    "caption": _tag("figcaption"),
    "layoutSection": _div("adf-columns"),
    "layoutColumn": _div("adf-column"),
    "bodiedExtension": _macro,
    "bodiedSyncBlock": _macro,
}

#: Node types that the catalogue of texts names when their attributes change.
NAMED_ATTRIBUTES = {
    "panelType": N_("panel type"),
    "state": N_("state"),
    "level": N_("heading level"),
    "language": N_("language"),
    "title": N_("title"),
    "order": N_("first number"),
    "text": N_("text"),
    "color": N_("colour"),
    "url": N_("address"),
    "width": N_("width"),
    "height": N_("height"),
    "alt": N_("alternative text"),
    "layout": N_("layout"),
}


@lru_cache(maxsize=512)
def _document(tongue: Tongue, document: Same) -> Markup:
    """Return a document as HTML: a page is looked at many times."""
    return AdfHtml(tongue).fresh(document.value)
