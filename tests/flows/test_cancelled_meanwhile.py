"""A mail is cancelled while a sender has it: its neighbours must not notice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.core.outbox import OutboxState
from tests.house import House

PAID, OTHER = "anne@c1.example", "anne@c2.example"
TAKEN = Outcome(Result.ACCEPTED, Phase.DATA, 250, text="ok")


class Connection:
    """A server that takes what it is given; the bank file comes when one customer's mail is offered."""

    def __init__(self, house: House, answer: Outcome | None) -> None:
        self._house = house
        self._answer = answer  # to the offer of the mail that is cancelled
        self._taken = asyncio.Event()
        self.bodies: list[bytes] = []

    async def offer(self, _sender: str, recipient: str, _size: int) -> Outcome | None:
        if recipient != PAID:
            return None
        await self._house.payments("FA-1;100,00;2026-03-10")
        await self._taken.wait()  # the neighbour's 250 waits for its commit
        return self._answer

    async def transmit(self, raw: bytes) -> Outcome:
        self.bodies.append(raw)
        self._taken.set()
        return TAKEN

    async def withdraw(self) -> None:
        """Nothing was begun."""

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        yield self


@pytest.mark.parametrize(
    "answer",
    [
        None,
        Outcome(Result.REFUSED, Phase.RCPT, 550, "5.1.1", "no such user"),
        Outcome(Result.DEFERRED, Phase.RCPT, 451, "4.3.0", "later"),
        Outcome(Result.REFUSED, Phase.MAIL, 530, "5.7.0", "log in first"),
    ],
    ids=["accepted", "refused", "deferred", "login"],
)
async def test_a_payment_meanwhile_costs_no_neighbour_its_250(
    house: House, answer: Outcome | None
) -> None:
    await house.invoices(
        f"FA-1;C1;Client 1;{PAID};2026-03-06;100,00", f"FA-2;C2;Client 2;{OTHER};2026-03-06;100,00"
    )
    await house.plan()
    await house.freshen()
    server = Connection(house, answer)

    assert await house.sender(server).send_queued(asyncio.Event()) == 1

    assert len(server.bodies) == 1
    (sent,) = await house.outbox(OutboxState.SENT)
    (cancelled,) = await house.outbox(OutboxState.CANCELLED)
    assert (sent.recipient, cancelled.recipient) == (OTHER, PAID)
