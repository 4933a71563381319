"""The embedded servers speak to clients that know nothing of them: imaplib and smtplib."""

import asyncio
import imaplib
import json
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailagent.sandbox.fast_clock import FastClock
from mailagent.sandbox.imap_server import ImapServer
from mailagent.sandbox.smtp_server import SmtpLog, SmtpServer, SubmittedMail

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
MAIL = (
    b"From: Paul <paul@client.example>\r\nTo: compta@nous.example\r\n"
    b"Subject: Re: facture\r\nMessage-ID: <a@client.example>\r\n\r\nBonjour\r\n.fin\r\n"
)


@asynccontextmanager
async def mailbox() -> AsyncIterator[ImapServer]:
    clock = FastClock(START, rate=60, ticks=lambda: 0.0)
    async with ImapServer(clock, "compta@nous.example", "s3cret") as server:
        yield server


def login(port: int, password: str = "s3cret") -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", port, timeout=5)
    client.login("compta@nous.example", password)
    return client


async def test_a_delivered_mail_is_read_unchanged() -> None:
    async with mailbox() as server:
        await server.deliver(MAIL)

        def read() -> list[tuple[bytes, bytes]]:
            with login(server.port) as client:
                client.select("INBOX")
                return client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")[1]

        answer = await asyncio.to_thread(read)
    facts, body = answer[0]
    assert body == MAIL
    assert b'INTERNALDATE "02-Mar-2026 07:00:00 +0000"' in facts
    assert b"Seen" not in facts


async def test_the_folders_of_a_mail_account_are_there() -> None:
    async with mailbox() as server:

        def names() -> str:
            with login(server.port) as client:
                return str(client.list()[1])

        listing = await asyncio.to_thread(names)
    assert all(name in listing for name in ("INBOX", "Sent", "Drafts"))


async def test_a_client_files_a_copy_in_sent() -> None:
    async with mailbox() as server:

        def file() -> str:
            with login(server.port) as client:
                return client.append("Sent", "(\\Seen)", "", MAIL)[0]

        assert await asyncio.to_thread(file) == "OK"
        (stored,) = await server.mails("Sent")
    assert stored.raw == MAIL
    assert stored.arrived == START


async def test_a_wrong_password_is_refused() -> None:
    async with mailbox() as server:

        def knock() -> None:
            with imaplib.IMAP4("127.0.0.1", server.port, timeout=5) as client:
                client.login("compta@nous.example", "wrong")

        with pytest.raises(imaplib.IMAP4.error):
            await asyncio.to_thread(knock)


@pytest.mark.parametrize("before_idle", [True, False], ids=["before", "during"])
async def test_idle_tells_of_new_mail(before_idle: bool) -> None:
    async with mailbox() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

        async def say(line: bytes, answer: bytes) -> None:
            writer.write(line + b"\r\n")
            while not (await asyncio.wait_for(reader.readline(), 5)).startswith(answer):
                pass

        await say(b"a login compta@nous.example s3cret", b"a OK")
        await say(b"b select INBOX", b"b OK")
        if before_idle:
            await server.deliver(MAIL)
        await say(b"c idle", b"+ ")
        if not before_idle:
            await server.deliver(MAIL)
        assert await asyncio.wait_for(reader.readline(), 5) == b"* 1 EXISTS\r\n"
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def relay(log: SmtpLog) -> AsyncIterator[SmtpServer]:
    clock = FastClock(START, rate=60, ticks=lambda: 0.0)
    async with SmtpServer(
        clock, "compta@nous.example", "s3cret", lambda mail: log.add(mail, ("F-1",))
    ) as server:
        yield server


def submit(port: int, password: str | None) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        if password is not None:
            client.login("compta@nous.example", password)
        client.sendmail("compta@nous.example", ["paul@client.example"], MAIL)


async def test_an_accepted_mail_is_logged_with_its_exact_bytes(tmp_path: Path) -> None:
    log = SmtpLog(tmp_path / "smtp.jsonl")
    async with relay(log) as server:
        await asyncio.to_thread(submit, server.port, "s3cret")
    (mail,) = log.mails
    expected = SubmittedMail(
        START, "compta@nous.example", ("paul@client.example",), "<a@client.example>", MAIL
    )
    assert mail == expected
    line = json.loads((tmp_path / "smtp.jsonl").read_text(encoding="utf-8"))
    assert line["sha256"] == mail.digest
    assert line["invoices"] == ["F-1"]


@pytest.mark.parametrize("password", ["wrong", None], ids=["wrong password", "no login"])
async def test_strangers_cannot_submit(tmp_path: Path, password: str | None) -> None:
    log = SmtpLog(tmp_path / "smtp.jsonl")
    async with relay(log) as server:
        with pytest.raises(smtplib.SMTPException):
            await asyncio.to_thread(submit, server.port, password)
    assert log.mails == []


async def test_the_server_knows_when_a_mail_is_on_its_way(tmp_path: Path) -> None:
    async with relay(SmtpLog(tmp_path / "smtp.jsonl")) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"EHLO x\r\nAUTH PLAIN AGNvbXB0YUBub3VzLmV4YW1wbGUAczNjcmV0\r\n")
        writer.write(b"MAIL FROM:<a@b.example>\r\n")
        while not (await asyncio.wait_for(reader.readline(), 5)).startswith(b"250 2.1.0"):
            pass
        assert server.is_busy
        writer.write(b"RSET\r\n")
        await asyncio.wait_for(reader.readline(), 5)
        assert not server.is_busy
        writer.close()
        await writer.wait_closed()
