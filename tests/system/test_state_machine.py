"""Any order of invoices, payments, answers, days, orders, refusals, lost answers and restarts keeps the promises.

The network is a pool that answers as Hypothesis wishes; everything else is real. What must never happen is
looked for at the moment when the bytes would leave.
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mailagent.core.decisions import Filing
from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.core.journal import verify
from mailagent.core.outbox import OutboxState
from mailagent.core.replay import replay
from mailagent.flows import orders
from mailagent.flows.deadlines import clock_cause, pass_deadlines
from mailagent.flows.records import Records
from mailagent.flows.sending import recover
from mailagent.store.database import Database
from mailagent.store.leases import Leases
from tests.house import House
from tests.letters import reply
from tests.system.nursery import OwnReader
from tests.system.scenario import address, bounce

CUSTOMERS = 4
WORDS = (
    "Bonjour, la facture a été réglée hier par virement.",
    "Nous paierons vendredi prochain.",
    "Nous paierons le 25 mars.",
    "Nous contestons cette facture : le prix est faux.",
    "Pouvons-nous payer en trois fois ?",
    "Merci de nous renvoyer la facture.",
    "Bonjour, je vous rappelle demain.",
    "Madame Durand ne travaille plus chez nous.",
)
WRITES = ("an answer", "a new thread", "an absence", "a bounce", "staff", "the same again")
ORDERS = ("hold", "resume", "resume", "pause", "go on", "go on")
customers = st.integers(0, CUSTOMERS - 1)
ACCEPTED = Outcome(Result.ACCEPTED, Phase.DATA, 250, "2.0.0", "ok")
ANSWERS = (
    ACCEPTED,
    Outcome(Result.DEFERRED, Phase.DATA, 451, "4.3.0", "later"),
    Outcome(Result.REFUSED, Phase.DATA, 554, "5.6.0", "never"),
    Outcome(Result.UNKNOWN, Phase.DATA, text="the connection was lost"),
)
OFFERS = (
    None,
    Outcome(Result.DEFERRED, Phase.RCPT, 450, "4.2.1", "busy"),
    Outcome(Result.REFUSED, Phase.RCPT, 550, "5.1.1", "no such user"),
)

offers = st.sampled_from(OFFERS)
answers = st.sampled_from((*ANSWERS, None))


class PowerCutError(BaseException):
    """The process ends in the middle of DATA."""


@dataclass
class Network:
    """A pool and its connection in one; `leave` sees every mail whose bytes begin to leave."""

    leave: Any
    offers: list[Outcome | None] = field(default_factory=list)
    answers: list[Outcome | None] = field(default_factory=list)  # None: a power cut

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Network]:
        yield self

    async def offer(self, sender: str, recipient: str, size: int) -> Outcome | None:
        return self.offers.pop(0) if self.offers else None

    async def transmit(self, raw: bytes) -> Outcome:
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        await self.leave(raw, answer)
        if answer is None:
            raise PowerCutError
        return answer

    async def withdraw(self) -> None:
        """Nothing was out."""


class Promises(RuleBasedStateMachine):
    """A house, and what the world knows about it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(
            tempfile.mkdtemp(prefix="ma-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        )
        self.numbers = itertools.count(1)
        self.amounts: dict[str, int] = {}  # what is still owed, by invoice
        self.received: list[bytes] = []
        self.arrivals = 0
        self.left: list[
            tuple[str, str, date]
        ] = []  # Message-ID, customer, day: those that may have arrived
        self.again: set[str] = set()  # Message-IDs that a person or a refusal lets go once more
        self.threads: dict[str, str] = {}  # the last Message-ID a customer got
        self.read_at: datetime | None = None  # when the mailbox was last read to its end
        self.broken: list[str] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize(overdue=st.lists(st.integers(-5, 50), min_size=CUSTOMERS, max_size=2 * CUSTOMERS))
    def move_in(self, overdue: list[int]) -> None:
        self.run(self._move_in())
        for place, days in enumerate(overdue):
            self.an_invoice(place % CUSTOMERS, days, 10000 + place)

    async def _move_in(self) -> None:
        db = Database(f"sqlite:///{self.folder}/mailagent.db")
        await db.migrate()
        self.house = await House.build(db)
        self.house.reader = OwnReader()
        self.network = Network(self._leaving)

    def teardown(self) -> None:
        try:
            if hasattr(self, "house"):
                self.run(self._end())
        finally:
            self.runner.close()
            shutil.rmtree(self.folder)

    async def _end(self) -> None:
        try:
            await self._verify()
        finally:
            await self.house.close()

    # What the world does

    @rule(
        customer=customers,
        overdue=st.integers(-5, 50),
        amount=st.integers(2000, 90000),
    )
    def an_invoice(self, customer: int, overdue: int, amount: int) -> None:
        number = f"FA-2026-{next(self.numbers):04d}"
        due = self.house.clock.now().date() - timedelta(days=overdue)
        money = f"{amount // 100},{amount % 100:02d}"
        line = f"{number};C{customer};Client {customer};{address(customer)};{due};{money}"
        imported = self.run(self.house.invoices(line))
        assert imported.new == 1, imported
        self.amounts[number] = amount

    @precondition(lambda self: any(self.amounts.values()))
    @rule(data=st.data(), whole=st.booleans())
    def a_payment(self, data: st.DataObject, whole: bool) -> None:
        number = data.draw(st.sampled_from(sorted(n for n, left in self.amounts.items() if left)))
        paid = self.amounts[number] if whole else self.amounts[number] // 2
        self.amounts[number] -= paid
        money = f"{paid // 100},{paid % 100:02d}"
        day = self.house.clock.now().date()
        imported = self.run(self.house.payments(f"{number};{money};{day}"))
        assert imported.new + imported.same == 1, imported
        if imported.same:  # the same amount on the same day looks like the same payment
            self.amounts[number] += paid

    @rule(customer=customers, writes=st.sampled_from(WRITES), data=st.data())
    def somebody_writes(self, customer: int, writes: str, data: st.DataObject) -> None:
        facts: dict[str, Any] = {
            "sender": address(customer),
            "message_id": f"<{len(self.received)}@client{customer}.example>",
            "at": self.house.clock.now(),
        }
        thread = self.threads.get(f"C{customer}", "<lost@martin.example>")
        match writes:
            case "an answer":
                self._arrives(reply(data.draw(st.sampled_from(WORDS)), answers=thread, **facts))
            case "a new thread":
                self._arrives(reply(data.draw(st.sampled_from(WORDS)), **facts))
            case "an absence":
                words = "Je suis absente jusqu'au 20 mars inclus."
                self._arrives(reply(words, extra="Auto-Submitted: auto-replied", **facts))
            case "a bounce":
                self._arrives(bounce(customer, thread))
            case "staff":
                facts |= {"sender": "compta@martin.example", "to": address(customer)}
                self._arrives(reply("Bonjour Anne", **facts), mailbox="sent")
            case "the same again" if self.received:
                self._arrives(data.draw(st.sampled_from(self.received)))

    def _arrives(self, raw: bytes, mailbox: str = "inbox") -> None:
        filing = self.run(self.house.receive(raw, mailbox))
        assert filing is (Filing.NOT_OURS if raw in self.received else filing)
        assert filing is not None
        self.received.append(raw)
        self.arrivals += 1

    # What people order

    @rule(customer=customers, ordered=st.sampled_from(ORDERS))
    def staff_orders(self, customer: int, ordered: str) -> None:
        setup = self.house.setup
        match ordered:
            case "hold":
                self._order(lambda r: orders.hold(f"C{customer}", None, "ordre", r, setup))
            case "resume":
                self._order(lambda r: orders.resume(f"C{customer}", r, setup))
            case "pause":
                self._order(lambda r: orders.pause_sending("on attend", r, setup))
            case "go on":
                self._order(lambda r: orders.resume_sending(r, setup))

    @rule(send_again=st.booleans())
    def staff_settles_doubts(self, send_again: bool) -> None:
        for mail in self.run(self.house.outbox(OutboxState.UNKNOWN)):
            if send_again:
                self.again.add(mail.message_id)
                self._order(lambda r, m=mail: orders.release(m.id, r))
            else:
                self._order(lambda r, m=mail: orders.discard(m.id, r, self.house.setup))

    def _order(self, work: Any) -> None:
        self.run(self.house.change(work))

    # What the daemon does

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.house.pass_days(hours / 24)

    @rule()
    def a_plan(self) -> None:
        """What is planned now may have become wrong before it is sent."""
        self.run(self.house.plan())

    @rule(offers=st.lists(offers, max_size=2), answers=st.lists(answers, min_size=1, max_size=3))
    def a_turn(self, offers: list[Outcome | None], answers: list[Outcome | None]) -> None:
        self.network.offers, self.network.answers = offers, answers
        self.run(self._turn())

    @rule()
    def a_turn_without_a_look(self) -> None:
        self.run(self._turn(look=False))

    @rule(
        days=st.integers(1, 12),
        offers=st.lists(offers, max_size=2),
        answers=st.lists(answers, max_size=4),
    )
    def days_of_work(
        self, days: int, offers: list[Outcome | None], answers: list[Outcome | None]
    ) -> None:
        """A turn every morning."""
        self.network.offers, self.network.answers = offers, answers
        calendar = self.house.setup.calendar
        for _ in range(days):
            tomorrow = calendar.local_date(self.house.clock.now()) + timedelta(days=1)
            self.house.go_to(calendar.start_of(tomorrow) + timedelta(hours=10))
            self.run(self._turn())

    @rule()
    def a_restart(self) -> None:
        self.run(self._restart())

    async def _turn(self, *, look: bool = True) -> None:
        house = self.house
        async with house.db.transaction(house.setup.company.id, house.lease) as tx:
            records = Records(tx, clock_cause("a deadline passed"), house.clock.now())
            await pass_deadlines(tx, house.setup, records)
        await house.plan()
        if look:
            await house.freshen()
            self.read_at = house.clock.now()
        try:
            await house.sender(self.network).send_queued(asyncio.Event())
        except PowerCutError:
            await self._restart()

    async def _restart(self) -> None:
        """Another process begins: a new fence, and nothing remembered."""
        house = self.house
        leases = Leases(house.db)
        await leases.release(house.lease)
        lease = await leases.acquire(
            house.lease.name, f"{next(self.numbers)}", timedelta(days=999), house.clock.now()
        )
        assert lease is not None
        house.lease = lease
        await recover(house.setup, house.db, lease, house.clock.now())

    # What must never happen

    async def _leaving(self, raw: bytes, answer: Outcome | None) -> None:
        """The bytes of a mail begin to leave."""
        house = self.house
        now = house.clock.now()
        message_id = email.message_from_bytes(raw)["Message-ID"]
        (mail,) = [m for m in await house.outbox() if m.message_id == message_id]
        account = await house.account(mail.customer)
        self._never(await house.raw(mail) != raw, f"{mail.id} is not what was stored")
        for number in mail.invoices:
            owed = next(amount for n, amount, _ in mail.balances if n == number)
            self._never(
                self.amounts[number] != owed, f"{number}: {owed} asked, {self.amounts[number]} owed"
            )
            self._never(self.amounts[number] == 0, f"{number} is paid")
        holds = [
            h for h in account.holds if h.is_active(now) and any(h.covers(n) for n in mail.invoices)
        ]
        self._never(bool(holds), f"{mail.customer} is held: {holds}")
        suppressed = [c for c in account.customer.contacts if c.suppressed]
        self._never(mail.recipient in {c.address for c in suppressed}, "the address is suppressed")
        async with house.db.snapshot(house.setup.company.id) as tx:
            self._never(await tx.switches.state() is not None, "sending is paused")
        stale = self.read_at is None or now - self.read_at > house.setup.company.policy.freshness
        self._never(stale, f"the mailbox was last read at {self.read_at}")
        today = house.setup.calendar.local_date(now)
        self._never(not house.setup.calendar.may_send_at(now), "outside the window")
        if message_id in self.again:
            self.again.discard(message_id)
        else:
            self._never(message_id in {m for m, _, _ in self.left}, f"{message_id} leaves twice")
            same_day = [m for m, c, day in self.left if (c, day) == (mail.customer, today)]
            self._never(bool(same_day), f"{mail.customer} gets a second mail on {today}")
        if answer is None or answer.result in {Result.ACCEPTED, Result.UNKNOWN}:
            self.left.append((message_id, mail.customer, today))
            self.threads[mail.customer] = message_id

    def _never(self, happened: bool, what: str) -> None:
        if happened:
            self.broken.append(what)

    @invariant()
    def nothing_forbidden_has_left(self) -> None:
        assert not self.broken, self.broken

    async def _verify(self) -> None:
        """At the end: every mail filed once, the journal whole, its replay equal, no step in two mails."""
        house = self.house
        async with house.db.snapshot(house.setup.company.id) as tx:
            entries = await tx.journal.entries(0, 1_000_000)
            accounts = await tx.accounts.load_many(await tx.customers.all_refs())
            filed = sum((await tx.inbox.counts()).values())
        assert verify(entries) is None
        assert replay(entries) == accounts
        assert filed == self.arrivals
        steps = [
            advanced
            for account in accounts.values()
            for reminder in account.reminders
            if reminder.live and reminder.channel == "email"
            for advanced in reminder.advanced
        ]
        assert len(steps) == len(set(steps)), "a step of an invoice is in two living reminders"
        for number, left in self.amounts.items():
            owed = [i for a in accounts.values() for i in a.invoices if i.number == number]
            assert owed[0].balance_due.amount == left


def test_no_history_breaks_a_promise() -> None:
    run_state_machine_as_test(
        Promises,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
