"""Flags as sentences. What a sentence does not say of the evidence stands beside it."""

import re
from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup

from gateway.review.values import Flag
from gateway.web.flag_words import WHY
from gateway.web.language import Tongue
from gateway.web.page_values import Chip, FlagLine
from gateway.web.reveal import reveal
from gateway.web.sentences import EVIDENCE, FLAGS, PARTS, SEVERITIES

_LOOKS = {"block": "bad", "warn": "warn", "info": "info"}
_ORDER = ("block", "warn", "info")
#: "2 × panel", or a name alone.
_COUNTED = re.compile(r"(?P<number>\d+ × )?(?P<part>.*)", re.DOTALL)
_PLACE = re.compile(r"%\((\w+)\)s")


def flag_lines(
    flags: Iterable[Flag], tongue: Tongue, *, linked: bool = False
) -> tuple[FlagLine, ...]:
    """Return flags as sentences, the gravest first; ``linked`` to the change they are about."""
    ordered = sorted(flags, key=lambda flag: _rank(flag.severity))
    return tuple(_line(flag, tongue, linked=linked) for flag in ordered)


def flag_chips(flags: Iterable[Flag], tongue: Tongue) -> tuple[Chip, ...]:
    """Return how many flags of each severity there are."""
    counted = dict.fromkeys(_ORDER, 0)
    for flag in flags:
        counted[flag.severity if flag.severity in counted else "warn"] += 1
    return tuple(
        Chip(f"{tongue.gettext(SEVERITIES[severity])} {number}", _LOOKS[severity])
        for severity, number in counted.items()
        if number
    )


def _line(flag: Flag, tongue: Tongue, *, linked: bool) -> FlagLine:
    sentence, evidence = _told(tongue, flag.id, tuple(flag.evidence.items()))
    return FlagLine(
        look=_LOOKS.get(flag.severity, "warn"),
        word=tongue.gettext(SEVERITIES.get(flag.severity, SEVERITIES["warn"])),
        sentence=sentence,
        evidence=evidence,
        anchor=f"c-{flag.change_id}" if linked and flag.change_id else "",
        id=flag.id if flag.id in WHY else "",
    )


@lru_cache(maxsize=512)
def _told(
    tongue: Tongue, flag: str, given: tuple[tuple[str, str], ...]
) -> tuple[Markup, tuple[tuple[str, Markup], ...]]:
    """Return a flag's sentence, and what it does not say of the evidence.

    Many changes of a set have the same flag for the same reason.
    """
    text = tongue.gettext(FLAGS.get(flag, FLAGS["unknown_flag"]))
    known = dict(given) if flag in FLAGS else {"id": flag, **dict(given)}
    said = set(_PLACE.findall(text))
    evidence = {name: _said(name, value, flag, tongue) for name, value in known.items()}
    rest = [(name, value) for name, value in evidence.items() if value and name not in said]
    return _filled(text, evidence), tuple(
        (tongue.gettext(EVIDENCE.get(name, name)), reveal(value)) for name, value in rest
    )


def _said(name: str, value: str, flag: str, tongue: Tongue) -> str:
    """Return evidence in the reader's language: dates, and the names of parts of texts."""
    if name != "lost" and (name, flag) != ("found", "secret"):
        return tongue.written(value)
    counted = (_COUNTED.fullmatch(one) for one in value.split(", "))
    parts = ((found["number"] or "", found["part"]) for found in counted if found)
    return ", ".join(number + tongue.gettext(PARTS.get(part, part)) for number, part in parts)


def _filled(text: str, evidence: dict[str, str]) -> Markup:
    """Fill a sentence; a value that is missing shows as …, never as an error."""
    pieces = [
        Markup("<b>{}</b>").format(reveal(evidence.get(piece) or "…"))
        if at % 2
        else reveal(piece.replace("%%", "%"))
        for at, piece in enumerate(_PLACE.split(text))
    ]
    return Markup("").join(pieces)


def _rank(severity: str) -> int:
    return _ORDER.index(severity) if severity in _ORDER else len(_ORDER)
