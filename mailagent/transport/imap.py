"""A mailbox over IMAP: look, fetch, mark with a keyword, file a copy, wait for news.

Nothing here marks mail as read, moves or deletes it: people work in the same mailbox. Messages are known by UID
only. Every method raises TransportUnavailable when the connection is lost, late or out of step; the session is then
dead and a new one must be opened.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from types import MappingProxyType

from aioimaplib.aioimaplib import AUTH, SELECTED

from mailagent.clock import Clock, SystemClock
from mailagent.core.server import ImapAccount
from mailagent.failpoint import failpoint
from mailagent.transport import imap_answers as answers
from mailagent.transport.imap_answers import Fetched, Headline, Mailbox
from mailagent.transport.imap_connection import CommandRefused, Connection, Deadlines
from mailagent.transport.imap_login import logged_in
from mailagent.transport.imap_names import (
    DRAFTS,
    SENT,
    Folder,
    keyword_atom,
    quoted,
    wire_name,
    with_use,
)
from mailagent.transport.imap_waiting import wait_for_news

__all__ = [
    "DRAFTS",
    "SENT",
    "CommandRefused",
    "Deadlines",
    "Fetched",
    "Folder",
    "Headline",
    "ImapSession",
    "Mailbox",
]

BATCH = 50  # UIDs in one FETCH: larger ones cost memory, and are not faster
BATCH_BYTES = 8_000_000  # and this much mail, since an answer is held in memory
MAX_HEADER = 1_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapSession:
    """One logged-in connection, owned by one task."""

    def __init__(self, account: ImapAccount, connection: Connection, clock: Clock) -> None:
        self._account = account
        self._connection = connection
        self._clock = clock
        self._mailbox: Mailbox | None = None
        self._sizes: dict[int, int] = {}  # of the selected folder, as headlines told them

    @classmethod
    async def open(
        cls,
        account: ImapAccount,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
        clock: Clock | None = None,
    ) -> ImapSession:
        """Connect and log in; raises TransportUnavailable, LoginRefused."""
        return cls(account, await logged_in(account, deadlines), clock or SystemClock())

    @property
    def capabilities(self) -> frozenset[str]:
        return self._connection.capabilities

    async def close(self) -> None:
        """Log out and disconnect; never fails, never takes long."""
        await self._connection.close()

    # Folders

    async def folders(self) -> tuple[Folder, ...]:
        """All folders, with their use where the server tells it."""
        command = ["LIST", '""', '"*"']
        if {"LIST-EXTENDED", "SPECIAL-USE"} <= self.capabilities:
            command.append("RETURN (SPECIAL-USE)")
        async with self._work("LIST"):
            return answers.folders_in(await self._connection.ask(*command))

    async def find_folder(self, special: str, names: tuple[str, ...] = ()) -> str | None:
        """The folder for Sent or Drafts: by its special use, else by `names`, else by the usual names."""
        found = with_use(await self.folders(), special, names)
        return found.name if found else None

    async def select(self, folder: str) -> Mailbox:
        """Open a folder; the other methods are about its mails."""
        self._mailbox = None
        self._sizes.clear()
        protocol = self._connection.protocol
        protocol.exists = 0
        async with self._work("SELECT"):
            try:
                lines = await self._connection.ask("SELECT", wire_name(folder))
            except CommandRefused:
                protocol.state = AUTH  # RFC 3501 §6.3.1: now none is selected
                raise
            protocol.state = SELECTED
            self._mailbox = answers.mailbox_in(folder, lines, protocol.exists)
        return self._mailbox

    # Looking

    async def uids_after(self, uid: int) -> tuple[int, ...]:
        """The UIDs above this one, ascending."""
        found = await self._search("UID", f"{uid + 1}:*")
        return tuple(u for u in found if u > uid)  # n:* always names the newest mail, even below n

    async def uids_since(self, day: date) -> tuple[int, ...]:
        """The mails that arrived on this day or later, ascending."""
        return await self._search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    async def search_header(self, name: str, value: str) -> tuple[int, ...]:
        """The mails with this text in that header, ascending; ASCII only."""
        return await self._search("HEADER", quoted(name), quoted(value))

    async def _search(self, *criteria: str) -> tuple[int, ...]:
        # Without CHARSET: Exchange refuses it, and ASCII needs none.
        async with self._work("UID SEARCH"):
            return answers.uids_in(await self._connection.ask("SEARCH", *criteria, uid=True))

    async def headlines(self, uids: Iterable[int]) -> tuple[Headline, ...]:
        """Size, arrival and flags, ascending; vanished mails are absent."""
        found: list[Headline] = []
        for batch in _batches(sorted(set(uids))):
            async with self._work("UID FETCH"):
                lines = await self._ask_fetch(batch, "(UID FLAGS INTERNALDATE RFC822.SIZE)")
                found += answers.headlines_in(lines, batch, self._clock.now())
        self._sizes.update((headline.uid, headline.size) for headline in found)
        return tuple(found)

    # Fetching

    async def fetch(self, uids: Iterable[int]) -> AsyncIterator[Fetched]:
        """The mails whole, ascending; vanished mails are absent.

        A mail the server cannot read raises CommandRefused with its `uid`, after those before it.
        """
        wanted = sorted(set(uids))
        await self.headlines(uid for uid in wanted if uid not in self._sizes)
        batches = deque(_batches([uid for uid in wanted if uid in self._sizes], self._sizes))
        while batches:
            batch = batches.popleft()
            try:
                mails = await self._bodies(batch)
            except CommandRefused as refused:
                if len(batch) == 1:
                    refused.uid = batch[0]
                    raise
                # Exchange refuses all for the one it cannot read: ask one by one.
                batches.extendleft([uid] for uid in reversed(batch))
                continue
            for mail in mails:
                yield mail

    async def _bodies(self, batch: Sequence[int]) -> list[Fetched]:
        size = sum(self._sizes[uid] for uid in batch)
        async with self._work("UID FETCH", size):
            lines = await self._ask_fetch(batch, "(UID BODY.PEEK[])")
            bodies = answers.bodies_in(lines, batch)
        return [Fetched(uid, bodies[uid]) for uid in batch if uid in bodies]

    async def fetch_headers(self, uid: int) -> bytes:
        """The header of a mail that is too large to fetch, or its first megabyte; empty when the mail vanished."""
        async with self._work("UID FETCH", MAX_HEADER):
            lines = await self._ask_fetch([uid], f"(UID BODY.PEEK[HEADER]<0.{MAX_HEADER}>)")
            return answers.bodies_in(lines, [uid]).get(uid, b"")

    async def _ask_fetch(self, uids: Sequence[int], items: str) -> answers.Lines:
        connection = self._connection
        silence = connection.deadlines.silence
        return await connection.ask("FETCH", _uid_set(uids), items, uid=True, silence=silence)

    # Changing

    async def add_keyword(self, uids: Iterable[int], keyword: str) -> None:
        """Mark mails for people to see, all at once; left out where the folder keeps no keywords."""
        atom = keyword_atom(keyword)
        if self._mailbox is None or self._mailbox.read_only or not self._mailbox.keywords_allowed:
            return
        marked = _uid_set(sorted(set(uids)))
        failpoint("imap.keyword.before")
        async with self._work("UID STORE"):
            await self._connection.ask("STORE", marked, "+FLAGS.SILENT", f"({atom})", uid=True)
        failpoint("imap.keyword.after")

    async def append(self, folder: str, raw: bytes, seen: bool, draft: bool = False) -> int | None:
        """File a mail; its UID when the server tells it."""
        flags = " ".join(flag for flag, on in (("\\Seen", seen), ("\\Draft", draft)) if on)
        size = f"{{{len(raw)}}}"
        failpoint("imap.append.before")
        async with self._work("APPEND", len(raw)):
            lines = await self._connection.ask(
                "APPEND", wire_name(folder), f"({flags})", size, literal=raw
            )
            uid = answers.appended_uid(lines)
        failpoint("imap.append.after")
        return uid

    # Waiting

    async def wait_for_news(self, seconds: float, wake: asyncio.Event) -> bool:
        """Whether mail came or went, now or during earlier commands; returns early when `wake` is set."""
        return await wait_for_news(self._connection, seconds, self._account.poll_seconds, wake)

    def _work(self, command: str, size: int = 0) -> AbstractAsyncContextManager[None]:
        connection = self._connection
        return connection.exclusive(command, connection.deadlines.transfer(size))


def _batches(
    uids: Sequence[int], sizes: Mapping[int, int] = MappingProxyType({})
) -> Iterator[Sequence[int]]:
    """At most 50 UIDs and 8 MB at a time; one larger mail goes alone."""
    batch: list[int] = []
    size = 0
    for uid in uids:
        size += sizes.get(uid, 0)
        if batch and (len(batch) == BATCH or size > BATCH_BYTES):
            yield batch
            batch, size = [], sizes.get(uid, 0)
        batch.append(uid)
    if batch:
        yield batch


def _uid_set(uids: Sequence[int]) -> str:
    """Ascending UIDs as a command carries them: exactly these, runs as ranges."""
    ranges: list[list[int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in ranges)
