"""The main job once more, with both databases on a real PostgreSQL."""

import json
import secrets
from collections.abc import Iterator

import psycopg
import pytest

from gateway.identity import links
from gateway.operations import reviewing
from gateway.review.states import State
from gateway.store import audit
from seed_data.world import make_world
from tests.databases import Postgres, postgres
from tests.house import House, empty_house
from tests.journeys.agents import Agent
from tests.journeys.staging import (
    MINA,
    approve_and_promote,
    changed,
    fresh,
    paragraph,
    start,
    upstream,
)

__all__ = ["postgres"]


@pytest.fixture(scope="module")
def house(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, str, str]]:
    """A house whose shadow and whose gateway keep what they know in PostgreSQL."""
    shadow, own = postgres.create(), postgres.create()
    folder = tmp_path_factory.mktemp("postgres")
    world = make_world(7, size=12)
    with empty_house(folder, database_url=shadow) as built:
        built.world = world
        built.upstream.door.call("PUT", "/site", world.metadata)
        built.upstream.door.call("POST", "/issues", {"issues": world.baselines()})
        built.env["AIRLOCK_DATABASE_URL"] = own
        built.env["AIRLOCK_SECRET_KEY"] = secrets.token_hex(32)
        built.open()
        built.take_in()
        links.new_link(built.gateway, MINA)
        yield built, shadow, own
    for url in (shadow, own):
        postgres.drop(url)


def test_edit_comment_transition_and_create_arrive_exactly_as_approved(
    house: tuple[House, str, str],
) -> None:
    built, shadow, own = house
    key, task = fresh(built), start(built, "postgres")
    before = built.snapshot()

    async def job(agent: Agent) -> None:
        await agent.must("getJiraIssue", issueIdOrKey=key, fields=["*all"])
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"summary": "한글 제목"})
        await agent.must("addCommentToJiraIssue", issueIdOrKey=key, commentBody="**확인**")
        told = await agent.must("getTransitionsForJiraIssue", issueIdOrKey=key)
        move = told.structured["transitions"][0]["id"]
        await agent.must("transitionJiraIssue", issueIdOrKey=key, transition={"id": move})
        found = await agent.must("searchJiraIssuesUsingJql", jql='summary ~ "한글" ORDER BY key')
        assert key in found.text

    task.use(job)
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "새 이슈"}
    task.send("POST", "issue", {"fields": fields})
    assert changed(before, built.snapshot()) == {}
    review = task.submit()
    task.send("PUT", f"issue/{key}", {"fields": {"summary": "later"}})
    view = approve_and_promote(built, review)
    assert view.state is State.PROMOTED, [(one.state, one.trouble) for one in view.operations]
    after = built.snapshot()
    [new] = set(after) - set(before)
    assert changed(before, after) == {key: {"summary", "comment", "status"}, new: {"+"}}
    assert after[key]["fields"]["summary"] == "한글 제목"
    with built.gateway.database.read() as conn:
        assert conn.dialect.name == "postgresql"
        assert audit.verify(conn) is None
    assert _count(shadow, "journal") > 0
    assert _count(own, "audit") > 0


def test_a_conflict_is_seen_and_what_was_rejected_leaves_the_shadow(
    house: tuple[House, str, str],
) -> None:
    built, *_ = house
    key, task = fresh(built), start(built, "postgres-conflict")
    task.send("PUT", f"issue/{key}", {"fields": {"duedate": "2027-01-01"}})
    review = task.submit()
    upstream(built, "PUT", f"issue/{key}", {"fields": {"duedate": "2027-02-02"}})
    before = built.snapshot()
    view = reviewing.view(built.gateway, review)
    assert view.obstacles
    reviewing.reject(built.gateway, MINA, review, view.digest, "그대로 둡니다")
    built.promote_all()
    assert changed(before, built.snapshot()) == {}
    assert task.read(f"issue/{key}")["fields"]["duedate"] != "2027-01-01"


def test_a_nul_character_gets_a_plain_refusal_and_blocks_nobody(
    house: tuple[House, str, str],
) -> None:
    built, *_ = house
    key, task = fresh(built), start(built, "postgres-nul")
    for text in ("a\x00b", "lone \ud800 surrogate"):
        for body in ({"fields": {"summary": text}}, {"fields": {"description": paragraph(text)}}):
            sent = json.dumps(body).encode()
            kind = {"Content-Type": "application/json"}
            answer = task.http.put(f"/rest/api/3/issue/{key}", content=sent, headers=kind)
            assert answer.status_code in (204, 400), answer.text
    task.send("PUT", f"issue/{key}", {"fields": {"duedate": "2027-01-01"}})
    before = built.snapshot()
    task.promote()
    assert (
        {"duedate"}
        <= changed(before, built.snapshot())[key]
        <= {
            "duedate",
            "summary",
            "description",
        }
    )


def _count(url: str, table: str) -> int:
    with psycopg.connect(url) as conn:
        found = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
    return 0 if found is None else int(found[0])
