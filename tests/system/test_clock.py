"""The clock of the machine is set while the daemon runs: it stops sending, says so, and goes on when told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.outbox import OutboxState
from mailagent.flows.intake import import_invoices
from mailagent.flows.orders import resume_sending
from mailagent.flows.records import Records
from mailagent.sandbox.fast_clock import FastClock
from tests.house import START
from tests.peers.mail_host import MailUser
from tests.peers.sink import Sink
from tests.system.running import Running, running

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PETIT = "FA-2026-0042;C1;Boulangerie Petit;anne@petit.example;2026-03-06;1200,00"
LEROY = "FA-2026-0050;C2;Garage Leroy;compta@leroy.example;2026-03-06;80,00"


class MachineClock(FastClock):
    """Somebody may set it; the time that passes is another matter."""

    def __init__(self) -> None:
        super().__init__(START, rate=1)
        self._set_by = timedelta()

    def set_to(self, moment: datetime) -> None:
        by = moment - self.now()
        self._set_by += by
        self._anchor = moment
        self._sleepers = [(until + by, order, woken) for until, order, woken in self._sleepers]

    def elapsed(self) -> float:
        return (self.now() - self._set_by).timestamp()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


@pytest.fixture
async def house(dovecot_user: MailUser, sink: Sink, tmp_path: Path) -> AsyncIterator[Running]:
    url = f"sqlite:///{tmp_path}/mailagent.db"
    imap, smtp = dovecot_user.account(), sink.account()
    address = dovecot_user.address
    async with running(url, tmp_path, imap, smtp, address, MachineClock()) as house:
        yield house


async def invoice(house: Running, line: str) -> None:
    data = f"number;customer;customer_name;email;due;amount\n{line}".encode()
    await import_invoices("f.csv", data, {}, {}, house.setup, house.db, house.clock.now())


async def both_sent(house: Running) -> bool:
    """Turn by turn: one that was under way when the clock was set counts for nothing."""
    if house.clock.sleepers:
        await house.turn()
    return len(await house.outbox(OutboxState.SENT)) == 2


async def question(house: Running) -> str:
    async with house.db.snapshot(house.setup.company.id) as tx:
        return "".join(review.question for review in await tx.reviews.list_open())


@pytest.mark.parametrize(
    "jump", [HOUR, -HOUR, DAY, -DAY, START.replace(year=2038) - START], ids=str
)
async def test_a_clock_that_was_set(house: Running, sink: Sink, jump: timedelta) -> None:
    await invoice(house, PETIT)
    await house.turn()
    await house.until_sent(1)
    right = house.clock.now()

    await invoice(house, LEROY)
    house.clock.set_to(right + jump)
    await house.turn()
    await house.until(lambda: question(house), "a person is asked")
    for _ in range(3):
        await house.turn()
    assert "clock was set" in await question(house)
    assert len(sink.accepted()) == 1

    house.clock.set_to(right + HOUR / 2)
    async with house.db.transaction(house.setup.company.id) as tx:
        cause = Cause(CauseKind.PERSON, "tester")
        await resume_sending(Records(tx, cause, house.clock.now()), house.setup)
    await house.until(lambda: both_sent(house), "it goes on")
    assert [entry.recipient for entry in sink.accepted()] == [
        "anne@petit.example",
        "compta@leroy.example",
    ]


async def test_a_machine_that_slept_for_days_sends_one_step(house: Running, sink: Sink) -> None:
    """Three steps fell due meanwhile: one mail leaves, not a burst of them."""
    await invoice(house, PETIT)
    await house.turn()
    await house.until_sent(1)

    house.pass_time(days=21)  # the first, the second and the firm reminder
    await house.until_sent(2)
    for _ in range(3):
        await house.turn()

    assert len(sink.accepted()) == 2
    assert {m.state for m in await house.outbox()} == {OutboxState.SENT}
    assert await question(house) == ""
