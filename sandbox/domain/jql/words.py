"""Searches for words: ``~ "login -error"`` as conditions on the index of words.

Space means AND; ``OR``, ``NOT``, ``+``, ``-``, ``"phrases"`` and a trailing ``*`` work. There
are no positions and no stems in the index: a phrase is all of its words, ``?`` and an
inner ``*`` cut a word to its beginning, and ``~`` (fuzzy) and ``^`` (boost) are ignored.
"""

import re
import unicodedata
from dataclasses import dataclass

from sandbox.domain.jql.checked import (
    And,
    Condition,
    Empty,
    FieldRef,
    Never,
    Not,
    Or,
    Term,
    TextMatch,
)
from sandbox.domain.jql.errors import JqlError

_ITEM = re.compile(r'([+\-!]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))[~^]?[\d.]*')
_WILD = re.compile(r"(?<!\\)[*?]")
_TAIL = re.compile(r"[~^][\d.]*$")
_GROUPING = str.maketrans("()[]{}", "      ")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Item:
    """One term with what stood before it."""

    term: Term
    negated: bool


def words_match(text: str, fields: tuple[str, ...], name: str, *, negated: bool) -> Condition:
    """Return what a search for words means; ``name`` is the field's name in messages."""
    if not text.strip():
        raise JqlError(f"The field '{name}' does not support searching for an empty string.")
    groups = [found for group in _groups(text, name) if (found := _group(group, fields))]
    whole = groups[0] if len(groups) == 1 else Or(tuple(groups)) if groups else Never()
    return _negative(whole, fields) if negated else whole


def _negative(whole: Condition, fields: tuple[str, ...]) -> Condition:
    if isinstance(whole, TextMatch):
        return TextMatch(whole.fields, whole.terms, negated=True)
    present = Or(tuple(Empty(FieldRef(one), negated=True) for one in fields))
    return And((present, Not(whole)))


def _group(items: list[_Item], fields: tuple[str, ...]) -> Condition | None:
    wanted = tuple(one.term for one in items if not one.negated and one.term.words)
    unwanted = [one.term for one in items if one.negated and one.term.words]
    parts: list[Condition] = [TextMatch(fields, wanted)] if wanted else []
    parts += [Not(TextMatch(fields, (term,))) for term in unwanted]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _groups(text: str, name: str) -> list[list[_Item]]:
    """Return the terms between ``OR``, each group with its terms."""
    groups: list[list[_Item]] = [[]]
    waiting = ""
    for match in _ITEM.finditer(text.translate(_GROUPING)):
        sign, phrase, word = match.groups()
        joint = "" if sign or word is None else _joint(word)
        if not joint:
            groups[-1].append(_item(sign, phrase, word, name, negated=waiting == "NOT"))
            waiting = ""
            continue
        if joint != "NOT" and (waiting or not groups[-1]):
            raise _unreadable(text, name)
        if joint == "OR":
            groups.append([])
        waiting = joint
    if waiting:
        raise _unreadable(text, name)
    return groups


def _joint(word: str) -> str:
    return {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}.get(word, "")


def _item(sign: str, phrase: str | None, word: str | None, name: str, *, negated: bool) -> _Item:
    unwanted = negated or sign in ("-", "!")
    if word is None:
        return _Item(Term(split(phrase or "")), unwanted)
    plain = _TAIL.sub("", word)
    if _WILD.match(plain):
        raise JqlError(
            f"The text query '{word}' for field '{name}' is not allowed to start with '{plain[0]}'."
        )
    begins = _WILD.split(plain, maxsplit=1)
    return _Item(Term(split(begins[0]), prefix=len(begins) > 1), unwanted)


def split(text: str) -> tuple[str, ...]:
    """Return the words of a text as the index holds them."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _unreadable(text: str, name: str) -> JqlError:
    return JqlError(f"Unable to parse the text '{text}' for field '{name}'.")
