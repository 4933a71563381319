"""The way to the mailbox dies without a word, or the mailbox refuses: nothing stale leaves, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailagent.core.outbox import OutboxState
from tests.letters import reply
from tests.peers.fault_proxy import FaultProxy
from tests.peers.mail_host import MailUser
from tests.system.invariants import Quiet
from tests.system.shop import Shop, address
from tests.system.station import Station
from tests.system.test_faults import SOON, told

MAILS, MORE = 4, 3
HOUR = timedelta(hours=1)
NOTICED = 40.0  # seconds: an IDLE lasts 2 here, the answer to its end may take 15
REFUSED = b"NO [OVERQUOTA] Quota exceeded (mailbox for user is full)"


@pytest.fixture
async def shop(dovecot_user: MailUser, tmp_path: Path) -> AsyncIterator[Shop]:
    url = f"sqlite:///{tmp_path}/mailagent.db"
    async with Shop.opened(url, dovecot_user, tmp_path, MAILS, rate=SOON) as shop:
        yield shop


@pytest.fixture
async def proxy(shop: Shop) -> AsyncIterator[FaultProxy]:
    async with FaultProxy("127.0.0.1", shop.user.host.imap_port) as proxy:
        shop.orders = replace(shop.orders, imap_port=proxy.port)
        yield proxy


@pytest.fixture
async def one(shop: Shop, proxy: FaultProxy) -> AsyncIterator[Station]:
    async with shop.station() as one:
        yield one


async def disputes(shop: Shop, customer: int) -> Quiet:
    """He writes; from now on he is to be left alone."""
    answer = reply("La facture est contestée.", sender=address(customer))
    await asyncio.to_thread(shop.user.append, "INBOX", answer)
    return Quiet(address(customer), datetime.now(UTC))


async def until_waiting(shop: Shop, proxy: FaultProxy) -> None:
    """All is read and filed, and the daemon waits for news."""

    async def idle() -> bool:
        return b" IDLE" in proxy.said

    await shop.until_filed(MAILS)
    await shop.until(idle, "the daemon is in IDLE")


async def test_an_idle_that_is_dead_for_an_hour(
    shop: Shop, proxy: FaultProxy, one: Station
) -> None:
    await until_waiting(shop, proxy)
    proxy.stall()
    died = shop.orders.clock().now()
    await shop.invoice(range(MAILS, MAILS + MORE), died)
    quiet = await disputes(shop, MAILS)

    await shop.until(lambda: told(one.log, "imap.lost"), "the daemon notices by itself", NOTICED)
    await shop.until_it_is(died + HOUR)

    assert len(await shop.outbox(OutboxState.QUEUED)) == MORE
    assert len(shop.sink.accepted()) == MAILS
    proxy.heal()
    proxy.reset()
    await shop.until_filed(MAILS + MORE)  # his answer, and the copies of the others' reminders
    assert await one.stop() == 0
    found = await shop.check(quiet)
    assert quiet.recipient not in {entry.recipient for entry in found.log}


async def test_connections_lost_in_the_sleep_of_the_machine(
    shop: Shop, proxy: FaultProxy, one: Station
) -> None:
    """It slept for an hour, and the other ends of its connections are gone."""
    await until_waiting(shop, proxy)
    one.freeze()
    proxy.lose()
    slept = shop.orders.clock().now()
    await shop.invoice(range(MAILS, MAILS + MORE), slept)
    quiet = await disputes(shop, MAILS)
    await shop.until_it_is(slept + HOUR)

    one.thaw()

    await shop.until_filed(MAILS + MORE)
    assert await one.stop() == 0
    found = await shop.check(quiet)
    assert quiet.recipient not in {entry.recipient for entry in found.log}


@pytest.mark.parametrize(
    ("command", "event"), [(b"UID STORE", "keyword.refused"), (b"APPEND", "copy.refused")]
)
async def test_a_full_mailbox(
    shop: Shop, proxy: FaultProxy, one: Station, command: bytes, event: str
) -> None:
    """It takes no keywords, or no copies: a pity, and no reason to stop or to do anything twice."""
    proxy.refusals[command] = REFUSED
    await shop.until_settled(MAILS)
    await shop.until(lambda: told(one.log, event), "the refusal is told")
    quiet = await disputes(shop, 0)
    await shop.until_filed(1 if command == b"APPEND" else MAILS + 1)
    assert proxy.accepted == 1  # the connection was good all the time
    proxy.heal()
    await shop.until_filed(MAILS + 1)
    assert await one.stop() == 0
    found = await shop.check(quiet)
    assert {m.state for m in found.outbox} == {OutboxState.SENT}
