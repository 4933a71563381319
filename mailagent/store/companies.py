"""Companies: the creditors this database knows."""

from __future__ import annotations

from mailagent.store.repository import Repository
from mailagent.store.tables import companies


class Companies(Repository):
    """The transaction's own company; everything else refers to it."""

    async def upsert(self, company: str, name: str) -> None:
        """Make it known, or rename it."""
        if company != self._company:
            raise ValueError(f"this transaction is of {self._company}, not of {company}")
        known = self._insert(companies, {"name": name})
        await self._run(
            known.on_conflict_do_update(index_elements=["company"], set_={"name": name})
        )
