"""`make conformance-oidc`: people sign in at a certified OpenID Connect provider.

The npm package `oidc-provider`, run here with the Node of `make conformance-mcp`; a second
issuer beside the one of `tests/gateway/web/test_oidc.py`, by other people. The last line
counts; the exit status is 0 only when everything held.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from gateway.identity.oidc import CALLBACK
from gateway.people_settings import GroupRole, Oidc
from gateway.review.people import Person, ProjectRole, Role
from gateway.store import people
from tests.gateway.promotion.world import SITE
from tests.gateway.web.conftest import ORIGIN, Visit, visiting

HERE = Path(__file__).parent
PEOPLE = {
    "kim": {"name": "김지우", "groups": ["jira-leads", "air-team"]},
    "lee": {"name": "Lee", "groups": ["air-team"]},
    "dan": {"name": "Dan", "groups": []},
}
ROLES = (GroupRole(Role.VIEWER, "jira-leads"), GroupRole(Role.APPROVER, "air-team", "AIR"))


@contextmanager
def issuer() -> Iterator[str]:
    """Run the provider; yields its address."""
    [node, *_] = sorted(
        Path(os.environ["AIRLOCK_NODE_VENV"]).glob("lib/*/site-packages/*/bin/node")
    ) or [Path("node")]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [str(node), "issuer.mjs", str(port), ORIGIN + CALLBACK, json.dumps(PEOPLE)]
    with subprocess.Popen(
        words, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            if process.stdout is None or "READY" not in process.stdout.readline():
                raise SystemExit("The provider did not start: run this as `make conformance-oidc`.")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def there_and_back(visit: Visit, subject: str) -> str:
    """Begin here, sign in and consent there; returns where that sends the browser back to."""
    there = visit.get("/sign-in/oidc").headers["location"]
    with httpx2.Client(timeout=20, follow_redirects=False) as browser:
        answer = browser.get(there)
        for _ in range(12):
            at = urljoin(str(answer.url), answer.headers.get("location", ""))
            if at.startswith(ORIGIN):
                return at
            if answer.status_code in (302, 303):
                answer = browser.get(at)
                continue
            prompt = "login" if 'name="login"' in answer.text else "consent"
            form = {"prompt": prompt, "login": subject, "password": "any"}
            answer = browser.post(str(answer.url), data=form)
    raise AssertionError("the provider never sent the browser back")


def back(visit: Visit, address: str) -> httpx2.Response:
    """Follow the provider's answer."""
    parts = urlsplit(address)
    return visit.get(f"{parts.path}?{parts.query}")


def stored(visit: Visit, url: str, subject: str) -> Person | None:
    """Return who the gateway made of somebody."""
    with visit.house.gateway.database.read() as conn:
        return people.get(conn, f"{url}#{subject}")


def groups_give_roles_everywhere_and_in_projects(visit: Visit, url: str) -> None:
    """Sign in as somebody of two groups."""
    assert back(visit, there_and_back(visit, "kim")).status_code == 303
    assert "김지우" in visit.get("/").text
    kim = stored(visit, url, "kim")
    assert kim is not None
    assert kim.role is Role.VIEWER
    assert kim.roles == (ProjectRole(site=SITE, project="AIR", role=Role.APPROVER),)


def a_group_of_one_project_gives_nothing_elsewhere(visit: Visit, url: str) -> None:
    """Sign in as somebody of one group."""
    assert back(visit, there_and_back(visit, "lee")).status_code == 303
    lee = stored(visit, url, "lee")
    assert lee is not None
    assert lee.role is Role.NONE
    assert visit.get("/history.csv").status_code == 403


def who_is_in_no_group_is_not_let_in(visit: Visit, url: str) -> None:
    """Sign in as somebody of no group."""
    assert back(visit, there_and_back(visit, "dan")).status_code == 403
    assert stored(visit, url, "dan") is None


def an_answer_counts_once(visit: Visit, _url: str) -> None:
    """Follow one answer twice."""
    address = there_and_back(visit, "kim")
    assert back(visit, address).status_code == 303
    assert back(visit, address).status_code == 403


def an_answer_that_was_changed_signs_nobody_in(visit: Visit, _url: str) -> None:
    """Change code, state and issuer of an answer."""
    for change in ({"code": "x"}, {"state": "x"}, {"iss": "https://elsewhere.example"}):
        parts = urlsplit(there_and_back(visit, "kim"))
        query = {name: found[0] for name, found in parse_qs(parts.query).items()} | change
        assert visit.http.get(parts.path, params=query).status_code == 403
        assert visit.get("/").headers["location"] == "/sign-in"


CASES: tuple[Callable[[Visit, str], None], ...] = (
    groups_give_roles_everywhere_and_in_projects,
    a_group_of_one_project_gives_nothing_elsewhere,
    who_is_in_no_group_is_not_let_in,
    an_answer_counts_once,
    an_answer_that_was_changed_signs_nobody_in,
)


def main() -> int:
    """Run every case at a gateway of its own; return the exit status."""
    failed = 0
    with issuer() as url:
        for case in CASES:
            with visiting() as visit:
                gateway = visit.house.gateway
                scope = "openid profile email groups"
                oidc = Oidc(url, "airlock", "a secret of the client", scope, "groups", ROLES)
                gateway.settings = replace(
                    gateway.settings, public_url=ORIGIN, oidc=oidc, secret_key=b"k" * 32
                )
                try:
                    case(visit, url)
                except AssertionError as error:
                    failed += 1
                    sys.stdout.write(f"FAILED  {case.__name__}: {error}\n")
                else:
                    sys.stdout.write(f"passed  {case.__name__}\n")
    sys.stdout.write(f"{len(CASES) - failed} passed, {failed} failed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
