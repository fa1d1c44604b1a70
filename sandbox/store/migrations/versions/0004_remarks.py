"""What people say about changes, and what agents answer."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: None = None
depends_on: None = None

#: As `tables.Words` was when this was written.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go to this form."""
    op.add_column("change_set", sa.Column("remarks", WORDS, nullable=True))
    op.create_table(
        "answer",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("site", WORDS, nullable=False),
        sa.Column("change_set", WORDS, nullable=False),
        sa.Column("change", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_answer")),
    )
    op.create_index(op.f("ix_answer_site"), "answer", ["site"])


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_index(op.f("ix_answer_site"), table_name="answer")
    op.drop_table("answer")
    op.drop_column("change_set", "remarks")
