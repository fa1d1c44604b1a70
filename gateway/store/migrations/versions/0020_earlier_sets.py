"""An index that finds the earlier sets of an agent's task."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_index("ix_review_task", "review", ["site", "workspace", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_review_task", table_name="review")
