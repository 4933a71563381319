"""New mail of an open folder in blocks: the next one is fetched and parsed while the last is being filed.

Nothing here has an effect, so what was fetched ahead may be dropped and fetched again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailagent.core.mail import ParsedMail
from mailagent.flows.reader import Reader
from mailagent.together import few_at_a_time
from mailagent.transport.imap import CommandRefused, Headline, ImapSession

log = structlog.get_logger()

BATCH = 50  # UIDs looked at together
BATCH_BYTES = 8_000_000  # ... as long as they are small
GRACE = 5.0  # seconds for what is being fetched when nobody wants it any more


@dataclass(frozen=True, slots=True)
class Received:
    """One new UID: its mail, or None when it vanished before we could read it."""

    uid: int
    received_at: datetime | None = None
    raw: bytes | None = None  # only the headers of a mail over the size limit
    mail: ParsedMail | None = None  # None, too, when parsing it brings out a bug of ours


@dataclass(frozen=True, slots=True)
class Fetching:
    """What is needed to get mails."""

    session: ImapSession
    reader: Reader
    max_bytes: int
    progress: Callable[[], None]

    async def blocks(self, uids: Sequence[int]) -> AsyncGenerator[list[Received], None]:
        """The mails of these UIDs in order, parsed."""
        async with aclosing(self._fetched_blocks(uids)) as fetched:
            ahead = asyncio.create_task(self._next(fetched))
            try:
                while (block := await ahead) is not None:
                    ahead = asyncio.create_task(self._next(fetched))
                    yield block
            finally:
                await _ended(ahead)

    async def _next(self, fetched: AsyncIterator[list[Received]]) -> list[Received] | None:
        block = await anext(fetched, None)
        return None if block is None else await few_at_a_time(self._parsed, block)

    async def _parsed(self, received: Received) -> Received:
        if received.raw is None:
            return received
        try:
            mail = await self.reader.parse(received.raw)
        except Exception:  # a bug: filing alone tries again, and quarantines
            log.exception("mail.failed", uid=received.uid)
            return received
        self.progress()
        return replace(received, mail=mail)

    async def _fetched_blocks(self, uids: Sequence[int]) -> AsyncGenerator[list[Received], None]:
        """Small mails together, each large one alone."""
        for first in range(0, len(uids), BATCH):
            some = uids[first : first + BATCH]
            headlines = {h.uid: h for h in await self.session.headlines(some)}
            block: list[int] = []
            size = 0
            for uid in some:
                headline = headlines.get(uid)
                growth = min(headline.size, self.max_bytes) if headline else 0
                if block and size + growth > BATCH_BYTES:
                    yield await self._fetched(block, headlines)
                    block, size = [], 0
                block.append(uid)
                size += growth
            yield await self._fetched(block, headlines)

    async def _fetched(self, uids: list[int], headlines: dict[int, Headline]) -> list[Received]:
        small = [u for u in uids if u in headlines and headlines[u].size <= self.max_bytes]
        raws = await self._bodies(small)
        for uid in uids:
            if uid in headlines and uid not in small:
                raws[uid] = await self._headers_of(uid)
        return [
            Received(uid, headlines[uid].received_at, raws.get(uid))
            if uid in headlines
            else Received(uid)
            for uid in uids
        ]

    async def _bodies(self, uids: list[int]) -> dict[int, bytes]:
        """The mails; of one that the server cannot give the headers alone."""
        raws: dict[int, bytes] = {}
        while uids:
            try:
                async for fetched in self.session.fetch(tuple(uids)):
                    raws[fetched.uid] = fetched.raw
            except CommandRefused as error:
                if error.uid is None:
                    raise
                raws[error.uid] = await self._headers_of(error.uid)
                uids = uids[uids.index(error.uid) + 1 :]
            else:
                break
        for uid in [uid for uid, raw in raws.items() if not raw]:
            raws[uid] = await self._headers_of(uid)
        return raws

    async def _headers_of(self, uid: int) -> bytes:
        """What can still be had of a mail that the server cannot give (seen on Exchange)."""
        try:
            header = await self.session.fetch_headers(uid)
        except CommandRefused:
            header = b""
        # Never nothing: two empty mails would pass for one.
        return header or f"Subject: the server does not give this mail (UID {uid})\r\n\r\n".encode()


async def _ended(ahead: asyncio.Task[list[Received] | None]) -> None:
    """Let a fetch end that nobody waits for: broken off, it would cost the connection."""
    await asyncio.wait({ahead}, timeout=GRACE)
    ahead.cancel()
    await asyncio.wait({ahead})
    if not ahead.cancelled():
        ahead.exception()  # whoever uses the connection next hears of it
