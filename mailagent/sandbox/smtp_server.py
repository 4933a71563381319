"""The outgoing mail server of the demonstration: aiosmtpd on a free loopback port.

Every accepted mail is in an append-only log before the answer 250 leaves; the self-check believes
this log and not the daemon.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailagent.clock import Clock


@dataclass(frozen=True, slots=True)
class SubmittedMail:
    """A mail as the server accepted it."""

    at: datetime
    sender: str  # envelope
    recipients: tuple[str, ...]  # envelope
    message_id: str
    raw: bytes

    @property
    def digest(self) -> str:
        """Sha256 of the exact bytes, hex."""
        return hashlib.sha256(self.raw).hexdigest()


class SmtpLog:
    """What left, one JSON line per mail, in the order of acceptance."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.mails: list[SubmittedMail] = []

    def add(self, mail: SubmittedMail, invoices: tuple[str, ...]) -> None:
        """Write the line first, then count the mail as accepted."""
        line = {
            "at": mail.at.isoformat(),
            "message_id": mail.message_id,
            "recipients": mail.recipients,
            "sha256": mail.digest,
            "invoices": invoices,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.mails.append(mail)


class SmtpServer:
    """A submission server for one user; use it as a context."""

    def __init__(
        self, clock: Clock, username: str, password: str, accept: Callable[[SubmittedMail], None]
    ) -> None:
        self._clock = clock
        self._username = username
        self._password = password
        self._accept = accept
        self._conversations: set[_Conversation] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None, "the server has not been started"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def is_busy(self) -> bool:
        """True while a mail is on its way in."""
        return any(c.envelope and c.envelope.mail_from for c in self._conversations)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._conversation, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for conversation in tuple(self._conversations):
            if conversation.transport is not None:
                conversation.transport.close()
        await self._server.wait_closed()

    def _conversation(self) -> _Conversation:
        return _Conversation(
            self,
            self._conversations,
            hostname="smtp.sandbox.example",
            ident="mailagent sandbox",
            authenticator=self._authenticate,
            auth_require_tls=False,  # loopback only
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any
    ) -> AuthResult:
        known = (
            isinstance(login, LoginPassword)
            and login.login == self._username.encode()
            and secrets.compare_digest(login.password, self._password.encode())
        )
        return AuthResult(success=known, handled=False)

    async def handle_MAIL(  # noqa: N802  # the name aiosmtpd looks for
        self, _server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_DATA(  # noqa: N802  # the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes)
        headers = message_from_bytes(raw)
        self._accept(
            SubmittedMail(
                at=self._clock.now(),
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                message_id=str(headers.get("Message-ID", "")).strip(),
                raw=raw,
            )
        )
        return "250 2.0.0 Accepted"


class _Conversation(SMTP):
    """One connection, known to the server as long as it is open."""

    def __init__(
        self, server: SmtpServer, conversations: set[_Conversation], **options: Any
    ) -> None:
        super().__init__(server, **options)
        self._conversations = conversations

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._conversations.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._conversations.discard(self)
        super().connection_lost(error)
