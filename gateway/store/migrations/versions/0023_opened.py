"""Who opened a change set lately."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "opened",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", "person", name=op.f("pk_opened")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("opened")
