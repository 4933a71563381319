"""Everything the daemon does for one company: watch its mailbox, plan, send; each under a lease.

Several daemons on one database share the work by these leases. A process that was frozen and comes back
finds its fence number outdated in the next transaction and can neither write nor send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, timedelta

import structlog

from mailagent.clock import Clock, SystemClock
from mailagent.errors import LeaseLost, StoreUnavailable
from mailagent.flows.clock_guard import ClockGuard
from mailagent.flows.deadlines import clock_cause, pass_deadlines
from mailagent.flows.outgoing import leave_shadow, plan_due, renew_held
from mailagent.flows.reader import Reader
from mailagent.flows.records import Records
from mailagent.flows.sending import Sender, recover
from mailagent.flows.setup import Setup
from mailagent.flows.watch import Watcher
from mailagent.progress import Progress
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.leases import Leases
from mailagent.transport.smtp import SmtpPool
from mailagent.waiting import first_of

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
TICK_SECONDS = 30.0  # how often the schedule is looked at
LOOK_SECONDS = 60.0  # how long a sending pass waits for a fresh look at the mailbox
RESTARTS = 5  # failures in a row of one loop before the whole process gives up
RESTART_SECONDS = 5.0
STEADY_SECONDS = 600.0  # a loop that worked for so long begins a new row

Work = Callable[[Lease, asyncio.Event], Awaitable[None]]


class Duty:
    """One company's loops."""

    def __init__(
        self,
        setup: Setup,
        db: Database,
        reader: Reader,
        clock: Clock,
        owner: str,
        progress: Progress,
        lease: timedelta = LEASE,
    ) -> None:
        self.setup = setup
        self._db = db
        self._leases = Leases(db)
        self._reader = reader
        self._clock = clock
        self._guard = ClockGuard(clock)
        self._wall = SystemClock()  # leases count real time, whatever clock the flows live by
        self._owner = owner
        self._progress = progress
        self._lease = lease  # how long a daemon that died or froze keeps its work from others
        self._nudge = asyncio.Event()
        self._renewed_on: date | None = None
        self.watcher: Watcher | None = None
        self.sender: Sender | None = None
        self.first_look = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop: both loops, each begun again when it fails."""
        company = self.setup.company.id
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._under_lease(f"mailbox:{company}", self._watch, stop))
            loops.create_task(self._under_lease(f"sender:{company}", self._send, stop))
            loops.create_task(self._wake_at(stop))

    async def _wake_at(self, stop: asyncio.Event) -> None:
        """A stop must not wait for an IDLE to end."""
        await stop.wait()
        self._nudge.set()
        if self.watcher is not None:
            self.watcher.hint()

    async def _under_lease(self, name: str, work: Work, stop: asyncio.Event) -> None:
        """Do the work while we hold the lease; stand by while another daemon does."""
        failures = 0
        stands_by = False
        while not stop.is_set():
            began = self._wall.elapsed()
            try:
                lease = await self._leases.acquire(name, self._owner, self._lease, self._wall.now())
                if lease is None:
                    if not stands_by:
                        log.info("lease.awaited", lease=name)
                    stands_by = True
                    await self._wait(self._lease.total_seconds() / 3, stop)
                    continue
                stands_by = False
                log.info("lease.acquired", lease=name, fence=lease.fence)
                await self._work_and_renew(lease, work, stop)
            except LeaseLost:
                log.warning("lease.lost", lease=name)
            except StoreUnavailable as error:
                log.error("store.unavailable", loop=name, reason=str(error))
                await self._wait(RESTART_SECONDS, stop)
            except Exception:  # a bug in this loop; the others go on, and it gets a few chances
                steady = self._wall.elapsed() - began >= STEADY_SECONDS
                failures = 1 if steady else failures + 1
                log.exception("loop.failed", loop=name, failures=failures)
                if failures >= RESTARTS:
                    raise
                await self._wait(RESTART_SECONDS * failures, stop)

    async def _work_and_renew(self, lease: Lease, work: Work, stop: asyncio.Event) -> None:
        """Work with a keeper beside it: whichever ends first ends the other."""
        working = asyncio.ensure_future(work(lease, stop))
        keeping = asyncio.ensure_future(self._keep(lease))
        try:
            done, _ = await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (working, keeping):
                task.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)
            # Also after a failure: a daemon that stands by need not wait for it to run out.
            with suppress(StoreUnavailable):
                await self._leases.release(lease)

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            await self._leases.renew(lease, self._wall.now(), self._lease)

    async def _watch(self, lease: Lease, stop: asyncio.Event) -> None:
        name = f"mailbox:{self.setup.company.id}"
        mark = self._progress.expect(name, within=1200.0)
        self.watcher = Watcher(
            self.setup, self._db, self._reader, self._clock, lambda: lease, mark, self._looked
        )
        try:
            await self.watcher.run(stop)
        finally:
            self.watcher = None
            self._progress.forget(name)

    def _looked(self) -> None:
        self.first_look.set()

    async def _send(self, lease: Lease, stop: asyncio.Event) -> None:
        name = f"sender:{self.setup.company.id}"
        mark = self._progress.expect(name, within=self.setup.smtp.data_timeout + 300.0)
        pool = SmtpPool(self.setup.smtp)
        self.sender = Sender(self.setup, self._db, pool, self._clock, lease)
        try:
            # First, because it compares the clock with what was written last.
            await self._guard.rests(self.setup, self._db, lease)
            await recover(self.setup, self._db, lease, self._clock.now())
            await leave_shadow(self.setup, self._db, self._clock.now())
            while not stop.is_set():
                await self._turn(self.sender, lease, mark, stop)
                mark()
                self._nudge.clear()
                if not stop.is_set():
                    await first_of(self._clock.sleep(TICK_SECONDS), self._nudge.wait())
        finally:
            self.sender = None
            self._progress.forget(name)
            await pool.close()

    async def _turn(
        self, sender: Sender, lease: Lease, mark: Callable[[], None], stop: asyncio.Event
    ) -> None:
        """One pass: what the calendar ends, what is due, what may leave."""
        setup, db = self.setup, self._db
        if await self._guard.rests(setup, db, lease):
            return
        now = self._clock.now()
        async with db.transaction(setup.company.id, lease) as tx:
            records = Records(tx, clock_cause("a deadline passed"), now)
            await pass_deadlines(tx, setup, records)
        await self._renew_held_once_a_day(lease)
        await plan_due(setup, db, self._clock, lease)
        mark()
        if stop.is_set() or not await self._may_send():
            return
        if self.watcher is not None:
            await self.watcher.look(LOOK_SECONDS)  # P1: read everything before anything leaves
        if await sender.send_queued(stop, mark) and self.watcher is not None:
            self.watcher.hint()  # copies of what was sent belong into Sent

    async def _renew_held_once_a_day(self, lease: Lease) -> None:
        now = self._clock.now()
        today = self.setup.calendar.local_date(now)
        if self._renewed_on != today:
            await renew_held(self.setup, self._db, now, lease)
            self._renewed_on = today

    async def _may_send(self) -> bool:
        now = self._clock.now()
        if not self.setup.calendar.may_send_at(now):
            return False
        async with self._db.snapshot(self.setup.company.id) as tx:
            return await tx.switches.state() is None and await tx.outbox.has_claimable(now)

    async def _wait(self, seconds: float, stop: asyncio.Event) -> None:
        await first_of(asyncio.sleep(seconds), stop.wait())
