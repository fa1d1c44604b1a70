"""The gateway's tables. They are declared here and never leave ``gateway.store``.

Times are integer microseconds in UTC; JSON is canonical TEXT where a digest is made of
it. What the gateway keeps is in upstream form: no placeholders.
"""

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlmodel import Field

from gateway.store.people_tables import GatewayTable

__all__ = ["GatewayTable"]


class SiteRow(GatewayTable, table=True):
    """An upstream that this gateway serves, as it identified itself."""

    __tablename__ = "site"

    site: str = Field(primary_key=True, sa_type=Text)
    #: Base URL with context path, no trailing slash: part of every approval digest.
    base_url: str = Field(sa_type=Text)
    flavour: str = Field(sa_type=Text)
    #: ``SiteBaseline`` as JSON, in upstream form.
    metadata_body: str = Field(default="{}", sa_type=Text)
    #: The newest baseline revision given out.
    revision: int = Field(default=0, sa_type=BigInteger)
    #: The newest revision that the sandbox confirmed; what is newer is pushed again.
    pushed_revision: int = Field(default=0, sa_type=BigInteger)
    #: Newest sealed set fetched from the sandbox (its ``position``).
    fetched_position: int = Field(default=0, sa_type=BigInteger)
    #: A sentence when everything for this site is paused, else NULL.
    paused: str | None = Field(default=None, sa_type=Text)
    #: Why, in a word: an ``identity`` pause ends by itself, others by a person.
    paused_kind: str = Field(default="", sa_type=Text)


class BaselineRow(GatewayTable, table=True):
    """An issue as the gateway read it. Earlier revisions stay: they are the evidence."""

    __tablename__ = "baseline"

    site: str = Field(primary_key=True, sa_type=Text)
    issue_id: str = Field(primary_key=True, sa_type=Text)
    revision: int = Field(primary_key=True, sa_type=BigInteger)
    key: str = Field(index=True, sa_type=Text)
    fetched_at: int = Field(sa_type=BigInteger)
    #: Digest of ``body`` without times, to skip what did not change.
    digest: str = Field(sa_type=Text)
    #: ``IssueBaseline`` as JSON, in upstream form.
    body: str = Field(sa_type=Text)


class ReadingRow(GatewayTable, table=True):
    """How far Jira was read, so that a gateway that was killed goes on from there."""

    __tablename__ = "reading"

    site: str = Field(primary_key=True, sa_type=Text)
    #: What changed up to here was read; by Jira's clock.
    read_until: int = Field(default=0, sa_type=BigInteger)
    #: When everything was last read whole; by our clock.
    swept_at: int = Field(default=0, sa_type=BigInteger)
    #: The whole reading under way as JSON (``store.reading.Sweep``), else empty.
    sweep: str = Field(default="", sa_type=Text)


class SweepSeenRow(GatewayTable, table=True):
    """An issue that the whole reading under way has met."""

    __tablename__ = "sweep_seen"

    site: str = Field(primary_key=True, sa_type=Text)
    issue_id: str = Field(primary_key=True, sa_type=Text)


class QuestionRow(GatewayTable, table=True):
    """Something that only a person may answer before the gateway goes on with it."""

    __tablename__ = "question"

    id: int | None = Field(default=None, primary_key=True)
    site: str = Field(index=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    #: What it is about, as JSON.
    body: str = Field(sa_type=Text)
    asked_at: int = Field(sa_type=BigInteger)
    #: NULL: open.
    answer: str | None = Field(default=None, sa_type=Text)
    answered_by: str | None = Field(default=None, sa_type=Text)
    answered_at: int | None = Field(default=None, sa_type=BigInteger)


class HintRow(GatewayTable, table=True):
    """An issue that somebody says has changed: read again soon, nothing else believed."""

    __tablename__ = "hint"

    site: str = Field(primary_key=True, sa_type=Text)
    #: Upstream issue id.
    issue_id: str = Field(primary_key=True, sa_type=Text)
    at: int = Field(sa_type=BigInteger)


class AgentRow(GatewayTable, table=True):
    """An agent that was registered here."""

    __tablename__ = "agent"

    agent: str = Field(primary_key=True, sa_type=Text)
    created_at: int = Field(sa_type=BigInteger)
    created_by: str = Field(sa_type=Text)


class TokenRow(GatewayTable, table=True):
    """One agent token: only its hash, with the person, site and scope it is for."""

    __tablename__ = "token"

    token_id: str = Field(primary_key=True, sa_type=Text)
    token_hash: str = Field(unique=True, sa_type=Text)
    agent: str = Field(index=True, sa_type=Text)
    site: str = Field(index=True, sa_type=Text)
    #: Jira account: accountId on Cloud, user key on Server.
    person: str = Field(sa_type=Text)
    person_name: str = Field(sa_type=Text)
    #: ``Scope`` as JSON.
    scope: str = Field(sa_type=Text)
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)


