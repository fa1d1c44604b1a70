"""Signatures, the installation a database belongs to, personal tokens, remembered answers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    # Added in place: a table made anew would be dropped under the rows that refer to it.
    for table in ("approval", "audit"):
        op.add_column(table, sa.Column("signature", sa.Text(), nullable=False, server_default=""))
    wary: sa.Column[bool] = sa.Column(
        "wary", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("operation", wary)
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("resumed_at", sa.BigInteger(), nullable=True),
        sa.Column("resumed_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "personal_token",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_personal_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_personal_token_token_hash")),
    )
    op.create_index(op.f("ix_personal_token_person"), "personal_token", ["person"])
    op.create_table(
        "answered",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "key", name=op.f("pk_answered")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("answered")
    op.drop_index(op.f("ix_personal_token_person"), table_name="personal_token")
    op.drop_table("personal_token")
    op.drop_table("instance")
    with op.batch_alter_table("operation") as batch:
        batch.drop_column("wary")
    for table in ("audit", "approval"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("signature")
