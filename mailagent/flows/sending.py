"""OUTGOING, second half: from the outbox to the customer, at most once.

    claim (commit) -> MAIL, RCPT -> still wanted? transmitting (commit) -> DATA -> record (commit)

No transaction is open while the network speaks. From `transmitting` on a mail may be out: a lost answer
leaves it `unknown`, and nothing sends it again without evidence or a person.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from mailagent.clock import Clock
from mailagent.core.brakes import BrakeKind, brake
from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.delivery import Delivery, Outcome, after_attempt
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.wanted import NotNow, NotWanted, Wanted, still_wanted
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.flows.account import account_changed, cancel
from mailagent.flows.freshness import freshness
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.transaction import Transaction
from mailagent.transport.smtp import SmtpPool

log = structlog.get_logger()

LEASE = timedelta(minutes=15)  # longer than connecting, MAIL and RCPT can take
CONNECT_AGAIN = (timedelta(seconds=15), timedelta(minutes=15))


@dataclass(slots=True)
class Sender:
    """Sends one company's queued mail through one account, under a lease."""

    setup: Setup
    db: Database
    pool: SmtpPool
    clock: Clock
    lease: Lease
    rest_until: datetime | None = None  # the account rests after 421, throttling or no connection
    trouble: str = ""  # why nothing can be sent; empty when all is well
    _failures: int = field(default=0, repr=False)

    async def send_queued(self, stop: asyncio.Event) -> int:
        """Send what is queued and wanted, until nothing is; returns how many mails left."""
        sent = 0
        while not stop.is_set() and not self._rests():
            claimed = await self._claim()
            if not claimed:
                break
            attempts = [self._send(mail, raw, stop) for mail, raw in claimed]
            results = await asyncio.gather(*attempts, return_exceptions=True)
            for result in results:  # all have ended before one failure goes up
                if isinstance(result, BaseException):
                    raise result
                sent += result
        return sent

    def _rests(self) -> bool:
        return self.rest_until is not None and self.clock.now() < self.rest_until

    async def _claim(self) -> list[tuple[OutboxMail, bytes]]:
        """Claim a handful of mails, and let go at once of those no longer wanted, in one transaction."""
        now = self.clock.now()
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            records = Records(tx, Cause(CauseKind.RULE, "asked again when claimed"), now)
            room = await self._room(tx, records)
            if room <= 0:
                return []
            limit = min(room, 2 * self.setup.smtp.connections)
            claimed = await tx.outbox.claim(
                self.lease.owner, self.lease.fence, now, now + LEASE, limit
            )
            wanted = []
            for mail in claimed:
                if await self._wanted(mail, records):
                    raw = await tx.contents.get(mail.raw)
                    assert raw is not None, "bytes are stored before the row"
                    wanted.append((mail, raw))
        if claimed and not wanted:
            return await self._claim()
        return wanted

    async def _room(self, tx: Transaction, records: Records) -> int:
        """How many mails the brakes allow now; pulls the brake when a run is unusual."""
        if (await tx.switches.state()) is not None:
            return 0
        policy = self.setup.company.policy
        today = self.setup.calendar.start_of(self.setup.calendar.local_date(records.now))
        sent_today = await tx.outbox.sent_since(today)
        counts = await tx.outbox.counts()
        due = counts.get(OutboxState.QUEUED, 0) + counts.get(OutboxState.DEFERRED, 0)
        if not due:
            return 0
        month_ago = self.setup.calendar.local_date(records.now) - timedelta(days=30)
        days = await tx.outbox.sent_per_day(month_ago)
        usual = sum(days.values()) / len(days) if days else 0.0
        pulled = brake(0, sent_today, due, usual, policy)
        unusual = pulled is not None and pulled.kind is BrakeKind.UNUSUAL
        if unusual and not await self._allowed_since(today, tx):
            assert pulled is not None
            await self._pull(pulled.reason, tx, records)
            return 0
        return min(due, policy.daily_ceiling - sent_today)

    async def _allowed_since(self, today: datetime, tx: Transaction) -> bool:
        """True when a person resumed sending today: he has seen that the run is unusual."""
        entries = await tx.journal.for_subject(self.setup.company.id)
        return any(e.event == "sending.resumed" and e.at >= today for e in entries)

    async def _pull(self, reason: str, tx: Transaction, records: Records) -> None:
        await tx.switches.pause(reason, "brake", records.now)
        question = f"{reason}. Look at `mailagent plan`; to go on today: mailagent resume."
        await tx.reviews.open("brake", None, (), question, "", records.now)
        await records.note("sending.paused", self.setup.company.id, {"reason": reason})
        log.warning("sending.paused", reason=reason)

    async def _wanted(self, mail: OutboxMail, records: Records) -> bool:
        """Ask again on the facts of this transaction; a mail not wanted is cancelled, or waits."""
        tx, setup = records.tx, self.setup
        account = await tx.accounts.load(mail.customer)
        if account is None:
            await cancel(mail, "the customer is gone", records)
            return False
        paused = await tx.switches.state()
        verdict = still_wanted(
            mail,
            account,
            setup.sequence,
            setup.calendar,
            setup.company.policy,
            await freshness(tx),
            paused.reason if paused else "",
            records.now,
        )
        match verdict:
            case Wanted():
                return True
            case NotWanted(reason=reason):
                await cancel(mail, reason, records)
                await tx.customers.look_again(mail.customer, records.now)
                log.info("reminder.cancelled", outbox_id=mail.id, reason=reason)
            case NotNow(reason=reason, until=until):
                await tx.outbox.release(
                    mail.id, reason, until or records.now + timedelta(minutes=1)
                )
                self.trouble = reason
                log.info("reminder.waiting", outbox_id=mail.id, reason=reason)
        return False

    async def _send(self, mail: OutboxMail, raw: bytes, stop: asyncio.Event) -> bool:
        """One attempt; True when the server accepted the mail."""
        if stop.is_set() or self._rests():
            await self._let_go(mail, "sending stopped before its turn", self.clock.now())
            return False
        try:
            async with self.pool.connection() as smtp:
                self.trouble, self._failures = "", 0
                outcome = await smtp.offer(mail.sender, mail.recipient, len(raw))
                if outcome is None:
                    if not await self._begin(mail):
                        await smtp.withdraw()
                        return False
                    outcome = await smtp.transmit(raw)
        except LoginRefused as error:
            await self._stop_account(mail, str(error))
            return False
        except TransportUnavailable as error:
            await self._rest_after_loss(mail, str(error))
            return False
        return await self._record(mail, outcome)

    async def _begin(self, mail: OutboxMail) -> bool:
        """The point of no return: asked once more, then committed as `transmitting` before DATA."""
        now = self.clock.now()
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            records = Records(tx, Cause(CauseKind.RULE, "asked again before DATA"), now)
            return await self._wanted(mail, records) and await tx.outbox.begin_transmission(
                mail.id, self.lease.fence, now
            )

    async def _record(self, mail: OutboxMail, outcome: Outcome) -> bool:
        """Write down what the server said and what follows from it."""
        now = self.clock.now()
        delivery = after_attempt(
            outcome,
            mail.attempts + 1,
            mail.created_at,
            now,
            random.random(),  # noqa: S311 - jitter
        )
        self.rest_until = delivery.rest_until or self.rest_until
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            records = Records(tx, Cause(CauseKind.SERVER, outcome.text[:200]), now)
            await tx.outbox.record(mail.id, self.lease.fence, delivery, outcome, now)
            await self._follow(mail, delivery, records)
            if delivery.stop_account:
                await tx.switches.pause(delivery.reason, "mail server", now)
        log.info(
            "reminder.attempted",
            state=delivery.state.value,
            outbox_id=mail.id,
            step=mail.step,
            message_id=mail.message_id,
            code=outcome.code,
            reason=delivery.reason,
        )
        return delivery.state is OutboxState.SENT

    async def _follow(self, mail: OutboxMail, delivery: Delivery, records: Records) -> None:
        match delivery.state:
            case OutboxState.SENT:
                await records.reminder_sent(mail)
            case OutboxState.REFUSED:
                await self._refused(mail, delivery, records)
            case OutboxState.UNKNOWN:
                await records.note("reminder.in_doubt", mail.customer, {"outbox_id": mail.id})
        if delivery.ask_staff and delivery.state is not OutboxState.REFUSED:
            question = f"Mail {mail.id} ({mail.subject}): {delivery.reason}."
            await records.tx.reviews.open(
                "delivery", mail.customer, mail.invoices, question, mail.recipient, records.now
            )

    async def _refused(self, mail: OutboxMail, delivery: Delivery, records: Records) -> None:
        """Refused for good: the step is free, but the customer rests until somebody has looked."""
        await records.reminder_dropped(mail, "reminder.refused", delivery.reason)
        if delivery.suppress:
            await records.suppress(mail.recipient, delivery.reason)
        await records.hold(
            mail.customer, None, HoldReason.BOUNCED, None, f"{mail.recipient}: {delivery.reason}"
        )
        question = (
            f"{mail.recipient} cannot be reached: {delivery.reason}. Please find another address."
        )
        await records.tx.reviews.open(
            "delivery", mail.customer, mail.invoices, question, mail.subject, records.now
        )
        await account_changed(mail.customer, records, self.setup)

    async def _let_go(self, mail: OutboxMail, reason: str, at: datetime) -> None:
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            await tx.outbox.release(mail.id, reason, at)

    async def _rest_after_loss(self, mail: OutboxMail, reason: str) -> None:
        """The server is away: nothing is out, the whole account waits longer each time."""
        self._failures += 1
        first, longest = CONNECT_AGAIN
        pause = min(longest, first * 2 ** min(self._failures - 1, 10)) * random.uniform(0.5, 1)  # noqa: S311 - jitter
        now = self.clock.now()
        self.rest_until, self.trouble = now + pause, reason
        log.warning("smtp.unavailable", reason=reason, pause=round(pause.total_seconds(), 1))
        await self._let_go(mail, reason, now + pause)

    async def _stop_account(self, mail: OutboxMail, reason: str) -> None:
        """A refused login is never tried again by itself: it would lock the account."""
        now = self.clock.now()
        self.trouble = reason
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            await tx.outbox.release(mail.id, reason, now)
            await tx.switches.pause(
                f"the SMTP server refused the login: {reason}", "mail server", now
            )
            question = (
                "The SMTP server refuses our login. Correct the password, then: mailagent resume."
            )
            await tx.reviews.open("login", None, (), question, reason, now)


async def recover(setup: Setup, db: Database, lease: Lease, now: datetime) -> None:
    """After a start or a take-over: what was claimed is free again, what was being sent is in doubt."""
    async with db.transaction(setup.company.id, lease) as tx:
        records = Records(tx, Cause(CauseKind.RULE, "recovery"), now)
        for mail in await tx.outbox.recover(now, lease.fence):
            log.warning("outbox.recovered", outbox_id=mail.id, state=mail.state.value)
            if mail.state is OutboxState.UNKNOWN:
                await records.note("reminder.in_doubt", mail.customer, {"outbox_id": mail.id})