class ReviewRow(GatewayTable, table=True):
    """A change set under review."""

    __tablename__ = "review"
    # Tells without a look at the rows themselves whether any of them moved on.
    __table_args__ = (
        Index("ix_review_editions", "site", "edition", "id"),
        Index("ix_review_task", "site", "workspace", "id"),
    )

    #: Shown as ``CS-{id}``.
    id: int | None = Field(default=None, primary_key=True)
    site: str = Field(index=True, sa_type=Text)
    #: Id of the sealed set in the sandbox.
    change_set: str = Field(unique=True, sa_type=Text)
    seal: str = Field(sa_type=Text)
    agent: str = Field(sa_type=Text)
    person: str = Field(sa_type=Text)
    workspace: str = Field(sa_type=Text)
    #: ``review.states.State``.
    state: str = Field(index=True, sa_type=Text)
    #: ``ChangeSet`` as JSON, addresses turned back to upstream form.
    body: str = Field(sa_type=Text)
    #: ``list[Read]`` as JSON; ``null`` when the sandbox had none to give.
    reads: str = Field(default="[]", sa_type=Text)
    #: Why the gateway refused it at intake, else NULL.
    refused: str | None = Field(default=None, sa_type=Text)
    #: The digest that was approved, else NULL.
    approved_digest: str | None = Field(default=None, sa_type=Text)
    #: ``Plan`` as JSON, exactly as approved.
    approved_plan: str | None = Field(default=None, sa_type=Text)
    words: str = Field(default="", sa_type=Text)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    received_at: int = Field(sa_type=BigInteger)
    #: Grows with every decision, so that two clicks cannot both win.
    edition: int = 0
    #: Whether the outcome reached the sandbox.
    told: bool = False
    #: Whether the reviewer wants Jira to send no mails, where it lets itself be told.
    quiet: bool = False
    #: What Jira contradicted when the last approval lapsed; empty: none did.
    lapsed: str = Field(default="", sa_type=Text)


class DecisionRow(GatewayTable, table=True):
    """What a person decided about one change. No row: not left out."""

    __tablename__ = "decision"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    change_id: str = Field(primary_key=True, sa_type=Text)
    #: ``reject`` (left out) or ``keep``.
    verdict: str = Field(sa_type=Text)
    words: str = Field(default="", sa_type=Text)
    by: str = Field(sa_type=Text)
    #: ``promotion.settled.Settled`` as JSON when a person settled the value, else NULL.
    settled: str | None = Field(default=None, sa_type=Text)
    at: int = Field(sa_type=BigInteger)


class ApprovalRow(GatewayTable, table=True):
    """A person's approval of exactly one digest."""

    __tablename__ = "approval"

    review_id: int = Field(primary_key=True, foreign_key="review.id")
    digest: str = Field(primary_key=True, sa_type=Text)
    person: str = Field(primary_key=True, sa_type=Text)
    at: int = Field(sa_type=BigInteger)
    #: Codes of what this person confirmed separately, with spaces between.
    confirmed: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    #: By a key outside the database, over everything above and the site.
    signature: str = Field(default="", sa_type=Text)


