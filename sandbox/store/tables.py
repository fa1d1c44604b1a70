"""The sandbox's tables. They are declared here and never leave ``sandbox.store``.

Rules of the schema (measured in ``promotion.md`` part 3): every row names its site;
times are integer microseconds in UTC; JSON is TEXT; workspace ``""`` is the base, one
row per revision; a workspace holds full versions of the issues it touched.
"""

from typing import cast

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: ``to_rev`` of the base version that is current.
FOREVER = 2**63 - 1


class Words(TypeDecorator[str]):
    """Text that sorts by code point on both databases, whatever PostgreSQL's locale."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Return TEXT, on PostgreSQL with collation C."""
        return postgresql.TEXT(collation="C") if dialect.name == "postgresql" else Text()


def table(row: type["SandboxTable"]) -> Table:
    """Return the table that a row class declares."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]  # SQLModel hides it


class SandboxTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of the sandbox's tables; has its own metadata, apart from the gateway's."""


class SiteRow(SandboxTable, table=True):
    """A site that is played here, with its metadata."""

    __tablename__ = "site"

    site: str = Field(primary_key=True, sa_type=Words)
    #: ``SiteBaseline`` as JSON.
    baseline: str = Field(sa_type=Words)
    #: The newest baseline revision.
    revision: int = Field(default=0, sa_type=BigInteger)
    #: ``Registry`` times; the grants are rows.
    registry_pushed_at: int = Field(default=0, sa_type=BigInteger)
    registry_valid_until: int = Field(default=0, sa_type=BigInteger)
    #: ``TrustedIssuer`` as JSON; empty: none.
    registry_issuer: str = Field(default="", sa_type=Words, sa_column_kwargs={"server_default": ""})


class GrantRow(SandboxTable, table=True):
    """One agent token, by its hash."""

    __tablename__ = "token_grant"

    token_hash: str = Field(primary_key=True, sa_type=Words)
    site: str = Field(index=True, sa_type=Words)
    #: ``Grant`` as JSON.
    body: str = Field(sa_type=Words)


class WorkspaceRow(SandboxTable, table=True):
    """One agent task's set of shadows. Fork = insert one row."""

    __tablename__ = "workspace"

    #: ``ws-`` and 12 hex digits of the SHA-256 of site, agent, person, task.
    id: str = Field(primary_key=True, sa_type=Words)
    site: str = Field(index=True, sa_type=Words)
    agent: str = Field(sa_type=Words)
    person: str = Field(sa_type=Words)
    task: str = Field(sa_type=Words)
    parent_id: str | None = Field(default=None, sa_type=Words)
    parent_seq: int | None = Field(default=None, sa_type=BigInteger)
    #: Every workspace it reads through: JSON list of ``[id, journal number]``, nearest
    #: first. Kept whole, so that an ancestor may be discarded and opened again.
    lineage: str = Field(default="[]", sa_type=Words)
    #: Base revision that untouched issues are read at.
    base_rev: int = Field(sa_type=BigInteger)
    #: Last journal number given out here.
    seq: int = Field(default=0, sa_type=BigInteger)
    #: Journal number up to which everything is sealed.
    sealed_seq: int = Field(default=0, sa_type=BigInteger)
    #: Number of the last change set.
    sets: int = 0
    state: str = Field(default="open", sa_type=Words)
    tainted: bool = False
    opened_at: int = Field(sa_type=BigInteger)
    touched_at: int = Field(sa_type=BigInteger)


class VersionRow(SandboxTable, table=True):
    """One version of one issue: base revision (``ws=''``) or overlay of a workspace."""

    __tablename__ = "issue_version"
    __table_args__ = (
        Index("uq_issue_version_place", "site", "ws", "issue_id", "from_rev", unique=True),
        Index("ix_issue_version_key", "site", "ws", "key"),
        Index("ix_issue_version_number", "site", "ws", "project_key", "key_number"),
        Index("ix_issue_version_id_number", "site", "ws", "id_number"),
        Index("ix_issue_version_project", "site", "ws", "project_key", "updated_us", "issue_id"),
        Index(
            "ix_issue_version_status",
            "site",
            "ws",
            "project_key",
            "status_id",
            "updated_us",
            "issue_id",
        ),
        Index("ix_issue_version_assignee", "site", "ws", "assignee", "updated_us", "issue_id"),
    )

    vid: int | None = Field(default=None, primary_key=True)
    site: str = Field(sa_type=Words)
    ws: str = Field(sa_type=Words)
    issue_id: str = Field(sa_type=Words)
    key: str = Field(sa_type=Words)
    #: Base: revision span. Overlay: journal number span (a fork sees its parent as of one).
    from_rev: int = Field(sa_type=BigInteger)
    to_rev: int = Field(default=FOREVER, sa_type=BigInteger)
    base_revision: int = Field(default=0, sa_type=BigInteger)
    #: When upstream was read, in microseconds.
    read_at: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    deleted: bool = False
    created_here: bool = False
    project_key: str = Field(sa_type=Words)
    key_number: int = Field(default=0, sa_type=BigInteger)
    #: The issue id as a number, to give out the next one; 0 where it is none.
    id_number: int = Field(default=0, sa_type=BigInteger)
    type_id: str = Field(default="", sa_type=Words)
    #: Scopes may name issue types.
    type_name: str = Field(default="", sa_type=Words)
    status_id: str = Field(default="", sa_type=Words)
    status_category: str = Field(default="", sa_type=Words)
    priority_rank: int | None = Field(default=None)
    resolution_id: str | None = Field(default=None, sa_type=Words)
    assignee: str | None = Field(default=None, sa_type=Words)
    reporter: str | None = Field(default=None, sa_type=Words)
    creator: str | None = Field(default=None, sa_type=Words)
    parent_id: str | None = Field(default=None, sa_type=Words)
    created_us: int = Field(default=0, sa_type=BigInteger)
    updated_us: int = Field(default=0, sa_type=BigInteger)
    resolved_us: int | None = Field(default=None, sa_type=BigInteger)
    #: ``yyyy-mm-dd``: sorts as text.
    due: str | None = Field(default=None, sa_type=Words)
    #: Case-folded summary, for ORDER BY.
    summary_key: str = Field(default="", sa_type=Words)
    #: Dialect of ``doc``: ``2`` or ``3``.
    native: str = Field(sa_type=Words)
    #: Jira's JSON in the native dialect, without ``changelog``; addresses are placeholders.
    doc: str = Field(sa_type=Words)
    #: The same in the other dialect, rendered when it was written; NULL where it has none.
    doc_other: str | None = Field(default=None, sa_type=Words)
    #: Changelog histories, oldest first, as a JSON list.
    histories: str = Field(default="[]", sa_type=Words)
    #: ``remote_links``, ``watchers``, ``properties`` as a JSON object.
    extra: str = Field(default="{}", sa_type=Words)


