"""People's own Jira accounts, against a real sandbox behind a stand-in for Atlassian."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.operations import connecting
from gateway.operations.accounts import Accounts, NotConnectedError
from gateway.operations.connecting import Asker
from gateway.review.people import Person, Role
from gateway.review.refusals import RefusedError
from gateway.store import audit, connections, people
from gateway.store.connections import SERVICE
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from gateway.upstream.credentials import Credentials, oauth_app
from gateway.upstream.errors import IdentityLostError, UpstreamError
from gateway.upstream.oauth import Atlassian, GrantLostError
from gateway.upstream.sealing import SealedError
from gateway.upstream.tokens import Stored
from sandbox.contract.shapes import Flavour
from tests.atlassian import CLIENT_ID, CLIENT_SECRET, Edge
from tests.fronts import Authority, Front, tls_front
from tests.gateway.databases import database_url, new_file, postgres
from tests.sandboxes import upstream_sandbox

__all__ = ["database_url", "postgres"]

SITE_URL = "https://shop.atlassian.test"
MINA = {
    "name": "mina",
    "account_id": "acc-mina",
    "email": "mina@shop.example",
    "display_name": "민아",
    "tokens": ["jira-token-of-mina"],
}
KEY = b"the gateway's secret key"


@dataclass
class World:
    """One gateway's accounts and what is around them."""

    accounts: Accounts
    edge: Edge
    front: Front

    def connect(self, asker: Asker | None = None) -> connections.Connected:
        """Let Mina consent."""
        asker = asker or Asker("mina")
        url = connecting.begin(self.accounts, asker)
        state, code = self.edge.consent(url, "jira-token-of-mina")
        return connecting.finish(self.accounts, asker, state, code, lambda: 5)

    def stored(self) -> Stored:
        """Return Mina's connection as another process would use it."""
        one = self.accounts
        return Stored(one.database, one.site, "acc-mina", KEY, one.atlassian)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("site")
    projects = [{"key": "WEB", "name": "Web"}]
    more = {"projects": projects, "base_url": SITE_URL, "users": [MINA]}
    authority = Authority.make(folder)
    with (
        upstream_sandbox(folder, "shop", Flavour.CLOUD, **more) as jira,
        tls_front(jira.url, authority) as found,
    ):
        yield found


def accounts_on(database: Database, front: Front, site: str = "shop") -> Accounts:
    """Return a gateway's accounts, behind a front that plays Atlassian."""
    env = {
        "JIRA_URL": SITE_URL,
        "JIRA_SSL_VERIFY": front.bundle,
        "AIRLOCK_TEST_ATLASSIAN": front.url,
        "ATLASSIAN_OAUTH_CLIENT_ID": CLIENT_ID,
        "ATLASSIAN_OAUTH_CLIENT_SECRET": CLIENT_SECRET,
    }
    credentials = Credentials.from_env(env)
    app = oauth_app(env, "http://127.0.0.1:8642")
    assert app is not None
    return Accounts(
        database=database,
        site=site,
        credentials=credentials,
        connect=partial(Upstream.connect, demo=True),
        secret_key=KEY,
        atlassian=Atlassian(app, credentials.way),
    )


@contextmanager
def world_on(url: str, front: Front) -> Iterator[World]:
    edge = Edge(SITE_URL)
    front.edge = edge.answer
    database = Database(url)  # lent: its tables are there
    accounts = accounts_on(database, front)
    yield World(accounts, edge, front)
    accounts.close()
    database.dispose()


@pytest.fixture
def world(tmp_path: Path, front: Front) -> Iterator[World]:
    with world_on(f"sqlite:///{new_file(tmp_path / 'gateway.db')}", front) as found:
        yield found


@pytest.fixture
def each(database_url: str, front: Front) -> Iterator[World]:
    """Lend a world on each kind of database: leases and states are the database's."""
    with world_on(database_url, front) as found:
        yield found


def test_a_consent_is_kept_encrypted_and_used_as_that_account(world: World) -> None:
    found = world.connect()
    assert (found.owner, found.account_name, found.kind) == ("acc-mina", "민아", "oauth")
    upstream = world.accounts.as_account("acc-mina")
    assert upstream.account.id == "acc-mina"
    assert upstream.browse.url == SITE_URL
    assert world.accounts.as_account("acc-mina") is upstream
    with world.accounts.database.read() as conn:
        rows = str(conn.execute(text("SELECT * FROM connection")).all())
        rows += str(conn.execute(text("SELECT * FROM connect_attempt")).all())
        rows += str(conn.execute(text("SELECT * FROM audit")).all())
    family = world.edge.families[0]
    assert family.access not in rows
    assert family.refresh not in rows
    assert "jira_connected" in rows


def test_another_secret_key_reads_nothing(world: World) -> None:
    world.connect()
    other = replace(world.accounts, secret_key=b"another key", _kept={})
    with pytest.raises(SealedError):
        other.as_account("acc-mina")


def test_the_answer_of_atlassian_counts_once_and_for_whoever_asked(each: World) -> None:
    url = connecting.begin(each.accounts, Asker("mina"))
    state, code = each.edge.consent(url, "jira-token-of-mina")
    for asker, given in ((Asker("eve"), state), (Asker("mina"), "made up"), (Asker("mina"), state)):
        with pytest.raises(RefusedError):
            connecting.finish(each.accounts, asker, given, code, lambda: 5)
    assert connecting.listed(each.accounts) == ()


