"""``airlock demo --check``: the loop of a review without a person, and what it changed.

Acts as a browser would: opens the printed link, posts its form, reads each page's HTML,
posts the forms that stand in it with the digest that stands in it. Then compares every
issue of the fake Jira before and after.
"""

import sys
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx2

from gateway.cli.demo_parts import Demo

#: Issue key to its fields.
Issues = dict[str, dict[str, Any]]
#: Issue key to field to its value in a few words.
Expected = dict[str, dict[str, str]]

_PROMOTION_SECONDS = 90
#: Jira changes these by itself whenever an issue changes.
_OWN_CLOCK = frozenset({"updated", "statuscategorychangedate"})


@dataclass(slots=True)
class Form:
    """A form of a page: where it posts, and what stands in it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", "")))
        elif tag == "input" and self.forms and found.get("type") == "hidden":
            self.forms[-1].fields[found.get("name", "")] = found.get("value", "")


def forms(html: str) -> list[Form]:
    """Return the forms of a page."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


@dataclass(slots=True)
class Browser:
    """A browser without a screen: keeps cookies, posts forms, says where it comes from."""

    home: str
    http: httpx2.Client

    def open(self, address: str) -> str:
        """Return a page's HTML."""
        answer = self.http.get(urljoin(self.home, address))
        answer.raise_for_status()
        return answer.text

    def post(self, page: str, ending: str, **more: str) -> httpx2.Response:
        """Post the form of a page whose action ends so, with what stands in it and more."""
        html = self.open(page)
        form = next((one for one in forms(html) if one.action.endswith(ending)), None)
        if form is None:
            raise CheckFailedError(f"the page {page} has no form '…{ending}'")
        return self.http.post(
            urljoin(self.home, form.action),
            data={**form.fields, **more},
            headers={"Origin": self.home, "Sec-Fetch-Site": "same-origin"},
        )


class CheckFailedError(Exception):
    """The demo did not do what it promises."""


def snapshot(demo: Demo) -> Issues:
    """Return every issue of the fake Jira by key, with all fields."""
    found: Issues = {}
    token = ""
    with httpx2.Client(base_url=demo.upstream_url, auth=demo.service, trust_env=False) as http:
        while True:
            query = {"jql": "project in (WEB, PAY) ORDER BY key", "fields": "*all"}
            more = {"nextPageToken": token} if token else {}
            answer = http.get(
                "/rest/api/3/search/jql", params={**query, **more, "maxResults": "100"}
            )
            answer.raise_for_status()
            page = answer.json()
            found |= {one["key"]: one["fields"] for one in page["issues"]}
            token = page.get("nextPageToken", "")
            if not token:
                return found


def check(demo: Demo, before: Issues, reviews: list[dict[str, Any]]) -> int:
    """Review all three sets, compare Jira before and after; returns the exit code."""
    with httpx2.Client(follow_redirects=True, timeout=30, trust_env=False) as http:
        browser = Browser(demo.gateway_url, http)
        try:
            _sign_in(browser, demo)
            _review_all(browser, demo, {one["title"]: one["id"] for one in reviews})
            wrong = compare(demo, before, snapshot(demo))
        except (CheckFailedError, httpx2.HTTPError) as error:
            wrong = [str(error)]
    for line in wrong:
        _say(f"  WRONG     {line}")
    _say("demo check failed" if wrong else "demo check passed: exactly what was approved changed")
    return 1 if wrong else 0


def _sign_in(browser: Browser, demo: Demo) -> None:
    browser.post(demo.sign_in, "/sign-in").raise_for_status()
    if "/cs/" not in browser.open("/"):
        raise CheckFailedError("the inbox shows no change set after signing in")


def _review_all(browser: Browser, demo: Demo, by_title: dict[str, int]) -> None:
    _promote(browser, by_title["Safari login triage"])
    conflict = by_title["Plan the voucher bug"]
    refused = browser.post(f"/cs/{conflict}", "/reject", verdict="")
    if refused.status_code < 400:
        raise CheckFailedError("rejecting without words should have been refused")
    if any(one.action.endswith("/approve") for one in forms(browser.open(f"/cs/{conflict}"))):
        raise CheckFailedError("a set with an open conflict can be approved")
    _leave_out(browser, conflict, "priority")
    _promote(browser, conflict)
    lossy = by_title["Tidy the checkout report"]
    words = "Keep the mention, the panel and the table, please."
    browser.post(f"/cs/{lossy}", "/reject", words=words).raise_for_status()
    _say(f"  reviewed  3 change sets as {demo.told['cast']['person']['name']}'s reviewer")


