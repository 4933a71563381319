"""Customers, their contacts, and when to look at each one again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select, update

from mailagent.core.customer import Contact, Customer
from mailagent.store.repository import Repository, in_chunks, of_customers
from mailagent.store.tables import contacts, customers, suppressions

_HEADERS = of_customers(select(customers), customers, "ref")
_SUPPRESSED = and_(
    suppressions.c.company == contacts.c.company, suppressions.c.address == contacts.c.lookup
)
_CONTACTS = of_customers(
    select(contacts, suppressions.c.reason)
    .select_from(contacts.outerjoin(suppressions, _SUPPRESSED))
    .order_by(contacts.c.customer, contacts.c.position),
    contacts,
    "customer",
)

_LOOK_AGAIN = (
    update(customers)
    .where(customers.c.company == bindparam("of"), customers.c.ref == bindparam("who"))
    .values(next_look_at=bindparam("at"))
)


class Customers(Repository):
    """Who owes."""

    async def upsert(self, customer: Customer) -> bool:
        """Write what the books say; True when something changed. No contacts: those known are kept."""
        known = await self.get(customer.ref)
        header = {
            "name": customer.name, "language": customer.language, "country": customer.country,
        }  # fmt: skip
        if known is None:
            await self._add(customers, header | {"ref": customer.ref})
            await self.set_contacts(customer.ref, customer.contacts)
            return True
        changed = False
        if header != {name: getattr(known, name) for name in header}:
            await self._run(update(customers).where(self._is(customer.ref)).values(header))
            changed = True
        if customer.contacts and _written(customer.contacts) != _written(known.contacts):
            await self.set_contacts(customer.ref, customer.contacts)
            changed = True
        return changed

    async def set_contacts(self, ref: str, people: Sequence[Contact]) -> None:
        """Replace the contacts, first to write to first. Suppressions stay with the address."""
        await self._run(contacts.delete().where(self._own(contacts), contacts.c.customer == ref))
        rows = [
            {
                "company": self._company, "customer": ref, "position": position,
                "address": person.address, "lookup": person.address.lower(),
                "domain": person.address.lower().rpartition("@")[2],
                "name": person.name, "language": person.language,
            }
            for position, person in enumerate(people)
        ]  # fmt: skip
        await self._insert_many(contacts, rows)

    async def get(self, ref: str) -> Customer | None:
        """One customer with contacts, or None."""
        return (await self.get_many((ref,))).get(ref)

    async def get_many(self, refs: Iterable[str]) -> dict[str, Customer]:
        """Those of them that exist, two queries for hundreds."""
        found: dict[str, Customer] = {}
        for chunk in in_chunks(refs):
            people = await self._contacts_of(chunk)
            for row in await self._of_customers(_HEADERS, chunk):
                found[row.ref] = _customer(row, tuple(people[row.ref]))
        return found

    async def by_address(self, address: str) -> tuple[str, ...]:
        """Customers one can reach at this address, case ignored."""
        return (await self.by_addresses((address,))).get(address.lower(), ())

    async def by_addresses(self, addresses: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """For each address in lower case the customers one can reach there; those of nobody are absent."""
        return await self._customers_by(contacts.c.lookup, addresses)

    async def by_domain(self, domain: str) -> tuple[str, ...]:
        """Customers with a contact at this domain."""
        return (await self.by_domains((domain,))).get(domain.lower(), ())

    async def by_domains(self, domains: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The same for domains of contacts."""
        return await self._customers_by(contacts.c.domain, domains)

    async def addresses(self) -> frozenset[str]:
        """Every customer address, lower case."""
        rows = await self._all(select(contacts.c.lookup).where(self._own(contacts)).distinct())
        return frozenset(row.lookup for row in rows)

    async def all_refs(self) -> tuple[str, ...]:
        """Every customer."""
        refs = select(customers.c.ref).where(self._own(customers)).order_by(customers.c.ref)
        return tuple(row.ref for row in await self._all(refs))

    async def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Customers to look at now, the longest due first."""
        rows = await self._all(due_customers(self._company, now, limit))
        return tuple(row.ref for row in rows)

    async def look_again(self, ref: str, at: datetime | None) -> None:
        """When the planning tick meets this customer next; None: only when a fact changes."""
        await self.look_again_at({ref: at})

    async def look_again_at(self, moments: Mapping[str, datetime | None]) -> None:
        """The same for several."""
        given = [{"of": self._company, "who": ref, "at": at} for ref, at in moments.items()]
        if given:
            await self._connection.execute(_LOOK_AGAIN, given)

    async def look_at_all(self, at: datetime) -> None:
        """The planning tick meets everybody, also those for whom only a new fact was awaited."""
        await self._run(update(customers).where(self._own(customers)).values(next_look_at=at))

    def _is(self, ref: str) -> Any:
        return and_(self._own(customers), customers.c.ref == ref)

    async def _customers_by(
        self, column: ColumnElement[str], values: Iterable[str]
    ) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for chunk in in_chunks(value.lower() for value in values):
            refs = select(column.label("value"), contacts.c.customer)
            refs = refs.where(self._own(contacts), column.in_(chunk)).distinct()
            for row in await self._all(refs.order_by(contacts.c.customer)):
                found[row.value].append(row.customer)
        return {value: tuple(refs) for value, refs in found.items()}

    async def _contacts_of(self, refs: list[str]) -> dict[str, list[Contact]]:
        """Contacts in order, each with the reason why we no longer write there."""
        people: dict[str, list[Contact]] = defaultdict(list)
        for row in await self._of_customers(_CONTACTS, refs):
            people[row.customer].append(
                Contact(row.address, row.name, row.language, suppressed=row.reason or "")
            )
        return people


def due_customers(company: str, now: datetime, limit: int) -> Select[tuple[str]]:
    """The planning tick's query; its cost follows what is due (asserted by a test of its plan)."""
    return (
        select(customers.c.ref)
        .where(customers.c.company == company, customers.c.next_look_at <= now)
        .order_by(customers.c.next_look_at)
        .limit(limit)
    )


def _customer(row: Row[Any], people: tuple[Contact, ...]) -> Customer:
    return Customer(row.company, row.ref, row.name, row.language, row.country, people)


def _written(people: Sequence[Contact]) -> list[tuple[str, str, str]]:
    """What of a contact comes from the books."""
    return [(p.address, p.name, p.language) for p in people]
