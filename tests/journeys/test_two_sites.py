"""Two sites of different flavour, promoted at the same time: each gets its own and no more."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gateway.identity import links
from gateway.operations import reviewing
from gateway.review.states import State
from tests.clients.server_world import server_house
from tests.house import House, house
from tests.journeys.staging import MINA, Task, changed, paragraph, start, upstream

pytestmark = pytest.mark.timeout(300)

_JIWOO = "JIRAUSER10100"


def test_two_sites_are_promoted_at_the_same_time(tmp_path: Path) -> None:
    (tmp_path / "cloud").mkdir()
    (tmp_path / "server").mkdir()
    with house(tmp_path / "cloud") as cloud, server_house(tmp_path / "server") as server:
        assert cloud.world is not None
        key = cloud.world.cast.clean
        reviews = {
            "cloud": _approved(cloud, _on_cloud(start(cloud, "two-sites"), key)),
            "server": _approved(
                server, _on_server(start(server, "two", _JIWOO, projects=("OPS",)))
            ),
        }
        before = {"cloud": cloud.snapshot(), "server": _issues(server)}
        with ThreadPoolExecutor(2) as both:
            list(both.map(House.promote_all, (cloud, server)))

        assert _state(cloud, reviews["cloud"]) is State.PROMOTED
        assert _state(server, reviews["server"]) is State.PROMOTED
        after = {"cloud": cloud.snapshot(), "server": _issues(server)}
    assert changed(before["cloud"], after["cloud"]) == {key: {"summary", "comment"}}
    assert changed(before["server"], after["server"]) == {
        "OPS-1": {"description"},
        "OPS-2": {"status"} | _RESOLVED,
    }
    assert after["server"]["OPS-1"]["fields"]["description"] == "h1. 여기만"
    assert after["cloud"][key]["fields"]["summary"] == "구름에만"


#: What Data Center sets by itself when an issue is done.
_RESOLVED = {"resolution", "resolutiondate"}


def _on_cloud(task: Task, key: str) -> int:
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "구름에만"}})
    task.send("POST", f"issue/{key}/comment", {"body": paragraph("확인했습니다")})
    return task.submit()


def _on_server(task: Task) -> int:
    task.send("PUT", "issue/OPS-1", {"fields": {"description": "h1. 여기만"}})
    offered = task.read("issue/OPS-2/transitions")["transitions"]
    taken = next(one for one in offered if one["to"]["statusCategory"]["key"] == "done")
    task.send("POST", "issue/OPS-2/transitions", {"transition": {"id": taken["id"]}})
    return task.submit()


def _approved(built: House, review: int) -> int:
    links.new_link(built.gateway, MINA)
    view = reviewing.view(built.gateway, review)
    assert not view.obstacles, view.obstacles
    reviewing.approve(built.gateway, MINA, review, view.digest)
    reviewing.promote(built.gateway, MINA, review, view.digest)
    return review


def _state(built: House, review: int) -> State:
    return reviewing.view(built.gateway, review, read_now=False).state


def _issues(built: House) -> dict[str, Any]:
    query = "search?jql=project%20%3D%20OPS&fields=*all&expand=changelog&maxResults=100"
    return {one["key"]: one for one in upstream(built, "GET", query)["issues"]}
