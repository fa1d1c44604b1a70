"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

#: As `tables.Words` was when this was written.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create_attachment()
    _create_change_set()
    _create_issue_version()
    _create_journal()
    _create_key_alias()
    _create_run()
    _create_site()
    _create_token_grant()
    _create_workspace()
    _create_issue_value()


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(name)


#: Those that refer to another come first.
_TABLES = (
    "issue_value",
    "workspace",
    "token_grant",
    "site",
    "run",
    "key_alias",
    "journal",
    "issue_version",
    "change_set",
    "attachment",
)


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("site", WORDS, nullable=False),
        sa.Column("id", WORDS, nullable=False),
        sa.Column("ws", WORDS, nullable=False),
        sa.Column("issue_id", WORDS, nullable=False),
        sa.Column("media_type", WORDS, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name="pk_attachment"),
    )


def _create_change_set() -> None:
    op.create_table(
        "change_set",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", WORDS, nullable=False),
        sa.Column("site", WORDS, nullable=False),
        sa.Column("ws", WORDS, nullable=False),
        sa.Column("after_seq", sa.BigInteger(), nullable=False),
        sa.Column("upto_seq", sa.BigInteger(), nullable=False),
        sa.Column("body", WORDS, nullable=False),
        sa.Column("outcome", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_change_set"),
        sa.UniqueConstraint("id", name="uq_change_set_id"),
    )
    op.create_index("ix_change_set_site", "change_set", ["site"])
    op.create_index("ix_change_set_ws", "change_set", ["ws"])


def _create_issue_version() -> None:
    op.create_table(
        "issue_version",
        sa.Column("vid", sa.Integer(), nullable=False),
        sa.Column("site", WORDS, nullable=False),
        sa.Column("ws", WORDS, nullable=False),
        sa.Column("issue_id", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("from_rev", sa.BigInteger(), nullable=False),
        sa.Column("to_rev", sa.BigInteger(), nullable=False),
        sa.Column("base_revision", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("created_here", sa.Boolean(), nullable=False),
        sa.Column("project_key", WORDS, nullable=False),
        sa.Column("key_number", sa.BigInteger(), nullable=False),
        sa.Column("id_number", sa.BigInteger(), nullable=False),
        sa.Column("type_id", WORDS, nullable=False),
        sa.Column("type_name", WORDS, nullable=False),
        sa.Column("status_id", WORDS, nullable=False),
        sa.Column("status_category", WORDS, nullable=False),
        sa.Column("priority_rank", sa.Integer(), nullable=True),
        sa.Column("resolution_id", WORDS, nullable=True),
        sa.Column("assignee", WORDS, nullable=True),
        sa.Column("reporter", WORDS, nullable=True),
        sa.Column("creator", WORDS, nullable=True),
        sa.Column("parent_id", WORDS, nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("updated_us", sa.BigInteger(), nullable=False),
        sa.Column("resolved_us", sa.BigInteger(), nullable=True),
        sa.Column("due", WORDS, nullable=True),
        sa.Column("summary_key", WORDS, nullable=False),
        sa.Column("native", WORDS, nullable=False),
        sa.Column("doc", WORDS, nullable=False),
        sa.Column("doc_other", WORDS, nullable=True),
        sa.Column("histories", WORDS, nullable=False),
        sa.Column("extra", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("vid", name="pk_issue_version"),
    )
    op.create_index(
        "ix_issue_version_assignee",
        "issue_version",
        ["site", "ws", "assignee", "updated_us", "issue_id"],
    )
    op.create_index("ix_issue_version_id_number", "issue_version", ["site", "ws", "id_number"])
    op.create_index("ix_issue_version_key", "issue_version", ["site", "ws", "key"])
    op.create_index(
        "ix_issue_version_number", "issue_version", ["site", "ws", "project_key", "key_number"]
    )
    op.create_index(
        "ix_issue_version_project",
        "issue_version",
        ["site", "ws", "project_key", "updated_us", "issue_id"],
    )
    op.create_index(
        "ix_issue_version_status",
        "issue_version",
        ["site", "ws", "project_key", "status_id", "updated_us", "issue_id"],
    )
    op.create_index(
        "uq_issue_version_place",
        "issue_version",
        ["site", "ws", "issue_id", "from_rev"],
        unique=True,
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", WORDS, nullable=False),
        sa.Column("ws", WORDS, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("issue_id", WORDS, nullable=False),
        sa.Column("issue_key", WORDS, nullable=False),
        sa.Column("field", WORDS, nullable=True),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("door", WORDS, nullable=False),
        sa.Column("client", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("ix_journal_place", "journal", ["ws", "seq"])


def _create_key_alias() -> None:
    op.create_table(
        "key_alias",
        sa.Column("site", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("issue_id", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("site", "key", name="pk_key_alias"),
    )


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )


def _create_site() -> None:
    op.create_table(
        "site",
        sa.Column("site", WORDS, nullable=False),
        sa.Column("baseline", WORDS, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("registry_pushed_at", sa.BigInteger(), nullable=False),
        sa.Column("registry_valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_site"),
    )


def _create_token_grant() -> None:
    op.create_table(
        "token_grant",
        sa.Column("token_hash", WORDS, nullable=False),
        sa.Column("site", WORDS, nullable=False),
        sa.Column("body", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_token_grant"),
    )
    op.create_index("ix_token_grant_site", "token_grant", ["site"])


def _create_workspace() -> None:
    op.create_table(
        "workspace",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("site", WORDS, nullable=False),
        sa.Column("agent", WORDS, nullable=False),
        sa.Column("person", WORDS, nullable=False),
        sa.Column("task", WORDS, nullable=False),
        sa.Column("parent_id", WORDS, nullable=True),
        sa.Column("parent_seq", sa.BigInteger(), nullable=True),
        sa.Column("lineage", WORDS, nullable=False),
        sa.Column("base_rev", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sealed_seq", sa.BigInteger(), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("tainted", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
    )
    op.create_index("ix_workspace_site", "workspace", ["site"])


def _create_issue_value() -> None:
    op.create_table(
        "issue_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vid", sa.Integer(), nullable=False),
        sa.Column("field", WORDS, nullable=False),
        sa.Column("txt", WORDS, nullable=True),
        sa.Column("num", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vid"],
            ["issue_version.vid"],
            name="fk_issue_value_vid_issue_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_issue_value"),
    )
    op.create_index("ix_issue_value_num", "issue_value", ["field", "num", "vid"])
    op.create_index("ix_issue_value_txt", "issue_value", ["field", "txt", "vid"])
    op.create_index("ix_issue_value_vid", "issue_value", ["vid"])
