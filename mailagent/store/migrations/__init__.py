"""Schema history, run by Alembic from `store.migrate`."""
