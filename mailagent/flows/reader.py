"""The daemon's side of the reading worker: one job at a time, each with a time limit."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import structlog

from mailagent.core.mail import ParsedMail, Reading
from mailagent.worker import HEADER

log = structlog.get_logger()

TIME_LIMIT = 20.0  # seconds for one mail
ATTEMPTS = 2  # workers that may die before the mail is to blame


class Reader:
    """Parses and understands mail in a worker process that may be killed at any time."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

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
        result, why = await self._ask(*job)
        return result if isinstance(result, Reading) else Reading((), "", model=f"failed: {why}")

    async def close(self) -> None:
        """End the worker."""
        async with self._one_at_a_time:
            await self._kill()

    async def _ask(self, name: str, *arguments: Any) -> tuple[Any, str]:
        """The answer, or None and why; a worker that died may have died before this job, so it asks twice."""
        async with self._one_at_a_time:
            for _ in range(ATTEMPTS):
                try:
                    async with asyncio.timeout(self._time_limit):
                        verdict, value = await self._exchange((name, arguments))
                except TimeoutError:
                    await self._kill()
                    log.warning("reader.timed_out", job=name, seconds=self._time_limit)
                    return None, f"reading took longer than {self._time_limit:.0f} s"
                except (OSError, EOFError, pickle.PickleError) as error:
                    await self._kill()
                    log.warning("reader.died", job=name, reason=str(error))
                except BaseException:
                    # Cancelled in the middle of a frame: its answer would meet the next job.
                    await self._kill()
                    raise
                else:
                    return (value, "") if verdict == "ok" else (None, str(value))
        return None, "the reading process died on this mail"

    async def _exchange(self, job: tuple[str, tuple[Any, ...]]) -> tuple[str, Any]:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "mailagent.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        body = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
        process.stdin.write(HEADER.pack(len(body)) + body)
        await process.stdin.drain()
        (length,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        answer: tuple[str, Any] = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - our own worker wrote it
        return answer

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        # The transport keeps its pipes until told; an open one warns when collected.
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio has no public close


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
