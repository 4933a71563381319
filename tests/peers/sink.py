"""A mail server that takes everything and writes down what it saw: the outside truth of a fault run.

Its log only grows. A mail counts as received when its 250 was flushed (`ACCEPTED`); a `DOT` without one is in doubt
for the sender, a `DATA` without a `DOT` never arrived.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from mailagent.core.server import Security, Server, SmtpAccount


class Saw(StrEnum):
    """What happened."""

    DATA = "data"  # the command
    DOT = "dot"  # the whole message
    ACCEPTED = "accepted"  # our 250 left
    REFUSED = "refused"  # our 4xx or 5xx to the message left


@dataclass(frozen=True)
class Entry:
    """One line of the log."""

    at: datetime
    saw: Saw
    recipient: str
    message_id: str = ""  # unknown until the dot
    sha256: str = ""  # of the bytes without dot-stuffing; unknown until the dot


class Sink:
    """The server, while the block runs, in the loop of the test."""

    def __init__(self, file: Path | None = None) -> None:
        self.log: list[Entry] = []
        self.mails: dict[str, bytes] = {}  # by sha256
        self.at_rcpt: dict[str, str] = {}  # recipient -> reply instead of 250
        self.at_dot: dict[str, str] = {}  # recipient -> reply instead of 250
        self.asked: list[str] = []  # recipients offered, taken or not
        self.may_take = asyncio.Event()  # cleared: answers to RCPT wait
        self.may_take.set()
        self.may_answer = asyncio.Event()  # cleared: answers to messages wait
        self.may_answer.set()
        self.on_entry: Callable[[Entry], None] = lambda _: None
        self._file = file
        self._changed = asyncio.Condition()
        self._clients: set[asyncio.BaseTransport] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Recorder(self, loop), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for client in list(self._clients):
            client.close()
        await self._server.wait_closed()
        async with self._changed, asyncio.timeout(10):
            await self._changed.wait_for(lambda: not self._clients)

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    def account(self, **more: Any) -> SmtpAccount:
        """How mailagent sends here; the rate never makes a test wait."""
        server = Server("127.0.0.1", self.port, Security.NONE, None)
        return SmtpAccount(server, **{"per_minute": 60_000, **more})

    def accepted(self) -> list[Entry]:
        return [entry for entry in self.log if entry.saw is Saw.ACCEPTED]

    async def until(self, done: Callable[[Sink], bool], seconds: float = 30) -> None:
        """Wait until the log says so."""
        async with self._changed, asyncio.timeout(seconds):
            await self._changed.wait_for(lambda: done(self))

    async def write(self, entry: Entry) -> None:
        self.log.append(entry)
        if self._file is not None:
            with self._file.open("a") as file:
                file.write(json.dumps(asdict(entry), default=str) + "\n")
        self.on_entry(entry)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class Recorder(SMTP):
    """aiosmtpd's protocol, one per connection, with the log at the places it hides."""

    def __init__(self, sink: Sink, loop: asyncio.AbstractEventLoop) -> None:
        self.sink = sink
        self.unanswered: Entry | None = None
        super().__init__(self, loop=loop, hostname="sink.example.test", enable_SMTPUTF8=True)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.client = transport
        self.sink._clients.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.sink._clients.discard(self.client)
        self.gone = self.loop.create_task(self.sink._tell())

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self.envelope.rcpt_tos:
            await self.sink.write(Entry(now(), Saw.DATA, self.envelope.rcpt_tos[0]))
        await super().smtp_DATA(arg)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        self.sink.asked.append(address)
        await self.sink._tell()
        await self.sink.may_take.wait()
        reply = self.sink.at_rcpt.get(address, "250 2.1.5 ok")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        raw, recipient = envelope.original_content, envelope.rcpt_tos[0]
        digest = hashlib.sha256(raw).hexdigest()
        self.sink.mails[digest] = raw
        message_id = email.message_from_bytes(raw).get("Message-ID", "")
        entry = Entry(now(), Saw.DOT, recipient, message_id, digest)
        await self.sink.write(entry)
        await self.sink.may_answer.wait()
        self.unanswered = entry
        return self.sink.at_dot.get(recipient, f"250 2.0.0 Ok: queued as {digest[:8]}")

    async def push(self, status: str | bytes) -> None:
        await super().push(status)
        if self.unanswered is not None:
            entry, self.unanswered = self.unanswered, None
            saw = Saw.ACCEPTED if str(status).startswith("2") else Saw.REFUSED
            await self.sink.write(
                Entry(now(), saw, entry.recipient, entry.message_id, entry.sha256)
            )


def now() -> datetime:
    return datetime.now(UTC)
