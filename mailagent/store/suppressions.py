"""Suppressions: addresses we no longer write to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mailagent.store.repository import Repository
from mailagent.store.tables import suppressions


@dataclass(frozen=True, slots=True)
class Suppression:
    """One address, and why."""

    address: str  # lower case
    reason: str
    at: datetime


class Suppressions(Repository):
    """A contact at such an address is loaded as suppressed, now and when imported later."""

    async def add(self, address: str, reason: str, at: datetime) -> bool:
        """Never write there again; False when that was known. The first reason stays."""
        values = {"address": address.lower(), "reason": reason, "at": at}
        return await self._run(self._insert(suppressions, values).on_conflict_do_nothing()) == 1

    async def all(self) -> tuple[Suppression, ...]:
        """Every suppressed address."""
        rows = await self._all(
            select(suppressions).where(self._own(suppressions)).order_by(suppressions.c.address)
        )
        return tuple(Suppression(row.address, row.reason, row.at) for row in rows)
