"""Every command that works on a gateway, in a real house."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.operations import reviewing
from tests.gateway.cli.running import airlock
from tests.house import House, house
from tests.journeys.agents import Agent, work


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("cli"), size=10) as one:
        yield one


def run(built: House, *arguments: str, code: int = 0, **env: str) -> str:
    """Run a command on the house's gateway; returns what it printed."""
    done = airlock(*arguments, env={**built.env, **env}, folder=built.folder)
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout if code == 0 else done.stderr + done.stdout


def person(built: House) -> Any:
    assert built.world is not None
    return built.world.cast.person


def create(built: House, agent: str) -> Any:
    options = ["--for", person(built).email, "--projects", "WEB, PAY", "--json"]
    return json.loads(run(built, "agent", "create", agent, *options))


def stage(built: House, token: str, task: str, *, submit: bool) -> None:
    assert built.world is not None
    key = built.world.cast.clean

    async def job(agent: Agent) -> None:
        await agent.must("editJiraIssue", issueIdOrKey=key, fields={"summary": f"제목 {task}"})
        if submit:
            await agent.must("submitForReview", reason="test", title=f"title {task}")

    work(built.shadow.url, token, job, task=task)


def test_a_token_made_here_opens_the_sandbox_until_it_is_revoked(built: House) -> None:
    made = create(built, "cli-bot")
    assert made["mcp"] == f"{built.shadow.url}/mcp"
    assert made["person"] == person(built).account_id
    http = built.agent(made["token"])
    assert http.get("/rest/api/3/myself").json()["accountId"] == person(built).account_id
    [row] = [
        one
        for one in json.loads(run(built, "agent", "list", "--json"))
        if one["agent"] == "cli-bot"
    ]
    assert row["token"] == made["token_id"]
    assert row["projects"] == "WEB,PAY"
    assert "revoked" in run(built, "agent", "revoke", made["token_id"])
    assert http.get("/rest/api/3/myself").status_code == 401
    assert "no live token" in run(built, "agent", "revoke", made["token_id"], code=1)
    table = run(built, "agent", "list")
    assert table.splitlines()[0].split() == ["agent", "token", "person", "projects", "state"]
    assert made["token"] not in table


def test_a_token_in_words_is_shown_once_with_the_addresses(built: House) -> None:
    said = run(built, "agent", "create", "b", "--for", person(built).email, "--projects", "WEB")
    assert re.search(r"^  ala_\S{40,}$", said, re.MULTILINE)
    assert f"{built.shadow.url}/mcp" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--for", "nobody@nowhere.example", "--projects", "WEB"], "nobody@nowhere.example"),
        (["--for", "{person}", "--projects", "NOPE"], "NOPE"),
    ],
)
def test_no_token_without_a_jira_account_and_a_project(
    built: House, options: list[str], says: str
) -> None:
    filled = [person(built).email if one == "{person}" else one for one in options]
    said = run(built, "agent", "create", "bad", *filled, code=1)
    assert says in said


def test_workspaces_are_listed_forked_reset_and_discarded(built: House) -> None:
    token = create(built, "ws-bot")["token"]
    stage(built, token, "one", submit=False)

    def rows() -> dict[str, Any]:
        listed = json.loads(run(built, "workspace", "list", "--json"))
        return {one["task"]: one for one in listed if one["agent"] == "ws-bot"}

    first = rows()["one"]["id"]
    assert first in run(built, "workspace", "list")
    run(built, "workspace", "fork", first, "two")
    assert summary(built, token, "two") == "제목 one"
    run(built, "workspace", "reset", first)
    assert summary(built, token, "one") != "제목 one"
    assert summary(built, token, "two") == "제목 one"
    run(built, "workspace", "discard", rows()["two"]["id"])
    assert "two" not in rows() or rows()["two"]["state"] != rows()["one"]["state"]
    assert "ws-000000000000" in run(built, "workspace", "reset", "ws-000000000000", code=1)


def summary(built: House, token: str, task: str) -> str:
    assert built.world is not None
    http = built.agent(token, task)
    issue = http.get(f"/rest/api/3/issue/{built.world.cast.clean}").raise_for_status().json()
    return str(issue["fields"]["summary"])


def test_change_sets_are_listed_and_shown(built: House) -> None:
    token = create(built, "cs-bot")["token"]
    assert "only 0 of" in run_waiting(built)
    stage(built, token, "cs", submit=True)
    [review] = built.fetch()
    [row] = json.loads(run(built, "changes", "list", "--json", "--wait-for", "1"))
    assert (row["id"], row["title"], row["state"]) == (review, "title cs", "review")
    assert f"CS-{review}" in run(built, "changes", "list")
    shown = json.loads(run(built, "changes", "show", f"CS-{review}"))
    assert shown["issues"][0]["changes"][0]["wants"] == "제목 cs"
    assert shown["digest"]
    assert json.loads(run(built, "changes", "show", str(review)))["id"] == review
    assert "999" in run(built, "changes", "show", "999", code=1)
    run(built, "changes", "show", "seven", code=2)


