"""How Alembic runs our migrations: on a connection that `migrating.migrate` opened."""

from typing import Any, Literal

from alembic import context

from sandbox.store.tables import SandboxTable, Words


def _render(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """Have new scripts say WORDS, which the template defines, for our text type."""
    return "WORDS" if kind == "type" and isinstance(thing, Words) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SandboxTable.metadata,
    # SQLite alters hardly anything in place: Alembic copies the table instead.
    render_as_batch=True,
    compare_type=True,
    render_item=_render,
    # The caller holds the transaction and the lock.
    transactional_ddl=False,
)
context.run_migrations()
