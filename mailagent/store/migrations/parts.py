"""Columns and constraints as revisions spell them. Revisions are history: add here, never change."""

from datetime import date, datetime

import sqlalchemy as sa
from alembic import op


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def texts(*names: str) -> list[sa.Column[str]]:
    return [text(name) for name in names]


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=nullable)


def day(name: str) -> sa.Column[date]:
    return sa.Column(name, sa.Date(), nullable=False)


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f("_".join(("uq", table, *columns))))


def check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def refers(
    table: str, columns: tuple[str, ...], to: str, keys: tuple[str, ...]
) -> sa.ForeignKeyConstraint:
    name = op.f("_".join(("fk", table, *columns, to)))
    return sa.ForeignKeyConstraint(columns, [f"{to}.{key}" for key in keys], name=name)


def of_company(table: str) -> sa.ForeignKeyConstraint:
    return refers(table, ("company",), "companies", ("company",))


def of_customer(table: str) -> sa.ForeignKeyConstraint:
    return refers(table, ("company", "customer"), "customers", ("company", "ref"))


def of_invoice(table: str) -> sa.ForeignKeyConstraint:
    return refers(table, ("company", "invoice"), "invoices", ("company", "number"))


def index(table: str, *columns: str) -> None:
    op.create_index(op.f("_".join(("ix", table, *columns))), table, list(columns))


def partial_index(
    name: str, table: str, columns: tuple[str, ...], where: str, *, unique: bool = False
) -> None:
    only = sa.text(where)
    op.create_index(
        name, table, list(columns), unique=unique, postgresql_where=only, sqlite_where=only
    )
