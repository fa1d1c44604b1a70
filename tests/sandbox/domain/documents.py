"""Random documents for property tests: valid ones, and trees of anything."""

from typing import Any

from hypothesis import strategies as st

from sandbox.domain.adf_mend import mended
from sandbox.domain.adf_schema import MARKS, RULES

WORDS = st.text(
    st.sampled_from("abz 01\n\\*_+-~^?{}[]|!#.:;()<>&/'\"한글é😀@=,h"),
    max_size=12,
)
LINKS = st.sampled_from(["https://example.org/a?b=c", "mailto:a@b.c", "#x", "/y", "a b|c]"])

_VALUES = st.one_of(
    WORDS,
    LINKS,
    st.integers(-1, 7),
    st.booleans(),
    st.sampled_from(
        ["TODO", "DONE", "info", "custom", "center", "wide", "file", "external", "sub", "sup"]
    ),
    st.sampled_from(["#ff0000", "neutral", "green", "1767225600000", ":check_mark:", "java"]),
)
_NAMES = st.sampled_from(
    [
        "localId",
        "level",
        "state",
        "panelType",
        "panelColor",
        "title",
        "url",
        "id",
        "text",
        "alt",
        "type",
        "collection",
        "layout",
        "timestamp",
        "shortName",
        "color",
        "href",
        "language",
        "width",
        "extensionKey",
        "extensionType",
    ]
)
_ATTRIBUTES = st.dictionaries(_NAMES, _VALUES, max_size=4)
_MARK = st.fixed_dictionaries(
    {"type": st.sampled_from([*sorted(MARKS), "glow"])},
    optional={"attrs": st.dictionaries(st.sampled_from(["href", "color", "type"]), _VALUES)},
)
_KINDS = st.sampled_from([*sorted(RULES), "text", "text", "text", "paragraph", "sparkle", ""])


def _node(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": _KINDS},
        optional={
            "content": st.lists(children, max_size=4),
            "attrs": _ATTRIBUTES,
            "text": WORDS,
            "marks": st.lists(_MARK, max_size=3),
        },
    )


#: Trees that look like documents, but hold anything anywhere.
TREES = st.recursive(
    st.one_of(
        st.builds(
            lambda text, marks: {"type": "text", "text": text, "marks": marks},
            WORDS,
            st.lists(_MARK, max_size=2),
        ),
        _node(WORDS),
        st.none(),
        WORDS,
    ),
    _node,
    max_leaves=12,
)
ANY_DOCUMENTS = st.lists(TREES, max_size=4).map(
    lambda blocks: {"type": "doc", "version": 1, "content": blocks}
)
#: Documents that Jira takes.
DOCUMENTS = ANY_DOCUMENTS.map(mended)
