"""Sending: what our pool costs beside the bare library and beside a C client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiosmtplib

from bench.case import Case, Goal
from bench.smtp_servers import distant_server, smtp_sink
from mailagent.core.delivery import Result
from mailagent.core.server import Security, Server, SmtpAccount
from mailagent.transport.smtp import SmtpPool
from tests.peers.server import program

CONNECTIONS = 4
MAILS = 2_000
DISTANT_MAILS = 80
DELAY = 0.020  # before each answer of the distant server
SENDER, RECIPIENT = "claire@creditor.test", "bob@debtor.test"
LINE = b"Sauf erreur de notre part, la facture reste due.".ljust(76, b".") + b"\r\n"
RAW = b"From: claire@creditor.test\r\nMessage-ID: <1@creditor.test>\r\n\r\n" + LINE * 104  # 8 KB
BARE, OURS, C_CLIENT = "aiosmtplib alone", "SmtpPool", "smtp-source (C)"


@asynccontextmanager
async def transport() -> AsyncIterator[Case]:
    """Prepared bytes over four reused connections to smtp-sink."""
    with smtp_sink() as port:
        yield Case(
            f"transport: {len(RAW):,} prepared bytes, {CONNECTIONS} reused connections, smtp-sink",
            "mails/s",
            BARE,
            {
                BARE: lambda: bare(port, MAILS),
                OURS: lambda: pooled(port, MAILS),
                C_CLIENT: lambda: smtp_source(port, 4 * MAILS),
            },
            {OURS: Goal("at least 0.9 of aiosmtplib alone", ratio=0.9)},
        )


@asynccontextmanager
async def transport_distant() -> AsyncIterator[Case]:
    """The same to a server 20 ms away, where only reused connections count."""
    possible = CONNECTIONS / (4 * DELAY)  # four answers a mail: MAIL, RCPT, DATA, the dot
    async with distant_server(DELAY) as port:
        yield Case(
            f"transport: the same, {DELAY * 1000:.0f} ms before each answer",
            "mails/s",
            BARE,
            {
                BARE: lambda: bare(port, DISTANT_MAILS),
                OURS: lambda: pooled(port, DISTANT_MAILS),
            },
            {
                OURS: Goal(
                    f"0.9 of connections / round trips = {0.9 * possible:.0f}",
                    figure=0.9 * possible,
                )
            },
        )


CASES: dict[str, Callable[[], object]] = {
    "transport": transport,
    "transport-distant": transport_distant,
}


async def bare(port: int, mails: int) -> float:
    """Mails a second by the library's own shortcut."""

    async def worker(client: aiosmtplib.SMTP, count: int) -> None:
        for _ in range(count):
            await client.sendmail(SENDER, [RECIPIENT], RAW)

    clients = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="bench")
        for _ in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    await asyncio.gather(*(client.connect() for client in clients))
    await asyncio.gather(*(worker(client, mails // CONNECTIONS) for client in clients))
    elapsed = time.perf_counter() - began
    await asyncio.gather(*(client.quit() for client in clients))
    return mails / elapsed


async def pooled(port: int, mails: int) -> float:
    """Mails a second by the pool, taken and given back for each mail as the outbox does."""
    server = Server("127.0.0.1", port, Security.NONE, None)
    pool = SmtpPool(SmtpAccount(server, CONNECTIONS, per_minute=60_000_000))

    async def worker(count: int) -> None:
        for _ in range(count):
            async with pool.connection() as smtp:
                assert await smtp.offer(SENDER, RECIPIENT, len(RAW)) is None
                assert (await smtp.transmit(RAW)).result is Result.ACCEPTED

    began = time.perf_counter()
    await asyncio.gather(*(worker(mails // CONNECTIONS) for _ in range(CONNECTIONS)))
    elapsed = time.perf_counter() - began
    await pool.close()
    return mails / elapsed


async def smtp_source(port: int, mails: int) -> float:
    """Mails a second by Postfix's load generator, with its start."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        program("smtp-source", "postfix"),
        *("-d", "-s", str(CONNECTIONS), "-m", str(mails), "-l", str(len(RAW))),
        *("-f", SENDER, "-t", RECIPIENT, f"inet:127.0.0.1:{port}"),
    )
    assert await process.wait() == 0
    return mails / (time.perf_counter() - began)
