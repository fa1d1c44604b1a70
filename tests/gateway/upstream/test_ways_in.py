"""Every way into the Jira of a company, against a real sandbox process that plays it."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.promotion.values import Request
from gateway.settings import SettingsError
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials
from gateway.upstream.errors import (
    IdentityLostError,
    NotSentError,
    UpstreamError,
    WrongUpstreamError,
)
from sandbox.contract.shapes import Flavour
from tests.fronts import Authority, Call, Front, Reply, Send, connect_proxy, tls_front
from tests.sandboxes import BOT_EMAIL, BOT_TOKEN, upstream_sandbox

SITE_URL = "https://shop.atlassian.test"
HOST = "jira.corp.test"
PROJECT = [{"key": "WEB", "name": "Web shop"}]
CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("cloud")
    more = {"projects": PROJECT, "base_url": SITE_URL}
    with (
        upstream_sandbox(folder, "shop", Flavour.CLOUD, **more) as jira,
        tls_front(jira.url, authority) as front,
    ):
        yield front


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("server")
    more = {"projects": PROJECT, "base_url": f"https://{HOST}/jira"}
    with (
        upstream_sandbox(folder, "corp", Flavour.SERVER, **more) as jira,
        tls_front(jira.url.removesuffix("/jira"), authority, HOST) as front,
    ):
        yield front


@pytest.fixture(autouse=True)
def passing_on(request: pytest.FixtureRequest) -> None:
    for name in ("cloud", "server"):
        if name in request.fixturenames:
            front: Front = request.getfixturevalue(name)
            front.edge = lambda call, send: send(call)
            front.calls.clear()


def api_edge(call: Call, send: Send) -> Reply:
    """Do what ``api.atlassian.com`` does: one path below it is the site's REST API.

    Its answers do not name the account, and their links lead to it.
    """
    prefix = f"/ex/jira/{CLOUD_ID}"
    if not call.path.startswith(prefix):
        return Reply(404, {"Content-Type": "application/json"}, b'{"message":"No such site"}')
    here = f"https://{call.headers['Host']}{prefix}"
    said = send(Call(call.method, call.path.removeprefix(prefix), call.headers, call.body))
    headers = {k: v for k, v in said.headers.items() if k.lower() != "x-aaccountid"}
    body = said.body.replace(f"{SITE_URL}/rest".encode(), f"{here}/rest".encode())
    return Reply(said.status, headers, body)


def connected(env: dict[str, str], **more: str) -> Upstream:
    """Connect by settings alone, as the gateway does."""
    return Upstream.connect(Credentials.from_env({**env, **more}), demo=True)


def writes_and_reads(upstream: Upstream) -> None:
    """Make an issue and read it back."""
    api = "/rest/api/3" if upstream.flavour is Flavour.CLOUD else "/rest/api/2"
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "새 일"}
    made = upstream.send(Request(method="POST", path=f"{api}/issue", body={"fields": fields}))
    assert isinstance(made.body, dict)
    found = upstream.issue(str(made.body["id"]))
    assert found is not None
    assert isinstance(found["fields"], dict)
    assert found["fields"]["summary"] == "새 일"
    assert str(found["self"]).startswith(f"{upstream.browse.url}/rest/api/")
    upstream.close()


BASIC = {"JIRA_USERNAME": BOT_EMAIL, "JIRA_API_TOKEN": BOT_TOKEN}


def test_an_api_token_over_tls_with_the_companys_own_ca(cloud: Front, authority: Authority) -> None:
    env = {"JIRA_URL": cloud.url, "JIRA_SSL_VERIFY": authority.bundle, **BASIC}
    upstream = connected(env)
    assert (upstream.flavour, upstream.account.id) == (Flavour.CLOUD, "bot-0001")
    basic = base64.b64encode(f"{BOT_EMAIL}:{BOT_TOKEN}".encode()).decode()
    assert {call.headers["Authorization"] for call in cloud.calls} == {f"Basic {basic}"}
    upstream.close()
    with pytest.raises(NotSentError):
        connected({**env, "JIRA_SSL_VERIFY": "yes"})
    with pytest.raises(SettingsError):
        connected({**env, "JIRA_SSL_VERIFY": "/nowhere/ca.pem"})
    with pytest.raises(IdentityLostError):
        connected({**env, "JIRA_API_TOKEN": "wrong"})


@pytest.mark.parametrize(
    "proof",
    [BASIC, {"ATLASSIAN_OAUTH_ACCESS_TOKEN": BOT_TOKEN}],
    ids=["scoped or service account's API token", "OAuth access token"],
)
@pytest.mark.parametrize("as_url", [True, False])
def test_what_goes_through_the_api_is_the_sites_all_the_same(
    cloud: Front, authority: Authority, proof: dict[str, str], as_url: bool
) -> None:
    cloud.edge = api_edge
    whole = f"{cloud.url}/ex/jira/{CLOUD_ID}"
    named = {"JIRA_URL": SITE_URL, "ATLASSIAN_OAUTH_CLOUD_ID": CLOUD_ID}
    upstream = connected(
        {
            "AIRLOCK_TEST_ATLASSIAN": cloud.url,
            "JIRA_SSL_VERIFY": authority.bundle,
            **({"JIRA_URL": whole} if as_url else named),
            **proof,
        }
    )
    assert (upstream.address.url, upstream.browse.url) == (whole, SITE_URL)
    assert not upstream.expected.named
    assert upstream.account.name == "Airlock"
    writes_and_reads(upstream)


def test_a_cloud_id_of_another_site_is_refused(cloud: Front, authority: Authority) -> None:
    cloud.edge = api_edge
    env = {
        "AIRLOCK_TEST_ATLASSIAN": cloud.url,
        "JIRA_SSL_VERIFY": authority.bundle,
        "JIRA_URL": "https://other.atlassian.test",
        "ATLASSIAN_OAUTH_CLOUD_ID": CLOUD_ID,
        **BASIC,
    }
    with pytest.raises(WrongUpstreamError, match=SITE_URL):
        connected(env)


def test_the_apis_address_is_atlassians_but_for_tests_on_this_machine() -> None:
    env = {"JIRA_URL": SITE_URL, "ATLASSIAN_OAUTH_CLOUD_ID": "a/b"}
    assert Credentials.from_env(env).url == "https://api.atlassian.com/ex/jira/a%2Fb"
    evil = {**env, "AIRLOCK_TEST_ATLASSIAN": "https://evil.example"}
    with pytest.raises(SettingsError):
        Credentials.from_env(evil)
    # A file is not the process environment.
    assert Credentials.from_env(evil, process={}).url.startswith("https://api.atlassian.com/")
    with pytest.raises(SettingsError):
        Credentials.from_env({"JIRA_URL": "https://api.atlassian.com/ex/confluence/x"})


@pytest.mark.parametrize(
    "proof",
    [{"JIRA_PERSONAL_TOKEN": BOT_TOKEN}, BASIC, {**BASIC, "JIRA_USERNAME": "airlock-bot"}],
    ids=["personal access token", "e-mail and password", "user and password"],
)
def test_data_center_below_a_context_path(
    server: Front, authority: Authority, proof: dict[str, str]
) -> None:
    env = {"JIRA_URL": f"{server.url}/jira", "JIRA_SSL_VERIFY": authority.bundle, **proof}
    server.edge = lambda call, send: _links_here(send(call), server.url)
    upstream = connected(env)
    assert (upstream.flavour, upstream.account.id) == (Flavour.SERVER, "airlock-bot")
    assert upstream.expected.named
    writes_and_reads(upstream)


def _links_here(said: Reply, url: str) -> Reply:
    said.body = said.body.replace(f"https://{HOST}/".encode(), f"{url}/".encode())
    return said


@pytest.mark.parametrize("password", ["", "hush"])
def test_a_client_certificate_with_and_without_a_password(
    server: Front, authority: Authority, password: str
) -> None:
    certificate, key = authority.issue("robot", password=password)
    with tls_front(server.target, authority, client_ca=authority.bundle) as strict:
        env = {
            "JIRA_URL": f"{strict.url}/jira",
            "JIRA_SSL_VERIFY": authority.bundle,
            "JIRA_PERSONAL_TOKEN": BOT_TOKEN,
        }
        mine = {
            "JIRA_CLIENT_CERT": certificate,
            "JIRA_CLIENT_KEY": key,
            "JIRA_CLIENT_KEY_PASSWORD": password,
        }
        connected({**env, **mine}).close()
        with pytest.raises(UpstreamError):
            connected(env)
        if password:
            with pytest.raises(SettingsError) as raised:
                connected({**env, **mine, "JIRA_CLIENT_KEY_PASSWORD": "wrong"})
            assert "wrong" not in str(raised.value)


def test_the_companys_proxy_and_the_hosts_that_go_without(
    server: Front, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {
        "JIRA_URL": f"https://{HOST}/jira",
        "JIRA_SSL_VERIFY": authority.bundle,
        "JIRA_PERSONAL_TOKEN": BOT_TOKEN,
    }
    secret = "Basic " + base64.b64encode(b"me:hush").decode()
    with connect_proxy(server.port, secret) as proxy:
        through = f"http://me:hush@127.0.0.1:{proxy.port}"
        writes_and_reads(connected(env, JIRA_HTTPS_PROXY=through))
        assert set(proxy.hosts) == {f"{HOST}:443"}
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("HTTPS_PROXY", through)
        connected(env).close()
        told = len(proxy.hosts)
        for way in ({"JIRA_HTTPS_PROXY": through, "JIRA_NO_PROXY": ".corp.test"}, {}):
            monkeypatch.setenv("NO_PROXY", HOST)
            # Nobody answers for that name without the proxy.
            with pytest.raises(NotSentError):
                connected(env, **way)
        with pytest.raises(NotSentError) as raised:
            connected(env, JIRA_HTTPS_PROXY=f"http://me:wrong@127.0.0.1:{proxy.port}")
        assert "wrong" not in str(raised.value)
        assert len(proxy.hosts) == told


def test_a_redirect_is_followed_by_nobody(server: Front, authority: Authority) -> None:
    env = {
        "JIRA_URL": f"{server.url}/jira",
        "JIRA_SSL_VERIFY": authority.bundle,
        "JIRA_PERSONAL_TOKEN": BOT_TOKEN,
    }
    upstream = connected(env)
    server.calls.clear()
    elsewhere = {"Location": f"{server.url}/jira/rest/api/2/elsewhere"}
    server.edge = lambda _call, _send: Reply(307, elsewhere)
    for method in ("GET", "PUT"):
        with pytest.raises(UpstreamError):
            upstream.send(Request(method=method, path="/rest/api/2/issue/1"))
    upstream.close()
    assert [call.path for call in server.calls] == ["/jira/rest/api/2/issue/1"] * 2


def test_the_own_credential_for_writing_takes_nothing_from_the_reading_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "token"
    file.write_text("w-token\n")
    env = {"JIRA_URL": SITE_URL, "JIRA_PERSONAL_TOKEN": "r-token", **BASIC}
    reading = Credentials.from_env(env)
    assert reading.for_writing(env) is None
    own = reading.for_writing({**env, "AIRLOCK_WRITE_API_TOKEN_FILE": str(file)})
    assert own is not None
    assert (own.url, own.username, own.api_token) == (SITE_URL, "", "w-token")
    assert (own.personal_token, own.access_token) == ("", "")
