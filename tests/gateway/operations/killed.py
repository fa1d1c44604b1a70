"""A promoter that is killed: run in a process of its own, which SIGKILLs itself at a step."""

import os
import signal

import httpx2

from gateway.operations.context import Gateway
from gateway.operations.promoting import Promoter
from gateway.people_settings import JiraSays, PeopleRules
from gateway.promotion.values import SiteIdentity
from gateway.sandbox_link import SandboxLink
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from gateway.upstream.introduction import Account
from gateway.upstream.stranger import Expected
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour
from tests.gateway.promotion.world import PERSON, SITE

#: The gateway runs with Ann's own account here, so that it may log her time.
USER, TOKEN = "ann", "token-of-the-gate"


def gateway_on(database_url: str, jira_url: str) -> Gateway:
    """Return a gateway before a real upstream sandbox, with short waits."""
    identity = SiteIdentity(site=SITE, base_url=jira_url, flavour=Flavour.CLOUD)
    http = httpx2.Client(auth=(USER, TOKEN), trust_env=False, timeout=20)
    return Gateway(
        site=SITE,
        identity=identity,
        database=Database(database_url),
        clock=lambda: 1_000,
        sandbox=SandboxLink("http://127.0.0.1:8", b"secret"),
        upstream=Upstream(
            http,
            Address(jira_url),
            Flavour.CLOUD,
            Expected(sandbox=True),
            account=Account(PERSON, "Ann"),
        ),
        settings=Settings(
            site=SITE,
            projects=("AIR",),
            secret_key=b"only the gateway knows",
            people=PeopleRules(jira=JiraSays.ASK),
            quarantine_seconds=0.1,
            lease_seconds=5.0,
        ),
    )


def promote_until_killed(database_url: str, jira_url: str, step: str) -> None:
    """Carry one operation and die at ``step``."""

    def die(now: str) -> None:
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    Promoter(gateway_on(database_url, jira_url), "doomed", die).run_once()
