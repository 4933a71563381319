"""What every repository has: a connection, the company that scopes each of its queries, and few verbs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Select, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_CHUNK = 500  # values in one IN list; SQLite takes 32766 parameters in all


class Repository:
    """One aggregate of one company."""

    def __init__(self, connection: AsyncConnection, company: str) -> None:
        self._connection = connection
        self._company = company

    async def _all(self, statement: Executable) -> list[Row[Any]]:
        return list((await self._connection.execute(statement)).all())

    async def _first(self, statement: Executable) -> Row[Any] | None:
        return (await self._connection.execute(statement)).first()

    async def _scalar(self, statement: Executable) -> Any:
        return (await self._connection.execute(statement)).scalar()

    async def _run(self, statement: Executable) -> int:
        """Carry out a change; how many rows it touched."""
        # without the option the count of an INSERT is lost on PostgreSQL
        counted = {"preserve_rowcount": True}
        return (await self._connection.execute(statement, execution_options=counted)).rowcount

    async def _of_customers(self, statement: Select[Any], refs: list[str]) -> list[Row[Any]]:
        """Rows of these customers; the statement comes from `of_customers`."""
        given = {"company": self._company, "refs": refs}
        return list((await self._connection.execute(statement, given)).all())

    async def _add(self, table: Table, values: Mapping[str, Any]) -> None:
        """Insert a row that must be new."""
        await self._connection.execute(table.insert(), {"company": self._company, **values})

    async def _insert_many(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._connection.execute(table.insert(), rows)

    def _insert(self, table: Table, values: Mapping[str, Any]) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of one row of this company, to be completed by what to do when it is there."""
        return insert_into(self._connection, table).values(company=self._company, **values)

    def _own(self, table: Table) -> ColumnElement[bool]:
        """The condition every query begins with."""
        owned: ColumnElement[bool] = table.c.company == self._company
        return owned

    async def _next_id(self, table: Table) -> int:
        """Ids count up per company; the company has one writer, so nobody else takes this one."""
        last = await self._scalar(select(func.max(table.c.id)).where(self._own(table)))
        return int(last or 0) + 1


def of_customers(found: Select[Any], table: Table, ref: str) -> Select[Any]:
    """The rows of some customers: built once per process, because that takes as long as running it."""
    return found.where(
        table.c.company == bindparam("company"),
        table.c[ref].in_(bindparam("refs", expanding=True)),
    )


def insert_into(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say ON CONFLICT; both dialects spell it alike."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(table)


def in_chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists short enough for IN (...), without doubles."""
    left = iter(dict.fromkeys(values))
    while chunk := list(islice(left, _CHUNK)):
        yield chunk
