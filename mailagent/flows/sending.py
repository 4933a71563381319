"""OUTGOING, second half: from the outbox to the customer, at most once.

    claim (commit) -> MAIL, RCPT -> still wanted? transmitting (commit) -> DATA -> record (commit)

No transaction is open while the network speaks. From `transmitting` on a mail may be out: a lost answer
leaves it `unknown`, and nothing sends it again without evidence or a person. Mails that are to be marked or
recorded at the same time share one commit.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from mailagent.clock import Clock
from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.delivery import Outcome, Phase, after_attempt
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.flows.asking import still_wanted_of
from mailagent.flows.braking import room
from mailagent.flows.outcomes import Attempt, record_outcomes, stop_account
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.transaction import Transaction
from mailagent.together import Together
from mailagent.transport.smtp import SmtpPool

log = structlog.get_logger()

LEASE = timedelta(minutes=15)  # longer than connecting, MAIL and RCPT can take
CONNECT_AGAIN = (timedelta(seconds=15), timedelta(minutes=15))
LINGER = 0.002  # as long as a near server needs for its next answer; a commit takes longer
CLAIMED_PER_CONNECTION = 8  # enough to keep the connections busy, few enough to let go of


class Sender:
    """Sends one company's queued mail through one account, under a lease."""

    def __init__(
        self, setup: Setup, db: Database, pool: SmtpPool, clock: Clock, lease: Lease
    ) -> None:
        self._setup = setup
        self._db = db
        self._pool = pool
        self._clock = clock
        self._lease = lease
        self._failures = 0
        self._commit: Together[OutboxMail | Attempt, bool] = Together(self._commit_all, LINGER)
        self.rest_until: datetime | None = None  # the account rests: 421, throttling, no connection
        self.trouble = ""  # why nothing can be sent; empty when all is well

    async def send_queued(
        self, stop: asyncio.Event, progress: Callable[[], None] = lambda: None
    ) -> int:
        """Send what is queued and wanted, until nothing is; returns how many mails left."""
        sent = 0
        while not stop.is_set() and not self._rests():
            progress()
            claimed = await self._claim()
            if claimed is None:
                break
            attempts = [self._send(mail, raw, stop) for mail, raw in claimed]
            results = await asyncio.gather(*attempts, return_exceptions=True)
            for result in results:  # all have ended before one failure goes up
                if isinstance(result, BaseException):
                    raise result
                sent += result
        return sent

    def _rests(self) -> bool:
        return self.rest_until is not None and self._clock.now() < self.rest_until

    def _records(self, tx: Transaction, rule: str) -> Records:
        return Records(tx, Cause(CauseKind.RULE, rule), self._clock.now())

    async def _claim(self) -> list[tuple[OutboxMail, bytes]] | None:
        """Claim some mails and let go at once of those no longer wanted; None when nothing is queued."""
        async with self._db.transaction(self._setup.company.id, self._lease) as tx:
            records = self._records(tx, "asked again when claimed")
            limit = min(
                await room(records, self._setup),
                CLAIMED_PER_CONNECTION * self._setup.smtp.connections,
            )
            if limit <= 0:
                return None
            claimed = await tx.outbox.claim(
                self._lease.owner, self._lease.fence, records.now, records.now + LEASE, limit
            )
            wanted = await still_wanted_of(claimed, records, self._setup)
            raws = await tx.contents.get_many(mail.raw for mail in wanted)
        return [(mail, raws[mail.raw]) for mail in wanted] if claimed else None

    async def _send(self, mail: OutboxMail, raw: bytes, stop: asyncio.Event) -> bool:
        """One attempt; True when the server accepted the mail."""
        try:
            async with self._pool.connection() as smtp:
                if stop.is_set() or self._rests():
                    await self._let_go(mail, "sending stopped before its turn", self._clock.now())
                    return False
                self.trouble, self._failures = "", 0
                outcome = await smtp.offer(mail.sender, mail.recipient, len(raw))
                if outcome is None:
                    if not await self._commit(mail):
                        await smtp.withdraw()
                        return False
                    outcome = await smtp.transmit(raw)
        except LoginRefused as error:
            await self._stop_account(mail, str(error))
            return False
        except TransportUnavailable as error:
            await self._rest_after_loss(mail, str(error))
            return False
        return await self._commit(self._attempted(mail, outcome))

    def _attempted(self, mail: OutboxMail, outcome: Outcome) -> Attempt:
        now = self._clock.now()
        first = mail.first_attempt_at or now
        jitter = random.random()  # noqa: S311 - jitter
        return Attempt(mail, outcome, after_attempt(outcome, mail.attempts + 1, first, now, jitter))

    async def _commit_all(self, asked: Sequence[OutboxMail | Attempt]) -> list[bool]:
        """Record what ended, then mark what is about to leave: True for a mail that left, or that may."""
        ended = [each for each in asked if isinstance(each, Attempt)]
        leaving = [each for each in asked if isinstance(each, OutboxMail)]
        async with self._db.transaction(self._setup.company.id, self._lease) as tx:
            recorded = await self._record(ended, tx) if ended else []
            begun = await self._begin(leaving, tx) if leaving else frozenset()
        self._tell(recorded)
        return [
            each.delivery.state is OutboxState.SENT
            if isinstance(each, Attempt)
            else each.id in begun
            for each in asked
        ]

    async def _record(self, attempts: Sequence[Attempt], tx: Transaction) -> Sequence[Attempt]:
        """What the server said, of all mails but those that were cancelled before DATA."""
        records = self._records(tx, "the server answered")
        ours = await tx.outbox.still_ours([a.mail.id for a in attempts], self._lease.fence)
        # One that may have left is never passed over: it raises when it is not ours.
        kept = [a for a in attempts if a.mail.id in ours or a.outcome.phase is Phase.DATA]
        for attempt in attempts:
            self.rest_until = attempt.delivery.rest_until or self.rest_until
            if attempt not in kept and attempt.delivery.stop_account:
                await stop_account(attempt.delivery.reason, records)
        if kept:
            await record_outcomes(kept, self._lease.fence, records, self._setup)
        return kept

    async def _begin(self, mails: Sequence[OutboxMail], tx: Transaction) -> frozenset[int]:
        """The point of no return: asked once more, then marked as `transmitting` before DATA."""
        records = self._records(tx, "asked again before DATA")
        ours = await tx.outbox.still_ours([mail.id for mail in mails], self._lease.fence)
        asked = [mail for mail in mails if mail.id in ours]
        wanted = await still_wanted_of(asked, records, self._setup)
        ids = [mail.id for mail in wanted]
        return await tx.outbox.begin_transmission(ids, self._lease.fence, records.now)

    def _tell(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            mail, delivery = attempt.mail, attempt.delivery
            log.info(
                "reminder.attempted",
                state=delivery.state.value,
                outbox_id=mail.id,
                step=mail.step,
                message_id=mail.message_id,
                code=attempt.outcome.code,
                reason=delivery.reason,
            )

    async def _let_go(self, mail: OutboxMail, reason: str, at: datetime) -> None:
        async with self._db.transaction(self._setup.company.id, self._lease) as tx:
            if await tx.outbox.still_ours((mail.id,), self._lease.fence):
                await tx.outbox.release(mail.id, reason, at)

    async def _rest_after_loss(self, mail: OutboxMail, reason: str) -> None:
        """The server is away: nothing is out, the whole account waits longer each time."""
        if self.rest_until is not None and self._rests():
            await self._let_go(
                mail, reason, self.rest_until
            )  # the same failure, met by another mail
            return
        self._failures += 1
        first, longest = CONNECT_AGAIN
        pause = min(longest, first * 2 ** min(self._failures - 1, 10)) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        now = self._clock.now()
        self.rest_until, self.trouble = now + pause, reason
        log.warning("smtp.unavailable", reason=reason, pause=round(pause.total_seconds(), 1))
        await self._let_go(mail, reason, now + pause)

    async def _stop_account(self, mail: OutboxMail, reason: str) -> None:
        self.trouble = reason
        async with self._db.transaction(self._setup.company.id, self._lease) as tx:
            records = self._records(tx, "login refused")
            if await tx.outbox.still_ours((mail.id,), self._lease.fence):
                await tx.outbox.release(mail.id, reason, records.now)
            await stop_account(reason, records)


async def recover(setup: Setup, db: Database, lease: Lease, now: datetime) -> None:
    """After a start or a take-over: what was claimed is free again, what was being sent is in doubt."""
    async with db.transaction(setup.company.id, lease) as tx:
        records = Records(tx, Cause(CauseKind.RULE, "recovery"), now)
        for mail in await tx.outbox.recover(now, lease.fence):
            log.warning("outbox.recovered", outbox_id=mail.id, state=mail.state.value)
            if mail.state is OutboxState.UNKNOWN:
                await records.note("reminder.in_doubt", mail.customer, {"outbox_id": mail.id})
