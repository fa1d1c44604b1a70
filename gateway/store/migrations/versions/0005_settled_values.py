"""What a person put in place of an agent's value."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("settled", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back to the form before."""
    with op.batch_alter_table("decision") as batch:
        batch.drop_column("settled")
