"""The authorization server for agents' clients: clients, codes, grants, refresh tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this form."""
    op.create_table(
        "oauth_client",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("auth_method", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_oauth_client")),
    )
    op.create_index(op.f("ix_oauth_client_registered_at"), "oauth_client", ["registered_at"])
    op.create_table(
        "oauth_code",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_oauth_code")),
    )
    op.create_index(op.f("ix_oauth_code_expires_at"), "oauth_code", ["expires_at"])
    op.create_table(
        "oauth_grant",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("client_host", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["token_id"], ["token.token_id"], name=op.f("fk_oauth_grant_token_id_token")
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_oauth_grant")),
    )
    op.create_index(op.f("ix_oauth_grant_person"), "oauth_grant", ["person"])
    op.create_table(
        "oauth_refresh",
        sa.Column("refresh_hash", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["token_id"], ["token.token_id"], name=op.f("fk_oauth_refresh_token_id_token")
        ),
        sa.PrimaryKeyConstraint("refresh_hash", name=op.f("pk_oauth_refresh")),
    )
    op.create_index(op.f("ix_oauth_refresh_token_id"), "oauth_refresh", ["token_id"])


def downgrade() -> None:
    """Go back."""
    for name in ("oauth_refresh", "oauth_grant", "oauth_code", "oauth_client"):
        op.drop_table(name)
