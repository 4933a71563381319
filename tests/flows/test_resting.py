"""How long an account rests when its server is away."""

from __future__ import annotations

import asyncio

from mailagent.core.outbox import OutboxState
from mailagent.flows.sending import CONNECT_AGAIN
from mailagent.transport.smtp import SmtpPool
from tests.house import House


async def test_one_failure_met_by_many_mails_is_one_failure(house: House) -> None:
    await house.invoices(
        *(f"FA-2026-{i:04d};C{i};Client {i};anne@c{i}.example;2026-03-06;100,00" for i in range(9))
    )
    await house.plan()
    await house.freshen()
    pool = SmtpPool(house.setup.smtp)  # nobody listens there
    sender = house.sender(pool)

    assert await sender.send_queued(asyncio.Event()) == 0

    await pool.close()
    assert sender.rest_until is not None
    assert sender.rest_until - house.clock.now() <= CONNECT_AGAIN[0]
    assert len(await house.outbox(OutboxState.QUEUED)) == 9
