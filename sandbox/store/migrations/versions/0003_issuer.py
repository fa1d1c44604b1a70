"""Who signs access tokens, beside the registry's times."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None

#: As `tables.Words` was when this was written.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Go to this form."""
    op.add_column("site", sa.Column("registry_issuer", WORDS, nullable=False, server_default=""))


def downgrade() -> None:
    """Go back to the form before."""
    op.drop_column("site", "registry_issuer")
