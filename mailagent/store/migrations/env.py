"""Alembic's entry: the connection comes from the caller, who also holds the lock and the transaction."""

from alembic import context

from mailagent.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,  # also on SQLite: the caller began with BEGIN IMMEDIATE
)
with context.begin_transaction():
    context.run_migrations()
