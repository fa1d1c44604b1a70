"""Where the pages lead: never to this machine, whose other ports would get the session's cookie."""

import pytest
from markupsafe import Markup

from gateway.web.links import followed, leads_home, link, safe_href
from sandbox.contract.shapes import ChangeKind
from tests.gateway.promotion.world import BASE_URL, change, change_set, doc, text
from tests.gateway.web.conftest import Visit

#: Spellings of 127.0.0.1, ::1 and localhost; ``tests/browser/test_spoofing.py`` asks Chromium.
HOME = (
    "http://127.0.0.1:9999/steal",
    "http://127.0.0.1/",
    "https://127.8.9.1:8642/",
    "http://localhost:3000/",
    "http://LOCALHOST:3000/",
    "http://localhost.:3000/",
    "http://a.localhost:3000/",
    "http://127.1:9999/",
    "http://2130706433:9999/",
    "http://0x7f000001:9999/",
    "http://0x7f.1:9999/",
    "http://0177.0.0.1:9999/",
    "http://127.0.0.1.:9999/",
    "http://%31%32%37.0.0.1:9999/",
    "http://somebody@127.0.0.1:9999/",
    "http://jira.example.com@127.0.0.1:9999/",
    "http://[::1]:9999/",
    "http://[::ffff:127.0.0.1]:9999/",
    "http://[::ffff:7f00:1]:9999/",
    "http://0.0.0.0:9999/",
    "http://0:9999/",
)
ELSEWHERE = (
    "https://jira.example.com/browse/AIR-1",
    "http://128.0.0.1:9999/",
    "http://10.0.0.1/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://256.256.256.256.256/",
    "https://[2001:db8::1]/",
    "https://[nothing]/",
    "mailto:somebody@localhost",
)

#: Letters that browsers take for others.
ALIKE = ("http://①②⑦.0.0.1:9/", "http://127。0。0。1:9/", "http://ｌocalhost:9/")


@pytest.mark.parametrize("target", HOME)
def test_a_link_to_this_machine_is_text(target: str) -> None:
    assert leads_home(target)
    assert followed(target) is None
    made = link(target, Markup("the words"))
    assert "<a " not in made
    assert "the words" in made.striptags()
    assert target in made.striptags()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_to_elsewhere_is_one(target: str) -> None:
    if safe_href(target) is not None:
        assert followed(target) == target
        assert link(target, Markup("the words")).startswith("<a ")


def test_letters_that_browsers_take_for_digits_are_no_way_around() -> None:
    for target in ALIKE:
        assert followed(target) is None, target


def test_no_page_leads_to_another_port_of_this_machine(eve: Visit) -> None:
    """Not even to the Jira of the tests: its issue is shown by the sandbox's pages instead."""
    own = f"{BASE_URL}/browse/AIR-2"
    eve.house.jira.add(doc(description=text(f"See {own}")))
    marked = {
        "type": "doc",
        "version": 1,
        "content": [
            {
                "type": "paragraph",
                "content": [
                    {
                        "type": "text",
                        "text": "click",
                        "marks": [{"type": "link", "attrs": {"href": "http://localhost:5000/x"}}],
                    },
                    {"type": "inlineCard", "attrs": {"url": own}},
                ],
            }
        ],
    }
    eve.house.arrive(change_set(change(after={"body": marked}, kind=ChangeKind.COMMENT)))
    page = eve.get("/cs/1").text
    assert "http://localhost:5000/x" in page
    assert 'href="http' not in page
    assert 'href="/sandbox/AIR-1?view=after&amp;set=1"' in page
