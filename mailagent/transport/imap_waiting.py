"""Waiting for new mail: IDLE (RFC 2177), or a pause and NOOP where the server has no IDLE."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aioimaplib.aioimaplib import Abort

from mailagent.transport.imap_connection import Connection


async def wait_for_news(
    connection: Connection, seconds: float, poll_seconds: float, wake: asyncio.Event
) -> bool:
    """Whether the number of mails changed, now or since it was last asked; returns early when `wake` is set."""
    protocol, deadlines = connection.protocol, connection.deadlines
    most = seconds + 3 * deadlines.idle + deadlines.command
    async with connection.exclusive("waiting for news", most):
        if not (protocol.news or wake.is_set()):
            with _watched(connection, wake):
                waited = "IDLE" in connection.capabilities and await _idle(
                    connection, seconds, wake
                )
                if not waited:
                    await _pause(connection, min(seconds, poll_seconds), wake)
        news, protocol.news = protocol.news, False
    return news


@contextmanager
def _watched(connection: Connection, wake: asyncio.Event) -> Iterator[None]:
    """Let `wake` interrupt `until`."""
    watch = asyncio.ensure_future(wake.wait())
    watch.add_done_callback(lambda _: connection.protocol.stir())
    try:
        yield
    finally:
        watch.cancel()


async def _idle(connection: Connection, seconds: float, wake: asyncio.Event) -> bool:
    """One IDLE; False when the server refused it, or ended it by itself with nothing to tell."""
    protocol, deadlines = connection.protocol, connection.deadlines
    request = protocol.start_idle()
    if not await protocol.until(lambda: protocol.idling or request.answered, deadlines.idle):
        raise Abort("no answer to IDLE")
    await protocol.until(lambda: protocol.news or wake.is_set() or request.answered, seconds)
    if request.answered:
        if request.status != "OK":
            connection.capabilities -= {"IDLE"}  # announced, yet refused
        return protocol.news
    protocol.send("DONE")
    if not await protocol.until(lambda: request.answered, deadlines.idle):
        raise Abort("no answer to DONE")
    return True


async def _pause(connection: Connection, seconds: float, wake: asyncio.Event) -> None:
    protocol = connection.protocol
    await protocol.until(lambda: protocol.news or wake.is_set(), seconds)
    await connection.ask("NOOP")
