"""Watch one mailbox: look, take in what is new, wait for news, look again.

IDLE, timers and requests are only hints to look; the truth is always "every UID after the last one filed".
The inbox and the Sent folder are read to the end in each full look, and only then is the mailbox fresh (P1).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from mailagent.clock import Clock
from mailagent.core.decisions import Cause, CauseKind
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.flows.desk import Desk
from mailagent.flows.freshness import INBOX, SENT
from mailagent.flows.reader import Reader
from mailagent.flows.records import Records
from mailagent.flows.sent_folder import file_copies, settle_doubts
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.transport.imap import SENT as SENT_USE
from mailagent.transport.imap import ImapSession, Mailbox

log = structlog.get_logger()

RETRY_SECONDS = (2.0, 300.0)  # first and longest pause between connections
LOGIN_REVIEW = "mailbox"
LOGIN_REFUSED_SECONDS = 900.0  # trying again soon may lock the account
SENT_LOOK = timedelta(seconds=60)  # news in the inbox need not wait for another look at Sent


@dataclass(slots=True)
class Health:
    """What the watcher tells others about itself."""

    connected: bool = False
    last_look: datetime | None = None
    trouble: str = ""  # why the mailbox cannot be read; empty when all is well


class Watcher:
    """The one reader of one mailbox, under a lease."""

    def __init__(
        self,
        setup: Setup,
        db: Database,
        reader: Reader,
        clock: Clock,
        lease: Callable[[], Lease],
        progress: Callable[[], None],
        looked: Callable[[], None],
    ) -> None:
        self._setup = setup
        self._db = db
        self._reader = reader
        self._clock = clock
        self._lease = lease
        self._progress = progress
        self._looked = looked
        self._wake = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._sent_looked_at: datetime | None = None
        self._selected: Mailbox | None = None
        self.health = Health()

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop; connect again after every loss."""
        failures = 0
        while not stop.is_set():
            session: ImapSession | None = None
            pause = 0.0
            try:
                session = await ImapSession.open(self._setup.imap)
                self.health.connected, self.health.trouble = True, ""
                failures = 0
                self._selected = None
                await self._login_works()
                await self._watch(session, stop)
            except LoginRefused as error:
                pause = LOGIN_REFUSED_SECONDS
                await self._tell_login_refused(str(error))
                self.health.trouble = str(error)
            except TransportUnavailable as error:
                failures += 1
                pause = _backoff(failures)
                self.health.trouble = str(error)
                log.warning("imap.lost", reason=str(error), pause=round(pause, 1))
            finally:
                self.health.connected = False
                if session is not None:
                    await session.close()
            self._progress()
            if pause:
                await self._pause(pause, stop)

    def hint(self) -> None:
        """There may be something to do: a copy to file, or a stop to see."""
        self._wake.set()

    async def look(self, within: float) -> bool:
        """Ask for a full look now; True when it was completed within so many seconds."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._wake.set()
        done, _ = await asyncio.wait({waiter}, timeout=within)
        return bool(done)

    async def _watch(self, session: ImapSession, stop: asyncio.Event) -> None:
        sent = self._setup.imap.sent or await session.find_folder(SENT_USE)
        seconds = self._setup.imap.idle_seconds
        while not stop.is_set():
            await self._full_look(session, sent, stop)
            news = True
            while news and not stop.is_set():
                self._progress()
                news = await session.wait_for_news(seconds * random.uniform(0.8, 1.0), self._wake)  # noqa: S311 - jitter
                if news:  # the inbox first: a customer's answer must not wait for the Sent folder
                    await self._look(session, INBOX, self._setup.imap.inbox, stop)
                if self._wake.is_set() or self._sent_is_old():
                    break

    def _sent_is_old(self) -> bool:
        looked = self._sent_looked_at
        return looked is None or self._clock.now() - looked > SENT_LOOK

    async def _full_look(self, session: ImapSession, sent: str | None, stop: asyncio.Event) -> None:
        """Both folders to the end; then everyone who asked for a look is answered."""
        self._wake.clear()
        waiting, self._waiting = self._waiting, []
        try:
            began = self._clock.now()
            desk = self._desk(session)
            if sent is None:
                await desk.pass_over(SENT, began)
            else:
                await self._look(session, SENT, sent, stop)
                await file_copies(desk, sent)
            await settle_doubts(desk, sent_is_selected=sent is not None)
            self._sent_looked_at = began
            await self._look(session, INBOX, self._setup.imap.inbox, stop)
            self.health.last_look = began
            self._looked()
        except BaseException:  # whatever it was, it goes on to the caller
            self._waiting += [w for w in waiting if not w.done()]  # they wait for the next look
            raise
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _look(
        self, session: ImapSession, name: str, folder: str, stop: asyncio.Event
    ) -> None:
        """Take in everything new of one folder; selected afresh unless it is selected already."""
        desk = self._desk(session)
        if self._selected is None or self._selected.name != folder:
            self._selected = await session.select(folder)
            await desk.open_mailbox(name, self._selected)
        began = self._clock.now()
        await desk.take_in_new(name, self._selected, stop)
        if not stop.is_set():
            await desk.mark_read(name, began)

    def _desk(self, session: ImapSession) -> Desk:
        return Desk(
            session, self._setup, self._db, self._reader, self._clock, self._lease(), self._progress
        )

    async def _login_works(self) -> None:
        """Withdraw the question that a refused login had brought."""
        company = self._setup.company.id
        async with self._db.snapshot(company) as tx:
            asked = [r for r in await tx.reviews.list_open() if r.kind == LOGIN_REVIEW]
        for review in asked:
            async with self._db.transaction(company, self._lease()) as tx:
                await tx.reviews.close(review.id, "the login works again", self._clock.now())

    async def _tell_login_refused(self, why: str) -> None:
        log.error("imap.login_refused", reason=why)
        company = self._setup.company
        async with self._db.transaction(company.id) as tx:
            records = Records(tx, Cause(CauseKind.SERVER, "imap login"), self._clock.now())
            question = (
                f"The mailbox {company.address} refuses our login; nothing is read and nothing is sent. "
                "Correct the password, then restart mailagent."
            )
            await tx.reviews.open(LOGIN_REVIEW, None, (), question, why, records.now)

    async def _pause(self, seconds: float, stop: asyncio.Event) -> None:
        """Wait, but not through a stop."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        stopping = asyncio.ensure_future(stop.wait())
        _, pending = await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


def _backoff(failures: int) -> float:
    """Full jitter between nothing and 2, 4, 8 ... 300 seconds."""
    first, longest = RETRY_SECONDS
    return random.uniform(0.5, min(longest, first * 2 ** min(failures - 1, 10)))  # noqa: S311 - jitter
