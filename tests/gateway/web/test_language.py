"""The language is the one asked for; the Korean texts are whole."""

import ast
import hashlib
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po
from jinja2 import Environment

import gateway.web.templating as templating_module
from gateway.promotion.states import OpState
from gateway.review.states import State, Turn
from gateway.web import sentences
from gateway.web.language import Lang, Tongue, catalogue, choose
from gateway.web.told import SENTENCES, in_tongue
from sandbox.contract.shapes import ChangeKind

GATEWAY = Path(templating_module.__file__).parent.parent
WEB = GATEWAY / "web"
PO = WEB / "locale" / "ko" / "LC_MESSAGES" / "airlock.po"
MINUTE = 60_000_000
#: Words of a template that are names, not texts.
NAMES = {"jira-airlock", "CS", "Ctrl", "CS-12", "CSV", "JSONL", "triage-bot"}


def extracted() -> set[str]:
    """Return every text that code and templates mark for translation."""
    found: set[str] = set()
    asked = re.compile(rf"\b(?:{'|'.join(DEFAULT_KEYWORDS)})\s*\(")
    for path in GATEWAY.rglob("*.py"):
        # To take a file apart costs a hundred times as much as to see that it asks for no text.
        if asked.search(path.read_text(encoding="utf-8")):
            found |= {_first(one[1]) for one in extract_from_file("python", path)}
    for path in GATEWAY.glob("**/templates/**/*.html"):
        found |= {_first(one[1]) for one in extract_from_file("jinja2", path)}
    return found


def _messages() -> list[Message]:
    with PO.open("rb") as file:
        return [message for message in read_po(file, locale="ko") if message.id]


def _first(text: str | list[str] | tuple[str, ...] | None) -> str:
    return text if isinstance(text, str) else "" if text is None else text[0]


def test_every_text_has_a_korean_one() -> None:
    korean = {_first(message.id): message for message in _messages()}
    texts = extracted()
    assert len(texts) > 250
    assert sorted(texts - set(korean)) == []
    assert sorted(set(korean) - texts) == []
    for text, message in korean.items():
        translated = _first(message.string)
        assert translated, text
        assert not message.fuzzy, text
        assert _places(translated) == _places(text), text
        # The compiled catalogue is the same as the written one.
        if isinstance(message.id, str):
            assert catalogue(Lang.KO).gettext(message.id) == translated
        else:
            one, many = message.id[0], message.id[1]
            assert catalogue(Lang.KO).ngettext(one, many, 2) == translated


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"%\((\w+)\)", text))


def test_korean_texts_avoid_particles_that_depend_on_a_value() -> None:
    for message in _messages():
        text = _first(message.string)
        assert not re.search(r"\)[sd][”\"]?(을|를|은|는|이|가|과|와)(?![가-힣])", text), text


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda p: p.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    spoken = re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]*)"', bare)
    spoken += re.split(r"<[^>]*>", bare)
    words = {word for text in spoken for word in re.findall(r"[A-Za-z가-힣][\w-]+", text)}
    assert words <= NAMES


_BELOW = (
    GATEWAY / "review" / "rules.py",
    GATEWAY / "operations" / "reviewing.py",
    GATEWAY / "operations" / "approvals.py",
    GATEWAY / "operations" / "seeing.py",
    GATEWAY / "operations" / "differences.py",
    GATEWAY / "operations" / "wishes.py",
    GATEWAY / "operations" / "undoing.py",
    GATEWAY / "promotion" / "lasting.py",
    GATEWAY / "operations" / "preflight.py",
    GATEWAY / "promotion" / "preflight_checks.py",
)
#: What is called with sentences for people.
_SAYING = frozenset({"Refusal", "append", "_refused", "Lasting", "blocked", "warning", "ok"})


def sentences_below() -> set[str]:
    """Return the sentences that the rules give to people, values as ``*``."""
    found: set[str] = set()
    for path in _BELOW:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _SAYING:
                found |= {_text(argument) for argument in node.args}
    return {text for text in found if " " in text}


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _text(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr):
        return "".join(_text(part) or "*" for part in argument.values)
    return ""


def test_every_sentence_of_the_rules_is_translated() -> None:
    below = sentences_below()
    assert len(below) > 15
    korean = Tongue(Lang.KO)
    assert [text for text in sorted(below) if in_tongue(text, korean) == text] == []


