"""A gateway with a database of its own and nobody behind it yet."""

import httpx2

from gateway.operations.context import Gateway
from gateway.promotion.values import SiteIdentity
from gateway.sandbox_link import SandboxLink
from gateway.settings import Settings
from gateway.store import sites
from gateway.store.database import Database
from gateway.upstream.client import Upstream
from sandbox.contract.addresses import Address
from sandbox.contract.shapes import Flavour, SiteBaseline

URL = "http://127.0.0.1:9"


def lonely_gateway(database: Database, baseline: SiteBaseline | None = None) -> Gateway:
    """Return a gateway whose upstream and sandbox do not answer."""
    flavour = Flavour.CLOUD if baseline is None else baseline.flavour
    identity = SiteIdentity(site="s", base_url=URL, flavour=flavour)
    with database.write() as conn:
        sites.register(conn, identity)
        if baseline is not None:
            sites.put_metadata(conn, baseline)
    return Gateway(
        site="s",
        identity=identity,
        database=database,
        clock=lambda: 1_000_000_000,
        sandbox=SandboxLink(URL, b"secret"),
        upstream=Upstream(httpx2.Client(trust_env=False), Address(URL), flavour),
        settings=Settings(site="s", secret_key=b"key"),
    )
