"""The running gateway: the one value that every operation takes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gateway.identity.client_documents import Documents
from gateway.identity.foreign import IssuerKeys
from gateway.operations.accounts import Accounts, NotConnectedError
from gateway.promotion.authors import Author, AuthorKind
from gateway.promotion.values import SiteIdentity
from gateway.sandbox_link import SandboxLink
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.upstream.client import Upstream


@dataclass(slots=True)
class Gateway:
    """One site, its upstream, its sandbox and the gateway's own database."""

    #: Short name of the site (``AIRLOCK_SITE``), part of every row.
    site: str
    identity: SiteIdentity
    database: Database
    #: Microseconds since 1970, UTC. Leases go by the database's clock instead.
    clock: Callable[[], int]
    sandbox: SandboxLink
    #: The connection that reads; while an operation is carried, the one that writes it.
    upstream: Upstream
    settings: Settings
    #: True when everything here is make-believe: shown as a banner on every page.
    demo: bool = False
    #: The connection that promotion writes with; None: the one that reads does both.
    writer: Upstream | None = None

    #: Demo only: the control door of the sandbox that plays Jira.
    stage: SandboxLink | None = None

    #: Connections as people who connected their own accounts; None: nobody can.
    accounts: Accounts | None = None
    #: Keys of an identity provider whose access tokens are good at the sandbox.
    issuer_keys: IssuerKeys = field(default_factory=IssuerKeys)
    #: Metadata documents of agents' clients, where the settings allow to fetch them.
    documents: Documents = field(default_factory=Documents)

    def writing(self) -> "Gateway":
        """Return the same gateway, connected as promotion's own account."""
        return self if self.writer is None else replace(self, upstream=self.writer)

    def writing_as(self, author: Author) -> "Gateway":
        """Return the same gateway, connected as an author; raises NotConnectedError."""
        if author.kind is AuthorKind.SERVICE:
            return self.writing()
        if self.accounts is None:
            raise NotConnectedError("No Jira account can be connected here.")
        return replace(self, upstream=self.accounts.as_account(author.account))
