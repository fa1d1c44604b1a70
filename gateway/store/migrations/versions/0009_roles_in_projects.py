"""Roles in single projects; people who were taken out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    # Added in place: a table made anew would be dropped under the rows that refer to it.
    op.add_column("person", sa.Column("disabled_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "project_role",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", "site", "project", name=op.f("pk_project_role")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("project_role")
    with op.batch_alter_table("person") as batch:
        batch.drop_column("disabled_at")
