"""A password shows nowhere: not in logs at any level, values, arguments, journal, or what commands print."""

from __future__ import annotations

import base64
import dataclasses
import io
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from mailagent import log
from mailagent.core.server import ImapAccount, Login, Security, Server, SmtpAccount
from mailagent.errors import MailagentError
from mailagent.flows.checkup import check_servers
from mailagent.flows.reader import Reader
from mailagent.store.database import Database
from mailagent.transport.imap import ImapSession
from tests.house import House
from tests.peers.mail_host import MailUser
from tests.peers.scripted_smtp import ScriptedSmtp
from tests.threats.siege import journal, reminded

SECRET = "hunter2-Zebra-&é"
LOGIN = Login("compta@martin.example", SECRET)


@pytest.fixture
def told(monkeypatch) -> Iterator[io.StringIO]:
    """Everything the program and its libraries log, as loud as it gets."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log.set_up("debug")
    root.handlers = [logging.StreamHandler(stream)]
    root.setLevel(logging.DEBUG)
    yield stream
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


def absent(text: str) -> bool:
    encoded = {
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"\0{LOGIN.username}\0{SECRET}".encode()).decode(),
    }
    return SECRET not in text and not any(e in text for e in encoded)


def test_values_that_hold_a_secret_do_not_show_it():
    server = Server("imap.example", 993, Security.TLS, LOGIN)
    for value in (LOGIN, server, ImapAccount(server), SmtpAccount(server)):
        assert absent(repr(value))
        assert absent(str(value))
        assert absent(f"{value}")
    assert "compta" in repr(LOGIN)  # the repr is not empty


async def test_a_refused_login_says_nothing_of_the_password(
    told: io.StringIO, dovecot_user: MailUser
):
    imap = dovecot_user.account()
    assert imap.server.login is not None
    wrong = dataclasses.replace(
        imap,
        server=dataclasses.replace(imap.server, login=Login(imap.server.login.username, SECRET)),
    )
    with pytest.raises(MailagentError) as refused:
        await ImapSession.open(wrong)
    nowhere = SmtpAccount(Server("127.0.0.1", 9, Security.NONE, LOGIN))
    findings = await check_servers("martin", wrong, nowhere)

    for text in (str(refused.value), repr(refused.value), repr(findings), told.getvalue()):
        assert absent(text)


async def test_a_sending_pass_logs_no_password(house: House, told: io.StringIO):
    async with ScriptedSmtp(extensions=("AUTH PLAIN",)) as server:
        await house.invoices("FA-1;C1;Petit;anne@petit.example;2026-03-06;10,00")
        await house.plan()
        await house.freshen()
        await house.send(server.account(login=LOGIN))

    assert "reminder.attempted" in told.getvalue()
    assert absent(told.getvalue())
    assert absent(repr(await journal(house)) + repr(await house.outbox()))


def test_a_log_line_with_a_secret_key_is_redacted(told: io.StringIO):
    structlog.get_logger().info("x.happened", password=SECRET, token=SECRET, text=SECRET)
    assert absent(told.getvalue())


async def test_the_reading_process_is_told_no_secret():
    """Mail is parsed apart: its arguments and what it is sent hold bytes of the mail and nothing else."""
    reader = Reader()
    await reader.parse(b"From: a@b.example\r\n\r\nx")
    process = reader._process
    assert process is not None
    with open(f"/proc/{process.pid}/cmdline", "rb") as file:  # noqa: ASYNC230, PTH123 - no disk
        line = file.read().split(b"\0")
    assert line[:3] == [sys.executable.encode(), b"-m", b"mailagent.worker"]
    await reader.close()


async def test_a_database_password_is_in_no_message(told: io.StringIO):
    url = "postgresql+psycopg://mailagent:hunter2-zebra@127.0.0.1:9/books"
    db = Database(url)
    with pytest.raises(MailagentError) as lost:
        await db.migrate()
    assert "hunter2-zebra" not in f"{lost.value!r} {lost.value} {db!r}"
    assert "hunter2-zebra" not in told.getvalue()
    await db.close()


async def test_the_database_is_nobody_elses_to_read(house: House, tmp_path: Path):
    await reminded(house)
    modes = {f.name: f.stat().st_mode & 0o077 for f in os.scandir(tmp_path)}
    assert "mailagent.db-wal" in modes  # it holds mail, too
    assert set(modes.values()) == {0}
