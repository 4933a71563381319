"""Servers that take mail as fast as they can, or with the latency of a distant one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from tests.peers.free_port import free_port
from tests.peers.server import greets, new_directory, program, running, unprivileged

ANSWERS = {b"EHLO": b"250 distant\r\n", b"DATA": b"354 go ahead\r\n", b"QUIT": b"221 bye\r\n"}


@contextmanager
def smtp_sink() -> Iterator[int]:
    """The port of Postfix's smtp-sink."""
    port = free_port()
    command = unprivileged(program("smtp-sink", "postfix"), f"127.0.0.1:{port}", "100")
    with running(command, new_directory("sink"), lambda: greets(port, b"220")):
        yield port


@asynccontextmanager
async def distant_server(delay: float) -> AsyncIterator[int]:
    """The port of a server that answers each command after so many seconds."""
    clients: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        clients.add(task)
        try:
            await _converse(reader, writer, delay)
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass  # the client has gone, or the measurement is over
        finally:
            writer.transport.abort()
            clients.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(clients):
            task.cancel()
        await asyncio.gather(*clients, return_exceptions=True)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float
) -> None:
    writer.write(b"220 distant\r\n")
    while True:
        verb = (await reader.readuntil(b"\r\n")).strip().split(b" ")[0].upper()
        await asyncio.sleep(delay)
        writer.write(ANSWERS.get(verb, b"250 ok\r\n"))
        if verb == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            await asyncio.sleep(delay)
            writer.write(b"250 queued\r\n")
