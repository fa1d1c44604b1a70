"""The outbox: real names of new issues, dependencies as rows, evidence of probes."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TRAVELLING = sa.text("state IN ('inflight', 'unknown')")


def upgrade() -> None:
    """Go to this form; operations on their way keep going."""
    op.create_table(
        "made",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("temporary", sa.Text(), nullable=False),
        sa.Column("real", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "temporary", name=op.f("pk_made")),
    )
    with op.batch_alter_table("operation") as batch:
        batch.add_column(
            sa.Column("carry_on", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("evidence", sa.Text(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("recheck_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_operation_queue", "operation", ["site", "state", "review_id", "position"])
    op.create_index("ix_operation_set", "operation", ["review_id", "digest", "state", "position"])
    op.create_index(
        "ix_operation_travelling",
        "operation",
        ["site", "issue_id"],
        unique=True,
        sqlite_where=_TRAVELLING,
        postgresql_where=_TRAVELLING,
    )
    op.create_table(
        "operation_need",
        sa.Column("operation", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["needs"], ["operation.id"], name=op.f("fk_operation_need_needs_operation")
        ),
        sa.ForeignKeyConstraint(
            ["operation"], ["operation.id"], name=op.f("fk_operation_need_operation_operation")
        ),
        sa.PrimaryKeyConstraint("operation", "needs", name=op.f("pk_operation_need")),
    )
    op.create_index(op.f("ix_operation_recheck_at"), "operation", ["recheck_at"])
    op.create_index(op.f("ix_audit_kind"), "audit", ["kind"])
    _carry_over(op.get_bind())


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_audit_kind"), table_name="audit")
    op.drop_table("operation_need")
    for name in ("recheck_at", "travelling", "set", "queue"):
        op.drop_index(f"ix_operation_{name}", table_name="operation")
    with op.batch_alter_table("operation") as batch:
        for name in ("recheck_at", "evidence", "carry_on"):
            batch.drop_column(name)
    op.drop_table("made")


def _carry_over(conn: sa.Connection) -> None:
    """Fill the new tables from what the old form said."""
    query = sa.text("SELECT id, review_id, digest, position, depends_on FROM operation")
    rows = conn.execute(query).all()
    ids = {(one.review_id, one.digest, one.position): one.id for one in rows}
    for one in rows:
        for position in json.loads(one.depends_on):
            needs = ids.get((one.review_id, one.digest, position))
            if needs is not None:
                conn.execute(
                    sa.text("INSERT INTO operation_need (operation, needs) VALUES (:o, :n)"),
                    {"o": one.id, "n": needs},
                )
    query = sa.text("SELECT site, body, receipt FROM operation WHERE state = 'applied' ORDER BY id")
    names: dict[tuple[str, str], str] = {}
    for one in conn.execute(query):
        body, receipt = json.loads(one.body), json.loads(one.receipt or "{}")
        if body.get("kind") == "create":
            for own, real in (("issue_id", "upstream_id"), ("issue_key", "upstream_key")):
                if receipt.get(real):
                    names[one.site, body[own]] = receipt[real]
    for (site, temporary), real in names.items():
        conn.execute(
            sa.text("INSERT INTO made (site, temporary, real) VALUES (:s, :t, :r)"),
            {"s": site, "t": temporary, "r": real},
        )
