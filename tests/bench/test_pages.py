"""The reviewer's pages: server time, as a ratio to a bare hello in the same run, and weight.

Times are CPU of this process, the best of several rounds: a noisy machine can only make
them longer. Jira is a small one in this process, so its own time does not count.
"""

import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.operations import listing
from gateway.store.tables import GatewayTable
from sandbox.contract.shapes import Change, ChangeKind
from tests.bench.hello import app as hello
from tests.gateway.operations.conftest import House, fill, house_on
from tests.gateway.promotion.world import change, change_set, doc, edit
from tests.gateway.web.samples import description
from tests.gateway.web.visit import ORIGIN, Visit

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

#: What a browser says when somebody follows a link on one of our pages.
BROWSER = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
OPERATIONS, MANY = 40, 10_000
#: Milliseconds on a machine that does nothing else, and bytes after gzip: the goals.
PAGE_MS, INBOX_MS, FIRST_LOAD = 150.0, 100.0, 60_000


def best(get: Callable[[], object], times: int = 15) -> float:
    """Return the least CPU of this process for one call, in milliseconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        get()
        found.append((time.process_time() - start) * 1000)
    return min(found)


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(line + "\n")


def opened(house: House) -> Visit:
    """Return a signed-in browser at a house's pages."""
    http = TestClient(create_app(house.gateway), ORIGIN, follow_redirects=False)
    http.__enter__()
    visit = Visit(house, http)
    visit.sign_in("eve")
    return visit


def forty() -> tuple[Change, ...]:
    """Return forty changes on eight issues: texts, lists, short values, comments."""
    found: list[Change] = []
    for number in range(OPERATIONS // 5):
        where: dict[str, Any] = {"issue_id": str(10_001 + number), "issue_key": f"AIR-{number + 1}"}
        body = {"id": "9", "body": description(changed=True)}
        found += [
            edit("summary", f"결제 화면 정리 {number}", **where),
            edit("description", description(changed=True), **where),
            edit("labels", ["web", "safari", "checked"], **where),
            edit("priority", {"id": "2", "name": "High"}, **where),
            change(ChangeKind.COMMENT, body, **where),
        ]
    return tuple(one.model_copy(update={"id": f"c{at}"}) for at, one in enumerate(found, 1))


def built(url: str, issues: int) -> House:
    """Return a filled house with so many issues."""
    house = house_on(url)
    house.jira.issues.clear()
    for number in range(issues):
        house.jira.add(
            doc(f"AIR-{number + 1}", str(10_001 + number), description=description(changed=False))
        )
    house.gateway.database.migrate()
    fill(house)
    return house


def weight(visit: Visit, path: str) -> dict[str, int]:
    """Return what a first load fetches, each with its bytes as they travel."""
    page = visit.get(path, **BROWSER)
    found = {"page": travelled(page)}
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        answer = visit.get(address, **BROWSER)
        found[Path(address.partition("?")[0]).name] = travelled(answer)
    return found


def travelled(answer: httpx2.Response) -> int:
    """Return the bytes of an answer's body as the gateway sent it."""
    return int(answer.headers["content-length"])


def bare(app: FastAPI) -> float:
    """Return the CPU of a hello in the same kind of client."""
    with TestClient(app) as http:
        return best(lambda: http.get("/hello"))


def test_the_page_of_forty_changes(capsys: pytest.CaptureFixture[str]) -> None:
    house = built("sqlite://", OPERATIONS // 5)
    number = house.arrive(change_set(*forty()))
    visit = opened(house)
    path = f"/cs/{number}"
    html = visit.get(path).text
    assert html.count('<div role="group" class="change') == OPERATIONS
    least, page = bare(hello), best(lambda: visit.get(path))
    parts = weight(visit, path)
    with capsys.disabled():
        say(f"\nA change set of {OPERATIONS} changes on {OPERATIONS // 5} issues")
        say(f"  server time {page:7.1f} ms  {page / least:6.1f} x a bare hello ({least:.2f} ms)")
        say(f"  goal        {PAGE_MS:7.1f} ms, {FIRST_LOAD} bytes")
        say(f"  first load  {sum(parts.values()):7} bytes as they travel: {parts}")
    assert sum(parts.values()) < FIRST_LOAD


def test_the_inbox_of_ten_thousand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = built(f"sqlite:///{tmp_path / 'inbox.db'}", 2)
    house.arrive(change_set(edit("summary", "New")))
    _copy_review(house, MANY - 1)
    start = time.process_time()
    assert len(listing.rows(house.gateway)) == MANY
    first = time.process_time() - start
    visit = opened(house)
    least = bare(hello)
    found = {path: best(partial(visit.get, path)) for path in PATHS}
    found |= {f"{path} (one moved on)": best(partial(_moved, visit, path), 5) for path in PATHS}
    with capsys.disabled():
        say(f"\nAn inbox of {MANY} change sets; lines made once in {first:.1f} s of CPU")
        for path, page in found.items():
            say(f"  {path:<48} {page:7.1f} ms  {page / least:6.1f} x a bare hello")
        say(f"  goal {INBOX_MS} ms; first load {sum(weight(visit, '/').values())} bytes sent")
    assert sum(weight(visit, "/").values()) < FIRST_LOAD


PATHS = (
    "/",
    "/?turn=reviewer&page=7",
    "/?project=AIR&sort=risk",
    "/?turn=reviewer&sort=oldest",
    "/?agent=robot&level=warn&kind=edit",
    "/?whose=all&person=Eve&level=calm&sort=oldest",
)


def _moved(visit: Visit, path: str) -> None:
    """Look at the inbox when one of its sets has just moved on."""
    table = GatewayTable.metadata.tables["review"]
    moved = table.update().where(table.c.id == MANY // 2).values(edition=table.c.edition + 1)
    with visit.house.gateway.database.write() as conn:
        conn.execute(moved)
    visit.get(path)


def _copy_review(house: House, times: int) -> None:
    """Put the first review into the database many times, each as a set of its own."""
    table = GatewayTable.metadata.tables["review"]
    with house.gateway.database.write() as conn:
        row = dict(conn.execute(table.select()).mappings().one())
        copies = [
            {**row, "id": number, "change_set": f"ws-0.{number}"} for number in range(2, times + 2)
        ]
        conn.execute(table.insert(), copies)