def run_waiting(built: House) -> str:
    return run(built, "changes", "list", "--wait-for", "1", "--wait-seconds", "0.3", code=1)


def test_a_sign_in_link_is_printed(built: House) -> None:
    said = run(built, "login", "mina", AIRLOCK_PUBLIC_URL="http://127.0.0.1:8642")
    assert re.search(r"http://127\.0\.0\.1:8642/sign-in\?link=\S{30,}", said)


def test_intake_says_what_it_read(built: House) -> None:
    assert re.search(r"^\d+ issues read in [\d.]+ s: 0 new, 0 changed", run(built, "intake"))
    assert run(built, "intake", "--jql", "project =", code=1).startswith("airlock: ")


def test_a_sandbox_that_is_away_is_one_sentence(built: House) -> None:
    said = run(built, "workspace", "list", code=1, AIRLOCK_SANDBOX_CONTROL="127.0.0.1:9")
    assert said.startswith("airlock: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("AIRLOCK_DATABASE_URL", "nonsense"), ("AIRLOCK_DATABASE_URL", "sqlite:////proc/x/y.db"),
     ("AIRLOCK_CONTROL_SECRET_FILE", "/nowhere"), ("JIRA_API_TOKEN", "wrong")],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(built: House, name: str, value: str) -> None:
    said = run(built, "workspace", "list", code=1, AIRLOCK_SECRET_KEY="k" * 32, **{name: value})
    [line] = [one for one in said.splitlines() if not one.startswith("warning:")]
    assert line.startswith("airlock: ")
    if name.startswith("AIRLOCK"):
        assert name in line


def test_a_port_that_is_none_is_refused(built: House) -> None:
    assert "AIRLOCK_PORT" in run(built, "serve", "--no-intake", code=1, AIRLOCK_PORT="70000")


