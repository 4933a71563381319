"""A daemon as a process of its own, and ways to stop, freeze and kill it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from mailagent.core.server import ImapAccount, Login, Security, Server, SmtpAccount
from mailagent.daemon import Daemon
from mailagent.flows.setup import Setup
from mailagent.sandbox.fast_clock import FastClock
from mailagent.store.database import Database
from tests.conftest import ROOT
from tests.house import START, make_setup
from tests.peers.mail_host import MailUser
from tests.peers.sink import Sink
from tests.system.running import make_settings


@dataclass(frozen=True)
class Orders:
    """How a station runs. Its clock shows START at `epoch` of the machine's clock and runs `rate` times as fast."""

    database: str
    state: str  # the folder
    imap_port: int
    user: str
    password: str
    smtp_port: int
    epoch: float
    rate: float = 10.0
    lease: float = 60.0  # real seconds
    connections: int = 2
    smtp_password: str = ""  # empty: the mail server asks for none

    @classmethod
    def at(cls, database: str, folder: Path, user: MailUser, sink: Sink) -> Orders:
        return cls(
            database=database,
            state=str(folder),
            imap_port=user.host.imap_port,
            user=user.name,
            password=user.host.password,
            smtp_port=sink.port,
            epoch=time.time(),
        )

    def setup(self, key: bytes = b"x" * 32) -> Setup:
        imap = Server("127.0.0.1", self.imap_port, Security.NONE, Login(self.user, self.password))
        login = Login("martin", self.smtp_password) if self.smtp_password else None
        smtp = Server("127.0.0.1", self.smtp_port, Security.NONE, login)
        return make_setup(
            key,
            imap=ImapAccount(imap, idle_seconds=2),
            smtp=SmtpAccount(smtp, connections=self.connections, per_minute=60_000),
        )

    def clock(self) -> FastClock:
        """The common clock of all stations with the same epoch."""
        passed = (time.time() - self.epoch) * self.rate
        return FastClock(START + timedelta(seconds=passed), self.rate)


@dataclass
class Station:
    """The process."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def freeze(self) -> None:
        """As a suspended machine: it does nothing, and does not know it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """As a power cut."""
        self.process.kill()
        await self.process.wait()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        async with asyncio.timeout(60):
            return await self.process.wait()


@contextlib.asynccontextmanager
async def station(orders: Orders, log: Path) -> AsyncIterator[Station]:
    """A running daemon; killed at the end, if it still runs."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.system.station", json.dumps(asdict(orders)),
            cwd=ROOT, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield Station(process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def main(orders: Orders) -> None:
    """What `run_daemon` does, with another clock and another lease."""
    db = Database(orders.database)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        settings = make_settings(orders.database, orders.setup(), Path(orders.state))
        lease = timedelta(seconds=orders.lease)
        await Daemon(settings, db, orders.clock(), lease=lease).run(stop)
    finally:
        await db.close()


if __name__ == "__main__":
    asyncio.run(main(Orders(**json.loads(sys.argv[1]))))
