"""The composition root: builds every part, runs one duty per company, obeys signals, tells systemd."""

from __future__ import annotations

import asyncio
import hmac
import os
import signal
import socket
from collections.abc import Callable
from datetime import timedelta

import structlog

from mailagent.clock import Clock, SystemClock
from mailagent.config import CompanyConfig, Settings
from mailagent.core.calendar import Calendar
from mailagent.duty import LEASE, Duty
from mailagent.errors import ConfigError
from mailagent.flows.reader import Reader
from mailagent.flows.setup import Setup
from mailagent.life import alive, ended
from mailagent.message.render import Templates
from mailagent.message.tokens import Tokens
from mailagent.notify import Notifier, watchdog_seconds
from mailagent.progress import Progress
from mailagent.store.database import Database
from mailagent.store.leases import Leases
from mailagent.waiting import first_of

log = structlog.get_logger()

FIRST_LOOK_SECONDS = (
    30.0  # READY waits this long for the mailboxes, then says that it goes on without
)


def make_setup(
    config: CompanyConfig, settings: Settings, templates: Templates, key: bytes
) -> Setup:
    """One company's setup from its configuration."""
    company = config.company
    return Setup(
        company=company,
        sequence=settings.sequences[company.sequence],
        calendar=Calendar(company.legal.country, company.region, company.window, company.timezone),
        templates=templates,
        # A key for each company: outbox ids count per company, and a token of one must say nothing in
        # the mailbox of another.
        tokens=Tokens(hmac.digest(key, company.id.encode(), "sha256")),
        imap=config.imap,
        smtp=config.smtp,
    )


async def make_setups(settings: Settings, db: Database) -> tuple[Setup, ...]:
    """Every company's setup; the installation's key comes from the database."""
    key = await db.signing_key()
    known = await db.companies()
    for company in (c.company for c in settings.companies):
        if company.id not in known:
            async with db.transaction(company.id) as tx:
                await tx.companies.upsert(company.id, company.legal.name)
    templates = Templates(settings.templates)
    return tuple(make_setup(c, settings, templates, key) for c in settings.companies)


class Daemon:
    """The running program."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock | None = None,
        notifier: Notifier | None = None,
        load: Callable[[], Settings] | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self._settings = settings
        self._db = db
        self._clock = clock or SystemClock()
        self._notifier = notifier or Notifier()
        self._load = load
        self._lease = lease
        self._progress = Progress()
        self._run = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        self._reload = asyncio.Event()
        self.duties: tuple[Duty, ...] = ()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then finish what was begun and nothing more."""
        reader = Reader()
        try:
            with alive(self._settings.state_folder, self._run):
                await self._take_over()
                async with asyncio.TaskGroup() as tasks:
                    feeding = tasks.create_task(self._feed_watchdog())
                    ready = False
                    while not stop.is_set():
                        setups = await make_setups(self._settings, self._db)
                        ready = await self._serve(setups, reader, stop, ready)
                    feeding.cancel()
        finally:
            await reader.close()
        log.info("daemon.stopped")

    async def _take_over(self) -> None:
        """Nobody needs to wait for the leases of a run that died on this machine."""
        leases = Leases(self._db)
        for run in ended(self._settings.state_folder):
            freed = await leases.release_all(run)
            if freed:
                log.warning("run.died", run=run, leases=freed)

    async def _serve(
        self, setups: tuple[Setup, ...], reader: Reader, stop: asyncio.Event, ready: bool
    ) -> bool:
        """One generation of duties: ends at a stop, or at a reload that was accepted."""
        ended = asyncio.Event()
        self.duties = tuple(
            Duty(s, self._db, reader, self._clock, self._run, self._progress, self._lease)
            for s in setups
        )
        async with asyncio.TaskGroup() as duties:
            running = [duties.create_task(duty.run(ended)) for duty in self.duties]
            if not ready:
                await self._tell_ready(stop)
            while not stop.is_set():
                await first_of(
                    stop.wait(), self._reload.wait(), *(asyncio.shield(r) for r in running)
                )
                if any(r.done() for r in running):
                    break
                if self._reload.is_set():
                    self._reload.clear()
                    if self._accept_new_configuration():
                        break
            if stop.is_set():
                self._notifier.stopping("finishing what was begun")
            ended.set()
        return True

    async def _tell_ready(self, stop: asyncio.Event) -> None:
        """READY after the first look at each mailbox, or after a while without it."""
        looks = [duty.first_look.wait() for duty in self.duties]
        everything = asyncio.gather(*looks)
        await first_of(everything, asyncio.sleep(FIRST_LOOK_SECONDS), stop.wait())
        self._notifier.ready(self.status())
        log.info("daemon.ready", status=self.status())

    def status(self) -> str:
        """One line for `systemctl status`."""
        blind = [d.setup.company.id for d in self.duties if not d.first_look.is_set()]
        text = f"watching {len(self.duties)} mailbox{'es' if len(self.duties) != 1 else ''}"
        if blind:
            text += f"; not yet read: {', '.join(blind[:5])}"
        for duty in self.duties:
            trouble = (duty.watcher and duty.watcher.health.trouble) or (
                duty.sender and duty.sender.trouble
            )
            if trouble:
                return f"{text}; {duty.setup.company.id}: {trouble}"[:400]
        return text

    def reload(self) -> None:
        """Read the configuration again, soon."""
        self._reload.set()

    def _accept_new_configuration(self) -> bool:
        """True when the new configuration is sound; else the old one stays, and we say so."""
        if self._load is None:
            return False
        self._notifier.reloading()
        try:
            loaded = self._load()
        except ConfigError as error:
            for problem in error.problems:
                log.error("config.problem", problem=str(problem))
            self._notifier.ready(
                f"old configuration kept: the new one has {len(error.problems)} problems"
            )
            log.error("config.kept", problems=len(error.problems))
            return False
        self._settings = loaded
        self._notifier.ready("configuration reloaded")
        log.info("config.reloaded", companies=len(self._settings.companies))
        return True

    async def _feed_watchdog(self) -> None:
        """Tell systemd that we live, as long as every loop makes progress."""
        interval = watchdog_seconds()
        while True:
            await asyncio.sleep(min(interval / 3, 10.0) if interval else 10.0)
            stuck = self._progress.stuck()
            if stuck:
                log.error("watchdog.starved", loops=stuck)
                continue
            self._notifier.alive()
            self._notifier.status(self.status())


async def run_daemon(settings: Settings, load: Callable[[], Settings]) -> None:
    """The program `mailagent run`: signals in, exit when everything has ended."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Database(settings.database) as db:
        daemon = Daemon(settings, db, load=load)
        loop.add_signal_handler(signal.SIGHUP, daemon.reload)
        await db.migrate()
        await daemon.run(stop)
