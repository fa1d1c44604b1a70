"""What people like to ask their inbox for."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "saved_filter",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", "site", "name", name=op.f("pk_saved_filter")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("saved_filter")
