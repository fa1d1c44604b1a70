"""People and an agent talk about a change: over MCP, through the gateway, as words alone."""

from gateway.operations import remarking, reviewing
from gateway.review.people import Person, Role
from gateway.store import audit
from tests.house import House
from tests.journeys.agents import Agent, Told, work
from tests.sandbox.mcp_server.test_review_tools import outcome, submit

MINA = Person(person="mina", name="Mina", role=Role.ADMIN)


def answer(built: House, token: str, task: str, **arguments: str) -> Told:
    return work(
        built.shadow.url,
        token,
        lambda agent: agent.ask("answerReviewer", **arguments),
        task=task,
    )


def test_a_remark_reaches_the_agent_with_its_next_call_and_its_answer_the_people(
    built: House, secret: str, key: str
) -> None:
    gateway = built.gateway
    _, review = submit(built, secret, "talk", key, duedate="2026-12-26")
    [change] = reviewing.view(gateway, review).issues[0].changes
    name = change.change.id
    nothing = answer(built, secret, "talk", text="hello?")
    assert nothing.structured["answered"] == ""
    assert "Nobody has said anything" in nothing.text
    remarking.say(gateway, MINA, review, name, "왜 26일인가요? <b>@sam</b>")
    assert remarking.tell(gateway) == 1
    assert remarking.tell(gateway) == 0

    async def read(agent: Agent) -> Told:
        return await agent.must("getJiraIssue", issueIdOrKey=key)

    told = work(built.shadow.url, secret, read, task="talk")
    first = told.text.splitlines()[0]
    assert first.startswith(f"Said about {key} duedate: ")
    assert "왜 26일인가요? <b>@sam</b>" in first
    assert "answerReviewer" in first
    [one] = outcome(built, secret, "talk").structured["submissions"]
    assert [said["text"] for said in one["remarks"]] == ["왜 26일인가요? <b>@sam</b>"]
    said = answer(built, secret, "talk", text="성탄절 다음 날이라서요.", change=key)
    assert not said.refused
    assert remarking.fetch(gateway) == 1
    assert remarking.fetch(gateway) == 0
    thread = reviewing.view(gateway, review, viewer="mina").remarks
    assert [(one.agent, one.text) for one in thread] == [
        (False, "왜 26일인가요? <b>@sam</b>"),
        (True, "성탄절 다음 날이라서요."),
    ]
    remarking.say(gateway, MINA, review, name, "알겠습니다.")
    remarking.carry(gateway)
    last = work(built.shadow.url, secret, read, task="talk").text.splitlines()[0]
    assert last.count("“") == 3
    assert last.count("성탄절 다음 날이라서요.") == 1
    # It decided nothing, and is in the audit.
    assert reviewing.view(gateway, review).state == "review"
    with gateway.database.read() as conn:
        kinds = [one.kind for one in audit.entries(conn)]
    assert kinds.count("review_remark") == 2
    assert kinds.count("agent_answered") == 1


def test_another_task_and_another_agent_read_none_of_it(
    built: House, secret: str, key: str
) -> None:
    _, review = submit(built, secret, "quiet", key, duedate="2026-12-27")
    [change] = reviewing.view(built.gateway, review).issues[0].changes
    remarking.say(built.gateway, MINA, review, change.change.id, "Only for that task")
    remarking.carry(built.gateway)
    other = answer(built, secret, "elsewhere", text="let me in", change=key)
    assert other.structured["answered"] == ""
    assert "Only for that task" not in outcome(built, secret, "elsewhere").text
    assert "Only for that task" in outcome(built, secret, "quiet").text