def test_a_consent_for_another_site_is_refused(world: World) -> None:
    world.edge.site_url = "https://other.atlassian.test"
    with pytest.raises(RefusedError, match=r"other\.atlassian\.test"):
        world.connect()


def test_a_person_can_only_connect_the_account_that_is_theirs(world: World) -> None:
    mina = Person(person="mina", name="Mina", role=Role.REVIEWER)
    with world.accounts.database.write() as conn:
        people.add(conn, mina, now=1)
    world.connect(Asker("mina", person=mina))
    with world.accounts.database.read() as conn:
        stored = people.get(conn, "mina")
    assert stored is not None
    assert stored.jira_account == "acc-mina"
    eve = Person(person="eve", name="Eve", role=Role.ADMIN, jira_account="acc-eve")
    with pytest.raises(RefusedError, match="not yours"):
        world.connect(Asker("eve", person=eve))


def test_an_access_token_that_ends_in_the_middle_is_renewed_unseen(world: World) -> None:
    world.connect()
    upstream = world.accounts.as_account("acc-mina")
    world.edge.expire()
    assert upstream.myself()["accountId"] == "acc-mina"
    assert world.edge.renewals == 1
    # Near its end it is renewed before Jira has to refuse it.
    world.edge.lasts = 30.0
    stored = world.stored()
    first = stored.token(refused=world.edge.families[0].access)
    assert stored.token() != first
    assert world.edge.renewals == 3


def test_many_processes_renew_a_token_once(each: World) -> None:
    each.connect()
    old = each.edge.families[0].access
    each.edge.expire()
    each.edge.slow = 0.2
    found: list[str] = []

    def process() -> None:
        database = Database(each.accounts.database.engine.url.render_as_string(hide_password=False))
        found.append(replace(each.stored(), database=database).token(refused=old))
        database.dispose()

    threads = [threading.Thread(target=process) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert each.edge.renewals == 1
    assert found == [each.edge.families[0].access] * 5


def test_a_process_that_dies_while_renewing_leaves_the_lease_to_run_out(each: World) -> None:
    each.connect()
    old = each.edge.families[0].access

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(each.stored(), on_renewal=die).token(refused=old)
    waits: list[float] = []

    def much_later(seconds: float) -> None:
        waits.append(seconds)
        with each.accounts.database.write() as conn:
            conn.execute(text("UPDATE connection SET renewing_until = 0"))

    assert replace(each.stored(), sleep=much_later).token(refused=old) != old
    assert len(waits) == 1


def test_a_consent_that_was_withdrawn_is_told_and_asks_for_a_new_one(world: World) -> None:
    world.connect()
    upstream = world.accounts.as_account("acc-mina")
    refresh = world.edge.families[0].refresh
    world.edge.withdraw()
    with pytest.raises(IdentityLostError) as raised:
        upstream.myself()
    assert isinstance(raised.value, GrantLostError)
    assert refresh not in str(raised.value)
    [found] = connecting.listed(world.accounts)
    assert "no longer accepts" in found.trouble
    world.connect()
    assert connecting.listed(world.accounts)[0].trouble == ""
    assert world.accounts.as_account("acc-mina").myself()["accountId"] == "acc-mina"


def test_a_connection_that_was_taken_back_is_gone_with_its_tokens(each: World) -> None:
    each.connect()
    upstream = each.accounts.as_account("acc-mina")
    assert connecting.revoke(each.accounts, "acc-mina", "mina", 9)
    assert not connecting.revoke(each.accounts, "acc-mina", "mina", 9)
    with pytest.raises(NotConnectedError):
        each.accounts.as_account("acc-mina")
    with pytest.raises(UpstreamError):
        upstream.myself()
    with each.accounts.database.read() as conn:
        assert conn.execute(text("SELECT secret FROM connection")).scalar_one() == ""
        kinds = [row.kind for row in audit.entries(conn)]
    assert kinds == ["jira_connected", "jira_revoked"]


def test_the_gateway_itself_can_be_connected_by_consent(world: World) -> None:
    world.connect(Asker("command line", service=True))
    credentials = world.accounts.service()
    upstream = Upstream.connect(credentials, demo=True)
    assert (upstream.account.id, credentials.kind) == ("acc-mina", "OAuth connection")
    upstream.close()
    [one] = connecting.listed(world.accounts)
    assert one.owner == SERVICE


def test_an_own_token_proves_whose_account_it_is(world: World, front: Front) -> None:
    front.edge = lambda call, send: send(call)
    credentials = replace(world.accounts.credentials, url=front.url, site_url=None)
    accounts = replace(world.accounts, credentials=credentials, _kept={})
    asker = Asker("command line")
    found = connecting.with_token(accounts, asker, "jira-token-of-mina\n", "", lambda: 5)
    assert (found.account, found.kind) == ("acc-mina", "token")
    assert accounts.as_account("acc-mina").account.name == "민아"
    cloud = connecting.with_token(
        accounts, asker, "jira-token-of-mina", "mina@shop.example", lambda: 6
    )
    assert cloud.account == "acc-mina"
    assert accounts.as_account("acc-mina").account.id == "acc-mina"
    with pytest.raises(IdentityLostError):
        connecting.with_token(accounts, asker, "made up", "", lambda: 5)
    with pytest.raises(RefusedError):
        connecting.with_token(accounts, asker, " ", "", lambda: 5)
    accounts.close()


def test_without_an_app_nobody_is_sent_anywhere(world: World) -> None:
    accounts = replace(world.accounts, atlassian=None)
    with pytest.raises(RefusedError, match="No OAuth app"):
        connecting.begin(accounts, Asker("mina"))
