"""When upstream was read, on every version."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Go to this form."""
    column = sa.Column("read_at", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("issue_version", column)


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_column("issue_version", "read_at")
