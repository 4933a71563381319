"""Latency: from a customer's mail lying in the mailbox to the committed hold on his reminders."""

from __future__ import annotations

import asyncio
import itertools
import smtplib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from bench.case import Case, Goal, Measure
from bench.store_world import sqlite_url
from mailagent import log
from mailagent.flows.watch import Watcher
from mailagent.store.database import Database
from tests.house import House
from tests.peers.ca import CertificateAuthority, certificate_authority
from tests.peers.cyrus import cyrus
from tests.peers.dovecot import dovecot
from tests.peers.mail_host import HOST, MailHost, MailUser

MAILS = 10  # in one measurement, whose value is the slowest of them
BARE, OURS = "IDLE notification alone", "mailagent, until the hold is committed"
ANSWER = (
    "From: Client <client{n}@debtor{n}.example>\r\nTo: {to}\r\nSubject: Re: FA-{n}\r\n"
    "Date: Tue, 10 Mar 2026 10:00:00 +0100\r\nMessage-ID: <{n}.{at}@debtor.example>\r\n\r\n"
    "Bonjour,\r\n\r\nNous contestons cette facture, la livraison est incomplete.\r\n"
)


def watching(
    start: Callable[[CertificateAuthority], AbstractContextManager[MailHost]], limit: float
) -> Callable[[], object]:
    """The case on one mail server."""

    @asynccontextmanager
    async def case() -> AsyncIterator[Case]:
        with TemporaryDirectory() as folder, start(certificate_authority(Path(folder))) as host:
            own, other = host.user("latency"), host.user("bare")
            async with idling(other) as notified, watched(own) as held:
                yield Case(
                    f"latency on {host.name}: the slowest of {MAILS} mails",
                    "ms",
                    BARE,
                    {BARE: _slowest(other, notified), OURS: _slowest(own, held)},
                    {OURS: Goal(f"at most {limit:.0f} ms", figure=limit)},
                    more_is_better=False,
                )

    return case


CASES: dict[str, Callable[[], object]] = {
    "latency-cyrus": watching(cyrus, 250),
    "latency-dovecot": watching(dovecot, 1_000),  # it notifies half a second late by itself
}
Seen = Callable[[], Awaitable[None]]
CUSTOMERS = 50


def _slowest(user: MailUser, seen: Seen) -> Measure:
    customers = itertools.cycle(range(CUSTOMERS))

    async def measure() -> float:
        taken = []
        for _ in range(MAILS):
            raw = ANSWER.format(n=next(customers), to=user.address, at=time.time_ns()).encode()
            waiting = asyncio.ensure_future(seen())
            await asyncio.sleep(0)  # it waits before the mail is there
            visible = await asyncio.to_thread(_deliver, user, raw)
            async with asyncio.timeout(60):
                await waiting
            taken.append(time.perf_counter() - visible)
        return max(taken) * 1000

    return measure


def _deliver(user: MailUser, raw: bytes) -> float:
    """When the server said that the mail is in the mailbox."""
    with smtplib.LMTP(HOST, user.host.lmtp_port) as lmtp:
        lmtp.sendmail("client@debtor.example", [user.address], raw)
        return time.perf_counter()


@asynccontextmanager
async def idling(user: MailUser) -> AsyncIterator[Seen]:
    """A bare connection in IDLE."""
    reader, writer = await asyncio.open_connection(HOST, user.host.imap_port)
    with closing(writer):
        for line in (f"a LOGIN {user.name} {user.host.password}", "b SELECT INBOX", "c IDLE"):
            writer.write(line.encode() + b"\r\n")
            while not (await reader.readline()).startswith((line[:1].encode() + b" OK", b"+ ")):
                pass

        async def notified() -> None:
            while b"EXISTS" not in await reader.readline():
                pass

        yield notified


@asynccontextmanager
async def watched(user: MailUser) -> AsyncIterator[Seen]:
    """The product's watcher at work; told by its own log line, written right after the commit."""
    filed: asyncio.Queue[None] = asyncio.Queue()

    def listen(_: Any, __: str, event: Any) -> Any:
        if event["event"] == "mail.filed":
            filed.put_nowait(None)
        raise structlog.DropEvent

    structlog.configure(processors=[listen])
    with sqlite_url() as url:
        db = Database(url)
        await db.migrate()
        house = await House.build(db, imap=user.account())
        await house.invoices(
            *(
                f"FA-{n};C{n};Client {n};client{n}@debtor{n}.example;2026-03-06;1200,00"
                for n in range(CUSTOMERS)
            )
        )
        looked, stop = asyncio.Event(), asyncio.Event()
        watcher = Watcher(
            house.setup, db, house.reader, house.clock, lambda: house.lease, lambda: None, looked.set
        )  # fmt: skip
        watching = asyncio.create_task(watcher.run(stop))
        await looked.wait()
        yield filed.get
        async with db.snapshot(house.setup.company.id) as tx:
            held = await tx.holds.active("C0", house.clock.now())
        assert held, "the first mail held nothing"
        stop.set()
        watcher.hint()
        await watching
        await house.close()
    log.set_up("critical")
