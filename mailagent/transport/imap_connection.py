"""One connection, one command at a time, each within its deadline; after the first doubt it is cut for good.

A connection that timed out, was cancelled or answered nonsense gives wrong answers later (the late reply of one
command is taken for that of the next), so nothing here ever goes on after a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aioimaplib.aioimaplib import Abort, AioImapException, CommandTimeout

from mailagent.errors import TransportUnavailable
from mailagent.transport.imap_answers import Lines, capabilities_in, code_of
from mailagent.transport.imap_protocol import ImapProtocol, Request, shown


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each wait may last, in seconds."""

    connect: float = 30.0  # TCP, TLS and the greeting
    login: float = 30.0
    command: float = 60.0
    silence: float = 60.0  # while a mail is being fetched
    idle: float = 15.0  # for the answers to IDLE and to DONE
    logout: float = 3.0
    slowest: int = 10_000  # bytes per second below which a transfer is given up

    def transfer(self, size: int) -> float:
        """For a command that carries this many bytes."""
        return self.command + size / self.slowest


class CommandRefused(TransportUnavailable):
    """The server refused a command; the connection goes on."""

    def __init__(self, where: str, command: str, status: str, text: str, code: str) -> None:
        self.command = command
        self.status = status  # NO or BAD
        self.text = text
        self.code = code  # RFC 5530, such as "NONEXISTENT"; often empty
        self.uid: int | None = None  # the mail that cannot be had, when it is about one
        super().__init__(f"{where} refused {command}: {status} {text}")


class Connection:
    """The wire with its rules. `exclusive` takes it, `ask` sends one command inside."""

    def __init__(self, protocol: ImapProtocol, where: str, deadlines: Deadlines) -> None:
        self.protocol = protocol
        self.where = where  # host:port, for messages
        self.deadlines = deadlines
        self.capabilities: frozenset[str] = frozenset()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def exclusive(self, doing: str, seconds: float) -> AsyncIterator[None]:
        """The connection for one piece of work; whatever goes wrong but a refusal ends the connection."""
        async with self._lock:
            self._require_alive()
            try:
                async with asyncio.timeout(seconds):
                    yield
            except CommandRefused:
                raise
            except TimeoutError as error:
                raise self._failed(doing, f"no answer within {seconds:g} s") from error
            except CommandTimeout as error:
                raise self._failed(
                    doing, f"nothing came for {self.deadlines.silence:g} s"
                ) from error
            except (AioImapException, OSError, ValueError, LookupError) as error:
                raise self._failed(doing, str(error) or type(error).__name__) from error
            except BaseException:
                self.protocol.fail(f"interrupted in {doing}")
                raise

    def _require_alive(self) -> None:
        if self.protocol.lost:
            raise TransportUnavailable(f"{self.where}: {self.protocol.lost}")

    def _failed(self, doing: str, reason: str) -> TransportUnavailable:
        self.protocol.fail(reason)
        return TransportUnavailable(f"{self.where}: {doing}: {self.protocol.lost}")

    async def ask(
        self,
        name: str,
        *args: str,
        uid: bool = False,
        silence: float | None = None,
        literal: bytes | None = None,
    ) -> Lines:
        """Send one command and return its answer; CommandRefused for NO and BAD."""
        self._require_alive()
        prefix = "UID" if uid else None
        request = Request(*(name, self.protocol.new_tag(), *args), prefix=prefix, timeout=silence)
        self.protocol.alerts.clear()
        self.protocol.literal_data = literal
        await self.protocol.execute(request)
        if request.status != "OK":
            text = " ".join([shown(request.text), *self.protocol.alerts])
            code = code_of(request.text)
            raise CommandRefused(self.where, request.title, request.status, text, code)
        if self.protocol.lost:  # something bad came right behind
            raise Abort(self.protocol.lost)
        return request.lines

    async def read_capabilities(self) -> None:
        """Ask for the capabilities; they change with TLS and with the login."""
        self.capabilities = capabilities_in(await self.ask("CAPABILITY"))

    def cut(self, reason: str) -> None:
        """End the connection at once."""
        self.protocol.fail(reason)

    async def close(self) -> None:
        """Log out and disconnect; bounded, and silent about what goes wrong."""
        if not self.protocol.lost and not self._lock.locked():
            try:
                async with self.exclusive("LOGOUT", self.deadlines.logout):
                    await self.ask("LOGOUT")
            except TransportUnavailable:
                pass  # it is being closed anyway
        self.protocol.fail("closed")
        try:
            async with asyncio.timeout(self.deadlines.logout):
                await self.protocol.disconnected.wait()
        except TimeoutError:
            pass
