"""`mailagent demo`: the real daemon against real servers on loopback, two months in about a minute.

The database and the SMTP log live in a temporary folder; nothing of it leaves the machine.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from rich.console import Console

from mailagent.core.calendar import Calendar
from mailagent.daemon import Daemon, make_setups
from mailagent.sandbox.director import Director, Pace
from mailagent.sandbox.fast_clock import FastClock
from mailagent.sandbox.imap_server import ImapServer
from mailagent.sandbox.office import set_up_office
from mailagent.sandbox.report import print_hints, print_intro, print_report
from mailagent.sandbox.selfcheck import check_promises
from mailagent.sandbox.smtp_server import SmtpServer
from mailagent.sandbox.story import ACCOUNTANT, Story, build_story
from mailagent.sandbox.strangers import strangers
from mailagent.sandbox.view import PLAIN_WIDTH, LiveView, PlainView
from mailagent.sandbox.world import World
from mailagent.store.database import Database
from mailagent.waiting import first_of

RATE = 60.0  # fast seconds in a real one, between two leaps
PACE = Pace(working_day=1.1, day_off=0.3)


async def run_demo(
    seed: int = 1, *, keep: bool = False, fast: float = 1.0, console: Console | None = None
) -> int:
    """Play the story of a seed; 0 when every promise was kept, else 1.

    `fast` 2 leaves half the time to read along; `keep` leaves the servers up until Ctrl-C.
    """
    console = console or Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    story = build_story(seed)
    print_intro(console, story)
    with TemporaryDirectory(prefix="mailagent-demo-") as name, _logs_in(Path(name) / "daemon.log"):
        return await play(story, Path(name), console, fast, keep=keep)


async def play(
    story: Story, folder: Path, console: Console, fast: float = 1.0, *, keep: bool = False
) -> int:
    """One performance; everything it writes lies in the folder."""
    began = time.monotonic()
    is_live = console.is_terminal and not console.is_dumb_terminal
    view = LiveView(console, story) if is_live else PlainView(console, story)
    company = story.company
    calendar = Calendar(company.legal.country, company.region, company.window, company.timezone)
    clock = FastClock(story.begins, RATE)
    world = World(story, calendar, clock, folder, view)
    password = secrets.token_urlsafe(6)
    stop = asyncio.Event()
    async with AsyncExitStack() as stage:
        imap = await stage.enter_async_context(ImapServer(clock, ACCOUNTANT.address, password))
        smtp = await stage.enter_async_context(
            SmtpServer(clock, ACCOUNTANT.address, password, world.accept)
        )
        settings = set_up_office(folder, story.company, imap.port, smtp.port, password)
        db = await stage.enter_async_context(Database(settings.database))
        await db.migrate()
        (setup,) = await make_setups(settings, db)
        world.connect(setup, db, imap, smtp)
        tasks = await stage.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(Daemon(settings, db, clock).run(stop))
        pace = Pace(PACE.working_day / fast, PACE.day_off / fast)
        try:
            await Director(world, calendar, clock, pace, strangers()).run()
            standing = await world.show()
        finally:
            view.close()
        evidence = await world.evidence()
        checks = check_promises(evidence)
        print_report(console, evidence, standing, checks, time.monotonic() - began)
        if keep:
            print_hints(console, story, settings.folder, imap.port, smtp.port, password)
            world.view = PlainView(console, story)
            await _stay_open(clock, world)
        stop.set()
    return 0 if all(check.ok for check in checks) else 1


async def _stay_open(clock: FastClock, world: World) -> None:
    """Go on in real time until Ctrl-C: who answers from a mail client sees what the daemon makes of it."""
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, enough.set)
    clock.set_rate(1)
    while not enough.is_set():
        await first_of(enough.wait(), asyncio.sleep(1))
        await world.show()


@contextmanager
def _logs_in(file: Path) -> Iterator[None]:
    """What the daemon and the servers log goes into a file: the terminal shows the story."""
    before = structlog.get_config()
    handler = logging.FileHandler(file, encoding="utf-8")
    root = logging.getLogger()
    root.addHandler(handler)
    with file.open("a", encoding="utf-8") as lines:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))
        try:
            yield
        finally:
            structlog.configure(**before)
            root.removeHandler(handler)
            handler.close()
