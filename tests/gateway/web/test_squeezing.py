"""Compressed answers: smaller, the same, and never where their length could tell something."""

import gzip

import httpx2
import pytest

from tests.gateway.web.conftest import SAME, Visit

OURS = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
#: Followed from a page elsewhere, as with a guess in the address.
ELSEWHERE = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def pages(visit: Visit) -> Visit:
    """Lend a browser that is signed in beside a change set."""
    visit.arrive()
    visit.sign_in("ann")
    return visit


def encoding(answer: httpx2.Response) -> str:
    return answer.headers.get("content-encoding", "")


def raw(visit: Visit, path: str) -> bytes:
    with visit.http.stream("GET", path, headers=OURS) as answer:
        return b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", ["/", "/cs/1", "/history", "/static/app.css", "/static/app.js"])
def test_texts_travel_compressed_and_are_the_same(pages: Visit, path: str) -> None:
    plain = pages.get(path, **{"Accept-Encoding": "identity", "Sec-Fetch-Site": "same-origin"})
    squeezed = pages.get(path, **OURS)
    assert (encoding(plain), encoding(squeezed)) == ("", "gzip")
    assert plain.text == squeezed.text
    assert "accept-encoding" in squeezed.headers["vary"].lower()
    sent = raw(pages, path)
    assert len(sent) == int(squeezed.headers["content-length"]) < len(plain.content) / 2
    assert gzip.decompress(sent).decode() == plain.text
    # All headers of the wall stand there too.
    assert squeezed.headers["x-content-type-options"] == "nosniff"


def test_what_another_site_asked_for_is_not_compressed(pages: Visit) -> None:
    for path in ("/?agent=guess", "/cs/1", "/history?who=guess"):
        assert encoding(pages.get(path, **ELSEWHERE)) == ""
        assert encoding(pages.get(path, **{**ELSEWHERE, "Sec-Fetch-Site": "same-site"})) == ""
        # A browser too old to say where it comes from, with a cookie.
        assert encoding(pages.get(path, **{"Accept-Encoding": "gzip"})) == ""


def test_answers_to_forms_and_those_with_a_cookie_are_not_compressed(pages: Visit) -> None:
    form = {"agent": "bot", "person": "nobody", "projects": "AIR", "days": "7"}
    headers = {**SAME, "Accept-Encoding": "gzip"}
    answer = pages.http.post("/agents/tokens", data=form, headers=headers)
    assert len(answer.content) > 1_400
    assert encoding(answer) == ""
    chosen = pages.get("/?lang=ko", **OURS)
    assert "set-cookie" in chosen.headers
    assert encoding(chosen) == ""


def test_what_is_small_streamed_or_no_text_passes_as_it_is(pages: Visit) -> None:
    for path in ("/healthz", "/cs/1/run/events?seen=0", "/history.csv"):
        assert encoding(pages.get(path, **OURS)) == "", path
    assert encoding(pages.http.head("/static/app.css", headers=OURS)) == ""
