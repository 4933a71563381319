"""Switches: sending of a whole company stopped by a person or a brake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from mailagent.store.repository import Repository
from mailagent.store.tables import switches


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent while it lasts."""

    reason: str
    since: datetime
    by: str


class Switches(Repository):
    """Paused or not."""

    async def pause(self, reason: str, by: str, at: datetime) -> bool:
        """Stop sending; False when it was stopped before, whose reason stays."""
        paused = self._insert(switches, {"reason": reason, "since": at, "by": by})
        return await self._run(paused.on_conflict_do_nothing()) == 1

    async def resume(self) -> bool:
        """Go on; False when nothing was stopped."""
        return await self._run(delete(switches).where(self._own(switches))) == 1

    async def state(self) -> Pause | None:
        """The pause, or None while sending is on."""
        row = await self._first(select(switches).where(self._own(switches)))
        return Pause(row.reason, row.since, row.by) if row else None
