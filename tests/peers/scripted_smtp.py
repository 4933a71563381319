"""An SMTP server that answers as a script says: any phase may be refused, dropped, stalled or answered late.

    async with ScriptedSmtp(rcpt=["450 4.2.1 busy"], dot=[DROP]) as server:
        ...

Each phase has a list of acts, used up one by one; after them the phase is answered as by a good server.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

from mailagent.core.server import Login, Security, Server, SmtpAccount

PHASES = ("banner", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "rset", "noop", "quit")  # fmt: skip


class End(Enum):
    """Acts that are not an answer."""

    DROP = "drop"  # close the connection
    STALL = "stall"  # never answer; keep the connection


DROP, STALL = End.DROP, End.STALL


@dataclass(frozen=True)
class Held:
    """An answer that waits until the test lets it go."""

    reply: str
    released: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Last:
    """An answer after which the connection is closed."""

    reply: str


Act = str | bytes | End | Held | Last

GOOD: dict[str, str] = {
    "banner": "220 scripted.example.test ESMTP",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 sender ok",
    "rcpt": "250 2.1.5 recipient ok",
    "data": "354 go ahead",
    "dot": "250 2.0.0 Ok: queued as 4F2",
    "rset": "250 2.0.0 reset",
    "noop": "250 2.0.0 here",
    "quit": "221 2.0.0 bye",
}


class GoneError(Exception):
    """This connection is over."""


@dataclass
class Session:
    """What one client did."""

    commands: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(
        default_factory=list
    )  # as on the wire, up to and with the final dot
    over_tls: bool = False

    @property
    def verbs(self) -> list[str]:
        return [command.split(" ")[0].upper() for command in self.commands]


class ScriptedSmtp:
    """The server, while the block runs."""

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = ("SIZE 10000000", "8BITMIME"),
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        **script: list[Act],
    ) -> None:
        assert set(script) <= set(PHASES), script
        self.script = {phase: list(acts) for phase, acts in script.items()}
        self.extensions = extensions
        self.sessions: list[Session] = []
        self.accepted: list[bytes] = []
        self._tls = tls
        self._starttls = starttls
        self._reached: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    def account(
        self, security: Security = Security.NONE, login: Login | None = None, **more: Any
    ) -> SmtpAccount:
        """How mailagent reaches this server; the rate never makes a test wait."""
        server = Server("127.0.0.1", self.port, security, login, more.pop("ca_file", ""))
        return SmtpAccount(server, **{"per_minute": 60_000, **more})

    @property
    def open_connections(self) -> int:
        return len(self._open)

    async def reached(self, phase: str) -> None:
        """Wait until a client has come this far."""
        async with asyncio.timeout(10):
            await self._reached[phase].wait()

    async def idle(self) -> None:
        """Wait until every client has gone."""
        async with asyncio.timeout(10):
            while self._open:
                await asyncio.wait(set(self._open))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        session = Session(over_tls=self._tls is not None)
        self.sessions.append(session)
        ends = (GoneError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
        try:
            with contextlib.suppress(*ends):
                await Dialogue(self, session, reader, writer).run()
        finally:
            writer.transport.abort()
            self._open.discard(task)


@dataclass
class Dialogue:
    """One connection."""

    server: ScriptedSmtp
    session: Session
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def run(self) -> None:
        await self.act("banner")
        while True:
            line = (await self.reader.readuntil(b"\r\n")).decode().rstrip("\r\n")
            self.session.commands.append(line)
            match line.split(" ")[0].upper():
                case "EHLO":
                    await self.act("ehlo")
                case "STARTTLS":
                    await self.start_tls()
                case "AUTH":
                    await self.authenticate(line)
                case "DATA":
                    if (await self.act("data")).startswith("354"):
                        await self.receive()
                case "QUIT":
                    await self.act("quit")
                    return
                case "MAIL" | "RCPT" | "RSET" | "NOOP" as verb:
                    await self.act(verb.lower())
                case _:
                    await self.say("500 5.5.2 what?")

    async def act(self, phase: str) -> str:
        """Do what the script says for this phase; the reply given."""
        self.server._reached[phase].set()
        acts = self.server.script.get(phase)
        act = acts.pop(0) if acts else self.good(phase)
        match act:
            case End.DROP:
                raise GoneError
            case End.STALL:
                await self.reader.read()  # until the client gives up
                raise GoneError
            case Held(reply, released):
                await released.wait()
                await self.say(reply)
                return reply
            case Last(reply):
                await self.say(reply)
                raise GoneError
            case bytes():
                self.writer.write(act)
                await self.writer.drain()
                return ""
            case str():
                await self.say(act)
                return act

    def good(self, phase: str) -> str:
        if phase != "ehlo":
            return GOOD[phase]
        extensions = list(self.server.extensions)
        if self.server._starttls is not None and not self.session.over_tls:
            extensions.append("STARTTLS")
        lines = ["scripted.example.test", *extensions]
        return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])

    async def say(self, reply: str) -> None:
        self.writer.write(reply.encode() + b"\r\n")
        await self.writer.drain()

    async def start_tls(self) -> None:
        reply = await self.act("starttls")
        if reply.startswith("220") and self.server._starttls is not None:
            await self.writer.start_tls(self.server._starttls)
            self.session.over_tls = True

    async def authenticate(self, line: str) -> None:
        method = line.split(" ")[1].upper()
        if method in ("LOGIN", "CRAM-MD5"):
            await self.say("334 PDE3ODkzLjEzMjA2NzkxMjNAdGVzc2VyYWN0Pg==")
            self.session.commands.append((await self.reader.readuntil(b"\r\n")).decode().strip())
        if (await self.act("auth")).startswith("334"):
            self.session.commands.append((await self.reader.readuntil(b"\r\n")).decode().strip())
            await self.act("auth")

    async def receive(self) -> None:
        if self.server.script.get("body"):
            await self.reader.readuntil(b"\r\n")
            await self.act("body")
        body = b""
        while not (body == b".\r\n" or body.endswith(b"\r\n.\r\n")):
            body += await self.reader.readuntil(b"\r\n")
        self.session.bodies.append(body)
        if (await self.act("dot")).startswith("2"):
            self.server.accepted.append(body)
