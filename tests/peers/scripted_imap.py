"""A fake IMAP server that does exactly what a test says; what the test does not say, it does well."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from mailagent.core.server import ImapAccount, Login, Security, Server

MAIL = b"From: a@example.test\r\nSubject: facture * 12 :( {5}\r\n\r\nBonjour\r\n"

LOGIN = Login("ann@example.test", "pass word")

# A whole answer, in which {tag} stands for the tag; or what to do with the connection and the tag.
Reply = bytes | Callable[["Peer", bytes], Awaitable[None]]


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with suppress(ConnectionError):
            await self.writer.drain()

    async def line(self) -> bytes:
        """The next line of the client, without its end; empty when it is gone."""
        try:
            return (await self.reader.readline()).rstrip(b"\r\n")
        except ConnectionError:
            return b""

    async def close(self) -> None:
        """Close politely: the client reads an end of file."""
        self.writer.close()

    async def reset(self) -> None:
        """Close rudely: the client gets a reset."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass
class ScriptedImap:
    """`async with ScriptedImap(...) as server:`; `commands` is what clients said, without their tags."""

    replies: Mapping[str, Reply] = field(default_factory=dict)  # by command, such as "UID FETCH"
    capabilities: bytes = b"IMAP4rev1 SASL-IR IDLE UIDPLUS"
    greeting: bytes = b"* OK ready\r\n"
    mails: dict[int, bytes] = field(default_factory=lambda: {7: MAIL})
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self.commands: list[bytes] = []
        self.peers: list[Peer] = []
        self.left = asyncio.Event()  # set when a client has gone
        self.port = 0
        self._said = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def account(
        self,
        security: Security = Security.NONE,
        *,
        login: Login | None = LOGIN,
        ca_file: str = "",
        port: int = 0,  # of a proxy in between
        poll_seconds: int = 60,
    ) -> ImapAccount:
        server = Server("127.0.0.1", port or self.port, security, login, ca_file)
        return ImapAccount(server, poll_seconds=poll_seconds)

    async def said(self, command: bytes, times: int = 1) -> None:
        """Wait until clients have said lines that begin so."""
        async with self._said:
            await self._said.wait_for(lambda: self.count(command) >= times)

    def count(self, command: bytes) -> int:
        return sum(line.startswith(command) for line in self.commands)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for peer in self.peers:
            peer.writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = Peer(reader, writer)
        self.peers.append(peer)
        with suppress(asyncio.CancelledError):  # the end of the test; asyncio would log it
            await peer.send(self.greeting)
            while line := await peer.line():
                await self._answer(peer, line)
        self.left.set()
        writer.close()

    async def _answer(self, peer: Peer, line: bytes) -> None:
        tag, _, command = line.partition(b" ")
        async with self._said:
            self.commands.append(command)
            self._said.notify_all()
        words = command.decode().upper().split(" ")
        name = " ".join(words[:2]) if words[0] == "UID" else words[0]
        reply = self.replies.get(name)
        if reply is None:
            await self._behave(peer, tag, name, command)
        elif callable(reply):
            await reply(peer, tag)
        else:
            await peer.send(reply.replace(b"{tag}", tag))

    async def _behave(self, peer: Peer, tag: bytes, name: str, command: bytes) -> None:
        """What a good small server does."""
        if name == "IDLE":
            await peer.send(b"+ idling\r\n")
            await peer.line()
        elif name == "APPEND":
            await peer.send(b"+ go on\r\n")
            size = int(command.rpartition(b"{")[2].rstrip(b"}"))
            self.mails[max(self.mails, default=0) + 1] = await peer.reader.readexactly(size)
            await peer.line()
        elif name == "LOGOUT":
            await peer.send(b"* BYE see you\r\n")
        else:
            await peer.send(self._untagged(name, command))
        code = b"[APPENDUID 1 %d] " % max(self.mails) if name == "APPEND" else b""
        await peer.send(tag + b" OK " + code + b"done\r\n")

    def _untagged(self, name: str, command: bytes) -> bytes:
        uids = sorted(self.mails)
        match name:
            case "CAPABILITY":
                return b"* CAPABILITY " + self.capabilities + b"\r\n"
            case "SELECT":
                return (
                    b"* %d EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT %d] ok\r\n"
                    % (len(uids), uids[-1] + 1)
                    + b"* OK [PERMANENTFLAGS (\\Seen \\*)] ok\r\n"
                )
            case "UID SEARCH":
                return b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\n"
            case "UID FETCH":
                asked = asked_uids(command)
                return b"".join(
                    self._item(n, u, command) for n, u in enumerate(uids, 1) if u in asked
                )
            case _:
                return b""

    def _item(self, number: int, uid: int, command: bytes) -> bytes:
        raw = self.mails[uid]
        if b"RFC822.SIZE" in command:
            return headline(number, uid, len(raw))
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(raw), raw)


def headline(number: int, uid: int, size: int = 100, flags: bytes = b"\\Seen") -> bytes:
    """One line of the answer to a FETCH of sizes."""
    date = b'INTERNALDATE "02-Jan-2026 03:04:05 +0100"'
    return b"* %d FETCH (UID %d FLAGS (%b) %b RFC822.SIZE %d)\r\n" % (
        number,
        uid,
        flags,
        date,
        size,
    )


def asked_uids(command: bytes) -> set[int]:
    uids: set[int] = set()
    for part in command.split(b" ")[2].split(b","):
        first, _, last = part.partition(b":")
        uids.update(range(int(first), int(last or first) + 1))
    return uids


async def silence(peer: Peer, tag: bytes) -> None:
    """Answer nothing, keep the connection."""


async def hang_up(peer: Peer, tag: bytes) -> None:
    await peer.close()


async def reset(peer: Peer, tag: bytes) -> None:
    await peer.reset()
