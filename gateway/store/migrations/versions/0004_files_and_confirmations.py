"""files and confirmations."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "file",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "sha256", name=op.f("pk_file")),
    )
    with op.batch_alter_table("approval") as table:
        table.add_column(sa.Column("confirmed", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Go back to the form before."""
    with op.batch_alter_table("approval") as table:
        table.drop_column("confirmed")
    op.drop_table("file")
