"""What can be seen in a text: what it is made of, what must not be in it."""

import difflib
import re
from collections import Counter
from functools import lru_cache

from pydantic import JsonValue

from gateway.policy.unseen import unseen
from sandbox.contract.sameness import Same

#: ADF node type to the word for it, for nodes that carry more than their text.
_ADF_PARTS = {
    "mention": "mention",
    "panel": "panel",
    "media": "media",
    "mediaInline": "media",
    "inlineCard": "card",
    "blockCard": "card",
    "embedCard": "card",
    "extension": "macro",
    "inlineExtension": "macro",
    "bodiedExtension": "macro",
    "table": "table",
    "expand": "expand",
    "nestedExpand": "expand",
    "taskItem": "task",
    "blockTaskItem": "task",
    "decisionItem": "decision",
    "status": "status",
    "date": "date",
    "codeBlock": "code",
    "layoutSection": "layout",
    "syncBlock": "synced block",
    "bodiedSyncBlock": "synced block",
    "placeholder": "placeholder",
}
#: ADF marks that Markdown cannot say.
_ADF_MARKS = {"textColor": "colour", "backgroundColor": "colour", "annotation": "inline comment"}
#: The same parts as wiki text writes them.
_WIKI_PARTS = {
    "mention": re.compile(r"\[~[^\]\s]+\]"),
    "panel": re.compile(r"\{(?:panel|info|note|tip|warning)(?::[^}]*)?\}(?=[^{]*)", re.IGNORECASE),
    "media": re.compile(r"![^\s!|]+\.\w{2,5}(?:\|[^!\n]*)?!"),
    "card": re.compile(r"\[[^\]|]*\|[^\]]*\|smart-(?:link|card|embed)\]"),
    "code": re.compile(r"\{(?:code|noformat)(?::[^}]*)?\}", re.IGNORECASE),
    "table": re.compile(r"^\|\|", re.MULTILINE),
    "macro": re.compile(
        r"\{(?!(?:panel|info|note|tip|warning|code|noformat|color|quote)\b)"
        r"[a-z][\w-]*(?::[^}]*)?\}",
        re.IGNORECASE,
    ),
}
#: Written with an opening and a closing tag in wiki text.
_PAIRED = frozenset({"panel", "code"})

_SECRETS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "Atlassian token": re.compile(r"\bATATT3x[A-Za-z0-9_=-]{20,}"),
    "GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})"),
    "Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "password": re.compile(
        r"(?i)\b(?:password|passwd|api[_-]?key|secret|비밀번호)\s*[:=]\s*[\"']?[^\s\"'<>*]{8,}"
    ),
}
#: Six digits, a hyphen and seven digits; found by the hyphen, which a long text has few of.
_RESIDENT = re.compile(r"-[1-4]\d{6}(?!\d)(?<=\d{6}-\d{7})(?<!\d{7}-\d{7})")


def plain(value: JsonValue) -> str:
    """Return the words of a value: ADF, wiki text, or any other JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(plain, value)))
    return _plain(Same(value)) if isinstance(value, dict) else ""


@lru_cache(maxsize=256)
def _plain(same: Same) -> str:
    return _words(same.value)


def _words(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(_words, value)))
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "text":
        return str(value.get("text") or "")
    if "type" in value:
        glue = "" if value.get("type") in ("paragraph", "heading") else "\n"
        content = value.get("content")
        texts = [_words(one) for one in content] if isinstance(content, list) else []
        return glue.join(texts) + _attribute_text(value.get("attrs"))
    return "\n".join(filter(None, map(_words, value.values())))


def strings(value: JsonValue) -> str:
    """Return every string leaf of a value, also links and attributes."""
    # Several rules look at the same text, and so does the next look at the page.
    return value if isinstance(value, str) else _strings(Same(value))


@lru_cache(maxsize=256)
def _strings(same: Same) -> str:
    return _leaves(same.value)


def _leaves(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    parts = (
        value
        if isinstance(value, list)
        else list(value.values())
        if isinstance(value, dict)
        else []
    )
    return "\n".join(filter(None, map(_leaves, parts)))


def parts(value: JsonValue) -> Counter[str]:
    """Count what a rich text has besides its words."""
    if isinstance(value, str):
        return _wiki_parts(value)
    return Counter(_adf_parts(Same(value)))


@lru_cache(maxsize=256)
def _adf_parts(same: Same) -> dict[str, int]:
    found: Counter[str] = Counter()
    _count_adf(same.value, found)
    return dict(found)


def lost_parts(before: JsonValue, after: JsonValue) -> dict[str, int]:
    """Return what would vanish from a rich text, with how many."""
    gone = parts(before) - parts(after)
    return dict(sorted(gone.items()))


@lru_cache(maxsize=256)
def replaced_share(before: str, after: str) -> float:
    """Return which share of the words of a text would go."""
    old, new = before.split(), after.split()
    if not old:
        return 0.0
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return 1 - kept / len(old)


@lru_cache(maxsize=256)
def secrets_in(text: str) -> tuple[str, ...]:
    """Return which kinds of secret a text seems to hold; never the secret itself."""
    return tuple(name for name, pattern in _SECRETS.items() if pattern.search(text))


@lru_cache(maxsize=256)
def odd_characters(text: str) -> tuple[str, ...]:
    """Return the code points of characters that are invisible or pass for others."""
    # Jira Server's line ends are no news.
    text = text.replace("\r\n", "\n")
    return tuple(sorted({f"U+{ord(text[at]):04X}" for at in unseen(text)}))


@lru_cache(maxsize=256)
def resident_numbers(text: str) -> int:
    """Return how many Korean resident registration numbers a text seems to hold."""
    return len(_RESIDENT.findall(text))


def mentions(value: JsonValue) -> set[str]:
    """Return the ids of the people that a rich text mentions."""
    if isinstance(value, str):
        return set(re.findall(r"\[~(?:accountid:)?([^\]\s]+)\]", value))
    return set(_mentions(Same(value))) if isinstance(value, dict | list) else set()


@lru_cache(maxsize=256)
def _mentions(same: Same) -> frozenset[str]:
    found: set[str] = set()
    for node in _nodes(same.value):
        attrs = node.get("attrs")
        if node.get("type") == "mention" and isinstance(attrs, dict):
            found.add(str(attrs.get("id")))
    return frozenset(found)


def _nodes(value: JsonValue) -> list[dict[str, JsonValue]]:
    if isinstance(value, list):
        return [node for one in value for node in _nodes(one)]
    if isinstance(value, dict):
        return [value, *_nodes(value.get("content"))]
    return []


def _count_adf(value: JsonValue, found: Counter[str]) -> None:
    for node in _nodes(value):
        marks = node.get("marks")
        names = {_ADF_PARTS.get(str(node.get("type")))}
        for mark in marks if isinstance(marks, list) else ():
            names.add(_ADF_MARKS.get(str(mark.get("type"))) if isinstance(mark, dict) else None)
        found.update(name for name in names if name is not None)


def _wiki_parts(text: str) -> Counter[str]:
    counts = {name: len(pattern.findall(text)) for name, pattern in _WIKI_PARTS.items()}
    return Counter(
        {
            name: (count + 1) // 2 if name in _PAIRED else count
            for name, count in counts.items()
            if count
        }
    )


def _attribute_text(attrs: JsonValue) -> str:
    if not isinstance(attrs, dict):
        return ""
    return " ".join(str(attrs[name]) for name in ("text", "title") if attrs.get(name))
