"""A warm process that forks a daemon at a word: each child starts with nothing but the database, in milliseconds.

It speaks JSON lines over a Unix socket, one connection for each child:

    -> the job                          (Job, once)
    -> {"minutes": count}               so much later, work until nothing is left to do
    <- {"idle": true}
    -> {"stop": true}                   end cleanly
    <- {"ended": names of the fail points passed}

A child that is killed closes the connection without a word; what it said on stderr is in the job's file.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import traceback
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import structlog

from mailagent import daemon, failpoint
from mailagent.core.mail import ParsedMail, Reading
from mailagent.core.server import ImapAccount, Login, Security, Server, SmtpAccount
from mailagent.message.parse import parse
from mailagent.message.render import Templates
from mailagent.reading.understand import skim, understand
from mailagent.resources import resource_folder
from mailagent.sandbox.fast_clock import FastClock
from mailagent.store.database import Database
from tests.house import make_sequence
from tests.letters import reply
from tests.system.running import make_settings
from tests.system.scenario import make_scene

TURNS = 60  # more than any moment needs; a child that is not done by then says so


@dataclass(frozen=True)
class Job:
    """What a child is to do."""

    database: str
    kill_at: str  # the fail point to die at, "PLACE:NUMBER"; number 0: none, only counted
    imap_port: int
    user: str
    password: str
    smtp_port: int
    stderr: str
    start: str  # ISO time

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


class OwnReader:
    """Reads in this process: a worker of its own would take longer to start than the child lives."""

    async def parse(self, raw: bytes) -> ParsedMail:
        return parse(raw)

    async def understand(self, *job: Any) -> Reading:
        return understand(*job)

    async def skim(self, mail: ParsedMail) -> Reading:
        return skim(mail.new_text)

    async def close(self) -> None:
        """Nothing to end."""


class Child:
    """The daemon, its clock, and the line to the parent."""

    def __init__(self, job: Job, clock: FastClock, running: daemon.Daemon, db: Database) -> None:
        self._clock = clock
        self._daemon = running
        self._db = db
        self._company = "martin"

    async def work(self) -> None:
        """Turn by turn until two looks in a row found nothing to do."""
        quiet = 0
        for _ in range(TURNS):
            await self._sender_rests()
            watcher = self._daemon.duties[0].watcher
            assert watcher is not None
            assert await watcher.look(60)
            quiet = quiet + 1 if await self._nothing_left() else 0
            if quiet == 2:
                return
            self.pass_seconds(31)
        raise AssertionError("there is always something left to do")

    def pass_seconds(self, seconds: float) -> None:
        now = self._clock.now()
        self._clock.leap_to(datetime.fromtimestamp(now.timestamp() + seconds, UTC))

    async def _sender_rests(self) -> None:
        """Its turn is over when it sleeps on our clock, which stands still."""
        async with asyncio.timeout(60):
            while not (self._clock.sleepers and self._daemon.duties[0].watcher):  # noqa: ASYNC110 - the daemon tells nobody
                await asyncio.sleep(0.002)

    async def _nothing_left(self) -> bool:
        now = self._clock.now()
        soon = datetime.fromtimestamp(now.timestamp() + 120, UTC)
        async with self._db.snapshot(self._company) as tx:
            return not (
                await tx.customers.due(now, 1)
                or await tx.outbox.has_claimable(soon)
                or await tx.outbox.unfiled(1)
            )


async def live(job: Job, connection: socket.socket) -> None:
    """The whole life of a child."""
    reader, writer = await asyncio.open_unix_connection(sock=connection)

    async def say(**words: Any) -> None:
        writer.write(json.dumps(words).encode() + b"\n")
        await writer.drain()

    clock = FastClock(datetime.fromisoformat(job.start), rate=1)
    clock.pause()
    db = Database(job.database)
    stop = asyncio.Event()
    try:
        setup = make_scene(await db.signing_key(), *accounts(job))
        running = daemon.Daemon(make_settings(job.database, setup), db, clock)
        working = asyncio.create_task(running.run(stop))
        while not running.duties and not working.done():  # noqa: ASYNC110 - the daemon tells nobody
            await asyncio.sleep(0.001)
        child = Child(job, clock, running, db)
        while True:
            order = json.loads(await reader.readline())
            if "stop" in order:
                break
            child.pass_seconds(60 * order["minutes"])
            await child.work()
            await say(idle=True)
        stop.set()
        await working
    finally:
        await db.close()
    await say(ended=failpoint.passed())


def accounts(job: Job) -> tuple[ImapAccount, SmtpAccount]:
    imap = Server("127.0.0.1", job.imap_port, Security.NONE, Login(job.user, job.password))
    smtp = Server("127.0.0.1", job.smtp_port, Security.NONE, None)
    return ImapAccount(imap), SmtpAccount(smtp, connections=1, per_minute=60_000)


def be_a_child(connection: socket.socket) -> None:
    """After the fork: arm the fail point and live; the exit status says how it ended."""
    status = 1
    try:
        with connection.makefile("rb", buffering=0) as lines:
            job = Job(**json.loads(lines.readline()))
        os.dup2(os.open(job.stderr, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), 2)
        failpoint.arm(job.kill_at)
        asyncio.run(live(job, connection))
        status = 0
    except BaseException:  # noqa: BLE001 - it goes to the job's file, and the process ends
        traceback.print_exc()
    finally:
        os._exit(status)


def warm_up() -> None:
    """Do once what a daemon does first, so that the children need not."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(Path(os.devnull).open("w")))  # noqa: SIM115 - for good
    daemon.Reader = OwnReader
    templates = Templates(resource_folder("templates"))
    templates.check(["fr"], make_sequence().steps)  # compiles them
    daemon.Templates = lambda _folder: templates
    for text in ("Nous paierons le 18 mars.", "We paid yesterday."):
        understand(parse(reply(text)), (), date(2026, 3, 1), "Europe/Paris", "EUR")


def main(path: str) -> None:
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        Path(path + ".open").touch()
        while True:
            connection, _ = door.accept()
            if os.fork() == 0:
                door.close()
                be_a_child(connection)
            connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
