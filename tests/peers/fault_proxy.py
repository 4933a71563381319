"""A TCP proxy that spoils a connection on command: delay, stall, drop after k bytes, close, reset, trickle, refuse."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from contextlib import suppress
from enum import Flag, auto
from types import TracebackType
from typing import Self

CHUNK = 65536


class Way(Flag):
    UP = auto()  # client to server
    DOWN = auto()  # server to client
    BOTH = UP | DOWN


class FaultProxy:
    """`async with FaultProxy(host, port) as proxy:`, then connect to 127.0.0.1 at `proxy.port`.

    Faults may be set before or while bytes flow and hold for all connections, also later ones.
    """

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self.accepted = 0  # connections so far
        self.delay = 0.0  # seconds before each piece is passed on
        self.piece = CHUNK  # the most bytes in one piece: 1 makes a trickle
        self.refusals: dict[bytes, bytes] = {}  # command of a client, with its answer: NO and so on
        self.said = b""  # what a client said last
        self.passed = {Way.UP: 0, Way.DOWN: 0}  # bytes so far
        self._limits: dict[Way, int] = {}
        self._lost: set[asyncio.StreamWriter] = set()
        self._open = {Way.UP: asyncio.Event(), Way.DOWN: asyncio.Event()}
        self._changed = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.resume()

    def stall(self, way: Way = Way.BOTH) -> None:
        """Swallow nothing, pass nothing: the peer seems to be asleep."""
        for one in way:
            self._open[one].clear()

    def resume(self, way: Way = Way.BOTH) -> None:
        for one in way:
            self._open[one].set()

    def swallow_after(self, count: int, way: Way) -> None:
        """Pass `count` more bytes that way, then none ever: a half-open connection."""
        self._limits[way] = self.passed[way] + count

    def lose(self) -> None:
        """The connections of now pass nothing any more and do not end; later ones are well."""
        self._lost |= self._writers

    def heal(self) -> None:
        """No more faults, but what was lost stays lost."""
        self._limits.clear()
        self.refusals.clear()
        self.delay, self.piece = 0.0, CHUNK
        self.resume()

    def close(self) -> None:
        """End every connection with an end of file."""
        for writer in self._living():
            writer.close()

    def reset(self) -> None:
        """End every connection with a reset."""
        for writer in self._living():
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def _living(self) -> list[asyncio.StreamWriter]:
        return [writer for writer in self._writers if not writer.is_closing()]

    async def has_passed(self, count: int, way: Way) -> None:
        """Wait until so many bytes went that way."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.passed[way] >= count)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
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
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.accepted += 1
        self._writers.add(writer)
        with suppress(OSError, asyncio.CancelledError):  # the end of a connection, or of the test
            server_reader, server_writer = await asyncio.open_connection(*self.target)
            self._writers.add(server_writer)
            await asyncio.gather(
                self._pass(reader, server_writer, Way.UP, writer),
                self._pass(server_reader, writer, Way.DOWN, server_writer),
            )
            server_writer.close()
        writer.close()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: Way,
        back: asyncio.StreamWriter,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(self.piece):
                await asyncio.sleep(self.delay)
                await self._open[way].wait()
                if writer in self._lost:
                    continue
                if way is Way.UP:
                    self.said = data
                    if refusal := self._refusal(data):
                        back.write(refusal)
                        continue
                limit = self._limits.get(way)
                if limit is not None:
                    data = data[: max(0, limit - self.passed[way])]  # the rest is swallowed
                writer.write(data)
                await writer.drain()
                async with self._changed:
                    self.passed[way] += len(data)
                    self._changed.notify_all()
        if (
            way not in self._limits and writer not in self._lost
        ):  # a half-open connection has no end either
            with suppress(OSError):
                writer.close()

    def _refusal(self, data: bytes) -> bytes:
        """Our answer to an IMAP command that shall not reach the server; empty for all others."""
        for command, answer in self.refusals.items():
            if found := re.match(rb"(\S+) %b\b" % command, data):
                return b"%b %b\r\n" % (found[1], answer)
        return b""
