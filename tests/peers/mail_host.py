"""What the tests know of an IMAP server: where it listens, and a way in that is not mailagent's."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailagent.core.server import ImapAccount, Login, Security, Server

HOST = "127.0.0.1"
DOMAIN = "example.test"
WAIT_SECONDS = 15


@dataclass(frozen=True)
class MailHost:
    """A running IMAP server: mail for NAME+anything@example.test goes to the user NAME."""

    name: str
    ca_file: Path
    password: str  # of every user
    imap_port: int  # plain, and STARTTLS
    imaps_port: int
    lmtp_port: int
    auth_port: int = 0  # where Postfix asks for passwords (Dovecot only)

    def user(self, name: str) -> MailUser:
        return MailUser(self, name)


@dataclass(frozen=True)
class MailUser:
    """One mailbox of a `MailHost`."""

    host: MailHost
    name: str

    @property
    def address(self) -> str:
        return f"{self.name}@{DOMAIN}"

    def account(self, security: Security = Security.TLS) -> ImapAccount:
        """How mailagent logs in here."""
        port = self.host.imaps_port if security is Security.TLS else self.host.imap_port
        login = Login(self.name, self.host.password)
        return ImapAccount(Server(HOST, port, security, login, ca_file=str(self.host.ca_file)))

    def deliver(self, raw: bytes, sender: str = "sender@example.test", recipient: str = "") -> None:
        """Put a mail into the inbox as a border server does, by LMTP."""
        with smtplib.LMTP(HOST, self.host.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [recipient or self.address], raw)

    @contextlib.contextmanager
    def connection(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox, as another mail program sees it."""
        with imaplib.IMAP4(HOST, self.host.imap_port, timeout=10) as imap:
            imap.login(self.name, self.host.password)
            yield imap

    def append(self, folder: str, raw: bytes, flags: str = "") -> None:
        """File a mail as a staff member's mail program does."""
        with self.connection() as imap:
            require(imap.append(f'"{folder}"', f"({flags})", "", raw))

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """All mails of a folder, oldest first, left unread."""
        with self.connection() as imap:
            count = int(require(imap.select(f'"{folder}"', readonly=True))[0])
            parts = require(imap.fetch(f"1:{count}", "(BODY.PEEK[])")) if count else []
            return [part[1] for part in parts if isinstance(part, tuple)]

    def wait_for(self, count: int = 1, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, as soon as there are `count`."""
        deadline = time.monotonic() + WAIT_SECONDS
        with self.connection() as imap:
            while int(require(imap.select(f'"{folder}"', readonly=True))[0]) < count:
                assert time.monotonic() < deadline, f"fewer than {count} mails in {folder}"
        return self.messages(folder)


def require(answer: tuple[str, list]) -> list:
    status, data = answer
    assert status == "OK", data
    return data
