"""Real pages in a real Chromium, over the whole house: two sandboxes and a gateway."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from gateway.app import create_app
from gateway.identity import links
from tests.house import House, house
from tests.journeys.agents import Agent, work

CHROMIUM = (
    os.environ.get("CHROMIUM_PATH")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
)
#: Where pictures for the documentation go, when AIRLOCK_SHOTS=1 asks for them.
SHOTS = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip this folder, and say why, where there is no browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="needs Chromium (CHROMIUM_PATH)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the system's Chromium, drawing the same everywhere."""
    args = ["--disable-dev-shm-usage", "--force-color-profile=srgb", "--font-render-hinting=none"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": args}


@dataclass
class Place:
    """The pages at their address, with the house behind them."""

    url: str
    house: House
    browser: Browser
    #: The cookie that a sign-in gave.
    signed_in: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self, expected: str = "", **options: Any) -> Iterator[Page]:
        """Open a signed-in page; fails on any console message or page error.

        Chromium writes a line for every page that answers with an error: a test that
        wants one says which status is ``expected``.
        """
        context: BrowserContext = self.browser.new_context(
            base_url=self.url,
            locale=options.pop("locale", "en-US"),
            timezone_id="UTC",
            reduced_motion="reduce",
            viewport=options.pop("viewport", {"width": 1280, "height": 900}),
            **options,
        )
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        for name, value in self.session().items():
            context.add_cookies([{"name": name, "value": value, "url": self.url}])
        yield page
        context.close()
        assert [one for one in troubles if not expected or expected not in one] == []

    def session(self) -> dict[str, str]:
        """Return the cookie of somebody who signed in by a link, once for all tests."""
        if not self.signed_in:
            with httpx2.Client(base_url=self.url, trust_env=False) as http:
                link = links.new_link(self.house.gateway, "mina")
                form = {"link": link.partition("link=")[2]}
                http.post(links.PATH, data=form, headers={"Origin": self.url})
                self.signed_in = dict(http.cookies)
        return self.signed_in

    def review(self, task: str, **edits: Any) -> int:
        """Let an agent do a day's work and hand it in; returns the review's number."""
        assert self.house.world is not None
        person = self.house.world.cast.person.account_id
        token = self.house.token(f"agent-{task}", person)
        # Playwright holds this thread's event loop; the agent gets a thread of its own.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(
                work, self.house.shadow.url, token, lambda one: _job(one, task, edits), task=task
            ).result()
        return self.house.fetch()[-1]


async def _job(agent: Agent, task: str, edits: dict[str, Any]) -> None:
    found = await agent.must(
        "searchJiraIssuesUsingJql",
        jql="assignee = currentUser() AND statusCategory != Done ORDER BY key",
        fields=["summary", "description", "labels"],
    )
    issue = found.structured["issues"]["nodes"][edits.pop("number", 0)]
    key = issue["key"]
    await agent.must("getJiraIssue", issueIdOrKey=key)
    description = (
        "## 결제 실패 정리\n\nCustomers in **Seoul** see a blank page after paying.\n\n"
        "1. Open the shop\n2. 결제를 누릅니다\n\n"
        "| Browser | Result |\n|---|---|\n| Safari | FAIL |\n"
    )
    wanted = edits or {
        "summary": f"{issue['fields']['summary']} (확인됨)",
        "labels": ["safari", "checked"],
        "priority": {"name": "Highest"},
        "duedate": "2026-12-24",
        "description": description,
    }
    await agent.must("editJiraIssue", issueIdOrKey=key, fields=wanted)
    if not edits:
        body = "Reproduced with build 5120. <script>alert(1)</script>"
        await agent.must("addCommentToJiraIssue", issueIdOrKey=key, commentBody=body)
        told = await agent.must("getTransitionsForJiraIssue", issueIdOrKey=key)
        move = {"id": told.structured["transitions"][0]["id"]}
        await agent.must("transitionJiraIssue", issueIdOrKey=key, transition=move)
        await agent.must(
            "createJiraIssue",
            projectKey="WEB",
            issueTypeName="Task",
            summary="Write down what the payment page says",
            description="See the [runbook](https://wiki.shop.example/pay).",
        )
    await agent.must(
        "submitForReview",
        title=f"Payment page, {task}",
        reason="I read the issue and its comments first; the title says now what was confirmed.",
        request=f"Please tidy up {key}.\n제목과 설명을 고치고, 확인한 것을 댓글로 남겨 줘.",
        sources={} if edits else {f"{key}.summary": [key]},
    )


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Place]:
    """Serve the pages of one house for all tests of this folder."""
    with house(tmp_path_factory.mktemp("house"), size=24) as built, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        built.gateway.settings = replace(built.gateway.settings, public_url=url)
        config = uvicorn.Config(create_app(built.gateway), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield Place(url, built, browser)
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def waiting(place: Place) -> int:
    """Return a review of a day's work that no test decides about."""
    return place.review("waiting")


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page, if pictures are asked for."""
    if os.environ.get("AIRLOCK_SHOTS") == "1":
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")
