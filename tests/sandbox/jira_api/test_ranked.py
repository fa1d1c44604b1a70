"""The addresses that real clients call most have a route: rows 1 to 62 of the ranked table."""

import re

from fastapi import FastAPI
from starlette.routing import Match

from sandbox.app import McpFirst
from sandbox.contract.shapes import Flavour
from sandbox.jira_api.lane import Lane
from tests.sandboxes import inside_shadow
from tests.shared import shared

_ROW = re.compile(r"^\| (\d+) \|.*?\| `([A-Z+]+) (/[^`]+)` \|", re.MULTILINE)
ROWS = 62


def asked() -> list[tuple[int, str, str]]:
    """Return number, method and path of the ranked rows; an optional part makes two paths."""
    found = []
    text = shared("reference/clients.md").read_text(encoding="utf-8")
    for number, methods, path in _ROW.findall(text):
        whole = path.replace("/V/", "/2/").replace("{}", "10001")
        forms = {re.sub(r"\[.*?\]", "", whole), whole.replace("[", "").replace("]", "")}
        found += [(int(number), one, form) for one in methods.split("+") for form in sorted(forms)]
    return [one for one in found if one[0] <= ROWS]


def test_every_ranked_address_has_a_route() -> None:
    rows = asked()
    assert {number for number, _, _ in rows} == set(range(1, ROWS + 1))
    with inside_shadow("ranked", Flavour.CLOUD) as sandbox:
        assert isinstance(sandbox.jira.app, McpFirst)
        lane = sandbox.jira.app.app
        assert isinstance(lane, Lane)
        assert isinstance(lane.app, FastAPI)
        routes = lane.app.router.routes
    missing = []
    for number, method, path in rows:
        scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
        if not any(
            route.matches({**scope, "path_params": {}})[0] is Match.FULL for route in routes
        ):
            missing.append((number, method, path))
    assert missing == []
