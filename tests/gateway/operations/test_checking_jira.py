"""What the doctor says of a Jira: each trouble is a sentence with a next step."""

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.operations.checking import Checked, Level
from gateway.operations.checking_jira import Way, check_jira
from gateway.settings import Settings
from gateway.store.waits import Waiting
from gateway.upstream import way
from gateway.upstream.credentials import Credentials
from tests.gateway.upstream.scripted import MYSELF, Answers, Asked, Said, page, scripted

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALL = [
    "BROWSE_PROJECTS",
    "EDIT_ISSUES",
    "CREATE_ISSUES",
    "TRANSITION_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "ASSIGN_ISSUES",
    "LINK_ISSUES",
    "WORK_ON_ISSUES",
    "MANAGE_WATCHERS",
    "SCHEDULE_ISSUES",
    "CREATE_ATTACHMENTS",
]
SETTINGS = Settings(projects=("WEB",))


def jira(
    *, have: Iterable[str] = ALL, deployment: str = "Cloud", tokens: Any = None, **info: Any
) -> Answers:
    given = set(have)

    def answers(asked: Asked) -> Said:
        path = asked.path.split("?")[0]
        if path.endswith("/serverInfo"):
            return Said(200, {"deploymentType": deployment, "version": "10.3.1", **info})
        if path.endswith("/myself"):
            return Said(200, MYSELF)
        if path.endswith("/project/WEB"):
            return Said(200, {"key": "WEB"})
        if path.endswith("/rest/pat/latest/tokens") and tokens is not None:
            return Said(200, tokens)
        if path.endswith("/mypermissions"):
            names = {*ALL, *given, "ADMINISTER", "ADMINISTER_PROJECTS"}
            found = {name: {"havePermission": name in given} for name in names}
            return Said(200, {"permissions": found})
        return Said(404, {"errorMessages": ["No project could be found."]})

    return answers


def found(
    answers: Answers, settings: Settings = SETTINGS, now: datetime | None = None, **given: Any
) -> list[Checked]:
    with scripted(answers) as server:
        credentials = Credentials(server.url, "me", "token", **given)
        # The scripted server dates its answers by this machine's clock.
        clock = datetime.now(UTC) if now is None else now
        return list(check_jira(Way(credentials), settings, lambda: clock))


def lines(every: list[Checked], level: Level) -> dict[str, str]:
    return {one.name: one.sentence for one in every if one.level is level}


def test_a_jira_that_fits_is_all_ok() -> None:
    every = found(jira())
    assert {one.level for one in every} == {Level.OK}
    said = lines(every, Level.OK)
    assert said["jira.credentials"].startswith("One credential reads and promotes.")
    assert said["jira.limits"] == "Jira tells of no request limit."
    assert "Cloud, version 10.3.1" in said["jira.version"]
    assert said["jira.who"] == "We are Bot (acc-1)."
    assert "without a proxy" in said["jira.proxy"]
    assert "jira.WEB" in said


@pytest.mark.parametrize(
    ("name", "level", "words"),
    [
        ("TRANSITION_ISSUES", Level.FAIL, "may not move issues through the workflow"),
        ("ADD_COMMENTS", Level.FAIL, "may not comment"),
        ("WORK_ON_ISSUES", Level.WARN, "may not log work"),
    ],
)
def test_a_missing_permission_is_a_sentence_with_a_next_step(
    name: str, level: Level, words: str
) -> None:
    [one] = [
        one
        for one in found(jira(have=[one for one in ALL if one != name]))
        if one.level is not Level.OK
    ]
    assert one.level is level
    assert words in one.sentence
    assert name in one.sentence
    assert one.next_step


def test_an_administrator_is_more_than_promotion_needs() -> None:
    said = lines(found(jira(have=[*ALL, "ADMINISTER"])), Level.WARN)
    assert "never needs" in said["jira.WEB"]


EVERY_DELETE = [
    "DELETE_ISSUES",
    "DELETE_ALL_COMMENTS",
    "DELETE_OWN_WORKLOGS",
    "DELETE_OWN_ATTACHMENTS",
]


