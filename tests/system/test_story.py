"""The main job on real servers: Dovecot and Postfix, on both databases, with replies from real clients."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxState
from mailagent.flows.intake import import_invoices, import_payments
from mailagent.flows.status import company_status
from mailagent.sandbox.clients import Client, write
from mailagent.sandbox.correspondence import Letter, Person, read
from tests.house import START, journal_replays
from tests.peers.fault_proxy import FaultProxy
from tests.peers.mail_host import MailHost
from tests.peers.postfix import SmtpHost
from tests.system.running import Running, running

CUSTOMERS = 25
INVOICES = 60
TODAY = START.date()

ANSWERS = {  # customer -> client, language, words, the hold they must bring
    0: (Client.GMAIL, "fr", "Bonjour,\n\nLa facture a été réglée hier par virement.", HoldReason.PAYMENT_CLAIM),
    1: (Client.OUTLOOK, "fr", "Bonjour,\n\nNous paierons le 25 mars.", HoldReason.PROMISE),
    2: (Client.APPLE_MAIL, "fr", "Nous contestons cette facture : le prix est faux.", HoldReason.DISPUTE),
    3: (Client.THUNDERBIRD, "fr", "Pouvons-nous payer en trois fois ?", HoldReason.PAYMENT_PLAN),
    4: (Client.GMAIL, "en", "Hello,\n\nWe paid this invoice yesterday by bank transfer.", HoldReason.PAYMENT_CLAIM),
    5: (Client.OUTLOOK, "en", "Hi,\n\nWe will pay on 25 March.", HoldReason.PROMISE),
    6: (Client.APPLE_MAIL, "en", "We dispute this invoice: the price is wrong.", HoldReason.DISPUTE),
    7: (Client.THUNDERBIRD, "en", "Hmm.", HoldReason.NOT_UNDERSTOOD),
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mailagent.db"
    return request.getfixturevalue("postgresql_url")


class Town:
    """The company's mailbox and the customers' mailboxes on one Dovecot."""

    def __init__(self, dovecot: MailHost, postfix: SmtpHost, name: str) -> None:
        self.name = name
        self.postfix = postfix
        self.office = dovecot.user(f"{name}office")
        self.boxes = [dovecot.user(f"{name}c{i}") for i in range(CUSTOMERS)]

    def number(self, index: int) -> str:
        return f"FA-2026-{index:04d}"

    def invoices(self) -> bytes:
        """60 invoices: the first of each customer is due for its first reminder today."""
        lines = ["number;customer;customer_name;email;language;due;amount"]
        for i in range(INVOICES):
            c = i % CUSTOMERS
            due = TODAY - timedelta(days=3 if i < CUSTOMERS else -20 - i % 7)
            language = ANSWERS[c][1] if c in ANSWERS else "fr"
            lines.append(
                f"{self.number(i)};C{c:02d};Client {c};{self.boxes[c].address};{language};{due};{100 + i},50"
            )
        return "\n".join(lines).encode()

    async def answer(self, customer: int, at) -> None:
        """The customer reads his reminder and answers from his own mail client."""
        client, language, words, _ = ANSWERS[customer]
        box = self.boxes[customer]
        (raw,) = await asyncio.to_thread(box.wait_for, 1)
        reminder = read(raw, at)
        letter = Letter(
            author=Person(f"Client {customer}", box.address), to=self.office.address,
            subject="", text=words, at=at, language=language, answers=reminder,
        )  # fmt: skip
        await self.post(write(letter, client), box.address, self.office.address)

    async def post(self, raw: bytes, sender: str, recipient: str) -> None:
        """By SMTP, through Postfix, as from the outside."""

        def submit() -> None:
            import smtplib

            with smtplib.SMTP("127.0.0.1", self.postfix.smtp_port) as smtp:
                smtp.sendmail(sender, [recipient], raw)

        await asyncio.to_thread(submit)


@pytest.mark.needs_root
async def test_the_main_job(url: str, dovecot: MailHost, postfix: SmtpHost, request, tmp_path):
    town = Town(dovecot, postfix, f"s{abs(hash(request.node.name)) % 10_000}")
    inbox, smtp = town.office.account(), replace(postfix.account(), per_minute=60_000)
    async with FaultProxy(inbox.server.host, inbox.server.port) as wire:
        proxied = replace(inbox, server=replace(inbox.server, port=wire.port))
        async with running(url, tmp_path, proxied, smtp, town.office.address) as house:
            await tell_the_story(house, town, wire)


async def tell_the_story(house: Running, town: Town, wire: FaultProxy) -> None:
    imported = await import_invoices(
        "invoices.csv", town.invoices(), {}, {}, house.setup, house.db, house.clock.now()
    )
    assert (imported.new, imported.problems) == (INVOICES, ())

    # Reminders go out, one per customer, and a copy of each lies in Sent.
    await house.turn()
    await house.until_sent(CUSTOMERS)
    for box in town.boxes:
        assert len(await asyncio.to_thread(box.wait_for, 1)) == 1
    await asyncio.to_thread(town.office.wait_for, CUSTOMERS, "Sent")

    # Customers answer from their own mail clients; each answer holds.
    for customer in ANSWERS:
        await town.answer(customer, house.clock.now())
    for customer, (_, _, words, reason) in ANSWERS.items():
        await house.until(lambda c=customer, r=reason: held(house, c, r), words, seconds=20)

    # A person answers customer 8 from the usual mail client; the mail is found in Sent.
    staff = (
        f"From: <{town.office.address}>\r\nTo: <{town.boxes[8].address}>\r\nSubject: Bonjour\r\n"
        "Message-ID: <human@outlook.example>\r\n\r\nJe vous appelle demain.\r\n"
    )
    await asyncio.to_thread(town.office.append, "Sent", staff.encode())

    # Customer 9 pays; his sequence ends at once.
    paid = f"invoice;amount;date\n{town.number(9)};109,50;{TODAY}\n".encode()
    await import_payments("bank.csv", paid, {}, house.setup, house.db, house.clock.now())

    # The wire to the mailbox is cut; a week later much is due and nothing leaves.
    wire.stall()
    wire.reset()
    house.pass_time(days=7)
    await house.until(lambda: queued(house), "the second reminders are queued", seconds=60)
    status = await company_status(house.setup, house.db, house.clock.now())
    assert not status["fresh"]
    assert len(await house.outbox(OutboxState.SENT)) == CUSTOMERS

    # It heals: the mailbox is read, what is still wanted leaves, and nothing else.
    wire.resume()
    await house.until(lambda: sent_after_healing(house), "the second reminders leave", seconds=90)
    written = {m.customer for m in await house.outbox(OutboxState.SENT) if m.step == "d+10"}
    quiet = {f"C{c:02d}" for c in (*ANSWERS, 8, 9)}
    assert written == {f"C{c:02d}" for c in range(CUSTOMERS)} - quiet
    assert HoldReason.HUMAN_TALK in {h.reason for h in (await house.account("C08")).holds}
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert await tx.inbox.list(Filing.QUARANTINED, 10) == ()
    assert await journal_replays(house.db, house.setup.company.id)


async def held(house: Running, customer: int, reason: HoldReason) -> bool:
    account = await house.account(f"C{customer:02d}")
    return reason in {h.reason for h in account.holds if h.is_active(house.clock.now())}


async def queued(house: Running) -> bool:
    await house.turn()
    waiting = await house.outbox(OutboxState.QUEUED)
    return len(waiting) >= CUSTOMERS - len(ANSWERS) - 2


async def sent_after_healing(house: Running) -> bool:
    await house.turn()
    sent = [m for m in await house.outbox(OutboxState.SENT) if m.step == "d+10"]
    return len(sent) >= CUSTOMERS - len(ANSWERS) - 2
