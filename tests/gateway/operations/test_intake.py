import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from gateway.operations.context import Gateway
from gateway.operations.intake import push_all, refresh, take_in
from gateway.operations.registering import issue_token, push_registry
from gateway.promotion.values import SiteIdentity
from gateway.review.refusals import RefusedError
from gateway.sandbox_link import SandboxLink, SandboxLinkError
from gateway.settings import Settings
from gateway.store import baselines, sites
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials
from sandbox.contract.shapes import Dialect, Flavour, JsonObject, Scope
from tests.gateway.databases import begin
from tests.recorded import BY_NAME, SOURCES, Recorded, Source, load
from tests.sandboxes import BOT_EMAIL, Inside, inside_shadow, inside_upstream


@contextmanager
def airlock(recorded: Recorded) -> Iterator[tuple[Gateway, Inside, Inside]]:
    """Run an upstream with recorded issues, an empty shadow, and the gateway between them."""
    site, flavour = recorded.site.site, recorded.site.flavour
    database = Database("sqlite://")
    begin(database)
    with inside_upstream(site, flavour) as upstream, inside_shadow(site, flavour) as shadow:
        link = upstream.link()
        link.put_site(recorded.site)
        link.put_issues(recorded.issues)
        yield _gateway(upstream, shadow, database, recorded), upstream, shadow
    database.dispose()


def _gateway(upstream: Inside, shadow: Inside, database: Database, recorded: Recorded) -> Gateway:
    connection = Upstream.connect(Credentials(upstream.url), demo=True, http=upstream.jira)
    site = recorded.site.site
    keys = tuple(str(one["key"]) for one in recorded.site.projects)
    return Gateway(
        site=site,
        identity=SiteIdentity(site=site, base_url=upstream.url, flavour=connection.flavour),
        database=database,
        clock=upstream.sandbox.clock,
        sandbox=shadow.link(),
        upstream=connection,
        settings=Settings(site=site, projects=keys, secret_key=b"key"),
        demo=True,
    )


def agent(gateway: Gateway, shadow: Inside) -> TestClient:
    """Return the shadow's Jira door, signed in with a token that sees everything."""
    scope = Scope(projects=gateway.settings.projects, mine_only=False)
    token, _ = issue_token(gateway, "claude", BOT_EMAIL, scope, 3600, "admin")
    push_registry(gateway)
    shadow.jira.headers["Authorization"] = f"Bearer {token}"
    return shadow.jira


