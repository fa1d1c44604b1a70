"""Text to tokens, with Jira's complaints about single characters, quotes and escapes.

Tokens are made one at a time, when the parser asks: so the leftmost mistake of a query
is the one that is told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.jql.errors import JqlError

#: Characters that JQL keeps for later; they must be quoted.
RESERVED_CHARACTERS = frozenset("{}*/%+^$#@?;")

_RESERVED = """
    abort access add after alias alter and any as asc audit avg before begin between boolean
    break by byte catch cf changed char character check checkpoint collate collation column
    commit connect continue count create current date decimal declare decrement default
    defaults define delete delimiter desc difference distinct divide do double drop else empty
    encoding end equals escape exclusive exec execute exists explain false fetch field file
    first float for from function go goto grant greater group having identified if immediate
    in increment index initial inner inout input insert int integer intersect intersection
    into is isempty isnull join last left less like limit lock long max min minus mode modify
    modulo more multiply next noaudit not notin nowait null number object of on option or
    order outer output power previous prior privileges public raise raw remainder rename
    resource return returns revoke right row rowid rownum rows select session set share size
    sqrt start strict string subtract sum synonym table then to trans transaction trigger true
    uid union unique update user validate values view was when whenever where while with
"""
#: Words that must be quoted to be a field or a value.
RESERVED_WORDS = frozenset(_RESERVED.split())

_SYMBOLS = ("&&", "||", "!=", "!~", "<=", ">=", *"=!<>()~,[]|&")
_ESCAPES = {
    "t": "\t",
    "n": "\n",
    "r": "\r",
    '"': '"',
    "'": "'",
    "\\": "\\",
    " ": " ",
}
_PLAIN = re.compile(r"""[^\s\x00-\x1f\x7f-\x9f"'=!<>()~,\[\]|&{}*/%+^$#@?;\\]+""")
_BLANK = re.compile(r"\s+")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_NUMBER = re.compile(r"-?\d+")


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    STRING = "string"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``text`` without quotes and escapes, ``shown`` as it was written."""

    kind: Kind
    text: str
    shown: str
    #: Where it begins in the query.
    start: int

    @property
    def keyword(self) -> str:
        """The unescaped word in lower case, the symbol, or nothing."""
        if self.kind is Kind.SYMBOL:
            return self.text
        return self.shown.lower() if self.kind is Kind.WORD else ""

    @property
    def is_text(self) -> bool:
        """Whether it is a word or a quoted string."""
        return self.kind in (Kind.WORD, Kind.STRING)

    @property
    def is_number(self) -> bool:
        """Whether it is an unquoted whole number."""
        return self.kind is Kind.WORD and bool(_NUMBER.fullmatch(self.text))

    @property
    def is_reserved(self) -> bool:
        """Whether it is a word that must be quoted."""
        return self.keyword in RESERVED_WORDS


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query; the last one is END, again and again."""
    position = 0
    while True:
        blank = _BLANK.match(text, position)
        position = blank.end() if blank else position
        if position >= len(text):
            yield Token(Kind.END, "", "", position)
            continue
        token, position = _token(text, position)
        yield token


def error_at(text: str, position: int, message: str, *, at_end: bool = False) -> JqlError:
    """Return a syntax error at a position of the query."""
    line_start = text.rfind("\n", 0, position) + 1
    line = text.count("\n", 0, position) + 1
    return JqlError(message, line, position - line_start + 1, at_end=at_end)


def _token(text: str, position: int) -> tuple[Token, int]:
    for symbol in _SYMBOLS:
        if text.startswith(symbol, position):
            return Token(Kind.SYMBOL, symbol, symbol, position), position + len(symbol)
    if text[position] in "\"'":
        value, end = _quoted(text, position)
        return Token(Kind.STRING, value, value, position), end
    value, end = _word(text, position)
    return Token(Kind.WORD, value, text[position:end], position), end


def _quoted(text: str, start: int) -> tuple[str, int]:
    quote, position, found = text[start], start + 1, ""
    while position < len(text):
        character = text[position]
        if character == quote:
            return found, position + 1
        if character == "\\":
            character, position = _escaped(text, position)
            found += character
        else:
            found += character
            position += 1
    raise error_at(text, start, _unfinished(text[start + 1 :]))


def _unfinished(content: str) -> str:
    shown = f" '{content}'" if content else ""
    return f"The quoted string{shown} has not been completed."


def _word(text: str, start: int) -> tuple[str, int]:
    position, found = start, ""
    while position < len(text):
        plain = _PLAIN.match(text, position)
        if plain:
            found, position = found + plain[0], plain.end()
        elif text[position] == "\\":
            character, position = _escaped(text, position)
            found += character
        else:
            break
    if position == start:
        raise error_at(text, start, _reserved_character(text[start]))
    return found, position


def _escaped(text: str, position: int) -> tuple[str, int]:
    following = text[position + 1 : position + 2]
    if following in _ESCAPES and following:
        return _ESCAPES[following], position + 2
    code = text[position + 2 : position + 6]
    if following == "u" and _HEX.fullmatch(code):
        return chr(int(code, 16)), position + 6
    wrong = text[position : position + 3] if following == "u" else text[position : position + 2]
    raise error_at(
        text,
        position,
        f"'{wrong}' is an illegal JQL escape sequence. The valid escape sequences are"
        r" \', \", \t, \n, \r, \\, '\ ' and \uXXXX.",
    )


def _reserved_character(character: str) -> str:
    return (
        f"The character '{character}' is a reserved JQL character. You must enclose it in a"
        f" string or use the escape '\\u{ord(character):04x}' instead."
    )
