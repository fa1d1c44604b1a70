"""Whom a notification is for alone."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.add_column("notice", sa.Column("people", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("notice", "people")