def asked(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_recorded_issues_come_out_of_the_shadow_as_they_are_upstream(source: Source) -> None:
    recorded = load(source)
    with airlock(recorded) as (gateway, upstream, shadow):
        report = take_in(gateway)
        client = agent(gateway, shadow)
        assert (report.issues, report.new) == (len(recorded.issues), len(recorded.issues))
        for version in _read_versions(source):
            for issue in recorded.issues:
                path = f"/rest/api/{version}/issue/{issue.issue_id}?expand=changelog"
                theirs, ours = asked(upstream.jira, path), asked(client, path)
                assert upstream.url.removeprefix("http://") not in ours
                assert json.loads(ours.replace(shadow.url, upstream.url)) == json.loads(theirs)


def _read_versions(source: Source) -> tuple[str, ...]:
    """Return the dialect the gateway reads, and the other where nothing is converted twice."""
    if source.flavour is Flavour.SERVER:
        return ("2",)
    return ("3", "2") if source.dialect is Dialect.V3 else ("3",)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_recorded_issues_lie_in_the_upstream_as_they_were_recorded(source: Source) -> None:
    recorded = load(source)
    with inside_upstream(source.name, source.flavour) as upstream:
        link = upstream.link()
        link.put_site(recorded.site)
        link.put_issues(recorded.issues)
        for issue in recorded.issues:
            path = f"/rest/api/{source.dialect}/issue/{issue.issue_id}?expand=changelog"
            found: Any = json.loads(asked(upstream.jira, path))
            wanted: Any = json.loads(
                json.dumps(issue.doc).replace("https://u0.airlock.invalid", upstream.url)
            )
            assert found["fields"] == wanted["fields"]
            assert {one["id"] for one in found["changelog"]["histories"]} == {
                one["id"] for one in wanted.get("changelog", {}).get("histories", [])
            }


@pytest.fixture
def jirametrics() -> Iterator[tuple[Gateway, Inside, Inside]]:
    with airlock(load(BY_NAME["jirametrics"])) as found:
        yield found


def edit(upstream: Inside, issue_id: str, fields: JsonObject) -> None:
    answer = upstream.jira.put(f"/rest/api/2/issue/{issue_id}", json={"fields": fields})
    assert answer.status_code == 204, answer.text


def test_a_second_intake_pushes_only_what_changed(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, upstream, shadow = jirametrics
    take_in(gateway)
    again = take_in(gateway)
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    edit(upstream, "10017", {"summary": "Changed upstream"})
    third = take_in(gateway)
    assert (third.new, third.changed, third.gone) == (0, 1, 0)
    with gateway.database.read() as conn:
        stored = sites.get(conn, gateway.site)
        first = baselines.at(conn, gateway.site, "10017", 1)
        now = baselines.latest(conn, gateway.site, "10017")
    assert stored is not None
    assert (stored.revision, stored.pushed_revision) == (2, 2)
    assert first is not None
    assert now is not None
    assert (first.revision, now.revision, now.dialect) == (1, 2, Dialect.V3)
    client = agent(gateway, shadow)
    fields: Any = client.get("/rest/api/3/issue/SP-10?fields=summary").json()["fields"]
    assert fields == {"summary": "Changed upstream"}


def test_a_refresh_reads_some_issues_only(jirametrics: tuple[Gateway, Inside, Inside]) -> None:
    gateway, upstream, shadow = jirametrics
    take_in(gateway)
    edit(upstream, "10017", {"summary": "One"})
    edit(upstream, "10021", {"summary": "Two"})
    assert refresh(gateway, ["10017"]) == ("10017",)
    assert refresh(gateway, ["10017"]) == ()
    client = agent(gateway, shadow)
    found = [
        client.get(f"/rest/api/2/issue/{key}").json()["fields"]["summary"]
        for key in ("SP-10", "SP-14")
    ]
    assert found[0] == "One"
    assert found[1] != "Two"


def test_what_the_sandbox_did_not_get_is_pushed_by_the_next_intake(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, _, shadow = jirametrics
    link = gateway.sandbox
    gateway.sandbox = SandboxLink(shadow.url, b"not the secret", http=shadow.control)
    with pytest.raises(SandboxLinkError, match="control secret"):
        take_in(gateway)
    gateway.sandbox = link
    assert take_in(gateway).new == 0
    client = agent(gateway, shadow)
    assert client.get("/rest/api/2/issue/SP-10").status_code == 200


def test_a_sandbox_that_lost_its_database_gets_everything_again(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, _, _ = jirametrics
    take_in(gateway)
    with inside_shadow(gateway.site, gateway.identity.flavour) as fresh:
        gateway.sandbox = fresh.link()
        push_all(gateway)
        client = agent(gateway, fresh)
        found = [client.get(f"/rest/api/2/issue/SP-{n}").status_code for n in (1, 10, 14, 15)]
    assert found == [200, 200, 200, 200]


def test_an_issue_that_left_the_scope_leaves_the_shadow(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, upstream, shadow = jirametrics
    take_in(gateway)
    assert upstream.jira.delete("/rest/api/2/issue/10017").status_code == 204
    assert take_in(gateway).gone == 1
    client = agent(gateway, shadow)
    assert client.get("/rest/api/2/issue/SP-10").status_code == 404
    with gateway.database.read() as conn:
        assert baselines.latest(conn, gateway.site, "10017") is None


def test_many_issues_vanishing_at_once_ask_a_person(
    jirametrics: tuple[Gateway, Inside, Inside],
) -> None:
    gateway, upstream, shadow = jirametrics
    take_in(gateway)
    for issue_id in ("10017", "10021"):
        assert upstream.jira.delete(f"/rest/api/2/issue/{issue_id}").status_code == 204
    report = take_in(gateway)
    assert report.gone == 0
    assert [said[:44] for said in report.warnings] == [
        "2 of 4 issues were not in Jira's answer. Not"
    ]
    assert agent(gateway, shadow).get("/rest/api/2/issue/SP-10").status_code == 200


def test_a_narrower_question_removes_nothing(jirametrics: tuple[Gateway, Inside, Inside]) -> None:
    gateway, _, _ = jirametrics
    take_in(gateway)
    report = take_in(gateway, "key = SP-10")
    assert (report.issues, report.gone, report.warnings) == (1, 0, ())


def test_without_a_scope_nothing_is_taken_in(jirametrics: tuple[Gateway, Inside, Inside]) -> None:
    gateway, _, _ = jirametrics
    gateway.settings = replace(gateway.settings, projects=())
    with pytest.raises(RefusedError) as raised:
        take_in(gateway)
    assert raised.value.refusal.code == "no_scope"


def test_our_own_marks_never_reach_an_agent(jirametrics: tuple[Gateway, Inside, Inside]) -> None:
    gateway, upstream, shadow = jirametrics
    mark: JsonObject = {"op": "1", "set": "x", "mac": "y"}
    path = "/rest/api/2/issue/10017/properties/airlock.last"
    assert upstream.jira.put(path, json=mark).status_code in (200, 201)
    take_in(gateway)
    refresh(gateway, ["10017"])
    issue = gateway.upstream.issue("10017")
    assert issue is not None
    assert issue["properties"] == {"airlock.last": mark}
    with gateway.database.read() as conn:
        kept = baselines.latest(conn, gateway.site, "10017")
    assert kept is not None
    assert "airlock.last" not in kept.model_dump_json()
    client = agent(gateway, shadow)
    assert client.get(path).status_code == 404
    assert "airlock" not in asked(client, "/rest/api/3/issue/10017?properties=*all")
