"""Taking in: a mailbox of other people's mail, from Dovecot to filed rows."""

from __future__ import annotations

import asyncio
import email
import email.header
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage, Message
from email.policy import SMTP
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.case import Case, Goal
from bench.outbox import logs_written_nowhere
from bench.store_world import sqlite_url
from mailagent.flows.desk import Desk
from mailagent.flows.freshness import INBOX
from mailagent.store.database import Database
from mailagent.transport.imap import ImapSession
from tests.house import House
from tests.peers.ca import certificate_authority
from tests.peers.dovecot import dovecot
from tests.peers.mail_host import MailUser, require

MAILS = 1000
BLOCK = 50
WORDS = "Le chantier avance bien et nous vous remercions de votre patience. " * 60
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To")
BARE, OURS = (
    "imaplib in blocks of 50, compat32, nothing stored",
    "fetched, parsed, looked through, filed",
)


@asynccontextmanager
async def ingest() -> AsyncIterator[Case]:
    """The same mailbox each round, a new database for each measurement."""
    with (
        TemporaryDirectory() as folder,
        logs_written_nowhere(),
        dovecot(certificate_authority(Path(folder))) as host,
    ):
        user = host.user("ingest")
        await asyncio.to_thread(_fill, user)
        yield Case(
            f"ingest: {MAILS} mails that are not ours, Dovecot, SQLite",
            "mails/s",
            BARE,
            {BARE: lambda: asyncio.to_thread(bare, user), OURS: lambda: ours(user)},
            {OURS: Goal("at least 0.8 of the yardstick", ratio=0.8)},
        )


CASES: dict[str, Callable[[], object]] = {"ingest": ingest}


def _fill(user: MailUser) -> None:
    for number in range(MAILS):
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"Fournisseur <news{number}@supplier{number}.example>"
        mail["To"] = user.address
        mail["Subject"] = f"Nouvelles du chantier n° {number}"
        mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
        mail["Message-ID"] = f"<{number}@supplier.example>"
        mail.set_content(WORDS)
        mail.add_alternative(f"<html><body><p>{WORDS}</p></body></html>", subtype="html")
        if number % 100 == 0:
            mail.add_attachment(
                os.urandom(300_000), maintype="application", subtype="pdf", filename="plan.pdf"
            )
        user.append("INBOX", mail.as_bytes())


def bare(user: MailUser) -> float:
    """Mails a second as the usual IMAP helpers read them: six headers decoded, the text of the body."""
    began = time.perf_counter()
    with user.connection() as imap:
        require(imap.select("INBOX", readonly=True))
        for first in range(1, MAILS + 1, BLOCK):
            parts = require(imap.fetch(f"{first}:{first + BLOCK - 1}", "(UID FLAGS BODY.PEEK[])"))
            for raw in (part[1] for part in parts if isinstance(part, tuple)):
                _touch(email.message_from_bytes(raw))
    return MAILS / (time.perf_counter() - began)


def _touch(mail: Message) -> None:
    for name in HEADERS:
        str(email.header.make_header(email.header.decode_header(mail.get(name, ""))))
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            assert body.decode()


async def ours(user: MailUser) -> float:
    """Mails a second through the whole incoming flow."""
    with sqlite_url() as url:
        db = Database(url)
        await db.migrate()
        house = await House.build(db, imap=user.account())
        session = await ImapSession.open(user.account())
        try:
            await house.reader.parse(b"")  # the worker is running before the clock starts
            mailbox = await session.select("INBOX")
            async with db.transaction(house.setup.company.id) as tx:
                await tx.mailboxes.save(INBOX, mailbox.uidvalidity, 0, house.clock.now())
            desk = Desk(
                session, house.setup, db, house.reader, house.clock, house.lease, lambda: None
            )
            began = time.perf_counter()
            await desk.take_in_new(INBOX, mailbox, asyncio.Event())
            elapsed = time.perf_counter() - began
            async with db.snapshot(house.setup.company.id) as tx:
                assert sum((await tx.inbox.counts()).values()) == MAILS
        finally:
            await session.close()
            await house.close()
    return MAILS / elapsed
