"""Recorded answers of real Jira sites, each as an upstream: in, edited, approved, out.

They must come through intake whole, and after approval the upstream must differ in exactly
the approved fields.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.identity import links
from gateway.operations import reviewing
from sandbox.contract.shapes import Flavour
from tests.house import House, as_json, empty_house
from tests.journeys.agents import Agent, work
from tests.recorded import SOURCES, Recorded, Source, load

MINA = "mina"
#: What Jira changes by itself, and what the three approved changes are to change.
CLOCKS = {"updated", "statuscategorychangedate", "resolutiondate", "resolution"}
WANTED = {"summary", "comment", "status"}


@pytest.fixture(params=SOURCES, ids=lambda source: source.name)
def played(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[House, Source, Recorded]]:
    """A house whose Jira plays one recorded site."""
    source: Source = request.param
    recorded = load(source)
    keys = ",".join(sorted({one.key.rsplit("-", 1)[0] for one in recorded.issues}))
    with empty_house(tmp_path, flavour=source.flavour, site=source.name, projects=keys) as built:
        door = built.upstream.door
        door.call("PUT", "/site", recorded.site.model_dump(mode="json"))
        issues = [one.model_dump(mode="json") for one in recorded.issues]
        door.call("POST", "/issues", {"issues": issues})
        built.open()
        links.new_link(built.gateway, MINA)
        built.take_in()
        yield built, source, recorded


def whole(http: httpx2.Client, source: Source, recorded: Recorded) -> dict[str, Any]:
    """Return every issue of the site by id, whole, in the site's own dialect."""
    version = "3" if source.flavour is Flavour.CLOUD else "2"
    found = {}
    for one in recorded.issues:
        path = f"/rest/api/{version}/issue/{one.issue_id}"
        answer = http.get(path, params={"fields": "*all", "expand": "changelog"})
        found[one.issue_id] = answer.raise_for_status().json()
    return found


def token_of(built: House, recorded: Recorded) -> str:
    person = recorded.site.users[0]
    ref = str(person.get("accountId") or person.get("key") or person.get("name"))
    keys = tuple({one.key.rsplit("-", 1)[0] for one in recorded.issues})
    return built.token("reader", ref, projects=keys, mine_only=False)


def assert_equal_but_for_the_address(built: House, upstream: Any, shadow: Any) -> None:
    told = as_json(shadow)
    assert built.upstream.url.removeprefix("http://") not in told
    assert told.replace(built.shadow.url, built.upstream.url) == as_json(upstream)


def test_a_recorded_site_comes_in_whole_and_changes_only_as_approved(
    played: tuple[House, Source, Recorded],
) -> None:
    built, source, recorded = played
    token = token_of(built, recorded)
    before = whole(built.jira(), source, recorded)
    assert_equal_but_for_the_address(built, before, whole(built.agent(token), source, recorded))
    issue = recorded.issues[0]

    async def job(agent: Agent) -> None:
        await agent.must("getJiraIssue", issueIdOrKey=issue.key, fields=["*all"])
        fields = {"summary": "확인됨: changed by an agent"}
        await agent.must("editJiraIssue", issueIdOrKey=issue.key, fields=fields)
        await agent.must(
            "addCommentToJiraIssue", issueIdOrKey=issue.key, commentBody="*looks* done"
        )
        told = await agent.must("getTransitionsForJiraIssue", issueIdOrKey=issue.key)
        moves = told.structured["transitions"]
        assert moves, "a recorded site has at least one assumed transition"
        move = {"id": moves[0]["id"]}
        await agent.must("transitionJiraIssue", issueIdOrKey=issue.key, transition=move)
        await agent.must("submitForReview", reason="recorded", title=source.name)

    work(built.shadow.url, token, job, task="recorded")
    assert as_json(whole(built.jira(), source, recorded)) == as_json(before)
    [review] = built.fetch()
    view = reviewing.view(built.gateway, review)
    assert view.obstacles == ()
    reviewing.approve(built.gateway, MINA, review, view.digest)
    reviewing.promote(built.gateway, MINA, review, view.digest)
    built.promote_all()

    after = whole(built.jira(), source, recorded)
    for issue_id, old in before.items():
        new = after[issue_id]
        names = {*old["fields"], *new["fields"]}
        changed = {
            name
            for name in names
            if as_json(old["fields"].get(name)) != as_json(new["fields"].get(name))
        }
        wanted = WANTED if issue_id == issue.issue_id else set()
        assert changed - CLOCKS == wanted, issue_id
    fields = after[issue.issue_id]["fields"]
    assert fields["summary"] == "확인됨: changed by an agent"
