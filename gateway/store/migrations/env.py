"""How Alembic runs our migrations: on a connection that `Database.migrate` opened."""

from alembic import context

from gateway.store.tables import GatewayTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=GatewayTable.metadata,
    # SQLite alters hardly anything in place: Alembic copies the table instead.
    render_as_batch=True,
    compare_type=True,
    # The caller holds the transaction and the lock.
    transactional_ddl=False,
)
context.run_migrations()
