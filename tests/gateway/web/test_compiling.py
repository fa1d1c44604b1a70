"""Templates as code: what is known beforehand is worked out once, and printed as ever."""

from enum import StrEnum

import pytest
from jinja2 import StrictUndefined
from jinja2.exceptions import UndefinedError
from markupsafe import Markup, escape

from gateway.web.compiling import Templates, printed, shown


class Word(StrEnum):
    """A text with a name."""

    ODD = "<b>"


def made() -> tuple[Templates, list[str]]:
    """Return templates that know how to shout, and what they were asked to."""
    found = Templates(autoescape=True, undefined=StrictUndefined, finalize=shown)
    said: list[str] = []

    def shout(text: str) -> str:
        said.append(text)
        return Markup("<b>{}</b>").format(text.upper())

    found.known = {"shout": shout}
    found.globals["shout"] = shout
    return found, said


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "<i>&'\"",
        "zero\u200bwidth",
        "한국어",
        Markup("<b>"),
        7,
        True,
        None,
        1.5,
        Word.ODD,
        "",
    ],
)
def test_every_value_is_printed_spelled_and_escaped(value: object) -> None:
    assert printed(value) == escape(shown(value))
    templates, _ = made()
    assert templates.from_string("{{ x }}").render(x=value) == escape(shown(value))


def test_a_known_call_is_answered_when_the_template_is_compiled() -> None:
    templates, said = made()
    page = templates.from_string(
        "{% for one in 'ab' %}{{ shout('hi & ho') }}{% endfor %}"
        "{{ shout(x) }}{{ shout('a' if x else 'b') }}"
        "{% if shout('c') %}<{{ shout('d')|e }}{% endif %}"
    )
    said.clear()
    html = page.render(x="<x>")
    assert html == "<b>HI &amp; HO</b>" * 2 + "<b>&lt;X&gt;</b><b>A</b><<b>D</b>"
    # Only what the page itself gives is asked for again.
    assert said == ["<x>", "a"]


def test_a_name_that_is_not_there_is_still_an_error() -> None:
    templates, _ = made()
    with pytest.raises(UndefinedError):
        templates.from_string("{{ nowhere }}").render()
