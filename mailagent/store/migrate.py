"""Bringing a database to the tables of this program, and refusing one that is ahead of it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from mailagent.errors import StoreUnavailable


def upgrade(connection: Connection) -> None:
    """All missing revisions, in the caller's transaction: half a migration never stays."""
    config = _config()
    if _revision(connection) is not None:
        _refuse_newer(connection, config)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _check_references(connection)


def check(connection: Connection) -> None:
    """Raise StoreUnavailable unless the tables are exactly those of this program."""
    config = _config()
    found = _revision(connection)
    if found is None:
        raise StoreUnavailable("The database has no tables yet: `mailagent run` makes them.")
    _refuse_newer(connection, config)
    if found != ScriptDirectory.from_config(config).get_current_head():
        raise StoreUnavailable(
            f"The database is of an older mailagent (revision {found}): `mailagent run` brings it up to date."
        )


def _config() -> Config:
    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(connection: Connection, config: Config) -> None:
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise StoreUnavailable(
            f"The database is of a newer mailagent (revision {found}): install that version, "
            "or restore the backup made before it."
        )


def _check_references(connection: Connection) -> None:
    """SQLite migrates with foreign keys off; nothing may dangle afterwards."""
    if connection.dialect.name == "sqlite":
        dangling = connection.execute(text("PRAGMA foreign_key_check")).first()
        if dangling is not None:
            raise StoreUnavailable(f"The migration would break a reference in {dangling[0]}.")
