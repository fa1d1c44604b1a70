"""An index that tells whether any review moved on."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_index("ix_review_editions", "review", ["site", "edition", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_review_editions", table_name="review")