class FileRow(GatewayTable, table=True):
    """An attached file of a change set: its bytes, fetched from the sandbox."""

    __tablename__ = "file"

    site: str = Field(primary_key=True, sa_type=Text)
    #: Hex, of ``content``.
    sha256: str = Field(primary_key=True, sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    fetched_at: int = Field(sa_type=BigInteger)


class OperationRow(GatewayTable, table=True):
    """One upstream request of an approved set: the outbox."""

    __tablename__ = "operation"
    __table_args__ = (
        Index("ix_operation_claim", "state", "site", "issue_id"),
        Index("ix_operation_queue", "site", "state", "review_id", "position"),
        Index("ix_operation_set", "review_id", "digest", "state", "position"),
        # One write at a time per issue, whatever the program does.
        Index(
            "ix_operation_travelling",
            "site",
            "issue_id",
            unique=True,
            sqlite_where=text("state IN ('inflight', 'unknown')"),
            postgresql_where=text("state IN ('inflight', 'unknown')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(index=True, foreign_key="review.id")
    site: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    position: int
    #: ``promotion.states.OpState``.
    state: str = Field(sa_type=Text)
    issue_id: str = Field(sa_type=Text)
    issue_key: str = Field(sa_type=Text)
    #: ``PlannedOperation`` as canonical JSON.
    body: str = Field(sa_type=Text)
    #: ``airlock.last`` value that this operation writes.
    marker: str = Field(unique=True, sa_type=Text)
    #: Positions that must be applied first, as a JSON list.
    depends_on: str = Field(default="[]", sa_type=Text)
    fence: int = 0
    owner: str | None = Field(default=None, sa_type=Text)
    #: By the database's clock.
    lease_until: int = Field(default=0, sa_type=BigInteger)
    #: When the last intent was committed, by the database's clock.
    intent_at: int | None = Field(default=None, sa_type=BigInteger)
    #: Not before this time (rate limit, quarantine), by the database's clock.
    not_before: int = Field(default=0, sa_type=BigInteger)
    attempts: int = 0
    #: Create: newest key number of the project before the request, for the probe.
    probe_from: int | None = Field(default=None, sa_type=BigInteger)
    #: ``Receipt`` as JSON.
    receipt: str | None = Field(default=None, sa_type=Text)
    #: True when a backup was restored: it may have been sent before, unknown to us.
    wary: bool = False
    #: A sentence for people when it did not go through.
    trouble: str = Field(default="", sa_type=Text)
    #: True: goes on although an earlier one of its set failed, unless it depends on it.
    carry_on: bool = False
    #: What probes looked at and found: ``list[Look]`` as JSON.
    evidence: str = Field(default="[]", sa_type=Text)
    #: When to look whether it is in Jira twice, by the database's clock; NULL: not needed.
    recheck_at: int | None = Field(default=None, index=True, sa_type=BigInteger)


class OperationNeedRow(GatewayTable, table=True):
    """An operation that must be applied before another one may begin."""

    __tablename__ = "operation_need"

    operation: int = Field(primary_key=True, foreign_key="operation.id")
    needs: int = Field(primary_key=True, foreign_key="operation.id")


class MadeRow(GatewayTable, table=True):
    """A temporary id or key of a new issue, and what it is called in Jira."""

    __tablename__ = "made"

    site: str = Field(primary_key=True, sa_type=Text)
    temporary: str = Field(primary_key=True, sa_type=Text)
    real: str = Field(sa_type=Text)


class AuditRow(GatewayTable, table=True):
    """What people and the gateway did: a hash chain."""

    __tablename__ = "audit"

    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    actor: str = Field(sa_type=Text)
    kind: str = Field(index=True, sa_type=Text)
    #: Canonical JSON.
    body: str = Field(sa_type=Text)
    prev_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)
    #: By a key outside the database, over the chain up to this row; empty without a key.
    signature: str = Field(default="", sa_type=Text)


class AuditHeadRow(GatewayTable, table=True):
    """The chain's head: locked by every append, so that there is only one tail."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str = Field(sa_type=Text)


class WaitRow(GatewayTable, table=True):
    """What Jira asked to be left alone: the whole site, or one issue."""

    __tablename__ = "wait"

    site: str = Field(primary_key=True, sa_type=Text)
    #: Empty: the whole site.
    issue_id: str = Field(primary_key=True, sa_type=Text)
    #: By the database's clock.
    until: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    #: Refusals in a row.
    strikes: int = 0


class ConnectionRow(GatewayTable, table=True):
    """A Jira account that a person connected; an empty owner is the gateway itself."""

    __tablename__ = "connection"

    site: str = Field(primary_key=True, sa_type=Text)
    owner: str = Field(primary_key=True, sa_type=Text)
    #: ``oauth`` or ``token``.
    kind: str = Field(sa_type=Text)
    #: Jira account: accountId on Cloud, user key on Server.
    account: str = Field(index=True, sa_type=Text)
    account_name: str = Field(sa_type=Text)
    scopes: str = Field(default="", sa_type=Text)
    #: Tokens as JSON, encrypted.
    secret: str = Field(sa_type=Text)
    #: When the access token ends, by the database's clock; 0: nobody told.
    expires_at: int = Field(default=0, sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    #: One process renews the tokens at a time, until then by the database's clock.
    renewing_until: int = Field(default=0, sa_type=BigInteger)
    #: Grows with every renewal.
    version: int = 0
    #: A sentence when Jira does not take it any more.
    trouble: str = Field(default="", sa_type=Text)


class ConnectAttemptRow(GatewayTable, table=True):
    """Somebody was sent to Atlassian to consent: by the hash of the state they carry."""

    __tablename__ = "connect_attempt"

    state_hash: str = Field(primary_key=True, sa_type=Text)
    site: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text)
    expires_at: int = Field(sa_type=BigInteger)
    used_at: int | None = Field(default=None, sa_type=BigInteger)
