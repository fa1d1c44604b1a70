"""What people do not want to see now, and what is still to be done."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "rest",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_rest_review_id_review")
        ),
        sa.PrimaryKeyConstraint("person", "review_id", name=op.f("pk_rest")),
    )
    op.create_table(
        "follow_up",
        sa.Column("review_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_follow_up_review_id_review")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_site"), "follow_up", ["site"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_follow_up_site"), table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_table("rest")