def _leave_out(browser: Browser, review: int, what: str) -> None:
    """Leave the first conflicting change out."""
    page = f"/cs/{review}"
    change = next((one for one in forms(browser.open(page)) if "/changes/" in one.action), None)
    if change is None:
        raise CheckFailedError(f"no change of CS-{review} can be left out")
    ending = "/changes/" + change.action.rsplit("/changes/", 1)[1]
    answer = browser.post(page, ending, verdict="reject", words=f"{what} was set by a colleague")
    answer.raise_for_status()


def _promote(browser: Browser, review: int) -> None:
    browser.post(f"/cs/{review}", "/approve").raise_for_status()
    browser.post(f"/cs/{review}/promote", "/promote").raise_for_status()
    until = time.monotonic() + _PROMOTION_SECONDS
    while time.monotonic() < until:
        html = browser.open(f"/cs/{review}")
        if 'data-state="promoted"' in html:
            return
        if 'data-state="partly_promoted"' in html or 'data-state="failed"' in html:
            raise CheckFailedError(f"CS-{review} was not promoted as a whole")
        time.sleep(0.3)
    raise CheckFailedError(f"CS-{review} was not promoted in {_PROMOTION_SECONDS} seconds")


def expected(demo: Demo, before: Issues, new: str) -> Expected:
    """Return which fields of which issues differ now, and what they are: all else stays."""
    cast = demo.told["cast"]
    comments = int(short(before[cast["clean"]].get("comment")))
    return {
        cast["clean"]: {
            "priority": "High",
            "labels": "customer-report, regression",
            "status": "In Progress",
            "comment": str(comments + 1),
            "subtasks": new,
        },
        # The colleague's priority, not the agent's: that change was left out.
        cast["conflict"]: {"priority": "Highest", "duedate": "2026-12-04"},
    }


def compare(demo: Demo, before: Issues, after: Issues) -> list[str]:
    """Print what changed in Jira; return what is wrong about it, one sentence each."""
    wrong = [f"{key} is gone" for key in before if key not in after]
    new = [key for key in after if key not in before]
    wanted = expected(demo, before, new[0] if new else "")
    if len(new) != 1:
        wrong.append(f"one new issue was approved, but there are: {', '.join(new) or 'none'}")
    for key, fields in before.items():
        wrong += _compare_issue(key, fields, after.get(key, {}), wanted.get(key, {}))
    for key in new:
        _say(f"  changed   {key:<8} new: {after[key]['summary']}")
        parent = short(after[key].get("parent"))
        if parent != demo.told["cast"]["clean"]:
            wrong.append(f"{key} was made below {parent}, which nobody approved")
    untouched = sum(key not in wanted and after.get(key) == before[key] for key in before)
    _say(f"  unchanged {untouched} other issues")
    return wrong


def _compare_issue(
    key: str, before: dict[str, Any], after: dict[str, Any], wanted: dict[str, str]
) -> list[str]:
    names = {*before, *after}
    changed = {name for name in names if before.get(name) != after.get(name)}
    allowed = {*wanted, *_OWN_CLOCK} if wanted else set()
    for name in sorted(changed & wanted.keys()):
        was, now = short(before.get(name)), short(after.get(name))
        _say(f"  changed   {key:<8} {name}: {was} -> {now}")
    return [
        *(
            f"{key} {name} changed although nobody approved it"
            for name in sorted(changed - allowed)
        ),
        *(
            f"{key} {name} should be {value}, but is {short(after.get(name))}"
            for name, value in wanted.items()
            if short(after.get(name)) != value
        ),
    ]


def short(value: Any) -> str:
    """Return a field's value in a few words."""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("key") or value.get("total"))
    if isinstance(value, list):
        return ", ".join(short(one) for one in value) or "none"
    return "none" if value is None else str(value)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
