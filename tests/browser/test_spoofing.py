"""The corpus of ``tests.spoofing`` in a real Chromium: nothing runs, nothing is fetched."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.identity import links
from gateway.operations.context import Gateway
from tests.gateway.operations.conftest import fill, house_on
from tests.gateway.web.attacked import PATHS, attack
from tests.gateway.web.test_links import ALIKE, ELSEWHERE, HOME
from tests.gateway.web.visit import ORIGIN, Visit
from tests.spoofing import MARKUP, SOME, TARGETS, WHOLE

#: What an attack wants to call, and what the browser says when it stopped one.
WATCH = """
window.hits = [];
window.pwned = () => { window.hits.push("pwned"); };
document.addEventListener("securitypolicyviolation", (event) => {
  window.hits.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@contextmanager
def served(gateway: Gateway) -> Iterator[str]:
    """Serve the pages of a gateway on loopback."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        gateway.settings = replace(gateway.settings, public_url=url)
        server = uvicorn.Server(
            uvicorn.Config(create_app(gateway), log_level="error", lifespan="off")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield url
        server.should_exit = True
        thread.join(10)


@contextmanager
def watched(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Open a page on which everything is kept that should not happen."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    happened: list[str] = []
    page.on("console", lambda message: happened.append(f"console {message.text}"))
    page.on("pageerror", lambda error: happened.append(f"error {error}"))
    page.on("dialog", lambda dialog: happened.append(f"dialog {dialog.message}"))
    page.on("popup", lambda popup: happened.append(f"popup {popup.url}"))
    page.on("request", lambda request: happened.append(f"request {request.url}"))
    yield page, happened
    context.close()


def test_nothing_of_the_corpus_runs_or_is_fetched_on_any_page(browser: Browser) -> None:
    house = house_on("sqlite://")
    house.gateway.database.migrate()
    fill(house)
    with TestClient(create_app(house.gateway), ORIGIN, follow_redirects=False) as http:
        attack(Visit(house, http), WHOLE, SOME)
    with served(house.gateway) as url, watched(browser) as (page, happened):
        page.goto(links.new_link(house.gateway, "ann"))
        page.locator("main button").click()
        page.wait_for_url(f"{url}/")
        happened.clear()
        for path in PATHS:
            page.goto(url + path)
            page.wait_for_selector("html[data-ready]")
            page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
            assert page.evaluate("window.hits") == [], path
            assert page.evaluate("document.scripts.length") == 2, path
        ours = [f"request {url}/"]
        strange = [one for one in happened if not one.startswith(tuple(ours))]
        # Chromium says so of a page that answers 404, and of nothing else here.
        assert [one for one in strange if "404" not in one] == []
        assert "pwned()" in page.evaluate("document.body.innerText") or PATHS[-1] == "/cs/404"
    house.gateway.database.dispose()


def test_the_watch_sees_what_it_is_for(browser: Browser) -> None:
    """Negative control: the same corpus without our pages around it does run."""
    with watched(browser) as (page, _):
        page.set_content(f'<a id="link" href="{TARGETS[0]}">x</a>' + "".join(MARKUP[:4]))
        page.evaluate("document.getElementById('link').click()")
        page.wait_for_function("window.hits.includes('pwned')")


def test_what_leads_home_is_what_the_browser_takes_for_it(browser: Browser) -> None:
    """Chromium itself says which host each spelling is."""
    with watched(browser) as (page, _):
        ask = "all => all.map(one => { try { return new URL(one).hostname } catch { return '' } })"
        home = page.evaluate(ask, [*HOME, *ALIKE])
        assert [one for one in home if not _is_home(one)] == []
        assert [one for one in page.evaluate(ask, [*ELSEWHERE]) if _is_home(one)] == []


def _is_home(host: str) -> bool:
    plain = host.removesuffix(".")
    return (plain.startswith("127.") and plain.replace(".", "").isdigit()) or (
        plain in ("0.0.0.0", "[::1]", "[::ffff:7f00:1]", "localhost")  # noqa: S104 - a name, no bind
        or plain.endswith(".localhost")
    )