def test_permissions_to_delete_are_asked_for_only_where_deleting_is_on() -> None:
    off = lines(found(jira()), Level.OK)["jira.WEB.deletes"]
    assert off == "Deleting is switched off, so nothing of it is needed in WEB."
    # One's own is what Jira gives to nearly everybody.
    own = [*ALL, "DELETE_OWN_COMMENTS"]
    assert "jira.WEB.deletes" in lines(found(jira(have=own)), Level.OK)
    needless = lines(found(jira(have=[*ALL, *EVERY_DELETE])), Level.WARN)["jira.WEB.deletes"]
    assert "(DELETE_ALL_COMMENTS, DELETE_ISSUES)" in needless
    on = replace(SETTINGS, deletes=True)
    lacking = [one for one in found(jira(), on) if one.level is Level.FAIL]
    assert len(lacking) == 4
    assert "may not delete issues (DELETE_ISSUES)" in lacking[0].sentence
    assert all(one.next_step for one in lacking)
    every = lines(found(jira(have=[*ALL, *EVERY_DELETE]), on), Level.OK)
    assert every["jira.WEB.deletes"] == "In WEB the account may delete what an undo takes back."


def test_a_project_that_is_not_visible_fails() -> None:
    every = found(jira(), replace(SETTINGS, projects=("WEB", "NOPE")))
    assert list(lines(every, Level.FAIL)) == ["jira.NOPE"]


def test_clocks_that_differ_are_told_with_their_direction() -> None:
    said = lines(found(jira(), now=NOW), Level.WARN)["jira.clock"]
    assert ("ahead of" if datetime.now(UTC) > NOW else "behind") in said


def test_a_date_that_cannot_be_read_is_no_crash() -> None:
    inner = jira()

    def answers(asked: Asked) -> Said:
        said = inner(asked)
        return replace(said, headers={"Date": "soon"})

    assert found(answers)


@pytest.mark.parametrize(("days", "level"), [(3, Level.WARN), (90, Level.OK)])
def test_the_end_of_a_personal_token_is_told_on_data_center(days: int, level: Level) -> None:
    until = datetime.fromtimestamp(datetime.now(UTC).timestamp() + days * 86_400 + 60, UTC)
    tokens = [{"id": 1, "expiringAt": until.isoformat()}, {"id": 2}]
    every = found(jira(deployment="Server", tokens=tokens), personal_token="secret-pat")
    assert f"in {days} days" in lines(every, level)["jira.token"]
    assert not any("secret-pat" in str(one) for one in every)


def test_a_site_that_calls_itself_otherwise_is_told() -> None:
    every = found(jira(baseUrl="https://jira.example.com"))
    assert "https://jira.example.com" in lines(every, Level.WARN)["jira.base_url"]


def test_no_projects_is_told() -> None:
    assert "jira.projects" in lines(found(jira(), Settings()), Level.WARN)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (lambda _: page(), "a page instead of JSON"),
        (lambda _: Said(401, {"errorMessages": []}), "credentials"),
        (lambda _: Said(302, None, {"Location": "https://sso.example"}), "redirects"),
        (lambda _: Said(200, MYSELF, {"X-Airlock-Sandbox": "demo"}), "sandbox"),
        (lambda _: Said(500, {}), "500"),
    ],
)
def test_what_stands_in_the_way_is_one_failed_line(answers: Answers, words: str) -> None:
    every = found(answers)
    [one] = [one for one in every if one.level is Level.FAIL]
    assert (one.name, words in one.sentence) == ("jira.reach", True), one


def test_a_jira_that_is_not_there_fails_and_a_proxy_is_named_without_its_password() -> None:
    credentials = Credentials(
        "http://127.0.0.1:9", way=way.Way(proxy="http://bob:hush@127.0.0.1:8")
    )
    every = list(check_jira(Way(credentials), SETTINGS, lambda: NOW))
    assert [one.name for one in every] == ["jira.proxy", "jira.credentials", "jira.reach"]
    assert every[0].sentence == "Jira is reached through the proxy 127.0.0.1:8."
    assert every[2].level is Level.FAIL


def test_an_open_way_and_an_unchecked_certificate_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    for url, verify in (("http://jira.invalid", True), ("https://jira.invalid", False)):
        credentials = Credentials(url, way=way.Way(verify=verify))
        every = list(check_jira(Way(credentials), SETTINGS, lambda: NOW))
        assert "jira.tls" in lines(every, Level.WARN)
        assert "proxy 127.0.0.1:9" in lines(every, Level.OK)["jira.proxy"]


