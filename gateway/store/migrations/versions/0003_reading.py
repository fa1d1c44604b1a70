"""How far Jira was read, questions to people, hints of what changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "reading",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("read_until", sa.BigInteger(), nullable=False),
        sa.Column("swept_at", sa.BigInteger(), nullable=False),
        sa.Column("sweep", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_reading")),
    )
    op.create_table(
        "sweep_seen",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "issue_id", name=op.f("pk_sweep_seen")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_site"), "question", ["site"])
    op.create_table(
        "hint",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "issue_id", name=op.f("pk_hint")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("hint")
    op.drop_index(op.f("ix_question_site"), table_name="question")
    op.drop_table("question")
    op.drop_table("sweep_seen")
    op.drop_table("reading")
