"""Writes come from our own pages only; every answer carries the strict headers."""

import re
from collections.abc import Mapping

import pytest
from starlette.datastructures import Headers

from gateway.web.security import CONTENT_SECURITY_POLICY, same_origin
from tests.gateway.web.conftest import ORIGIN, Visit

HOST = {"host": "airlock.test"}

CAME_FROM = [
    ({"sec-fetch-site": "same-origin", "origin": ORIGIN}, True),
    ({"sec-fetch-site": "same-origin"}, True),
    ({"origin": ORIGIN}, True),
    ({}, True),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "none"}, False),
    ({"sec-fetch-site": "same-origin", "origin": "http://evil.example"}, False),
    ({"origin": "null"}, False),
    ({"origin": "http://evil.example"}, False),
    ({"origin": "http://airlock.test.evil.example"}, False),
    ({"origin": "http://airlock.test:81"}, False),
    ({"origin": ""}, False),
    ({"cookie": "airlock=x"}, False),
]


@pytest.mark.parametrize(("headers", "ours"), CAME_FROM)
def test_a_write_must_come_from_our_own_pages(headers: Mapping[str, str], ours: bool) -> None:
    assert same_origin(Headers({**HOST, **headers})) is ours


@pytest.mark.parametrize(
    "headers",
    [headers for headers, ours in CAME_FROM if not ours],
    ids=str,
)
def test_a_forged_decision_changes_nothing(eve: Visit, headers: dict[str, str]) -> None:
    review = eve.arrive()
    form = {"digest": eve.digest(review)}
    answer = eve.http.post(f"/cs/{review}/approve", data=form, headers=headers)
    assert answer.status_code == 403
    assert "refused" in answer.text
    assert "거절" in answer.text
    assert 'data-state="review"' in eve.get(f"/cs/{review}").text


@pytest.mark.parametrize(
    "path", ["/", "/cs/1", "/cs/1/run", "/cs/99", "/nowhere", "/sign-in", "/healthz", "/static/x"]
)
def test_every_answer_is_sealed(eve: Visit, path: str) -> None:
    eve.arrive()
    headers = eve.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/", "/cs/1", "/cs/1/run", "/sign-in", "/nowhere"])
def test_no_page_needs_anything_inline(eve: Visit, path: str) -> None:
    eve.arrive()
    html = eve.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son\w+=|hx-on|javascript:", html)
    assert not re.search(
        r'(?:src|href|action)="(?:https?:)?//(?!127\.0\.0\.1:9/jira/browse/)', html
    )


def test_static_files_may_be_kept_for_a_year(visit: Visit) -> None:
    address = re.search(r'href="(/static/app\.css\?v=\w+)"', visit.get("/sign-in").text)
    assert address is not None
    answer = visit.get(address[1])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_oversized_form_is_refused(eve: Visit) -> None:
    answer = eve.post("/cs/1/reject", digest="0" * 64, words="x" * 500_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_lead_nowhere(eve: Visit, method: str) -> None:
    answer = eve.http.request(method, "/cs/1", headers={"Origin": ORIGIN})
    assert answer.status_code == 405