def test_an_error_in_the_middle_ends_the_list_with_a_failed_line() -> None:
    inner = jira()

    def answers(asked: Asked) -> Said:
        return Said(500, {}) if "mypermissions" in asked.path else inner(asked)

    assert lines(found(answers), Level.FAIL) == {"jira.answer": "Jira answered 500."}


def two(reading: Answers, writing: Answers, settings: Settings = SETTINGS) -> list[Checked]:
    """Look at a Jira that answers two accounts, by their tokens."""

    def answers(asked: Asked) -> Said:
        own = asked.headers["Authorization"] == "Bearer pen"
        return (writing if own else reading)(asked)

    with scripted(answers) as server:
        credentials = Credentials(server.url, "me", "token")
        pen = credentials.as_somebody(personal_token="pen")
        return list(check_jira(Way(credentials, pen), settings, lambda: datetime.now(UTC)))


def test_the_reading_account_only_has_to_see_and_the_writing_one_to_write() -> None:
    every = two(jira(have=["BROWSE_PROJECTS"]), jira())
    assert {one.level for one in every} == {Level.OK}
    said = lines(every, Level.OK)
    assert said["jira.credentials"] == "Promotion has a credential of its own."
    assert said["jira.WEB"] == "In WEB the account may see issues."
    assert said["jira.write.WEB"].endswith("may see, edit, create, move and comment.")
    swapped = two(jira(), jira(have=["BROWSE_PROJECTS"]))
    assert {one.name for one in swapped if one.level is Level.FAIL} == {"jira.write.WEB"}


def test_a_gateway_that_only_reads_is_not_asked_for_more() -> None:
    every = found(jira(have=["BROWSE_PROJECTS"]), replace(SETTINGS, read_only=True))
    assert {one.level for one in every} == {Level.OK}
    assert "promote is refused" in lines(every, Level.OK)["jira.credentials"]


def test_missing_scopes_are_named_where_atlassian_told_them() -> None:
    with scripted(jira()) as server:
        way_in = Way(Credentials(server.url, "me", "token"), scopes="read:jira-work offline_access")
        every = list(check_jira(way_in, SETTINGS, lambda: datetime.now(UTC)))
    lacking = [one.sentence for one in every if one.level is Level.FAIL]
    assert lacking == [
        "The token may not know people: the scope read:jira-user is missing.",
        "The token may not write issues: the scope write:jira-work is missing.",
    ]


def test_a_question_that_the_tokens_scopes_do_not_allow_is_told_as_that() -> None:
    inner = jira()

    def answers(asked: Asked) -> Said:
        if "/project/" in asked.path:
            return Said(401, {"code": 401, "message": "Unauthorized; scope does not match"})
        return inner(asked)

    assert "lacks a scope" in lines(found(answers), Level.FAIL)["jira.WEB"]


def test_the_state_of_the_limits_is_told() -> None:
    inner = jira()
    few = {"X-RateLimit-Limit": "70", "X-RateLimit-Remaining": "3"}
    every = found(lambda asked: replace(inner(asked), headers=few))
    assert "3 of 70 requests left" in lines(every, Level.WARN)["jira.limits"]
    with scripted(jira()) as server:
        rests = (Waiting("", 9, 40.0, "too many requests"), Waiting("10001", 9, 5.0, "writes"))
        way_in = Way(Credentials(server.url, "me", "token"), waiting=rests)
        said = [one for one in check_jira(way_in, SETTINGS, lambda: NOW) if one.name == "jira.wait"]
    assert "the whole site alone for 40 s" in said[0].sentence
    assert "issue 10001 alone for 5 s" in said[1].sentence


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [(3, Level.WARN, "in 3 days"), (90, Level.OK, "in 90 days"), (-1, Level.FAIL, "has ended")],
)
def test_the_end_of_an_access_token_is_read_from_itself(
    days: int, level: Level, words: str
) -> None:
    until = datetime.now(UTC).timestamp() + days * 86_400 + 60
    middle = base64.urlsafe_b64encode(json.dumps({"exp": until}).encode()).decode().rstrip("=")
    every = found(jira(), access_token=f"head.{middle}.sign")
    assert words in lines(every, level)["jira.token"]
    for text in ("no claims at all", "a.b.c", f"a.{middle[:-3]}.c"):
        assert "note it yourself" in lines(found(jira(), access_token=text), Level.OK)["jira.token"]
