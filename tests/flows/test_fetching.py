"""Mails that a server cannot give: never lost, never one for another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

from mailagent.flows.fetching import Fetching, Received
from mailagent.message.parse import parse
from mailagent.transport.imap import CommandRefused, Fetched, Headline

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LARGE = 9_000


class Server:
    """Gives 1 whole, of 2 and 3 nothing (NIL), of the large 4 and 5 no headers either."""

    async def headlines(self, uids: Iterable[int]) -> tuple[Headline, ...]:
        return tuple(Headline(u, LARGE if u > 3 else 90, NOW, frozenset()) for u in uids)

    async def fetch(self, uids: Iterable[int]) -> AsyncIterator[Fetched]:
        for uid in uids:
            yield Fetched(uid, b"Subject: Re: FA-1\r\n\r\nPaid." if uid == 1 else b"")

    async def fetch_headers(self, uid: int) -> bytes:
        if uid == 4:
            raise CommandRefused("imap.example", "FETCH", "NO", "it cannot be read", "")
        return b""


class OwnReader:
    """Parses in this process."""

    async def parse(self, raw: bytes):
        return parse(raw)


async def test_what_the_server_cannot_give_is_there_and_has_its_own_content() -> None:
    fetching = Fetching(Server(), OwnReader(), max_bytes=1000, progress=lambda: None)

    found: dict[int, Received] = {
        received.uid: received
        async for block in fetching.blocks((1, 2, 3, 4, 5))
        for received in block
    }

    assert list(found) == [1, 2, 3, 4, 5]
    assert all(received.raw for received in found.values()), "None would mean that it vanished"
    digests = {received.mail.digest for received in found.values() if received.mail}
    assert len(digests) == 5
