"""A document in which every node type of the schema stands, and one that nobody knows."""

from typing import Any

Node = dict[str, Any]


def node(kind: str, *content: Node, **attrs: Any) -> Node:
    """Return a node; without attributes and content it has only a type."""
    made: Node = {"type": kind}
    if attrs:
        made["attrs"] = attrs
    if content:
        made["content"] = list(content)
    return made


def text(words: str, *marks: Node | str) -> Node:
    """Return a text with marks."""
    made: Node = {"type": "text", "text": words}
    if marks:
        made["marks"] = [{"type": one} if isinstance(one, str) else one for one in marks]
    return made


def line(*content: Node) -> Node:
    """Return a paragraph."""
    return node("paragraph", *content)


RED = {"type": "textColor", "attrs": {"color": "#ff5630"}}
MENTION = node("mention", id="712020:kim", text="@김민지", accessLevel="")
STATUS = node("status", text="진행 중", color="blue", localId="s-1", style="")
CENTRED = {
    **line(text("가운데 centred")),
    "marks": [{"type": "alignment", "attrs": {"align": "center"}}],
}

BLOCKS: dict[str, Node] = {
    "plain": line(text("First plain line, 첫 번째 줄.")),
    "inline": line(
        text("Ask "),
        MENTION,
        text(" about "),
        STATUS,
        text(" by "),
        node("date", timestamp="1767225600000"),
        text(" "),
        node("emoji", shortName=":party_parrot:", id="atl-1", text=":party_parrot:"),
        node("emoji", shortName=":tada:", id="1f389", text="🎉"),
        text(" see "),
        node("inlineCard", url="https://example.org/a"),
        node("hardBreak"),
        node("placeholder", text="type here"),
        node("inlineExtension", extensionKey="k", extensionType="com.x", parameters={"a": 1}),
        node("mediaInline", id="file-9", collection="c", type="file", alt="spec.pdf"),
    ),
    "styled": line(
        text("A "),
        text("red", RED),
        text(" word, "),
        text("under", "underline"),
        text(", H"),
        text("2", {"type": "subsup", "attrs": {"type": "sub"}}),
        text("O, "),
        text("bold", "strong"),
        text(", "),
        text("(굵게)", "strong"),
        text("입니다 "),
        text("code_x", "code"),
        text(" and a "),
        text("link", {"type": "link", "attrs": {"href": "https://example.org/(x)"}}),
        text(
            " commented",
            {"type": "annotation", "attrs": {"id": "a", "annotationType": "inlineComment"}},
        ),
    ),
    "heading": node("heading", text("단계 Steps"), level=3, localId="h-1"),
    "centred": CENTRED,
    "bullets": node(
        "bulletList",
        node("listItem", line(text("one")), node("bulletList", node("listItem", line(text("둘"))))),
        node("listItem", line(text("three")), node("codeBlock", text("x = 1"), language="python")),
    ),
    "numbers": node("orderedList", node("listItem", line(text("first"))), order=3),
    "tasks": node(
        "taskList",
        node("taskItem", text("할 일"), localId="t-1", state="TODO"),
        node("taskItem", text("done"), localId="t-2", state="DONE"),
        node(
            "taskList", node("taskItem", text("below"), localId="t-4", state="TODO"), localId="t-3"
        ),
        node("blockTaskItem", line(text("block")), localId="t-5", state="TODO"),
        localId="t-0",
    ),
    "decisions": node(
        "decisionList",
        node("decisionItem", text("we ship"), localId="d-1", state="DECIDED"),
        localId="d-0",
    ),
    "quote": node("blockquote", line(text("quoted"))),
    "code": node("codeBlock", text("SELECT *\n\nFROM t;"), language="sql", uniqueId="u"),
    "rule": node("rule"),
    "panel": node(
        "panel",
        line(text("Careful, 주의: "), MENTION),
        node("bulletList", node("listItem", line(text("in a panel")))),
        panelType="custom",
        panelColor="#fedcba",
        panelIcon=":fire:",
    ),
    "expand": node(
        "expand",
        line(text("hidden")),
        node("nestedExpand", line(text("deep")), title="속"),
        title="More",
    ),
    "table": node(
        "table",
        node(
            "tableRow",
            node("tableHeader", line(text("환경"))),
            node("tableHeader", line(text("결과")), colwidth=[120]),
        ),
        node(
            "tableRow",
            node("tableCell", line(text("Safari")), line(text("18"))),
            node(
                "tableCell",
                node("bulletList", node("listItem", line(text("fails|hard")))),
                background="#ffebe6",
            ),
        ),
        node("tableRow", node("tableCell", line(text("merged")), colspan=2)),
        isNumberColumnEnabled=False,
        layout="default",
        localId="tab-1",
    ),
    "media": node(
        "mediaSingle",
        node(
            "media",
            type="file",
            id="file-1",
            collection="c",
            alt="screen.png",
            width=800,
            height=600,
        ),
        node("caption", text("the blank page")),
        layout="center",
        width=66.67,
    ),
    "files": node("mediaGroup", node("media", type="file", id="file-2", collection="c")),
    "card": node("blockCard", url="https://example.org/b"),
    "embed": node("embedCard", url="https://example.org/c", layout="wide"),
    "macro": node("extension", extensionKey="toc", extensionType="com.x", parameters={"depth": 2}),
    "bodied": node(
        "bodiedExtension", line(text("inside a macro")), extensionKey="e", extensionType="com.x"
    ),
    "layout": node(
        "layoutSection",
        node("layoutColumn", line(text("left")), width=33.33),
        node("layoutColumn", line(text("right")), width=66.67),
    ),
    "synced": node("syncBlock", resourceId="r-1", localId="y-1"),
    "synced here": node(
        "bodiedSyncBlock", line(text("shared words")), resourceId="r-2", localId="y-2"
    ),
    "unknown": node("hologram", line(text("nobody knows this")), depth=3),
    "last": line(text("Last line, 마지막 줄.")),
}


def whole() -> Node:
    """Return the document with all of them."""
    return {"version": 1, "type": "doc", "content": list(BLOCKS.values())}


def kinds(value: Any) -> set[str]:
    """Return the node types in a document."""
    if isinstance(value, list):
        return {kind for one in value for kind in kinds(one)}
    if not isinstance(value, dict):
        return set()
    return {str(value.get("type"))} | kinds(value.get("content", []))
