"""SMTP submission: a small pool of connections for one account.

A connection goes back to the pool only when a plain reply was its last word; QUIT happens in the
background and never changes the outcome of a mail.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiolimiter import AsyncLimiter

from mailagent.core.server import SmtpAccount
from mailagent.errors import TransportUnavailable
from mailagent.transport.smtp_connect import Client, Deadlines, connect
from mailagent.transport.smtp_connection import SmtpConnection
from mailagent.transport.smtp_slots import Slots

MAX_MESSAGES = 50  # per connection
MAX_AGE = 300.0  # seconds a connection is used
ASK_AFTER = 30.0  # seconds idle before the server is asked whether it is still there
KEEP_IDLE = 60.0  # seconds an unused connection is kept


class SmtpPool:
    """Connections of one account; `slots` is shared by all accounts on the same server."""

    def __init__(
        self, account: SmtpAccount, slots: Slots | None = None, deadlines: Deadlines | None = None
    ) -> None:
        self._account = account
        self._deadlines = deadlines or Deadlines()
        self._slots = slots or Slots(account.connections)
        self._slots.join(self._evict)
        self._turns = asyncio.Semaphore(account.connections)
        self._pace = pace(account.per_minute)
        self._dialing = asyncio.Lock()
        self._failure: TransportUnavailable | None = None  # of the last session that failed to open
        self._failed_at = 0.0
        self._idle: list[SmtpConnection] = []  # most recently used last
        self._partings: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[SmtpConnection]:
        """A connection for one or more mails; raises TransportUnavailable or LoginRefused."""
        asked_at = asyncio.get_running_loop().time()
        async with self._turns:
            connection = await self._take(asked_at)
            try:
                yield connection
            finally:
                self._give_back(connection)

    async def close(self) -> None:
        """Close what is idle; a connection in use is closed when it comes back."""
        if self._closed:
            return
        self._closed = True
        self._slots.leave(self._evict)
        if self._sweep is not None:
            self._sweep.cancel()
        while self._evict():
            pass
        if self._partings:
            await asyncio.wait(self._partings)

    async def _take(self, asked_at: float) -> SmtpConnection:
        if self._closed:
            raise TransportUnavailable(f"{self._account.server.host}: sending has been stopped")
        while self._idle:
            connection = self._idle.pop()
            if await self._is_fit(connection):
                return connection
        await self._slots.take()
        try:
            client = await self._dial(asked_at)
        except BaseException:
            self._slots.give()
            raise
        return SmtpConnection(
            client, self._dial, self._pace, self._account.data_timeout, self._deadlines.courtesy
        )

    async def _dial(self, asked_at: float | None = None) -> Client:
        """A new session. One that failed answers for all who had asked by then.

        Else a wrong password would be tried once for each mail, and the server would lock the account.
        """
        loop = asyncio.get_running_loop()
        asked_at = loop.time() if asked_at is None else asked_at
        async with self._dialing:
            if self._failure is not None and self._failed_at >= asked_at:
                raise type(self._failure)(str(self._failure))
            try:
                return await connect(self._account.server, self._deadlines)
            except TransportUnavailable as error:
                self._failure, self._failed_at = error, loop.time()
                raise

    async def _is_fit(self, connection: SmtpConnection) -> bool:
        """Whether an idle connection can be used; one that cannot is on its way out."""
        fit = False
        try:
            now = asyncio.get_running_loop().time()
            worn = connection.messages >= MAX_MESSAGES or now - connection.opened_at >= MAX_AGE
            if not worn and connection.is_reusable:
                fit = now - connection.used_at <= ASK_AFTER or await connection.answers()
        finally:
            if not fit:
                self._part(connection)
        return fit

    def _give_back(self, connection: SmtpConnection) -> None:
        loop = asyncio.get_running_loop()
        connection.used_at = loop.time()
        if self._closed or self._slots.wanted or not connection.is_reusable:
            self._part(connection)
            return
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(KEEP_IDLE, self._close_unused)

    def _close_unused(self) -> None:
        loop = asyncio.get_running_loop()
        unused = [c for c in self._idle if loop.time() - c.used_at >= KEEP_IDLE]
        self._idle = [c for c in self._idle if c not in unused]
        for connection in unused:
            self._part(connection)
        self._sweep = loop.call_later(KEEP_IDLE, self._close_unused) if self._idle else None

    def _evict(self) -> bool:
        if not self._idle:
            return False
        self._part(self._idle.pop(0))
        return True

    def _part(self, connection: SmtpConnection) -> None:
        """QUIT in the background; the slot is free when the connection is closed."""

        async def quit_and_give() -> None:
            try:
                await connection.quit()
            finally:
                self._slots.give()

        parting = asyncio.ensure_future(quit_and_give())
        self._partings.add(parting)
        parting.add_done_callback(self._partings.discard)


def pace(per_minute: int) -> AsyncLimiter:
    """The account's rate, without saving up: at most one second's worth at once."""
    burst = max(1, per_minute // 60)
    return AsyncLimiter(burst, burst * 60 / per_minute)
