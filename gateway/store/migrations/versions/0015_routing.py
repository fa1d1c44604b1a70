"""Who follows which projects, and who looks after which change sets."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "followed_project",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", "site", "project", name=op.f("pk_followed_project")),
    )
    op.create_table(
        "assignment",
        sa.Column("review_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_assignment_review_id_review")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_site"), "assignment", ["site"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_assignment_site"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("followed_project")