class ValueRow(SandboxTable, table=True):
    """Typed index of multi-valued and custom fields, and of words, for JQL."""

    __tablename__ = "issue_value"
    __table_args__ = (
        Index("ix_issue_value_txt", "field", "txt", "vid"),
        Index("ix_issue_value_num", "field", "num", "vid"),
    )

    id: int | None = Field(default=None, primary_key=True)
    vid: int = Field(index=True, foreign_key="issue_version.vid", ondelete="CASCADE")
    #: Field id; ``word:summary``, ``word:comment`` … hold one row per distinct word.
    field: str = Field(sa_type=Words)
    txt: str | None = Field(default=None, sa_type=Words)
    num: float | None = None


class AliasRow(SandboxTable, table=True):
    """Keys that still lead to an issue: temporary ones forever, moved ones too."""

    __tablename__ = "key_alias"

    site: str = Field(primary_key=True, sa_type=Words)
    key: str = Field(primary_key=True, sa_type=Words)
    issue_id: str = Field(sa_type=Words)


class JournalRow(SandboxTable, table=True):
    """What agents read and wrote. Writes stand in the transaction of what they did."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_place", "ws", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    site: str = Field(sa_type=Words)
    ws: str = Field(sa_type=Words)
    #: Grows within a workspace; reads carry the number of the write before them.
    seq: int = Field(sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    #: ``read`` or ``write``.
    act: str = Field(sa_type=Words)
    #: ``ChangeKind`` of a write, ``issue`` or ``search`` of a read.
    kind: str = Field(sa_type=Words)
    issue_id: str = Field(default="", sa_type=Words)
    issue_key: str = Field(default="", sa_type=Words)
    field: str | None = Field(default=None, sa_type=Words)
    #: JSON: ``{"before", "after", "base_revision"}`` of a write, ``{"fields"}`` of a read.
    detail: str = Field(default="{}", sa_type=Words)
    door: str = Field(sa_type=Words)
    client: str = Field(default="", sa_type=Words)


class ChangeSetRow(SandboxTable, table=True):
    """A sealed change set, and what became of it."""

    __tablename__ = "change_set"

    #: Fetch order for the gateway.
    position: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True, sa_type=Words)
    site: str = Field(index=True, sa_type=Words)
    ws: str = Field(index=True, sa_type=Words)
    #: Journal numbers covered: first (exclusive) and last.
    after_seq: int = Field(sa_type=BigInteger)
    upto_seq: int = Field(sa_type=BigInteger)
    #: ``ChangeSet`` as JSON.
    body: str = Field(sa_type=Words)
    #: ``Outcome`` as JSON, once there is one.
    outcome: str | None = Field(default=None, sa_type=Words)
    #: ``Told`` as a JSON list: what was said about its changes; NULL: nothing.
    remarks: str | None = Field(default=None, sa_type=Words)


class AnswerRow(SandboxTable, table=True):
    """What an agent answered to people, for the gateway to fetch."""

    __tablename__ = "answer"

    position: int | None = Field(default=None, primary_key=True)
    site: str = Field(index=True, sa_type=Words)
    change_set: str = Field(sa_type=Words)
    change: str = Field(sa_type=Words)
    text: str = Field(sa_type=Words)
    at: int = Field(sa_type=BigInteger)


class AttachmentRow(SandboxTable, table=True):
    """An attachment's bytes; its description lies in the issue's JSON."""

    __tablename__ = "attachment"

    site: str = Field(primary_key=True, sa_type=Words)
    id: str = Field(primary_key=True, sa_type=Words)
    ws: str = Field(sa_type=Words)
    issue_id: str = Field(sa_type=Words)
    media_type: str = Field(sa_type=Words)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RunRow(SandboxTable, table=True):
    """Whether a sandbox is noting reads right now: one row.

    Found set at a start, it says that the last run ended without storing its notes.
    """

    __tablename__ = "run"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    running: bool = False
