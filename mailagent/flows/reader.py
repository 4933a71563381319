"""The daemon's side of the reading worker: jobs asked for at the same time go out together, each with its time limit."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog

from mailagent.core.mail import ParsedMail, Reading
from mailagent.worker import HEADER

log = structlog.get_logger()

TIME_LIMIT = 20.0  # seconds for one mail
ATTEMPTS = 2  # workers that may die before the mail is to blame


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One thing for the worker to do, and where its answer goes: the result, or None and why."""

    name: str
    arguments: tuple[Any, ...]
    answer: asyncio.Future[tuple[Any, str]]

    @property
    def frame(self) -> bytes:
        body = pickle.dumps((self.name, self.arguments), protocol=pickle.HIGHEST_PROTOCOL)
        return HEADER.pack(len(body)) + body


class Reader:
    """Parses and understands mail in a worker process that may be killed at any time."""

    command: Sequence[str] = (sys.executable, "-m", "mailagent.worker")

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._asked: list[Job] = []

    async def parse(self, raw: bytes) -> ParsedMail:
        """The mail as a value; `unreadable` says why when the worker failed or took too long."""
        result, why = await self._ask("parse", raw)
        return result if isinstance(result, ParsedMail) else await self.parse_header(raw, why)

    async def parse_header(self, raw: bytes, why: str) -> ParsedMail:
        """Who wrote, to whom and when, of a mail that goes to quarantine for this reason."""
        result, _ = await self._ask("parse_header", raw, why)
        return result if isinstance(result, ParsedMail) else _unreadable(raw, why)

    async def understand(
        self,
        mail: ParsedMail,
        open_numbers: Sequence[str],
        today: date,
        timezone: str,
        currency: str,
    ) -> Reading:
        """What the mail says; an empty reading, which goes to a person, when the worker failed."""
        job = ("understand", mail, tuple(open_numbers), today, timezone, currency)
        return _reading(*await self._ask(*job))

    async def skim(self, mail: ParsedMail) -> Reading:
        """What must be known even of a mail that fits no customer; empty when the worker failed."""
        return _reading(*await self._ask("skim", mail.new_text))

    async def close(self) -> None:
        """End the worker."""
        async with self._one_at_a_time:
            await self._kill()

    async def _ask(self, name: str, *arguments: Any) -> tuple[Any, str]:
        """The answer, or None and why. Whose turn it is sees to everything that was asked meanwhile."""
        job = Job(name, arguments, asyncio.get_running_loop().create_future())
        self._asked.append(job)
        try:
            async with self._one_at_a_time:
                if not job.answer.done():
                    await self._work_off()
        finally:
            if job in self._asked:  # cancelled before its turn came
                self._asked.remove(job)
        return job.answer.result()

    async def _work_off(self) -> None:
        """Have all jobs done, in order. A worker that died may have died before a job: that is asked twice."""
        jobs, self._asked = deque(self._asked), []
        deaths = 0
        try:
            while jobs:
                # After a death one alone: what dies then is to blame, and no neighbour.
                sent = [jobs[0]] if deaths else list(jobs)
                try:
                    async with asyncio.timeout(self._time_limit) as limit:
                        process = await self._send(sent)
                        for job in sent:
                            limit.reschedule(asyncio.get_running_loop().time() + self._time_limit)
                            job.answer.set_result(await _answer(process))
                            jobs.popleft()
                            deaths = 0
                except TimeoutError:
                    await self._kill()
                    log.warning("reader.timed_out", job=jobs[0].name, seconds=self._time_limit)
                    why = f"reading took longer than {self._time_limit:.0f} s"
                    jobs.popleft().answer.set_result((None, why))
                    deaths = 0
                except (OSError, EOFError, pickle.PickleError) as error:
                    await self._kill()
                    log.warning("reader.died", job=jobs[0].name, reason=str(error))
                    deaths += 1
                    if deaths == ATTEMPTS:
                        why = "the reading process died on this mail"
                        jobs.popleft().answer.set_result((None, why))
                        deaths = 0
        except BaseException:  # whatever it was, it goes on to the caller
            # Cancelled in the middle of a frame: its answer would meet the next job.
            await self._kill()
            self._asked[:0] = jobs
            raise

    async def _send(self, jobs: Sequence[Job]) -> asyncio.subprocess.Process:
        """Hand them over, to a new worker when there is none."""
        process = self._process
        if process is None or process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(*self.command, stdin=pipe, stdout=pipe)
            self._process = process
        assert process.stdin is not None
        for job in jobs:  # without waiting: the worker reads on only while we take its answers
            process.stdin.write(job.frame)
        return process

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        # The transport keeps its pipes until told; an open one warns when collected.
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio has no public close


async def _answer(process: asyncio.subprocess.Process) -> tuple[Any, str]:
    assert process.stdout is not None
    (length,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
    verdict, value = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - our own worker wrote it
    return (value, "") if verdict == "ok" else (None, str(value))


def _reading(result: Any, why: str) -> Reading:
    return result if isinstance(result, Reading) else Reading((), "", model=f"failed: {why}")


def _unreadable(raw: bytes, why: str) -> ParsedMail:
    return ParsedMail(
        digest=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id="",
        from_=(),
        to=(),
        cc=(),
        reply_to=(),
        subject="",
        date=None,
        text="",
        new_text="",
        quoted_text="",
        signature="",
        unreadable=why,
    )
