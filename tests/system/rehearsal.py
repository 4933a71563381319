"""One run of the scenario: the servers and the people live here, the daemon in a child that may be killed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import update

from mailagent.clock import SystemClock
from mailagent.daemon import make_setups
from mailagent.flows.setup import Setup
from mailagent.message.tokens import Tokens
from mailagent.store.database import Database
from mailagent.store.tables import leases
from tests.conftest import ROOT
from tests.peers.mail_host import MailHost, MailUser
from tests.peers.sink import Saw, Sink
from tests.system import scenario
from tests.system.invariants import Quiet, Witnesses, hear
from tests.system.nursery import Job
from tests.system.running import make_settings
from tests.system.scenario import MOMENTS

users = itertools.count(1)
lives = itertools.count(1)


class KilledError(Exception):
    """The child is gone without a word."""


class CrashedError(Exception):
    """The child failed by itself: a bug."""


class Point(NamedTuple):
    """A fail point, and how often it is passed before it kills."""

    place: str
    number: int

    def __str__(self) -> str:
        return f"{self.place}:{self.number}"


@contextlib.contextmanager
def nursery(folder: Path) -> Iterator[Path]:
    """The warm process, while the block runs; the path of its socket."""
    path = folder / "nursery"
    command = [sys.executable, "-m", "tests.system.nursery", str(path)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        deadline = SystemClock().now() + timedelta(seconds=60)
        while not Path(f"{path}.open").exists():
            assert process.poll() is None, "the nursery did not start"
            assert SystemClock().now() < deadline, "the nursery takes too long"
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        yield path
    finally:
        process.kill()
        process.wait()


@dataclass
class Child:
    """The line to a daemon."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    stderr: Path

    async def work(self, minutes: int = 0) -> None:
        """So many minutes later, work until nothing is left to do."""
        await self._ask(minutes=minutes)

    async def stop(self) -> list[str]:
        """End cleanly; the fail points passed, in order."""
        passed: list[str] = (await self._ask(stop=True))["ended"]
        return passed

    def place_of_death(self) -> str:
        """The fail point where it died."""
        last = self.stderr.read_text().rstrip().rpartition("\n")[2]
        if not last.startswith("failpoint "):
            raise CrashedError(self.stderr.read_text())
        return last.removeprefix("failpoint ")

    async def _ask(self, **order: Any) -> dict[str, Any]:
        try:
            self.writer.write(json.dumps(order).encode() + b"\n")
            async with asyncio.timeout(120):
                line = await self.reader.readline()
        except ConnectionError:
            line = b""
        if not line:
            self.writer.close()
            raise KilledError
        answer: dict[str, Any] = json.loads(line)
        return answer


@dataclass
class Rehearsal:
    """The world around the daemon."""

    nursery: Path
    folder: Path
    user: MailUser
    sink: Sink
    db: Database
    tokens: Tokens
    moment: datetime = MOMENTS[0]
    quiet: list[Quiet] = field(default_factory=list)
    places: list[str] = field(
        default_factory=list
    )  # the fail points passed by lives that ended well
    died_at: str = ""  # the fail point that killed, if one did
    doubts: int = 0  # mails that a person had to settle

    @classmethod
    @contextlib.asynccontextmanager
    async def begin(
        cls, nursery: Path, template: Path, folder: Path, dovecot: MailHost
    ) -> AsyncIterator[Rehearsal]:
        """A fresh mailbox, a fresh copy of the database, an empty sink."""
        folder.mkdir()  # noqa: ASYNC240 - in memory
        shutil.copy(template, folder / "mailagent.db")
        db = Database(f"sqlite:///{folder}/mailagent.db")
        try:
            async with Sink(folder / "sink.jsonl") as sink:
                user = dovecot.user(f"kill{next(users)}")
                scene = scenario.make_scene(b"x" * 32, user.account(), sink.account())
                (setup,) = await make_setups(make_settings("", scene), db)
                yield cls(nursery, folder, user, sink, db, setup.tokens)
        finally:
            await db.close()
            shutil.rmtree(folder)

    @contextlib.asynccontextmanager
    async def _child(self, kill_at: Point) -> AsyncIterator[Child]:
        """A daemon that dies at that fail point, or never."""
        reader, writer = await asyncio.open_unix_connection(self.nursery)
        stderr = self.folder / f"stderr-{next(lives)}"
        job = Job(
            database=f"sqlite:///{self.folder}/mailagent.db",
            kill_at=str(kill_at),
            imap_port=self.user.host.imap_port,
            user=self.user.name,
            password=self.user.host.password,
            smtp_port=self.sink.port,
            stderr=str(stderr),
            start=self.moment.isoformat(),
        )
        writer.write(job.line())
        try:
            yield Child(reader, writer, stderr)
        finally:
            writer.close()

    async def play(self, kill_at: Point | None = None) -> None:
        """The scenario to its end, a life for each moment; the one that reaches the fail point begins again."""
        for moment in MOMENTS:
            if moment > self.moment:
                await self._prepare(moment)
            try:
                await self._live(kill_at)
            except KilledError:
                kill_at = None
                await self._time_passes()
                await self._live(None)

    async def _live(self, kill_at: Point | None) -> None:
        """One moment, with a person at hand who settles what is in doubt."""
        place, number = kill_at or Point("", 0)
        async with self._child(Point(place, number - self.places.count(place))) as child:
            try:
                await child.work()
                if await self._settle_doubts():
                    await child.work(minutes=2)
                self.places += await child.stop()
            except KilledError:
                self.died_at = child.place_of_death()
                raise

    async def _settle_doubts(self) -> int:
        arrived = {entry.message_id for entry in self.sink.log if entry.saw is Saw.DOT}
        doubts = await scenario.settle_doubts(self.db, self.setup(), arrived, self.moment)
        self.doubts += doubts
        return doubts

    async def _prepare(self, moment: datetime) -> None:
        """Until the next moment others act: mails arrive, money comes, staff order."""
        now = datetime.now(UTC)
        over = [Quiet(q.recipient, q.since, q.until or now) for q in self.quiet]
        mails = scenario.arrivals(moment, self.tokens)
        at = moment - timedelta(hours=1)
        await asyncio.to_thread(scenario.deliver, self.user, mails, at)
        await scenario.act(moment, self.db, self.setup())
        now = datetime.now(UTC)
        self.quiet = over + scenario.quiet_times(moment, now, self.tokens)
        self.moment = moment

    async def _time_passes(self) -> None:
        """The leases of the dead run out: a minute, which nobody wants to wait for."""
        async with self.db.writing() as connection:
            await connection.execute(
                update(leases).values(expires_at=datetime(2000, 1, 1, tzinfo=UTC))
            )

    def setup(self) -> Setup:
        return scenario.make_scene(self.tokens._key, self.user.account(), self.sink.account())

    async def witnesses(self) -> Witnesses:
        """What they say now."""
        now = self.moment + timedelta(minutes=30)
        return await hear(self.db, self.setup(), self.sink.log, self.user, now)