def test_a_port_that_is_taken_is_named(built: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run(built, "serve", "--no-intake", code=1, AIRLOCK_PORT=port)
    assert f"AIRLOCK_PORT is {port}, which cannot be used" in said


#: The house's first person, who is its admin.
BY = ("--by", "mina")


def test_people_decide_from_the_terminal_but_approve_in_a_browser(built: House) -> None:
    run(built, "login", "mina")
    token = create(built, "deciding-bot")["token"]
    stage(built, token, "deciding", submit=True)
    [review] = built.fetch()
    link = run(built, "changes", "approve", f"CS-{review}", code=4)
    assert f"/cs/{review}" in link
    assert "browser" in link
    assert "browser" in run(built, "changes", "retry", str(review), *BY, code=4)
    words = ["--words", "@mina 봐 주세요"]
    assert "Said about c1" in run(built, "changes", "comment", str(review), "c1", *BY, *words)
    assert "agents say nothing" in run(
        built, "changes", "comment", str(review), "c1", "--by", "deciding-bot", *words, code=4
    )
    stale = [*BY, "--digest", "0" * 64, "--words", "x"]
    assert "no longer" in run(built, "changes", "reject", str(review), *stale, code=3)
    assert "agents never do" in run(
        built, "changes", "reject", str(review), "--by", "deciding-bot", "--words", "x", code=4
    )
    run(built, "changes", "send-back", f"CS-{review}", *BY, "--words", "왜 바꾸나요?")
    shown = json.loads(run(built, "changes", "show", str(review)))
    assert (shown["state"], shown["words"]) == ("changes_requested", "왜 바꾸나요?")
    # Sent back, it waits for the agent: there is nothing more to decide.
    wording = ["--reason", "wording"]
    assert "not in a state" in run(built, "changes", "reject", str(review), *BY, *wording, code=4)
    again = [*BY, "--words", "됐습니다"]
    assert "not in a state" in run(built, "changes", "reject", str(review), *again, code=4)


def test_freeze_windows_are_made_listed_and_ended(built: House) -> None:
    weekly = ["windows", "add", "Fri 18:00", "Mon 08:00", "--zone", "Asia/Seoul"]
    said = run(built, *weekly, "--reason", "주말", "--project", "WEB")
    number = said.split()[1]
    [row] = json.loads(run(built, "windows", "list", "--json"))
    assert (row["project"], row["begins"], row["weekly"]) == ("WEB", "Fri 18:00", True)
    assert "주말" in run(built, "windows", "list")
    once = ["windows", "add", "2098-12-24T18:00", "2098-12-27T08:00", "--zone", "Mars"]
    assert "no time zone" in run(built, *once, "--reason", "x", code=4)
    run(built, "windows", "end", number)
    assert json.loads(run(built, "windows", "list", "--json")) == []
    assert "ended already" in run(built, "windows", "end", number, code=4)


def test_a_promotion_is_reported_as_text_to_paste(built: House) -> None:
    run(built, "login", "mina")
    token = create(built, "reporting-bot")["token"]
    stage(built, token, "reporting", submit=True)
    [review] = built.fetch()
    assert "nothing of" in run(built, "changes", "report", str(review), code=1)
    digest = reviewing.view(built.gateway, review).digest
    reviewing.approve(built.gateway, "mina", review, digest)
    reviewing.promote(built.gateway, "mina", review, digest)
    built.promote_all()
    told = run(built, "changes", "report", f"CS-{review}")
    assert told.startswith(f"## [CS-{review}](")
    assert "**Promoted**: 1 of 1 requests written." in told
    assert "제목 reporting" not in told
    korean = run(built, "changes", "report", str(review), "--lang", "ko")
    assert "**반영됨**: 요청 1개 중 1개 씀." in korean


def test_a_persons_token_is_made_listed_and_revoked(built: House) -> None:
    run(built, "login", "mina")
    options = ["--name", "CI", "--scope", "comment", "--json"]
    made = json.loads(run(built, "token", "create", "mina", *options))
    assert made["token"].startswith("alp_")
    assert made["scopes"] == ["comment", "read"]
    [row] = json.loads(run(built, "token", "list", "--json"))
    assert (row["token"], row["person"], row["state"]) == (made["token_id"], "mina", "live")
    assert made["token"] not in run(built, "token", "list")
    run(built, "token", "revoke", made["token_id"])
    assert json.loads(run(built, "token", "list", "--json"))[0]["state"] == "revoked"
    assert "no live token" in run(built, "token", "revoke", made["token_id"], code=1)
    assert "nobody-here" in run(built, "token", "create", "nobody-here", *options, code=1)


def test_a_restored_backup_waits_for_a_person(built: House) -> None:
    assert "was here last" in run(built, "restore-check")
    memory = built.folder / "instance.json"
    known = json.loads(memory.read_text())
    memory.write_text(json.dumps(known | {"seq": known["seq"] + 1_000}))
    said = run(built, "restore-check", code=3)
    assert "came out of a backup" in said
    assert "restore-check --resume" in said
    assert run(built, "restore-check", "--resume", "--by", "mina").startswith("It goes on.")
    assert "told to go on" in run(built, "restore-check")


def test_people_are_let_in_with_roles_in_projects_and_taken_out(built: House) -> None:
    run(built, "people", "add", "root", "--role", "admin")
    assert "may sign in here" in run(built, "login", "stranger", code=1)
    told = run(built, "people", "add", "kim", "--name", "김지우", "--role", "approver@WEB")
    assert "kim may sign in as approver@WEB." in told
    assert "/sign-in?link=" in told
    wrong = run(built, "people", "role", "kim", "approver@NOPE", code=1)
    assert "There is no project NOPE here." in wrong
    assert "kim follows WEB." in run(built, "people", "follow", "kim", "WEB")
    assert "may decide nothing" in run(built, "people", "follow", "kim", "PAY", code=1)
    run(built, "people", "disable", "kim")
    rows = json.loads(run(built, "people", "list", "--json"))
    assert [(one["name"], one["roles"]) for one in rows if one["person"] == "kim"] == [
        ("김지우", "disabled")
    ]


def test_what_failed_is_tried_again_from_the_terminal(built: House) -> None:
    run(built, "login", "mina")
    stage(built, create(built, "retrying-bot")["token"], "retrying", submit=True)
    [review] = built.fetch()
    view = reviewing.view(built.gateway, review)
    path = f"/rest/api/3/issue/{view.issues[0].key}"
    reviewing.approve(built.gateway, "mina", review, view.digest)
    with built.jira() as http:
        before = http.get(path).json()["fields"]["summary"]
        http.put(path, json={"fields": {"summary": "Somebody was quicker"}}).raise_for_status()
        reviewing.promote(built.gateway, "mina", review, view.digest)
        built.promote_until_ended(review)
        shown = json.loads(run(built, "changes", "show", str(review)))
        assert (shown["state"], shown["operations"][0]["state"]) == ("failed", "conflict")
        http.put(path, json={"fields": {"summary": before}}).raise_for_status()
        run(built, "changes", "retry", f"CS-{review}", *BY)
        built.promote_until_ended(review)
        assert http.get(path).json()["fields"]["summary"] == "제목 retrying"
    assert json.loads(run(built, "changes", "show", str(review)))["state"] == "promoted"