def test_a_sentence_with_values_keeps_them_in_korean() -> None:
    assert "WEB-7" in in_tongue("Jira was never read for WEB-7.", Tongue(Lang.KO))
    assert in_tongue("Field 'x' is required.", Tongue(Lang.KO)) == "Field 'x' is required."
    assert in_tongue("Nothing would change in Jira.", Tongue(Lang.EN)) in SENTENCES


def test_every_state_kind_and_turn_has_words_and_a_look() -> None:
    assert set(sentences.STATES) == set(sentences.STATE_LOOKS) == set(State)
    assert set(sentences.OPERATION_STATES) == set(sentences.OPERATION_LOOKS) == set(OpState)
    assert set(sentences.KINDS) == set(sentences.COUNTED) == set(ChangeKind)
    assert set(sentences.TURNS) == set(Turn)


def test_every_flag_of_the_policy_has_a_sentence() -> None:
    source = (GATEWAY / "policy" / "flags.py").read_text(encoding="utf-8")
    ids = set(re.findall(r'_flag\(seen, "(\w+)"', source)) | set(re.findall(r'id="(\w+)"', source))
    assert len(ids) > 10
    assert ids <= set(sentences.FLAGS)


@pytest.mark.parametrize(
    ("query", "cookies", "accept", "expected"),
    [
        ({}, {}, "", Lang.EN),
        ({}, {}, "ko-KR,ko;q=0.9,en;q=0.8", Lang.KO),
        ({}, {}, "en;q=0.2, ko", Lang.KO),
        ({}, {}, "ko;q=0, en", Lang.EN),
        ({}, {}, "fr, de", Lang.EN),
        ({}, {}, "ko;q=x", Lang.EN),
        ({}, {"airlock-lang": "ko"}, "en", Lang.KO),
        ({"lang": "en"}, {"airlock-lang": "ko"}, "ko", Lang.EN),
        ({"lang": "xx"}, {}, "ko", Lang.KO),
    ],
)
def test_the_language_asked_for_most_clearly_wins(
    query: dict[str, str], cookies: dict[str, str], accept: str, expected: Lang
) -> None:
    assert choose(query, cookies, accept) is expected


@pytest.mark.parametrize(
    ("lang", "four_minutes", "day", "moment"),
    [
        (Lang.EN, "4 minutes ago", "Monday, November 30, 2026", "Nov 18, 2026, 11:06 UTC"),
        (Lang.KO, "4분 전", "2026년 11월 30일 월요일", "2026. 11. 18. 11:06 UTC"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(
    lang: Lang, four_minutes: str, day: str, moment: str
) -> None:
    tongue, now = Tongue(lang), 1_795_000_000_000_000
    assert tongue.ago(now - 4 * MINUTE, now) == four_minutes
    # What happened this very moment, or is said to have happened later, is not "in 0 seconds".
    assert tongue.ago(now, now) == tongue.ago(now + MINUTE, now) == tongue.ago(now - 1, now)
    assert tongue.ago(now, now) in ("1 second ago", "1초 전")
    assert tongue.day(date(2026, 11, 30)) == day
    assert tongue.moment(now) == moment


def test_vendored_files_are_the_ones_written_down() -> None:
    vendor = WEB / "static" / "vendor"
    listed = re.findall(
        r"`([\w.-]+\.js)`.*`([0-9a-f]{64})`", (vendor / "VENDORED.md").read_text("utf-8")
    )
    assert {name for name, _ in listed} == {path.name for path in vendor.glob("*.js")}
    for name, digest in listed:
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(
    ("written", "english", "korean"),
    [
        (
            "2026-11-27T05:22:17.000+0000",
            "Fri, Nov 27, 2026, 05:22:17 UTC",
            "2026. 11. 27. (금) 05:22:17 UTC",
        ),
        (
            "2026-11-27T14:22:00.000+0900",
            "Fri, Nov 27, 2026, 14:22 +09:00",
            "2026. 11. 27. (금) 14:22 +09:00",
        ),
        ("2026-11-27", "Friday, November 27, 2026", "2026년 11월 27일 금요일"),
        ("2026-13-45", "2026-13-45", "2026-13-45"),
    ],
)
def test_a_time_of_jira_has_weekday_and_offset(written: str, english: str, korean: str) -> None:
    assert Tongue(Lang.EN).written(written) == english
    assert Tongue(Lang.KO).written(written) == korean
