"""What may stand where in an ADF document: one rule a node type, from facts of the schema.

Kept by hand and small; ``tests`` compare it with Atlassian's own JSON schema.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

#: One ADF node as JSON.
Node: TypeAlias = dict[str, Any]
Check: TypeAlias = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _anything(_value: Any) -> bool:
    return True


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(_number(one) for one in value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_text(one) for one in value)


def _one_of(*allowed: Any) -> Check:
    return lambda value: _text(value) and value in allowed


def _between(least: float, most: float) -> Check:
    return lambda value: _number(value) and least <= value <= most


def _matches(pattern: str) -> Check:
    compiled = re.compile(pattern)
    # search, as JSON schema does it; ``\Z`` because ``$`` lets a newline pass.
    return lambda value: _text(value) and compiled.search(value) is not None


_COLOUR = _matches(r"^#[0-9a-fA-F]{6}\Z")
_LAYOUT = _one_of(
    "wide", "full-width", "center", "wrap-right", "wrap-left", "align-end", "align-start"
)
_WIDTH = _one_of("wide", "full-width", "default")
_VALIGN = _one_of("top", "middle", "bottom")
_STATE = _one_of("TODO", "DONE")


@dataclass(frozen=True, slots=True)
class Rule:
    """One node type: its children, its attributes and the marks it may carry."""

    #: None: a leaf.
    children: frozenset[str] | None = None
    least: int = 0
    most: int | None = None
    #: Whether ``content`` must be there, if only as an empty list.
    needs_content: bool = False
    attrs: Mapping[str, Check] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    #: Whether ``attrs`` itself must be there.
    needs_attrs: bool = False


INLINE = frozenset(
    {
        "text",
        "date",
        "emoji",
        "hardBreak",
        "inlineCard",
        "mention",
        "placeholder",
        "status",
        "inlineExtension",
        "mediaInline",
    }
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LISTS = "bulletList orderedList taskList"
_MEDIA = "mediaSingle mediaGroup"
_NON_NESTABLE = (
    "paragraph panel blockquote orderedList bulletList rule heading codeBlock mediaGroup"
    " mediaSingle decisionList taskList table blockCard embedCard extension"
)
_BLOCKS = f"{_NON_NESTABLE} expand bodiedExtension"
_CELL = (
    f"paragraph panel blockquote {_LISTS} rule heading codeBlock {_MEDIA} decisionList blockCard"
    " embedCard extension nestedExpand"
)
_LOCAL: dict[str, Check] = {"localId": _text}


def _inline(**attrs: Check) -> Rule:
    return Rule(INLINE, attrs={**_LOCAL, **attrs})


def _blocks(children: str, **attrs: Check) -> Rule:
    return Rule(_names(children), least=1, needs_content=True, attrs={**_LOCAL, **attrs})


def _leaf(*required: str, **attrs: Check) -> Rule:
    return Rule(attrs={**_LOCAL, **attrs}, required=required, needs_attrs=bool(required))


def _with(rule: Rule, *required: str) -> Rule:
    return Rule(
        rule.children, rule.least, rule.most, rule.needs_content, rule.attrs, required, True
    )


_EXTENSION: dict[str, Check] = {
    "extensionKey": _filled,
    "extensionType": _filled,
    "parameters": _anything,
    "text": _text,
    "localId": _filled,
}
_CELL_ATTRS: dict[str, Check] = {
    "colspan": _number,
    "rowspan": _number,
    "colwidth": _numbers,
    "background": _text,
    "valign": _VALIGN,
}
_SIZE: dict[str, Check] = {"width": _number, "height": _number, "alt": _text}

RULES: dict[str, Rule] = {
    "doc": Rule(_names(f"{_BLOCKS} layoutSection syncBlock bodiedSyncBlock"), needs_content=True),
    "paragraph": _inline(),
    "heading": _with(_inline(level=_between(1, 6)), "level"),
    "codeBlock": Rule(
        _names("text"),
        attrs={
            **_LOCAL,
            "language": _text,
            "uniqueId": _text,
            "wrap": _flag,
            "hideLineNumbers": _flag,
        },
    ),
    "blockquote": _blocks(f"paragraph orderedList bulletList codeBlock {_MEDIA} extension"),
    "bulletList": _blocks("listItem"),
    "orderedList": _blocks("listItem", order=_between(0, float("inf"))),
    "listItem": _blocks(f"paragraph {_LISTS} mediaSingle codeBlock extension"),
    "taskList": _with(_blocks("taskItem taskList blockTaskItem"), "localId"),
    "taskItem": _with(_inline(state=_STATE), "localId", "state"),
    "blockTaskItem": _with(_blocks("paragraph extension", state=_STATE), "localId", "state"),
    "decisionList": _with(_blocks("decisionItem"), "localId"),
    "decisionItem": _with(_inline(state=_text), "localId", "state"),
    "rule": _leaf(),
    "panel": _with(
        _blocks(
            f"paragraph heading {_LISTS} blockCard {_MEDIA} codeBlock rule decisionList extension",
            panelType=_one_of("info", "note", "tip", "warning", "error", "success", "custom"),
            panelIcon=_text,
            panelIconId=_text,
            panelIconText=_text,
            panelColor=_text,
        ),
        "panelType",
    ),
    "expand": _blocks(f"{_NON_NESTABLE} nestedExpand", title=_text),
    "nestedExpand": _with(
        _blocks(
            f"paragraph heading {_MEDIA} codeBlock {_LISTS} decisionList rule panel blockquote"
            " extension",
            title=_text,
        ),
    ),
    "table": _blocks(
        "tableRow",
        displayMode=_one_of("default", "fixed"),
        isNumberColumnEnabled=_flag,
        layout=_one_of("wide", "full-width", "center", "align-end", "align-start", "default"),
        localId=_filled,
        width=_number,
    ),
    "tableRow": Rule(_names("tableCell tableHeader"), needs_content=True, attrs=_LOCAL),
    "tableCell": _blocks(_CELL, **_CELL_ATTRS),
    "tableHeader": _blocks(_CELL, **_CELL_ATTRS),
    "mediaSingle": Rule(
        _names("media caption"),
        least=1,
        most=2,
        needs_content=True,
        attrs={
            **_LOCAL,
            "width": _between(0, float("inf")),
            "widthType": _one_of("percentage", "pixel"),
            "layout": _LAYOUT,
        },
        required=("layout",),
    ),
    "mediaGroup": Rule(_names("media"), least=1, needs_content=True),
    "media": _leaf(
        "type",
        type=_one_of("link", "file", "external"),
        id=_filled,
        collection=_text,
        occurrenceKey=_filled,
        url=_text,
        **_SIZE,
    ),
    "caption": Rule(INLINE - {"inlineExtension", "mediaInline"}, attrs=_LOCAL),
    "layoutSection": Rule(
        _names("layoutColumn"), least=2, most=3, needs_content=True, attrs=_LOCAL
    ),
    "layoutColumn": _with(_blocks(_BLOCKS, width=_between(0, 100), valign=_VALIGN), "width"),
    "extension": _leaf("extensionKey", "extensionType", **_EXTENSION, layout=_WIDTH),
    "bodiedExtension": _with(
        _blocks(_NON_NESTABLE, **_EXTENSION, layout=_WIDTH), "extensionKey", "extensionType"
    ),
    "blockCard": _leaf(
        url=_text, data=_anything, datasource=_anything, width=_number, layout=_LAYOUT
    ),
    "embedCard": _leaf(
        "url",
        "layout",
        url=_text,
        layout=_LAYOUT,
        width=_between(0, 100),
        originalHeight=_number,
        originalWidth=_number,
    ),
    "syncBlock": _leaf("resourceId", "localId", resourceId=_text),
    "bodiedSyncBlock": _with(
        _blocks(
            f"paragraph blockCard blockquote {_LISTS} codeBlock decisionList embedCard expand"
            f" heading layoutSection {_MEDIA} panel rule table",
            resourceId=_text,
        ),
        "resourceId",
        "localId",
    ),
    "text": Rule(),
    "hardBreak": _leaf(text=_one_of("\n")),
    "mention": _leaf(
        "id",
        id=_text,
        text=_text,
        accessLevel=_text,
        userType=_one_of("DEFAULT", "SPECIAL", "APP"),
    ),
    "emoji": _leaf("shortName", shortName=_text, id=_text, text=_text),
    "date": _leaf("timestamp", timestamp=_filled),
    "status": _leaf(
        "text",
        "color",
        text=_filled,
        color=_matches(r"^(neutral|purple|blue|red|yellow|green|#[0-9a-fA-F]{6})\Z"),
        style=_text,
    ),
    "placeholder": _leaf("text", text=_text),
    "inlineCard": _leaf(url=_text, data=_anything),
    "inlineExtension": _leaf("extensionKey", "extensionType", **_EXTENSION),
    "mediaInline": _leaf(
        "id",
        "collection",
        type=_one_of("link", "file", "image"),
        id=_filled,
        collection=_text,
        occurrenceKey=_filled,
        data=_anything,
        **_SIZE,
    ),
}

#: Attributes of marks, with those that must be there.
MARKS: dict[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "strong": ({}, ()),
    "em": ({}, ()),
    "strike": ({}, ()),
    "underline": ({}, ()),
    "code": ({}, ()),
    "subsup": ({"type": _one_of("sub", "sup")}, ("type",)),
    "textColor": ({"color": _COLOUR}, ("color",)),
    "backgroundColor": ({"color": _COLOUR}, ("color",)),
    "annotation": (
        {"id": _text, "annotationType": _one_of("inlineComment")},
        ("id", "annotationType"),
    ),
    "link": (
        {
            "href": _text,
            "title": _text,
            "id": _text,
            "collection": _text,
            "occurrenceKey": _text,
        },
        ("href",),
    ),
    "alignment": ({"align": _one_of("center", "end")}, ("align",)),
    "indentation": ({"level": _between(1, 6)}, ("level",)),
    "fontSize": ({"fontSize": _one_of("small")}, ("fontSize",)),
    "breakout": ({"mode": _one_of("wide", "full-width"), "width": _number}, ("mode",)),
    "border": (
        {
            "size": _between(1, 3),
            "color": _matches(r"^(#[0-9a-fA-F]{8}|#[0-9a-fA-F]{6})\Z"),
        },
        ("size", "color"),
    ),
    "dataConsumer": ({"sources": _texts}, ("sources",)),
    "fragment": ({"localId": _filled, "name": _text}, ("localId",)),
}

FORMATS = _names("link em strong strike subsup underline textColor annotation backgroundColor")
#: What may stand beside the code mark.
BESIDE_CODE = _names("code link annotation")

_ON_MEDIA = _names("dataConsumer link annotation border")
_ON_EXTENSION = _names("dataConsumer fragment")
#: Marks of nodes that carry the same ones wherever they stand.
_FIXED_MARKS = {
    "media": _ON_MEDIA,
    "mediaInline": _ON_MEDIA,
    "extension": _ON_EXTENSION,
    "bodiedExtension": _ON_EXTENSION,
    "inlineExtension": _ON_EXTENSION,
    "mediaSingle": _names("link"),
    "table": _names("fragment"),
    "layoutSection": _names("breakout"),
    "syncBlock": _names("breakout"),
    "bodiedSyncBlock": _names("breakout"),
}
_WIDE = frozenset({"doc", "layoutColumn"})
_CELLS = frozenset({"tableCell", "tableHeader"})


#: Node types that may have ``marks`` at all, if only an empty list.
MARKED = frozenset({"text", "paragraph", "heading", "codeBlock", "expand", *_FIXED_MARKS})


def allowed_marks(kind: str, parent: str) -> tuple[frozenset[str], ...]:
    """Return the sets of marks that a block may carry below a parent; one must do."""
    none: tuple[frozenset[str], ...] = (frozenset(),)
    if kind in _FIXED_MARKS:
        return (_FIXED_MARKS[kind],)
    if kind == "paragraph":
        return _paragraph_marks(parent)
    if kind == "heading" and (parent in _WIDE or parent in _CELLS):
        return (_names("alignment"), _names("indentation"))
    if kind in ("codeBlock", "expand") and parent == "doc":
        return (_names("breakout"),)
    return none


def _paragraph_marks(parent: str) -> tuple[frozenset[str], ...]:
    if parent in _WIDE:
        return (_names("fontSize alignment"), _names("fontSize indentation"))
    if parent in _CELLS:
        return (_names("fontSize alignment"),)
    if parent == "blockquote":
        return (frozenset(),)
    return (_names("fontSize"),)
