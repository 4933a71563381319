"""What all tables share: one metadata, names for every constraint, closed sets as CHECK."""

from __future__ import annotations

from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, Dialect, MetaData, String, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """Base of the table classes. Repositories speak to the tables by Core statements, never by session."""

    metadata = METADATA


def storable(text: str) -> str:
    """Text as a database takes it: no NUL (PostgreSQL), no lone surrogates (UTF-8)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class FreeText(TypeDecorator[str]):
    """Words that came from outside: a strange character must not make the mail impossible to record."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else storable(value)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A closed set: text with a CHECK, which is easier to migrate than a native enum."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def table_of(row: type[SQLModel]) -> Table:
    """The Core table behind a table class."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]  # set by SQLModel's metaclass
