"""The newest dry run of each change set."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "dry_run",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_dry_run_review_id_review")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_dry_run")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("dry_run")
