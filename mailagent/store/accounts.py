"""Accounts: everything a decision about a customer needs, in one snapshot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import Row, Select, select

from mailagent.core.customer import Account
from mailagent.store.customers import Customers
from mailagent.store.holds import hold_from
from mailagent.store.invoices import invoice_from
from mailagent.store.promises import promise_from
from mailagent.store.reminders import Reminders
from mailagent.store.repository import Repository, in_chunks, of_customers
from mailagent.store.tables import holds, invoices, promises

_Value = TypeVar("_Value")

_INVOICES = of_customers(select(invoices).order_by(invoices.c.number), invoices, "customer")
_HOLDS = of_customers(select(holds).order_by(holds.c.id), holds, "customer")
_PROMISES = of_customers(select(promises).order_by(promises.c.id), promises, "customer")


class Accounts(Repository):
    """Read-only views over customers, invoices, holds, promises and reminders."""

    async def load(self, ref: str) -> Account | None:
        """One customer's account, or None."""
        return (await self.load_many((ref,))).get(ref)

    async def load_many(self, refs: Iterable[str]) -> dict[str, Account]:
        """Those of them that exist: seven queries for hundreds of customers."""
        found: dict[str, Account] = {}
        for chunk in in_chunks(refs):
            found |= await self._load(chunk)
        return found

    async def _load(self, refs: list[str]) -> dict[str, Account]:
        customers = await Customers(self._connection, self._company).get_many(refs)
        reminders = await Reminders(self._connection, self._company).of_customers(refs)
        owed = await self._by_customer(_INVOICES, refs, invoice_from)
        held = await self._by_customer(_HOLDS, refs, hold_from)
        promised = await self._by_customer(_PROMISES, refs, promise_from)
        return {
            ref: Account(
                customer=customer,
                invoices=tuple(owed[ref]),
                holds=tuple(held[ref]),
                promises=tuple(promised[ref]),
                reminders=tuple(reminders[ref]),
            )
            for ref, customer in customers.items()
        }

    async def _by_customer(
        self, statement: Select[Any], refs: list[str], value: Callable[[Row[Any]], _Value]
    ) -> dict[str, list[_Value]]:
        found: dict[str, list[_Value]] = defaultdict(list)
        for row in await self._of_customers(statement, refs):
            found[row.customer].append(value(row))
        return found
