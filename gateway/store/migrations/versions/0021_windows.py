"""Times in which nothing is promoted, and how each set was released."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "freeze_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze_window")),
    )
    op.create_index(op.f("ix_freeze_window_site"), "freeze_window", ["site"])
    op.create_table(
        "timing",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("projects", sa.Text(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_timing_review_id_review")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_timing")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("timing")
    op.drop_index(op.f("ix_freeze_window_site"), table_name="freeze_window")
    op.drop_table("freeze_window")
