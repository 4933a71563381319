"""A clock that was set: every date hangs on it, so nothing is planned or sent until a person has looked.

Whoever was met while it stood ahead is due again only then. So once it was set back everybody is due at
once: a look costs little, and what is due follows from facts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from mailagent.clock import Clock
from mailagent.flows.deadlines import clock_cause
from mailagent.flows.freshness import freshness
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.transaction import Transaction

log = structlog.get_logger()

LARGE = timedelta(minutes=30)  # smaller steps are what time servers do
BY = "clock"  # who paused


class ClockGuard:
    """Compares the clock with the time that passed, and at the start with what an earlier run wrote."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown, self._elapsed = self._now(), clock.elapsed()
        self._resting = False
        self._compared = False  # with what an earlier run wrote

    async def rests(self, setup: Setup, db: Database, lease: Lease | None) -> bool:
        """True while nothing may be planned or sent because the clock was set; a person is told once."""
        now, elapsed = self._now(), self._clock.elapsed()
        jump = (now - self._shown) - timedelta(seconds=elapsed - self._elapsed)
        async with db.snapshot(setup.company.id) as tx:
            paused = await tx.switches.state()
            seen = None if self._compared else await _last_written(tx)
        if paused is not None and (paused.by == BY or self._resting):
            self._resting = True  # a resume ends whatever pause there was before, and this with it
        elif self._resting:  # a person has looked, and set it right: that is no new jump
            self._resting, self._compared = False, True
        else:
            if seen is not None and seen - now > LARGE:
                jump = now - seen  # it was set back while we were not running
            if abs(jump) > LARGE:
                await _tell(jump, now, setup, db, lease)
                self._resting = True
            self._compared = True
        self._shown, self._elapsed = now, elapsed  # only now: a database that fails is asked again
        return self._resting

    def _now(self) -> datetime:
        """In UTC, whatever zone the clock shows: between two moments of one zone Python counts by the wall."""
        return self._clock.now().astimezone(UTC)


async def _last_written(tx: Transaction) -> datetime | None:
    """The latest moment that the database knows of."""
    moments = ((await freshness(tx)).inbox_read_at, await tx.journal.last_at())
    return max((moment for moment in moments if moment is not None), default=None)


async def _tell(
    jump: timedelta, now: datetime, setup: Setup, db: Database, lease: Lease | None
) -> None:
    way = "ahead" if jump > timedelta() else "back"
    reason = f"the clock was set {way} by {abs(jump).total_seconds() / 3600:.1f} hours"
    question = (
        f"{reason[0].upper()}{reason[1:]}; it now shows {now:%Y-%m-%d %H:%M} UTC. Nothing is planned or "
        "sent. Set it right (NTP), then: mailagent resume."
    )
    async with db.transaction(setup.company.id, lease) as tx:
        records = Records(tx, clock_cause("the clock was set"), now)
        await tx.switches.pause(reason, BY, now)
        await tx.reviews.open("brake", None, (), question, "", now)
        await records.note("sending.paused", setup.company.id, {"reason": reason})
        if jump < timedelta():
            await tx.customers.look_at_all(now)
    log.error("clock.set", reason=reason)
